//! What was seen of suppliers: which probes are due, what follows from an answer, and what became of notices by that.

use super::{
    super::{App, Error, entry},
    ACTOR, LOOKED_THROUGH,
    notices::{happen, note},
    subject,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::Kind,
    id::ObservationId,
    name::Name,
    supplier::{
        Deployed, Notice, Observation, Probe, Sighting, Sign, Supplier, Watch,
        notice::{Match, NoticeEvent, Seen, matched},
        probe::{Means, ProbeFault},
    },
};
use tidegate_store::{Lease, Tx, WatchRow};

/// A component of a supplier in one environment.
pub(crate) type Place = (Name, Name, Name);

/// A probe whose turn has come.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Whose, which and where.
    pub(crate) place: Place,
    /// How it is asked.
    pub(crate) probe: Probe,
}

/// What is to be asked now, and when to look again.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// Those whose turn has come, the longest waiting first.
    pub(crate) due: Vec<Asked>,
    /// Whether the time of a notice is over.
    pub(crate) lapses: bool,
    /// The next moment at which more is to be done.
    pub(crate) wake_at: Option<Timestamp>,
}

impl App {
    /// What is to be asked of suppliers.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn supplier_schedule(&self) -> Result<Schedule, Error> {
        self.store.read((), |tx, ()| schedule(tx).boxed()).await
    }

    /// Keeps what a probe was answered, and what follows from that.
    ///
    /// # Errors
    /// When the store fails, or another server asks by now.
    pub(crate) async fn supplier_answered(
        &self,
        lease: &Lease,
        asked: Asked,
        answer: Result<Sighting, ProbeFault>,
    ) -> Result<(), Error> {
        let input = (lease.clone(), asked, answer);
        let told = self
            .store
            .write(input, |tx, (lease, asked, answer)| {
                async move {
                    tx.prove_lease(lease).await?;
                    let question = asked.probe.question();
                    // What was answered to a question that is asked no more is about nothing.
                    let probe = probe(tx, &asked.place).await?;
                    if probe.is_none_or(|it| it.question() != question) {
                        return Ok(false);
                    }
                    let watch = known(tx, &asked.place).await?.asked(question);
                    let (watch, signs) = watch.take(answer.clone(), asked.probe.times(), tx.now());
                    keep(tx, &asked.place, (&watch, &signs)).await
                }
                .boxed()
            })
            .await?;
        if told {
            self.bus.announce();
            self.bus.wake_engine();
        }
        Ok(())
    }

    /// Notes which notices were not seen to come true in their time.
    ///
    /// # Errors
    /// When the store fails, or another server asks by now.
    pub(crate) async fn lapse_supplier_notices(&self, lease: &Lease) -> Result<(), Error> {
        self.store
            .write(lease.clone(), |tx, lease| {
                async move {
                    tx.prove_lease(lease).await?;
                    let now = tx.now();
                    for notice in tx.awaited_notices().await? {
                        if notice.lapses().is_some_and(|at| at <= now) {
                            happen(tx, &notice, &NoticeEvent::Lapsed, ACTOR).await?;
                        }
                    }
                    Ok::<_, Error>(())
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

async fn schedule(tx: &mut Tx) -> Result<Schedule, Error> {
    let now = tx.now();
    let suppliers: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let rows = tx.watches(None).await?;
    let asked: BTreeMap<Place, (Timestamp, Watch)> = rows
        .into_iter()
        .map(|it| {
            (
                (it.supplier, it.component, it.environment),
                (it.asked, it.watch),
            )
        })
        .collect();
    let mut schedule = Schedule::default();
    let mut due: Vec<(Timestamp, Asked)> = Vec::new();
    for one in suppliers.iter().flat_map(probes) {
        // Another question has its turn at once.
        let question = one.probe.question();
        let last = asked
            .get(&one.place)
            .filter(|(_, watch)| watch.is_by(question));
        let every = one.probe.every.as_duration();
        let at = last.map_or(now, |(last, _)| {
            last.saturating_add(every).unwrap_or(Timestamp::MAX)
        });
        match at <= now {
            true => due.push((at, one)),
            false => wake(&mut schedule.wake_at, at),
        }
    }
    due.sort_by_key(|(at, _)| *at);
    schedule.due = due.into_iter().map(|(_, it)| it).collect();
    for lapses in tx
        .awaited_notices()
        .await?
        .iter()
        .filter_map(|it| it.lapses())
    {
        match lapses <= now {
            true => schedule.lapses = true,
            false => wake(&mut schedule.wake_at, lapses),
        }
    }
    Ok(schedule)
}

fn wake(wake_at: &mut Option<Timestamp>, at: Timestamp) {
    *wake_at = Some(wake_at.map_or(at, |sooner| sooner.min(at)));
}

/// The probes of a supplier that we ask: those that are told by a webhook ask themselves.
fn probes(supplier: &Supplier) -> Vec<Asked> {
    let all = supplier.watched();
    let asked = all.filter(|(_, _, probe)| !matches!(probe.by, Means::Webhook(_)));
    asked
        .map(|(component, environment, probe)| Asked {
            place: (
                supplier.name.clone(),
                component.clone(),
                environment.clone(),
            ),
            probe: probe.clone(),
        })
        .collect()
}

/// How it is found out what a component runs, if that is declared now.
async fn probe(
    tx: &mut Tx,
    (supplier, component, environment): &Place,
) -> Result<Option<Probe>, Error> {
    let supplier: Option<Supplier> = tx.document(Kind::Supplier, supplier.as_str()).await?;
    let mut all = supplier.iter().flat_map(Supplier::watched);
    let found = all.find(|it| (it.0, it.1) == (component, environment));
    Ok(found.map(|(_, _, probe)| probe.clone()))
}

/// What is known of a component.
pub(super) async fn known(tx: &mut Tx, place: &Place) -> Result<Watch, Error> {
    let row = tx.watch((&place.0, &place.1, &place.2)).await?;
    Ok(row.map(|it| it.watch).unwrap_or_default())
}

/// Keeps what is known of a component now, and what follows. Answers whether anything is told.
pub(super) async fn keep(
    tx: &mut Tx,
    place: &Place,
    (watch, signs): (&Watch, &[Sign]),
) -> Result<bool, Error> {
    let (supplier, component, environment) = place.clone();
    let row = WatchRow {
        supplier,
        component,
        environment,
        asked: tx.now(),
        watch: watch.clone(),
    };
    tx.record_watch(&row).await?;
    for sign in signs {
        tell(tx, place, sign).await?;
    }
    Ok(!signs.is_empty())
}

async fn tell(tx: &mut Tx, place: &Place, sign: &Sign) -> Result<(), Error> {
    let action = match sign {
        Sign::First { .. } => "supplier.seen",
        Sign::Changed(change) => {
            let (supplier, component, environment) = place.clone();
            let deployed = Deployed {
                supplier,
                component,
                environment,
                change: change.clone(),
            };
            return observe(tx, deployed).await;
        }
        Sign::Wavers { .. } => "supplier.wavers",
        Sign::Steady { .. } => "supplier.steady",
        Sign::Silent { .. } => "supplier.silent",
        Sign::Answers { .. } => "supplier.answers",
    };
    let detail = json!({ "component": place.1, "environment": place.2, "told": sign.to_string() });
    let entry = entry(tx, ACTOR, (action, &subject(&place.0)), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// A deployment of a supplier was observed: it is kept with the notice that it belongs to, which has happened then.
async fn observe(tx: &mut Tx, deployed: Deployed) -> Result<(), Error> {
    let notices = tx.notices_of(&deployed.supplier, LOOKED_THROUGH).await?;
    let observed = Observation {
        id: tx.next_observation().await?,
        matched: matched(&deployed, &notices),
        deployed,
    };
    tx.record_observation(&observed).await?;
    let Observation {
        id,
        deployed,
        matched,
    } = &observed;
    let detail = json!({
        "observation": id, "component": deployed.component, "environment": deployed.environment,
        "told": deployed.change.to_string(), "matched": matched.to_string(),
    });
    let action = match matched {
        Match::Surprise => "supplier.surprised",
        Match::Announced { .. } => "supplier.deployed",
    };
    let entry = entry(tx, ACTOR, (action, &subject(&deployed.supplier)), &detail);
    tx.record_entry(&entry).await?;
    let Match::Announced { notice, .. } = matched else {
        return Ok(());
    };
    let belongs = notices.iter().find(|it| it.id == *notice);
    match belongs.filter(|it| it.status.is_awaited()) {
        Some(awaited) => see(tx, awaited, (*id, deployed)).await,
        None => Ok(()),
    }
}

/// A notice was seen to come true in one place. It has happened when that is so wherever somebody looks.
async fn see(
    tx: &mut Tx,
    notice: &Notice,
    (id, deployed): (ObservationId, &Deployed),
) -> Result<(), Error> {
    let seen = notice.seen_in(Seen {
        component: deployed.component.clone(),
        environment: deployed.environment.clone(),
        by: id,
        at: tx.now(),
    });
    let supplier: Option<Supplier> = tx
        .document(Kind::Supplier, notice.supplier.as_str())
        .await?;
    if let Some(event) = supplier.as_ref().and_then(|it| seen.fulfilled(it)) {
        return happen(tx, &seen, &event, ACTOR).await.map(drop);
    }
    tx.record_notice(&seen).await?;
    let detail = json!({
        "supplier": seen.supplier, "observation": id, "component": deployed.component, "environment": deployed.environment,
    });
    note(tx, seen.id, (ACTOR, "supplier-notice.seen"), &detail).await
}
