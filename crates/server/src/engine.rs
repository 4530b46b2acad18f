//! The engine: collects facts, asks `domain` what happens next, and commits the answer.
//!
//! It never decides. [`driver`] takes one deployment one step further, [`group_runs`] keeps deployments
//! in lockstep, [`trains`] lets trains leave, [`drills`] begins the legs of rollback drills,
//! [`measure`] makes the measurements that are due, [`sequencer`] numbers journal entries where transactions commit side by
//! side, [`attachments`] reads what is attached to artifacts, [`messages`] sends what people are told, [`suppliers`] asks others for their
//! versions, [`reminders`] tells people what is due, [`news`] mails them what is new, [`preflights`] looks at targets where nothing else is waited for, [`wakes`] tells
//! the other servers, and the
//! loop here only waits: for a wake-up, a timer, or a slow scan that covers lost wake-ups. A server that starts after a crash does
//! nothing special: the stored state is all there is.

mod attachments;
mod drills;
mod driver;
mod group_runs;
mod measure;
mod messages;
mod news;
mod preflights;
mod quarantine;
mod reminders;
mod sequencer;
mod suppliers;
mod trains;
mod wakes;

use crate::app::SharedApp;
use jiff::{SignedDuration, Timestamp};
use measure::Measuring;
use std::time::Duration;
use tidegate_domain::id::DeploymentId;
use tidegate_store::{StoreError, Tx};
use trains::Looks;

/// How long a lease lasts unless renewed.
const LEASE: SignedDuration = SignedDuration::from_secs(15);
/// The slow scan: work whose wake-up was lost is found after this at the latest.
const SCAN: Duration = Duration::from_secs(2);

/// Drives every deployment of this server's until the task is dropped.
pub(crate) async fn run(app: SharedApp, holder: String) {
    let measuring = Measuring::default();
    let looks = Looks::default();
    loop {
        let wake_at = drive_all(&app, &holder, &measuring).await;
        group_runs::run_all(&app, &holder).await;
        trains::run_all(&app, &holder, &looks).await;
        drills::run_all(&app, &holder).await;
        let pause = wake_at.map_or(SCAN, |at| until(at).min(SCAN));
        tokio::select! {
            () = app.bus.engine_woken() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

pub(crate) use attachments::run as read_attachments;
pub(crate) use messages::run as send_messages;
pub(crate) use news::run as mail_news;
pub(crate) use preflights::run as look_ahead;
pub(crate) use quarantine::run as watch_quarantine;
pub(crate) use reminders::run as remind;
pub(crate) use sequencer::run as run_sequencer;
pub(crate) use suppliers::run as ask_suppliers;
pub(crate) use wakes::run as pass_wakes_on;

async fn drive_all(app: &SharedApp, holder: &str, measuring: &Measuring) -> Option<Timestamp> {
    let running = match app.store.read((), |tx, ()| Box::pin(driven(tx))).await {
        Ok(running) => running,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "engine.scan_failed"
            );
            return None;
        }
    };
    let mut wake_at: Option<Timestamp> = None;
    for id in running {
        match driver::drive(app, holder, id, measuring).await {
            Ok(Some(at)) => wake_at = Some(wake_at.map_or(at, |sooner| sooner.min(at))),
            Ok(None) => {}
            Err(error) => {
                tracing::error!(
                    deployment = id.0,
                    error = &error as &dyn std::error::Error,
                    "engine.drive_failed"
                );
            }
        }
    }
    wake_at
}

/// The deployments that have not ended, and those with steps that come after their end.
async fn driven(tx: &mut Tx) -> Result<Vec<DeploymentId>, StoreError> {
    let mut all = tx.running_deployments().await?;
    all.extend(tx.open_runbooks().await?);
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn until(at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default()
}
