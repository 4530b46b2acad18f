//! What people do about targets, checks and jobs that fail, and about a calendar that is closed.

use super::{
    App, Error, Kind, Request,
    query::in_the_way,
    steer::{self, read_reason},
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    deployment::{Against, CheckRun, Deployment, Event, Position, Word},
    id::DeploymentId,
    name::Name,
    plan::JobName,
};
use tidegate_store::Tx;

/// What is to become of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guidance {
    /// It failed, and is tried again.
    Retry,
    /// It failed, and that counts no more. It still has to pass, or to be excluded.
    Ignore,
    /// It leaves the deployment's scope.
    Exclude,
}

impl App {
    /// Says what is to become of a target of a deployment. What the engine stopped for its failure goes on.
    ///
    /// # Errors
    /// When there is no such target, its stage does not allow that, or a reason is missing.
    pub async fn guide(
        &self,
        request: Request,
        (id, target): (DeploymentId, Name),
        guidance: Guidance,
        reason: &str,
    ) -> Result<(), Error> {
        let reason = read_reason(reason)?;
        if guidance != Guidance::Retry && reason.is_empty() {
            return Err(reason_missing());
        }
        let by = request.actor.name.clone();
        let word = Word { by, reason };
        let input = (request, id, target, guidance, word);
        self.store
            .write(input, |tx, (request, id, target, guidance, word)| {
                say(tx, request, (*id, target), (*guidance, word)).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }

    /// Says what is to become of a check after the present wave: asked anew, or, with a reason, accepted as it is.
    ///
    /// # Errors
    /// When there is no such check, it is being asked or has passed.
    pub async fn guide_check(
        &self,
        request: Request,
        (id, check): (DeploymentId, Name),
        accepted: Option<&str>,
    ) -> Result<(), Error> {
        let reason = accepted.map(read_reason).transpose()?;
        if reason.as_deref() == Some("") {
            return Err(reason_missing());
        }
        self.store
            .write((request, id, check, reason), |tx, input| {
                say_of_check(tx, input).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }

    /// Says what is to become of a job that did not succeed: run again, or, with a reason, accepted as done.
    ///
    /// # Errors
    /// When there is no such job, it runs or is through.
    pub async fn guide_job(
        &self,
        request: Request,
        (id, job): (DeploymentId, JobName),
        accepted: Option<&str>,
    ) -> Result<(), Error> {
        let by = request.actor.name.clone();
        let event = match accepted.map(read_reason).transpose()? {
            Some(reason) if reason.is_empty() => return Err(reason_missing()),
            Some(reason) => {
                let word = Word { by, reason };
                Event::JobAccepted { job, word }
            }
            None => Event::JobRetried { job, by },
        };
        let input = (request, id, event);
        self.store
            .write(input, |tx, (request, id, event)| {
                say_of_job(tx, request, *id, event).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }

    /// Asks to deploy against the calendar for a reason, or, without one, confirms what another has asked for. What stands in
    /// the way now is set aside, and nothing that comes later.
    ///
    /// # Errors
    /// When nobody has asked, the one who asked confirms, or the deployment goes forward no more.
    pub async fn override_calendar(
        &self,
        request: Request,
        id: DeploymentId,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let reason = reason.map(read_reason).transpose()?;
        if reason.as_ref().is_some_and(String::is_empty) {
            return Err(reason_missing());
        }
        self.store
            .write(
                (request, id, reason),
                |tx, (request, id, reason)| match reason {
                    Some(reason) => ask_override(tx, request, (*id, reason)).boxed(),
                    None => confirm_override(tx, request, *id).boxed(),
                },
            )
            .await?;
        self.bus.wake_engine();
        Ok(())
    }
}

async fn ask_override(
    tx: &mut Tx,
    request: &Request,
    (id, reason): (DeploymentId, &str),
) -> Result<(), Error> {
    let deployment = steer::found(tx, request, (Action::OverrideCalendar, id)).await?;
    let against = in_the_way(tx, &deployment).await?;
    if against == Against::default() {
        let detail = format!(
            "nothing in the calendar stands in the way of {} in {}",
            deployment.product, deployment.environment
        );
        return Err(Error::refused(Kind::Conflict, "calendar-open", detail)
            .hint("`tidegate explain DEPLOYMENT` says what it waits for"));
    }
    let event = Event::OverrideAsked {
        by: request.actor.name.clone(),
        reason: reason.to_owned(),
        against: Some(against),
    };
    steer::apply(tx, request, id, &event).await
}

async fn confirm_override(tx: &mut Tx, request: &Request, id: DeploymentId) -> Result<(), Error> {
    let deployment = steer::found(tx, request, (Action::OverrideCalendar, id)).await?;
    if steer::asked_override(tx, request, &deployment).await? {
        let detail = "whoever asks to go on in spite of the calendar does not confirm it, by no other account and no token either";
        return Err(Error::refused(Kind::NotAllowed, "own-override", detail)
            .hint("it takes a second person"));
    }
    let by = request.actor.name.clone();
    steer::apply(tx, request, id, &Event::OverrideConfirmed { by }).await
}

pub(super) fn reason_missing() -> Error {
    Error::invalid("reason", "say why: whoever looks at this later needs it")
}

async fn say(
    tx: &mut Tx,
    request: &Request,
    (id, target): (DeploymentId, &Name),
    (guidance, word): (Guidance, &Word),
) -> Result<(), Error> {
    let action = match guidance {
        Guidance::Retry => Action::RetryTarget,
        Guidance::Ignore | Guidance::Exclude => Action::ExcludeTarget,
    };
    let deployment = steer::found(tx, request, (action, id)).await?;
    let target = position(&deployment, target)?;
    let word = word.clone();
    let event = match guidance {
        Guidance::Retry => Event::TargetRetried {
            target,
            by: word.by,
        },
        Guidance::Ignore => Event::TargetIgnored { target, word },
        Guidance::Exclude => Event::TargetExcluded { target, word },
    };
    steer::apply(tx, request, id, &event).await
}

async fn say_of_job(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    event: &Event,
) -> Result<(), Error> {
    let action = if matches!(event, Event::JobAccepted { .. }) {
        Action::AcceptCheck
    } else {
        Action::RetryTarget
    };
    let deployment = steer::found(tx, request, (action, id)).await?;
    if let Event::JobRetried { job, .. } | Event::JobAccepted { job, .. } = event
        && !deployment
            .plan
            .jobs
            .iter()
            .any(|planned| planned.job == *job)
    {
        let jobs = deployment.plan.jobs.iter().map(|it| it.job.to_string());
        let jobs: Vec<String> = jobs.collect();
        let missing = Error::not_found("job-not-found", "job of this deployment", job);
        return Err(missing.hint(match jobs.is_empty() {
            true => "it has no jobs".to_owned(),
            false => format!("its jobs are {}", jobs.join(", ")),
        }));
    }
    steer::apply(tx, request, id, event).await
}

async fn say_of_check(
    tx: &mut Tx,
    (request, id, check, reason): &(Request, DeploymentId, Name, Option<String>),
) -> Result<(), Error> {
    let action = match reason {
        Some(_) => Action::AcceptCheck,
        None => Action::RetryTarget,
    };
    let deployment = steer::found(tx, request, (action, *id)).await?;
    let present = deployment.status.wave();
    let is_it =
        |run: &&CheckRun| run.check == *check && present.is_none_or(|wave| run.wave == wave);
    let run = deployment.checks.iter().rev().find(is_it);
    let wave = run.map(|run| run.wave).ok_or_else(|| {
        Error::not_found(
            "check-not-found",
            "check of the present wave that began",
            check,
        )
    })?;
    let (check, by) = (check.clone(), request.actor.name.clone());
    let event = match reason.clone() {
        Some(reason) => Event::CheckAccepted {
            wave,
            check,
            word: Word { by, reason },
        },
        None => Event::CheckRetried { wave, check, by },
    };
    steer::apply(tx, request, *id, &event).await
}

fn position(deployment: &Deployment, target: &Name) -> Result<Position, Error> {
    let mut targets = deployment.positioned();
    let found = targets.find(|(_, run)| run.target == *target);
    found
        .map(|(position, _)| position)
        .ok_or_else(|| Error::not_found("target-not-found", "target of this deployment", target))
}
