//! Rollbacks under supervision: who may not roll back asks for it, and somebody of level 3 or above lets it go, or declines.
//!
//! What is asked changes nothing: neither the deployment nor the engine knows of it. Let go, it is a rollback by whoever let it
//! go, with everything that keeps them from one.

use super::{
    App, Error, Kind, Request,
    deploy::supervised,
    guide::reason_missing,
    people,
    rollback::{Why, check_not_in_step, nothing_to_take_back, take_back, to_take_back},
    steer::{self, read_reason},
    talk,
};
use futures::FutureExt;
use serde_json::json;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Actor, ActorKind, Resource},
    deployment::{AskedReturn, Deployment, ReturnAnswer, ReturnWord},
    id::DeploymentId,
    name::Name,
    talk::Subject,
};
use tidegate_protocol::api::AskedRollbackView;
use tidegate_store::{PersonRow, Tx};

/// How many open ones are looked through.
const OPEN_MAX: u64 = 500;

impl App {
    /// Declines that a deployment is rolled back, as somebody of level 2 asks.
    ///
    /// # Errors
    /// When nobody asks that, or no reason is given.
    pub async fn decline_return(
        &self,
        request: Request,
        id: DeploymentId,
        note: &str,
    ) -> Result<(), Error> {
        let note = read_reason(note)?;
        self.store
            .write((request, id, note), |tx, (request, id, note)| {
                decline(tx, request, *id, note).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

/// Asks that what stands in a place, or is in progress there, be rolled back; answers which deployment that is. Asking twice changes
/// nothing.
pub(super) async fn ask(
    tx: &mut Tx,
    request: &Request,
    (product, environment): (&Name, &Name),
    why: &Why,
) -> Result<DeploymentId, Error> {
    if why.reason.is_empty() {
        return Err(reason_missing());
    }
    let deployment = to_take_back(tx, product, environment).await?;
    let deployment = deployment.ok_or_else(|| nothing_to_take_back(product, environment))?;
    let id = deployment.id;
    check_may_be_asked(tx, &deployment).await?;
    if let Some(asked) = waiting(tx, &deployment).await? {
        refuse_asked_by_another(tx, request, &asked).await?;
        return Ok(id);
    }
    overtake(tx, request, (product, environment)).await?;
    let asked = AskedReturn {
        deployment: id,
        newest: newest(tx, &deployment).await?.unwrap_or(id),
        by: request.actor.name.clone(),
        reason: why.reason.clone(),
        at: tx.now(),
        answer: None,
    };
    tx.record_asked_return(&asked).await?;
    let detail = json!({ "reason": asked.reason });
    note(tx, request, ("deployment.rollback_asked", id), &detail).await?;
    tx.follow((&Subject::Deployment(id), &asked.by), true, false)
        .await?;
    let given = who_answer(tx, request, &deployment).await?;
    let line = format!("asked to roll it back: {}", asked.reason);
    tell(tx, request, (id, &line), &given).await?;
    Ok(id)
}

/// Whether whoever asks could ask now that a deployment be rolled back: nothing but their level keeps them from doing it themselves,
/// and nobody has asked.
pub(super) async fn may_ask(
    tx: &mut Tx,
    request: &Request,
    deployment: &Deployment,
) -> Result<bool, Error> {
    let place = (&deployment.product, &deployment.environment);
    let asks = supervised(tx, request, (Action::RollBack, place)).await;
    if !matches!(asks, Ok(Some(_))) || check_may_be_asked(tx, deployment).await.is_err() {
        return Ok(false);
    }
    let goes = to_take_back(tx, place.0, place.1).await?;
    Ok(goes.is_some_and(|it| it.id == deployment.id) && waiting(tx, deployment).await?.is_none())
}

/// What is asked of a deployment, if it waits for an answer.
pub(super) async fn waiting(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Option<AskedReturn>, Error> {
    let Some(asked) = tx.asked_return(deployment.id).await? else {
        return Ok(None);
    };
    Ok(waits(tx, &asked, deployment).await?.then_some(asked))
}

/// Whether what is asked of a deployment still waits for an answer.
pub(super) async fn waits(
    tx: &mut Tx,
    asked: &AskedReturn,
    deployment: &Deployment,
) -> Result<bool, Error> {
    if asked.answer.is_some() {
        return Ok(false);
    }
    let newest = newest(tx, deployment).await?;
    let goes = to_take_back(tx, &deployment.product, &deployment.environment).await?;
    Ok(asked.waits(newest, goes.map(|it| it.id)))
}

/// All that nobody answered, each with what is to be rolled back; some may be overtaken.
pub(super) async fn open(tx: &mut Tx) -> Result<Vec<(AskedReturn, Deployment)>, Error> {
    let mut all = Vec::new();
    for asked in tx.open_asked_returns(OPEN_MAX).await? {
        if let Some(deployment) = tx.deployment(asked.deployment).await? {
            all.push((asked, deployment));
        }
    }
    Ok(all)
}

/// Closes what is asked of a place and waits no more, because something else happened there. Of a place, at most one is left open.
pub(super) async fn overtake(
    tx: &mut Tx,
    request: &Request,
    (product, environment): (&Name, &Name),
) -> Result<(), Error> {
    for (asked, deployment) in open(tx).await? {
        let is_there = deployment.product == *product && deployment.environment == *environment;
        if is_there && !waits(tx, &asked, &deployment).await? {
            let id = answer(tx, request, (asked, ReturnWord::Overtaken)).await?;
            let action = ("deployment.rollback_overtaken", id);
            note(tx, request, action, &json!({})).await?;
        }
    }
    Ok(())
}

/// Rolls a deployment back as somebody else asked. What controls object to is answered by who lets it go, in their own words.
pub(super) async fn let_go(
    tx: &mut Tx,
    request: &Request,
    (asked, deployment): (AskedReturn, &Deployment),
    said: &str,
) -> Result<(), Error> {
    refuse_own(tx, request, &asked).await?;
    let place = (deployment.product.clone(), deployment.environment.clone());
    let id = answer(tx, request, (asked.clone(), ReturnWord::LetGo)).await?;
    let why = Why {
        reason: said.to_owned(),
        asked: Some(asked),
        signs: false,
    };
    Box::pin(take_back(tx, request, &place, &why)).await?;
    let detail = json!({ "note": said });
    note(tx, request, ("deployment.rollback_let_go", id), &detail).await?;
    let line = match said {
        "" => "lets the rollback go".to_owned(),
        said => format!("lets the rollback go: {said}"),
    };
    tell(tx, request, (id, &line), &BTreeSet::new()).await
}

pub(super) fn view(asked: &AskedReturn) -> AskedRollbackView {
    AskedRollbackView {
        by: asked.by.to_string(),
        reason: asked.reason.clone(),
        at: asked.at,
    }
}

/// Whether a deployment, as it is now, can be asked to be rolled back.
async fn check_may_be_asked(tx: &mut Tx, deployment: &Deployment) -> Result<(), Error> {
    check_not_in_step(tx, deployment).await?;
    let supervision = deployment.supervision.as_ref();
    if supervision.is_none_or(|it| it.released.is_some()) {
        return Ok(());
    }
    let id = deployment.id;
    let detail = format!("nobody let deployment {id} go yet: there is nothing to roll back");
    let remedy = format!("somebody of level 3 or above ends it: `tidegate cancel {id}`");
    Err(Error::refused(Kind::Conflict, "deployment-state", detail).hint(remedy))
}

/// Whose reason would be kept nowhere hears who asked before.
async fn refuse_asked_by_another(
    tx: &mut Tx,
    request: &Request,
    asked: &AskedReturn,
) -> Result<(), Error> {
    if people::is_own(tx, request, &asked.by).await? {
        return Ok(());
    }
    let (id, by) = (asked.deployment, &asked.by);
    let detail = format!(
        "{by} asked already to roll deployment {id} back: {}",
        asked.reason
    );
    let remedy = format!("say what you know of it: `tidegate comment add deployment/{id} TEXT`");
    Err(Error::refused(Kind::Conflict, "rollback-asked", detail).hint(remedy))
}

/// Who is told that a rollback is asked for: those of the product's team who may answer, or where it has none, everybody who may.
async fn who_answer(
    tx: &mut Tx,
    request: &Request,
    deployment: &Deployment,
) -> Result<BTreeSet<Name>, Error> {
    let human = request.human(tx).await?;
    let authorizer = request.gate.authorizer(tx).await?;
    let place = Resource::place(deployment.product.clone(), deployment.environment.clone());
    let others = tx.people().await?.into_iter();
    let others = others.filter(|it| it.kind == ActorKind::Person && it.human() != human);
    let may = |it: &Actor| authorizer.ask(it, Action::Supervise, &place).allowed;
    let all: Vec<Actor> = others.map(PersonRow::actor).filter(may).collect();
    let directory = authorizer.directory();
    let team = directory.team_of(&place);
    let is_of = |it: &&Actor| directory.teams_of(it).any(|of| Some(of) == team);
    let own: BTreeSet<Name> = all.iter().filter(is_of).map(|it| it.name.clone()).collect();
    if own.is_empty() {
        return Ok(all.into_iter().map(|it| it.name).collect());
    }
    Ok(own)
}

async fn decline(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    said: &str,
) -> Result<(), Error> {
    let deployment = steer::found(tx, request, (Action::Supervise, id)).await?;
    let Some(asked) = waiting(tx, &deployment).await? else {
        let detail = format!("nobody asks to roll deployment {id} back");
        return Err(Error::refused(Kind::Conflict, "nothing-asked", detail)
            .hint("what was asked for and did not begin is ended by `tidegate cancel`"));
    };
    if said.is_empty() {
        return Err(reason_missing());
    }
    refuse_own(tx, request, &asked).await?;
    let word = ReturnWord::Declined {
        note: said.to_owned(),
    };
    answer(tx, request, (asked, word)).await?;
    note(
        tx,
        request,
        ("deployment.rollback_declined", id),
        &json!({ "note": said }),
    )
    .await?;
    let line = format!("declines the rollback: {said}");
    tell(tx, request, (id, &line), &BTreeSet::new()).await
}

async fn answer(
    tx: &mut Tx,
    request: &Request,
    (mut asked, word): (AskedReturn, ReturnWord),
) -> Result<DeploymentId, Error> {
    asked.answer = Some(ReturnAnswer {
        by: request.actor.name.clone(),
        at: tx.now(),
        word,
    });
    tx.record_asked_return(&asked).await?;
    Ok(asked.deployment)
}

async fn refuse_own(tx: &mut Tx, request: &Request, asked: &AskedReturn) -> Result<(), Error> {
    if !people::is_own(tx, request, &asked.by).await? {
        return Ok(());
    }
    let detail =
        "whoever asks for a rollback does not answer that, by no other account and no token either";
    Err(Error::refused(Kind::NotAllowed, "own-rollback", detail)
        .hint("somebody else of level 3 or above does"))
}

/// The newest deployment in the place of one.
async fn newest(tx: &mut Tx, deployment: &Deployment) -> Result<Option<DeploymentId>, Error> {
    let place = (Some(&deployment.product), Some(&deployment.environment));
    let end = DeploymentId(u64::MAX >> 1);
    let newest = tx.deployments_before(end, 1, place).await?.pop();
    Ok(newest.map(|it| it.id))
}

async fn note(
    tx: &mut Tx,
    request: &Request,
    (action, id): (&str, DeploymentId),
    detail: &serde_json::Value,
) -> Result<(), Error> {
    let subject = format!("deployment/{id}");
    Ok(request.journal(tx, action, &subject, detail).await?)
}

async fn tell(
    tx: &mut Tx,
    request: &Request,
    (id, line): (DeploymentId, &str),
    given: &BTreeSet<Name>,
) -> Result<(), Error> {
    let told = talk::Told {
        subject: &Subject::Deployment(id),
        line,
        given,
        text: "",
    };
    talk::tell(tx, request, &told).await.map(drop)
}
