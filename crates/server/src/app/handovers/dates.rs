//! The dates of releases: when one is live, announced and generally available.

use super::{
    super::{Error, rollback},
    seen::{last, seen},
};
use jiff::Timestamp;
use tidegate_domain::{
    handover::{Availability, HandoverKind, Known, Status, availability as found},
    name::Name,
    version::Version,
};
use tidegate_protocol::api::AvailabilityView;
use tidegate_store::Tx;

/// How many deployments of the last environment are looked through.
const STANDING: u64 = 200;

/// When a release is live, announced and generally available.
///
/// # Errors
/// When there is no such release.
pub(in crate::app) async fn availability(
    tx: &mut Tx,
    of: (&Name, &Version),
) -> Result<AvailabilityView, Error> {
    let kind = HandoverKind::GeneralAvailability;
    let handover = tx.handover((of.0, of.1, kind)).await?;
    let accepted = match &handover {
        Some(handover) => {
            let seen = seen(tx, of).await?;
            match &handover.status {
                Status::Accepted { acceptance, .. } if handover.is_accepted(&seen) => {
                    Some(acceptance.at)
                }
                Status::Open
                | Status::Offered { .. }
                | Status::Accepted { .. }
                | Status::Rejected { .. }
                | Status::Withdrawn { .. } => None,
            }
        }
        None => None,
    };
    let announcement = handover.as_ref().and_then(|it| it.sheet.announcement());
    let known = Known {
        accepted,
        announced: announcement.and_then(|it| it.announced),
        live: live_since(tx, of).await?,
    };
    let embargo = announcement.and_then(|it| it.embargo);
    Ok(dates(known, embargo, tx.now()))
}

fn dates(known: Known, embargo_until: Option<Timestamp>, now: Timestamp) -> AvailabilityView {
    let found = found(known, now);
    let state = found.word().to_owned();
    let live = match known.live {
        Some(at) => format!("live since {}", clock(at)),
        None => "not live".to_owned(),
    };
    let (available_since, lacks, sentence) = match found {
        Availability::Available { since } => {
            let sentence = format!(
                "It is {live}, and generally available since {}.",
                clock(since)
            );
            (Some(since), Vec::new(), sentence)
        }
        Availability::NotYet {
            from: Some(from), ..
        } => {
            let sentence = format!(
                "It is {live}, and generally available from {} on.",
                clock(from)
            );
            let lacks = vec![format!("it is announced at {}", clock(from))];
            (None, lacks, sentence)
        }
        Availability::NotYet { lacks, from: None } => {
            let why = lacks.join(", ");
            let sentence = format!("It is {live}, and not generally available: {why}.");
            (None, lacks, sentence)
        }
    };
    AvailabilityView {
        state,
        sentence,
        live_since: known.live,
        announced_at: known.announced,
        embargo_until,
        available_since,
        lacks,
    }
}

/// To the second.
fn clock(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Since when a release is live in the last environment of its path.
async fn live_since(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<Option<Timestamp>, Error> {
    let Some(environment) = last(tx, product).await? else {
        return Ok(None);
    };
    let standing = rollback::standing_of(tx, (product, &environment), STANDING).await?;
    // It may have been deployed there several times in a row, with another configuration.
    let own = standing
        .iter()
        .rev()
        .take_while(|it| it.release == *version);
    Ok(own.last().and_then(|it| it.status.ended_at()))
}
