//! Beginning a history: what was under way ends, who follows is told the same again, and nobody else is told anything.

use super::{
    super::{Error, Kind, Request, communication, drills, group_runs, trains},
    places::{Place, places},
};
use crate::app::steer;
use tidegate_domain::{
    access::Action,
    generation::{Beginning, Incarnation},
};
use tidegate_store::Tx;

/// A target that says it heard of a history so far above all that is known is not believed.
const AHEAD_MAX: u32 = 1_000;

/// What a person wants who begins a history.
pub(super) struct Wanted {
    pub(super) reason: String,
    pub(super) end_tokens: bool,
    pub(super) leave_silent: bool,
}

/// Begins one, and answers what was so of each target then.
///
/// # Errors
/// When whoever asks may not, targets are silent, or something is under way that the record knows.
pub(super) async fn begin(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<(Beginning, Vec<Place>), Error> {
    request.permit_at_large(tx, Action::BeginHistory).await?;
    let places = places(tx).await?;
    let backup = tx.restored().await?;
    match &backup {
        Some(_) if wanted.leave_silent => {}
        Some(_) => refuse_silent(tx).await?,
        None => refuse_moving(tx).await?,
    }
    let before = newest_heard(tx.incarnation().await?, &places);
    let incarnation = before.next().ok_or_else(|| {
        let detail = "histories cannot be counted any further";
        Error::refused(Kind::Conflict, "histories-exhausted", detail)
    })?;
    let beginning = Beginning {
        incarnation,
        before,
        by: request.actor.name.clone(),
        reason: wanted.reason.clone(),
        at: tx.now(),
        backup: backup.clone(),
    };
    tx.record_beginning(&beginning).await?;
    request
        .journal(tx, "incarnation.begun", "organisation", &beginning)
        .await?;
    if backup.is_some() {
        give_up_all(tx, request).await?;
        tx.end_other_access(request.session.as_deref()).await?;
    }
    if wanted.end_tokens {
        let kept = request.actor.token.as_ref().map(|token| token.id);
        tx.end_other_tokens(kept).await?;
    }
    Ok((beginning, places))
}

/// The newest history that anybody heard of. An agent may have taken a number that the record knows nothing of any more; one that
/// says it is far ahead is not believed, or it could use all numbers up.
fn newest_heard(known: Incarnation, places: &[Place]) -> Incarnation {
    let reports = places.iter().filter_map(|it| it.report.as_ref());
    let heard = reports.flat_map(|it| {
        let said = &it.observed;
        [Some(said.instruction.incarnation), said.history]
    });
    let believed = heard
        .flatten()
        .filter(|it| it.0 <= known.0.saturating_add(AHEAD_MAX));
    believed.fold(known, Ord::max)
}

/// What a target that says nothing has heard of is not known: a number might be given twice.
async fn refuse_silent(tx: &mut Tx) -> Result<(), Error> {
    let silent = tx.unheard().await?;
    if silent.is_empty() {
        return Ok(());
    }
    let silent: Vec<String> = silent.iter().map(ToString::to_string).collect();
    let detail = format!(
        "{} said nothing since the backup was put back: what runs there is not known",
        silent.join(", ")
    );
    Err(Error::refused(Kind::NotReady, "targets-silent", detail)
        .hint("wait until its agent is in touch; if that is later, or never, `--leave-silent`"))
}

/// Without a backup, the record knows how everything goes on: it may not be cut off.
async fn refuse_moving(tx: &mut Tx) -> Result<(), Error> {
    let moving = [
        (tx.running_deployments().await?.len(), "deployment"),
        (tx.running_group_runs().await?.len(), "group run"),
        (tx.running_drills().await?.len(), "drill"),
    ];
    let Some((_, what)) = moving.iter().find(|(count, _)| *count > 0) else {
        return Ok(());
    };
    let detail = format!("a {what} is still running");
    Err(Error::refused(Kind::Conflict, "still-moving", detail)
        .hint("wait until nothing runs, or cancel it"))
}

/// What was under way when the backup was made has ended long ago, well or not. It ends in the record, too, and nobody is told
/// anything: where it would lead is not where targets came from any more.
async fn give_up_all(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    let by = &request.actor.name;
    for drill in tx.running_drills().await? {
        drills::give_up(tx, drill.id, "the record was put back from a backup").await?;
    }
    for mut group in tx.running_group_runs().await? {
        for event in group.status.abandon(by) {
            let illegal = |why| Error::Broken(format!("an end is illegal: {why}"));
            group.apply(&event, tx.now()).map_err(illegal)?;
            let entry = group_runs::event_entry(tx, by.as_str(), &group, &event);
            tx.record_entry(&entry).await?;
        }
        tx.record_group_run(&group).await?;
    }
    trains::hold_all(tx, request, "the record was put back from a backup").await?;
    communication::give_up(tx).await?;
    for id in tx.running_deployments().await? {
        let Some(deployment) = tx.deployment(id).await? else {
            continue;
        };
        for event in deployment.abandon(by, tx.now()) {
            steer::apply(tx, request, id, &event).await?;
        }
    }
    Ok(())
}
