//! Tells the journal what went into quarantine and what left it. It decides nothing: it looks at what anybody would be
//! answered. One server at a time does it, and looks at what changed; at all there is when the catalog changed, and now and
//! then, because time alone changes what holds.

use super::{
    super::{App, Error, Gate, entry},
    stops,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tidegate_domain::{control::Stop, digest::Digest};
use tidegate_store::{Nature, QuarantineDue, Repository, Tx};

/// Artifacts looked at in one transaction.
const BATCH: u64 = 100;
/// All is looked at again after this.
const ANEW_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// How long one server watches alone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// What fails waits a second, and twice as long each time, up to an hour.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);

/// When all was looked at last, and by which catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    catalog: i64,
    at: Timestamp,
}

/// An artifact of which the journal may have to be told.
type Found = (Repository, Digest);

/// What a look at some artifacts came to.
#[derive(Debug, Default)]
struct Look {
    /// The journal says something else of these.
    changed: Vec<Found>,
    /// These could not be looked at.
    failed: Vec<Found>,
}

/// Which artifacts are looked at, all in order.
#[derive(Debug, Clone, Copy)]
enum All {
    Whole,
    Held,
}

impl App {
    /// Looks at what changed, and at everything if the catalog changed or grew old since `last`; answers when it looked at
    /// everything last.
    ///
    /// # Errors
    /// When the store fails; the next look finds what was missed.
    pub(crate) async fn watch_quarantine(
        &self,
        holder: &str,
        last: Option<Seen>,
    ) -> Result<Option<Seen>, Error> {
        let now = self.store.read(self.gate.clone(), |tx, gate| {
            async move {
                let is_marked = gate.controls(tx).await?.any_quarantines();
                let concerns = is_marked || tx.has_quarantined().await?;
                let has_due = !tx.quarantine_due(1).await?.is_empty();
                let (catalog, at) = (tx.catalog_changes().await?, tx.now());
                Ok::<_, Error>((concerns, has_due, Seen { catalog, at }))
            }
            .boxed()
        });
        let (concerns, has_due, now) = now.await?;
        let is_fresh = |last: Seen| last.catalog == now.catalog && now.at < last.at + ANEW_AFTER;
        let is_fresh = !concerns || last.is_some_and(is_fresh);
        if (is_fresh && !has_due) || !self.watches(holder).await? {
            return Ok(last.filter(|_| concerns));
        }
        if !concerns {
            self.store
                .write((), |tx, ()| tx.record_quarantine_unwatched().boxed())
                .await?;
            return Ok(None);
        }
        self.look_at_due(holder).await?;
        if is_fresh {
            return Ok(last);
        }
        for all in [All::Whole, All::Held] {
            self.look_at_all(holder, all).await?;
        }
        Ok(Some(now))
    }

    /// Whether this server is the one that watches.
    async fn watches(&self, holder: &str) -> Result<bool, Error> {
        self.store
            .write(holder.to_owned(), |tx, holder| {
                async move {
                    let lease = tx.take_lease("quarantine", holder, LEASE).await?;
                    Ok::<_, Error>(lease.is_some())
                }
                .boxed()
            })
            .await
    }

    async fn look_at_due(&self, holder: &str) -> Result<(), Error> {
        while self.watches(holder).await? {
            let due = self
                .store
                .read((), |tx, ()| tx.quarantine_due(BATCH).boxed())
                .await?;
            if due.is_empty() {
                return Ok(());
            }
            self.look_at(due).await?;
        }
        Ok(())
    }

    async fn look_at_all(&self, holder: &str, all: All) -> Result<(), Error> {
        let mut after: Option<Found> = None;
        while self.watches(holder).await? {
            let some = self
                .store
                .read(after, move |tx, after| match all {
                    All::Whole => tx.whole_artifacts_after(after.as_ref(), BATCH).boxed(),
                    All::Held => tx.quarantined_after(after.as_ref(), BATCH).boxed(),
                })
                .await?;
            after = some.last().cloned();
            if after.is_none() {
                return Ok(());
            }
            let never = |(repository, digest)| QuarantineDue {
                repository,
                digest,
                due: Timestamp::MIN,
                tries: 0,
            };
            self.look_at(some.into_iter().map(never).collect()).await?;
        }
        Ok(())
    }

