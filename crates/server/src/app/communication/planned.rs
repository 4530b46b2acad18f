//! The messages that a release's plan wants written ahead.

use super::super::{Error, Kind as Refusal};
use std::collections::BTreeMap;
use tidegate_domain::{
    communication::{
        Writing,
        message::{About, Message, Status},
    },
    id::MessageId,
    name::Name,
    planning::PlannedMessage,
    version::Version,
};
use tidegate_store::{StoreError, Tx};

/// How many messages of a release are looked through.
const MOST: u64 = 1_000;

/// What the plan of a release says of one of its messages.
pub(super) async fn find(tx: &mut Tx, about: &About, name: &Name) -> Result<PlannedMessage, Error> {
    let plan = match about {
        About::Release(product, version) => tx.newest_plan((product, version)).await?,
        About::Product(_) | About::Train(_) => None,
    };
    let mut messages = plan.into_iter().flat_map(|it| it.plan.messages);
    messages.find(|it| it.name == *name).ok_or_else(|| {
        let detail = format!("the plan of {about} has no message `{name}`");
        Error::refused(Refusal::NotFound, "message-not-planned", detail)
            .hint("`tidegate release plan show` lists what it has ready")
    })
}

/// Whom it is for and what it waits for, where the plan says so.
pub(super) fn over(writing: &mut Writing, planned: &PlannedMessage) {
    if let Some(on) = &planned.on {
        writing.on.clone_from(on);
    }
    if !planned.audiences.is_empty() {
        writing.audiences.clone_from(&planned.audiences);
    }
}

/// The messages of a release that its plan asked for, by the plan's names for them, the newest of each.
pub(in crate::app) async fn written(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<BTreeMap<Name, Message>, StoreError> {
    let all = all_about(tx, (product, version)).await?;
    // Of two of one name, the later one in this order stays.
    let planned = all.into_iter().rev().filter_map(|message| {
        let name = message.begun.as_ref()?.planned.clone()?;
        Some((name, message))
    });
    Ok(planned.collect())
}

/// All messages about a release, the newest first.
pub(in crate::app) async fn all_about(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<Vec<Message>, StoreError> {
    let newest = MessageId(u64::MAX >> 1);
    tx.messages_about((product, Some(version)), (newest, MOST))
        .await
}

/// Refuses a second message in the place of one that the plan asked for, unless that was cancelled.
pub(super) async fn check_unwritten(
    tx: &mut Tx,
    about: &About,
    planned: Option<&Name>,
) -> Result<(), Error> {
    let (About::Release(product, version), Some(name)) = (about, planned) else {
        return Ok(());
    };
    match written(tx, (product, version)).await?.get(name) {
        Some(message) if !is_cancelled(message) => {
            let detail = format!(
                "the message `{name}` of {about} is written already: message {}",
                message.id
            );
            Err(
                Error::refused(Refusal::Conflict, "message-exists", detail).hint(format!(
                    "change that one: `tidegate message edit {}`",
                    message.id
                )),
            )
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether somebody stopped it before it went out.
pub(in crate::app) const fn is_cancelled(message: &Message) -> bool {
    matches!(message.status, Status::Cancelled { .. })
}
