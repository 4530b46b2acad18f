//! Asks suppliers for their versions when their turn has come, and notes which notices were not seen to come true.
//!
//! It is a task of its own: nothing that is deployed waits for it. One server asks at a time, by a lease. Each question is a task
//! with a time of its own, and of one supplier only a few are asked at once, so that one that hangs holds up nobody else. The lease is
//! renewed when half of its time is over, however long a question takes.

use super::LEASE;
use crate::app::{
    Error, SharedApp,
    suppliers::{Asked, Place},
};
use futures::FutureExt;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use tidegate_domain::name::Name;
use tidegate_store::{Lease, Store, StoreError};
use tokio::{task::JoinSet, time::sleep};

/// The slow scan: what was declared is noticed after this at the latest.
const SCAN: Duration = Duration::from_secs(2);
/// However much happens, not more often than this.
const PACE: Duration = Duration::from_millis(50);
/// How many are asked at once, and of one supplier.
const ALL_MAX: usize = 256;
const EACH_MAX: usize = 8;

/// Asks until the task is dropped.
pub(crate) async fn run(app: SharedApp, holder: String) {
    let mut asker = Asker::default();
    loop {
        let wake_at = match asker.pass(&app, &holder).await {
            Ok(wake_at) => wake_at,
            Err(error) => {
                tell(&error);
                // Whether this server still asks is found out anew.
                asker.held = None;
                None
            }
        };
        let pause = wake_at.map_or(SCAN, |at| super::until(at).min(SCAN));
        tokio::select! {
            Some(ended) = asker.questions.join_next() => asker.ended(ended),
            () = sleep(pause) => {}
        }
        sleep(PACE).await;
    }
}

/// What one server asks by.
#[derive(Default)]
struct Asker {
    questions: JoinSet<Place>,
    running: BTreeSet<Place>,
    held: Option<Held>,
}

/// The lease, and when it was taken or renewed last.
struct Held {
    lease: Lease,
    since: Instant,
}

impl Held {
    /// Whether it still lasts for longer than it has lasted: then it is not written again.
    fn is_fresh(&self, now: Instant) -> bool {
        let half = LEASE.unsigned_abs() / 2;
        now.saturating_duration_since(self.since) < half
    }
}

impl Asker {
    /// Everything that is due. Answers when to look again.
    async fn pass(&mut self, app: &SharedApp, holder: &str) -> Result<Option<Timestamp>, Error> {
        while let Some(ended) = self.questions.try_join_next() {
            self.ended(ended);
        }
        if self.questions.is_empty() {
            // Which question panicked, if one did, is not known otherwise.
            self.running.clear();
        }
        let schedule = app.supplier_schedule().await?;
        let due = self.chosen(schedule.due);
        if due.is_empty() && !schedule.lapses && self.questions.is_empty() {
            return Ok(schedule.wake_at);
        }
        // Another server asks; what this one is answered by now it does not keep.
        let Some(lease) = self.lease(&app.store, holder).await? else {
            return Ok(None);
        };
        if schedule.lapses {
            app.lapse_supplier_notices(&lease).await?;
        }
        for asked in due {
            self.begin(app, &lease, asked);
        }
        Ok(schedule.wake_at)
    }

    /// The right to ask: the one that is held, while that is fresh.
    async fn lease(&mut self, store: &Store, holder: &str) -> Result<Option<Lease>, Error> {
        let now = Instant::now();
        if let Some(held) = self.held.as_ref().filter(|it| it.is_fresh(now)) {
            return Ok(Some(held.lease.clone()));
        }
        let taken = store.write(holder.to_owned(), |tx, holder| {
            tx.take_lease("suppliers", holder, LEASE).boxed()
        });
        let lease = taken.await?;
        let held = |lease: &Lease| Held {
            lease: lease.clone(),
            since: now,
        };
        self.held = lease.as_ref().map(held);
        Ok(lease)
    }

    /// As many of those that are due as there is room for.
    fn chosen(&self, due: Vec<Asked>) -> Vec<Asked> {
        let mut each: BTreeMap<&Name, usize> = BTreeMap::new();
        for place in &self.running {
            *each.entry(&place.0).or_default() += 1;
        }
        let mut each: BTreeMap<Name, usize> = each
            .into_iter()
            .map(|(name, it)| (name.clone(), it))
            .collect();
        let mut room = ALL_MAX.saturating_sub(self.running.len());
        let mut chosen = Vec::new();
        for asked in due {
            let own = each.entry(asked.place.0.clone()).or_default();
            if room > 0 && *own < EACH_MAX && !self.running.contains(&asked.place) {
                (*own, room) = (*own + 1, room - 1);
                chosen.push(asked);
            }
        }
        chosen
    }

    fn begin(&mut self, app: &SharedApp, lease: &Lease, asked: Asked) {
        self.running.insert(asked.place.clone());
        let (app, lease) = (app.clone(), lease.clone());
        self.questions.spawn(async move {
            let place = asked.place.clone();
            let answer = app.prober.ask(&asked.probe).await;
            if let Err(error) = app.supplier_answered(&lease, asked, answer).await {
                tell(&error);
            }
            place
        });
    }

    fn ended(&mut self, ended: Result<Place, tokio::task::JoinError>) {
        if let Ok(place) = ended {
            self.running.remove(&place);
        }
    }
}

fn tell(error: &Error) {
    if !matches!(error, Error::Store(StoreError::LeaseLost)) {
        let error = error as &dyn std::error::Error;
        tracing::error!(error, "engine.suppliers_failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(supplier: &str, component: usize) -> Asked {
        let probe =
            json!({"by": {"header": {"url": "https://acme.example/", "name": "x-version"}}});
        let name = |text: &str| text.parse::<Name>().unwrap();
        Asked {
            place: (name(supplier), name(&format!("c{component}")), name("live")),
            probe: serde_json::from_value(probe).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_lease_is_written_when_half_of_it_is_over_and_not_before() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let mut asker = Asker::default();
        let first = asker.lease(&store, "one").await.unwrap();
        // By now the store would give it to nobody else but the other: a fresh one is not asked for.
        let other = store.write((), |tx, ()| {
            async move {
                tx.end_lease("suppliers", "one").await?;
                tx.take_lease("suppliers", "two", LEASE).await
            }
            .boxed()
        });
        assert!(other.await.unwrap().is_some());
        assert_eq!(asker.lease(&store, "one").await.unwrap(), first);
        let half = LEASE.unsigned_abs() / 2;
        let held = asker.held.as_mut().unwrap();
        held.since = held.since.checked_sub(half).unwrap();
        assert_eq!(asker.lease(&store, "one").await.unwrap(), None);
        assert!(asker.held.is_none());
    }

    #[test]
    fn a_supplier_that_hangs_leaves_room_for_others() {
        let mut asker = Asker::default();
        let many: Vec<Asked> = (0..100).map(|it| asked("hangs", it)).collect();
        let first = asker.chosen(many.clone());
        assert_eq!(first.len(), EACH_MAX);
        asker.running.extend(first.into_iter().map(|it| it.place));
        let mut next = many;
        next.push(asked("good", 0));
        let names: Vec<String> = asker
            .chosen(next)
            .iter()
            .map(|it| it.place.0.to_string())
            .collect();
        assert_eq!(names, ["good"]);
        // Nobody is asked twice at once.
        asker.running.insert(asked("good", 0).place);
        assert!(asker.chosen(vec![asked("good", 0)]).is_empty());
    }
}
