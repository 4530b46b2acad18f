//! What people do to a deployment that runs: pause, resume, cancel, sign off.

use super::{App, Error, Kind, Request, clearance, entry, people, returns};
use futures::FutureExt;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Resource},
    deployment::{Deployment, Event},
    id::DeploymentId,
    journal::Entry,
};
use tidegate_store::Tx;

/// The longest reason, in characters.
const REASON_MAX: usize = 1_000;

/// What a person wants of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Begin nothing new.
    Pause,
    /// Go on.
    Resume,
    /// End now, leaving targets as they are.
    Cancel,
}

/// What people do to a deployment.
const DEEDS: [Action; 5] = [
    Action::SteerDeployment,
    Action::SignOff,
    Action::OverrideCalendar,
    Action::RollBack,
    Action::Supervise,
];

/// What somebody may do to a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// What they are allowed.
    pub actions: BTreeSet<Action>,
    /// Whether they asked themselves to go on in spite of the calendar, so that somebody else confirms it.
    pub asked_override: bool,
    /// Whether they may not roll it back, but ask for that now.
    pub asks_rollback: bool,
}

impl App {
    /// Does to a deployment what a person wishes.
    ///
    /// # Errors
    /// When it does not exist, or cannot do that now.
    pub async fn steer(
        &self,
        request: Request,
        id: DeploymentId,
        wish: Wish,
        reason: &str,
    ) -> Result<(), Error> {
        let (by, reason) = (request.actor.name.clone(), read_reason(reason)?);
        let event = match wish {
            Wish::Pause => Event::Held {
                reason,
                by: Some(by),
            },
            Wish::Resume => Event::Resumed { by },
            Wish::Cancel => Event::CancelRequested { by },
        };
        self.make_happen(request, (Action::SteerDeployment, id), event)
            .await
    }

    /// Finds the waves of a deployment up to `wave` (counted from 0) good, so that the next may begin.
    ///
    /// # Errors
    /// When the plan does not ask for it there, or that wave is not over.
    pub async fn sign_off(
        &self,
        request: Request,
        id: DeploymentId,
        wave: u32,
    ) -> Result<(), Error> {
        let by = request.actor.name.clone();
        let event = Event::SignedOff { wave, by };
        self.make_happen(request, (Action::SignOff, id), event)
            .await
    }

    /// What whoever asks may do to a deployment, as far as people's rights go.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn leave(&self, request: &Request, id: DeploymentId) -> Result<Leave, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let deployment = found(tx, request, (Action::Read, *id)).await?;
                    let authorizer = request.gate.authorizer(tx).await?;
                    let place = (deployment.product.clone(), deployment.environment.clone());
                    let resource = Resource::place(place.0, place.1);
                    let may = |it: &Action| authorizer.ask(&request.actor, *it, &resource).allowed;
                    Ok(Leave {
                        actions: DEEDS.into_iter().filter(may).collect(),
                        asked_override: asked_override(tx, request, &deployment).await?,
                        asks_rollback: returns::may_ask(tx, request, &deployment).await?,
                    })
                }
                .boxed()
            })
            .await
    }

    pub(super) async fn make_happen(
        &self,
        request: Request,
        asked: (Action, DeploymentId),
        event: Event,
    ) -> Result<(), Error> {
        self.store
            .write((request, asked, event), |tx, (request, asked, event)| {
                async move {
                    let deployment = found(tx, request, *asked).await?;
                    apply(tx, request, deployment.id, event).await
                }
                .boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }
}

/// Whether the human being who asks is who wants to go on in spite of the calendar.
pub(super) async fn asked_override(
    tx: &mut Tx,
    request: &Request,
    deployment: &Deployment,
) -> Result<bool, Error> {
    match deployment.overrides.last() {
        Some(last) if last.confirmed_by.is_none() => people::is_own(tx, request, &last.by).await,
        Some(_) | None => Ok(false),
    }
}

/// A person's words, which the journal keeps for ever and every page shows.
pub(super) fn read_reason(text: &str) -> Result<String, Error> {
    if text.chars().count() > REASON_MAX {
        let detail = format!(
            "at most {REASON_MAX} characters; keep the long story where a link leads to it"
        );
        return Err(Error::invalid("reason", detail));
    }
    Ok(text.trim().to_owned())
}

/// A deployment, about which whoever asks may do that.
///
/// # Errors
/// When there is none that they see, or they may not.
pub(super) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, DeploymentId),
) -> Result<Deployment, Error> {
    let found = existing(tx, id).await?;
    request.permit_deployment(tx, action, &found).await?;
    Ok(found)
}

async fn existing(tx: &mut Tx, id: DeploymentId) -> Result<Deployment, Error> {
    let found = tx.deployment(id).await?;
    found.ok_or_else(|| Error::not_found("deployment-not-found", "deployment", id))
}

/// Makes a person's event happen to a deployment; that they may was asked before.
pub(super) async fn apply(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    event: &Event,
) -> Result<(), Error> {
    let before = existing(tx, id).await?;
    let mut after = before.clone();
    after.apply(event, tx.now()).map_err(|illegal| {
        let detail = format!(
            "deployment {id} is {}: it cannot do that now",
            before.status.word().replace('_', " ")
        );
        Error::refused(Kind::Conflict, "deployment-state", detail).hint(illegal.to_string())
    })?;
    tx.record_deployment_changed(&before, &after).await?;
    let mut entry = event_entry(tx, request.actor.name.as_str(), &after, event);
    entry.request = Some(request.id.clone());
    tx.record_entry(&entry).await?;
    clearance::note(tx, &request.gate, &after, event).await
}

/// The journal's entry about an event of a deployment: targets by name, not by position.
pub(crate) fn event_entry(tx: &Tx, actor: &str, deployment: &Deployment, event: &Event) -> Entry {
    let mut detail = serde_json::to_value(event).unwrap_or_default();
    if let Some(fields) = detail.as_object_mut() {
        fields.remove("event");
        let run = event
            .target()
            .and_then(|position| deployment.targets.get(position.0 as usize));
        if let Some(run) = run {
            fields.insert("target".to_owned(), run.target.as_str().into());
        }
    }
    let action = format!("deployment.{}", event.word());
    entry(
        tx,
        actor,
        (&action, &format!("deployment/{}", deployment.id)),
        &detail,
    )
}