    /// Looks at some, tells the journal what is news, and puts off what cannot be looked at.
    async fn look_at(&self, some: Vec<QuarantineDue>) -> Result<(), Error> {
        let input = (self.gate.clone(), some);
        let look = self
            .store
            .read(input.clone(), |tx, (gate, some)| {
                look(tx, gate, some).boxed()
            })
            .await?;
        let is_news = !look.changed.is_empty();
        let was_due = input.1.iter().any(|it| it.due != Timestamp::MIN);
        if !is_news && !was_due && look.failed.is_empty() {
            return Ok(());
        }
        self.store
            .write((input, look), |tx, ((gate, some), look)| {
                tell(tx, gate, (some, look)).boxed()
            })
            .await?;
        if is_news {
            self.bus.announce();
        }
        Ok(())
    }
}

async fn look(tx: &mut Tx, gate: &Gate, some: &[QuarantineDue]) -> Result<Look, Error> {
    let mut look = Look::default();
    for it in some {
        let of = (it.repository.clone(), it.digest);
        let news = tx
            .attempt(&(gate, &of), |tx, (gate, of)| news(tx, gate, of).boxed())
            .await;
        match news {
            Ok(Some(_)) => look.changed.push(of),
            Ok(None) => {}
            Err(why) => look.failed.push(unseen(of, &why)),
        }
    }
    Ok(look)
}

fn unseen(of: Found, why: &Error) -> Found {
    tracing::warn!(
        artifact = %format!("{}@{}", of.0, of.1),
        error = why as &dyn std::error::Error,
        "quarantine.not_looked_at"
    );
    of
}

/// What keeps it in quarantine, or nothing, where the journal says something else.
async fn news(
    tx: &mut Tx,
    gate: &Gate,
    (of, digest): &Found,
) -> Result<Option<Arc<[Stop]>>, Error> {
    let told = tx.quarantined(of, *digest).await?;
    let was_held = told.is_some_and(|told| !told.stops.is_empty());
    let stops = match tx.nature_of(of, *digest).await? {
        Nature::Evidence(_) | Nature::Unread | Nature::Blob if !was_held => return Ok(None),
        // It is gone.
        Nature::Blob => Arc::default(),
        Nature::Artifact | Nature::Evidence(_) | Nature::Unread => {
            stops(tx, gate, (of, *digest)).await?
        }
    };
    Ok((was_held == stops.is_empty()).then_some(stops))
}

async fn tell(
    tx: &mut Tx,
    gate: &Gate,
    (some, look): (&[QuarantineDue], &Look),
) -> Result<(), Error> {
    let mut failed = look.failed.clone();
    for of in &look.changed {
        let told = tx
            .attempt(&(gate, of), |tx, (gate, of)| tell_one(tx, gate, of).boxed())
            .await;
        if let Err(why) = told {
            failed.push(unseen(of.clone(), &why));
        }
    }
    for it in some {
        let of = (it.repository.clone(), it.digest);
        if failed.contains(&of) {
            let doubled = 1_i64 << it.tries.min(12);
            let pause = SignedDuration::from_secs(doubled).min(PAUSE_MAX);
            let due = tx.now() + pause;
            tx.record_quarantine_put_off((&of.0, of.1), due).await?;
        } else if it.due != Timestamp::MIN {
            tx.record_quarantine_looked_at(it).await?;
        }
    }
    Ok(())
}

/// Something may have changed since it was looked at, so it is looked at again.
async fn tell_one(tx: &mut Tx, gate: &Gate, found: &Found) -> Result<(), Error> {
    let Some(stops) = news(tx, gate, found).await? else {
        return Ok(());
    };
    let (of, digest) = found;
    tx.record_quarantine(of, *digest, &stops).await?;
    let action = match stops.is_empty() {
        true => "artifact.quarantine_left",
        false => "artifact.quarantined",
    };
    let subject = format!("artifact/{of}@{digest}");
    let lacks: Vec<String> = stops.iter().map(ToString::to_string).collect();
    let detail = serde_json::json!({ "lacks": lacks });
    let entry = entry(tx, "tidegate", (action, &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}
