//! Trains that have not ended: what comes next for each.

use super::LEASE;
use crate::app::{
    Error, SharedApp,
    trains::{decided, give_up, run, step},
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tidegate_domain::{canonical, digest::Digest, name::Name, train::Train};
use tidegate_store::{StoreError, Tx};

/// A train that waits is looked at again after this, because what it waits for is said to others.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// Steps of one train at a time at most; more follow at the next look.
const STEPS_MAX: usize = 16;

/// When each train is looked at again, unless it is changed before.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<BTreeMap<Name, Look>>);

/// What was looked at, and until when that is good.
#[derive(Debug, Clone, Copy)]
struct Look {
    of: Digest,
    until: Timestamp,
}

impl Looks {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Name, Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the trains that have ended.
    fn keep(&self, open: &[Train]) {
        let mut looks = self.lock();
        looks.retain(|name, _| open.iter().any(|it| it.name == *name));
    }

    fn is_good(&self, train: &Train, now: Timestamp) -> bool {
        let look = self.lock().get(&train.name).copied();
        look.is_some_and(|look| now < look.until && look.of == canonical::hash(train))
    }

    fn looked(&self, train: &Train, until: Timestamp) {
        let of = canonical::hash(train);
        self.lock().insert(train.name.clone(), Look { of, until });
    }
}

/// Takes every train as far as its members allow.
pub(super) async fn run_all(app: &SharedApp, holder: &str, looks: &Looks) {
    let open = app
        .store
        .read((), |tx, ()| Box::pin(tx.open_trains()))
        .await;
    let open = match open {
        Ok(open) => open,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            return tracing::error!(error, "engine.trains_failed");
        }
    };
    looks.keep(&open);
    for train in open {
        if let Err(error) = advance(app, holder, (&train, looks)).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(train = train.name.as_str(), error, "engine.train_failed");
        }
    }
}

/// Looks at a train, and takes its next steps.
async fn advance(
    app: &SharedApp,
    holder: &str,
    (train, looks): (&Train, &Looks),
) -> Result<(), Error> {
    if looks.is_good(train, Timestamp::now()) {
        return Ok(());
    }
    let input = (app.clone(), train.clone());
    let looked = app
        .store
        .read(input, |tx, (app, train)| look(tx, app, train).boxed())
        .await?;
    match looked {
        Looked::Next => {
            for _ in 0..STEPS_MAX {
                if !take(app, holder, &train.name).await? {
                    break;
                }
                app.bus.announce();
                app.bus.wake_engine();
            }
        }
        Looked::Carried => {}
        Looked::Waits(until) => looks.looked(train, until),
    }
    Ok(())
}

/// What a look at a train came to.
enum Looked {
    /// Something is to be done.
    Next,
    /// A group run carries it, and has not ended.
    Carried,
    /// It waits, and is looked at again then.
    Waits(Timestamp),
}

async fn look(tx: &mut Tx, app: &SharedApp, train: &Train) -> Result<Looked, Error> {
    if let Some(run) = run(tx, train).await?
        && !run.is_terminal()
    {
        return Ok(Looked::Carried);
    }
    let decision = decided(tx, app, train).await?;
    let again = tx.now() + AGAIN;
    Ok(match decision.act {
        Some(_) => Looked::Next,
        None => Looked::Waits(decision.wake_at.map_or(again, |at| at.min(again))),
    })
}

/// One step. What is refused leaves nothing behind, and holds the train.
async fn take(app: &SharedApp, holder: &str, name: &Name) -> Result<bool, Error> {
    let input = (app.clone(), holder.to_owned(), name.clone());
    let went = app
        .store
        .write(input, |tx, (app, holder, name)| {
            async move {
                match owns(tx, holder, name).await? {
                    true => step(tx, app, name).await,
                    // Another server drives it.
                    false => Ok(false),
                }
            }
            .boxed()
        })
        .await;
    let Err(Error::Refused { detail, hint, .. }) = went else {
        return went;
    };
    let reason = match hint {
        Some(hint) => format!("it could not leave: {detail} ({hint})"),
        None => format!("it could not leave: {detail}"),
    };
    let input = (holder.to_owned(), name.clone(), reason);
    app.store
        .write(input, |tx, (holder, name, reason)| {
            async move {
                if owns(tx, holder, name).await? {
                    give_up(tx, name, reason).await?;
                }
                Ok(true)
            }
            .boxed()
        })
        .await
}

async fn owns(tx: &mut Tx, holder: &str, name: &Name) -> Result<bool, StoreError> {
    let lease = tx
        .take_lease(&format!("train/{name}"), holder, LEASE)
        .await?;
    match lease {
        Some(lease) => tx.prove_lease(&lease).await.map(|()| true),
        None => Ok(false),
    }
}
