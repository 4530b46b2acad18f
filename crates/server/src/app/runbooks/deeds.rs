//! What people say of the steps of a deployment.

use super::{
    super::{App, Error, Kind, Request, field, hands::Hands, steer},
    read_way, steps,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::json;
use tidegate_domain::{
    access::{Action, Resource},
    deployment::{Deployment, Event},
    id::DeploymentId,
    name::Name,
    runbook::{
        self, Conducted, Facts, Happened, Kind as StepKind, RunError, Step, StepDeed, StepEvent,
        Verdict, Way,
    },
};
use tidegate_policy::Authorizer;
use tidegate_protocol::api::{StepDeedRequest, StepsView};
use tidegate_store::Tx;

/// What somebody says of which step.
#[derive(Debug)]
struct Said {
    id: DeploymentId,
    way: Way,
    step: Name,
    deed: StepDeed,
    note: String,
}

impl App {
    /// Starts, finishes, answers, leaves out or takes up a step of a deployment.
    ///
    /// # Errors
    /// When it falls to somebody else, its turn has not come, or it asks for words that are not there.
    pub async fn do_step(
        &self,
        request: Request,
        (id, way, step): (DeploymentId, &str, &str),
        (deed, wanted): (&str, &StepDeedRequest),
    ) -> Result<StepsView, Error> {
        let deed = StepDeed::of(deed).ok_or_else(|| {
            let words: Vec<&str> = StepDeed::ALL.iter().map(|(word, _)| *word).collect();
            Error::not_found("deed-not-found", "thing to say of a step", deed)
                .hint(format!("it is one of {}", words.join(", ")))
        })?;
        let said = Said {
            id,
            way: read_way(way)?,
            step: field("step", step)?,
            deed,
            note: steer::read_reason(&wanted.note)?,
        };
        let view = self
            .store
            .write((request, said), |tx, (request, said)| {
                carry_out(tx, request, said).boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(view)
    }
}

async fn carry_out(tx: &mut Tx, request: &Request, said: &Said) -> Result<StepsView, Error> {
    let deployment = steer::found(tx, request, (Action::WorkTask, said.id)).await?;
    let all = tx.conducted(said.id).await?;
    let found = all.into_iter().find(|it| it.runbook.way == said.way);
    let mut conducted = found.ok_or_else(|| no_runbook(said))?;
    let step = conducted
        .runbook
        .find(&said.step)
        .map_err(|why| refuse(&why.into()))?;
    let authorizer = request.gate.authorizer(tx).await?;
    let hands = Hands::of(tx, request).await?;
    check_theirs((&authorizer, &hands), request, (&deployment, step))?;
    check_course(&deployment, said)?;
    let event = said
        .deed
        .event(step, &said.note)
        .map_err(|why| refuse(&why))?;
    let title = step.title().to_owned();
    let happened = Happened {
        step: said.step.clone(),
        event,
    };
    conducted.run = conducted.run_of(&deployment);
    let before = objection(&deployment, &conducted, tx.now());
    let by = (Some(&request.actor.name), tx.now());
    let applied = conducted.run.apply(&conducted.runbook, &happened, by);
    applied.map_err(|why| refuse(&why))?;
    tx.record_conducted(&conducted).await?;
    note(
        tx,
        request,
        (&deployment, &conducted),
        (&happened, &title, &said.note),
    )
    .await?;
    let after = objection(&deployment, &conducted, tx.now());
    let is_settled = before.is_some() && after.is_none();
    let hold = deployment.status.hold().filter(|it| it.by.is_none());
    if is_settled && hold.map(|it| &it.reason) == before.as_ref() {
        let by = request.actor.name.clone();
        steer::apply(tx, request, said.id, &Event::Resumed { by }).await?;
    }
    let deployment = steer::found(tx, request, (Action::WorkTask, said.id)).await?;
    steps::view(tx, request, &deployment).await
}

/// Why the deployment plan asks for a stop, if it does.
fn objection(deployment: &Deployment, conducted: &Conducted, now: Timestamp) -> Option<String> {
    let told = Facts::of(deployment, (None, false));
    match runbook::decide(&conducted.runbook, &conducted.run, &told, now).verdict {
        Verdict::Hold { reason } => Some(reason),
        Verdict::RollBack { .. } | Verdict::Go => None,
    }
}

async fn note(
    tx: &mut Tx,
    request: &Request,
    (deployment, conducted): (&Deployment, &Conducted),
    (happened, title, note): (&Happened, &str, &str),
) -> Result<(), Error> {
    let step = conducted.runbook.step(&happened.step);
    let is_decision = step.is_some_and(|it| matches!(it.kind, StepKind::Decision(_)));
    let action = match (&happened.event, is_decision) {
        (StepEvent::Finished { .. }, true) => "step.go",
        (StepEvent::Failed { .. }, true) => "step.no_go",
        (event, _) => event.word(),
    };
    let detail = json!({
        "step": happened.step, "title": title, "way": conducted.runbook.way, "note": note,
        "edition": conducted.edition,
    });
    let subject = format!("deployment/{}", deployment.id);
    request.journal(tx, action, &subject, &detail).await?;
    Ok(())
}

/// Whether somebody may say something of a step: whose it is, who stands in for them, and whoever may assign tasks there;
/// decisions of others take somebody who may sign off.
pub(super) fn is_theirs(
    (authorizer, hands): (&Authorizer, &Hands),
    request: &Request,
    (deployment, step): (&Deployment, &Step),
) -> bool {
    let actor = &request.actor;
    let place = Resource::place(deployment.product.clone(), deployment.environment.clone());
    let may = |action| authorizer.ask(actor, action, &place).allowed;
    if hands.have(step) {
        return may(Action::WorkTask);
    }
    match step.kind {
        StepKind::Decision(_) => may(Action::SignOff),
        StepKind::Manual(_) | StepKind::Message(_) | StepKind::Automatic(_) => {
            may(Action::AssignTask)
        }
    }
}

fn check_theirs(
    theirs: (&Authorizer, &Hands),
    request: &Request,
    (deployment, step): (&Deployment, &Step),
) -> Result<(), Error> {
    if is_theirs(theirs, request, (deployment, step)) {
        return Ok(());
    }
    let whose = step.owner.as_ref().map(ToString::to_string);
    let whose = whose.unwrap_or_else(|| "the engine".to_owned());
    let detail = format!("step `{}` is for {whose}", step.name);
    Err(
        Error::refused(Kind::NotAllowed, "step-of-others", detail).hint(match step.kind {
            StepKind::Decision(_) => "somebody who may sign off a wave may decide in their place",
            StepKind::Manual(_) | StepKind::Message(_) | StepKind::Automatic(_) => {
                "somebody who may assign tasks may do it in their place"
            }
        }),
    )
}

/// A backout plan sleeps until something goes back, and the deployment plan from then on.
fn check_course(deployment: &Deployment, said: &Said) -> Result<(), Error> {
    if steps::is_active(deployment, said.way) {
        return Ok(());
    }
    let detail = format!(
        "step `{}` is of the {}, which is not run: deployment {} is {}",
        said.step,
        said.way.title(),
        said.id,
        deployment.status.word().replace('_', " ")
    );
    Err(
        Error::refused(Kind::Conflict, "step-asleep", detail).hint(format!(
            "`tidegate step list {}` shows whose turn it is",
            said.id
        )),
    )
}

fn no_runbook(said: &Said) -> Error {
    let (id, title) = (said.id, said.way.title());
    let detail = format!("deployment {id} runs without a {title}");
    Error::refused(Kind::NotFound, "runbook-not-found", detail).hint(format!(
        "`tidegate step list {id}` shows what it runs by; a runbook is taken when a deployment begins"
    ))
}

fn refuse(why: &RunError) -> Error {
    let (kind, code) = match why {
        RunError::Step(_) => (Kind::NotFound, "step-not-found"),
        RunError::Silent(_) => (Kind::BadRequest, "no-reason"),
        RunError::Decision(_) | RunError::NoDecision(_) => (Kind::BadRequest, "step-kind"),
        RunError::Status(..) | RunError::Engine(_) | RunError::Time(_) | RunError::People(..) => {
            (Kind::Conflict, "step-state")
        }
    };
    let refused = Error::refused(kind, code, why.to_string());
    match why {
        RunError::Silent(_) => refused.hint("say it with `--note`"),
        RunError::Step(_)
        | RunError::Decision(_)
        | RunError::NoDecision(_)
        | RunError::Status(..)
        | RunError::Engine(_)
        | RunError::Time(_)
        | RunError::People(..) => refused,
    }
}
