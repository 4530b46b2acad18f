//! Going back under supervision: who may not roll back asks for it, and somebody of level 3 or above lets it go, or declines.
//!
//! What is asked changes nothing: neither the deployment nor the engine knows of it. Let go, it is a rollback by whoever let it
//! go, with everything that keeps them from one.

use super::{
    App, Error, Kind, Request,
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
    access::Action,
    deployment::{AskedReturn, Deployment, ReturnAnswer, ReturnWord},
    id::DeploymentId,
    name::Name,
    talk::Subject,
};
use tidegate_protocol::api::AskedReturnView;
use tidegate_store::Tx;

/// How many open ones are looked through.
const OPEN_MAX: u64 = 500;

impl App {
    /// Declines that a deployment is taken back, as somebody of level 2 asks.
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

/// Asks that what stands in a place, or is in progress there, be taken back; answers which deployment that is. Asking twice changes
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
    check_not_in_step(tx, &deployment).await?;
    let supervision = deployment.supervision.as_ref();
    if supervision.is_some_and(|it| it.released.is_none()) {
        let detail = format!("nobody let deployment {id} go yet: there is nothing to take back");
        return Err(
            Error::refused(Kind::Conflict, "deployment-state", detail).hint(format!(
                "somebody of level 3 or above ends it: `tidegate cancel {id}`"
            )),
        );
    }
    if waiting(tx, &deployment).await?.is_some() {
        return Ok(id);
    }
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
    note(tx, request, ("deployment.return_asked", id), &detail).await?;
    let subject = Subject::Deployment(id);
    tx.follow((&subject, &asked.by), true, false).await?;
    tell(
        tx,
        request,
        (id, &format!("asked to take it back: {}", asked.reason)),
    )
    .await?;
    Ok(id)
}

/// What is asked of a deployment, if it waits for an answer.
pub(super) async fn waiting(
    tx: &mut Tx,
    deployment: &Deployment,
) -> Result<Option<AskedReturn>, Error> {
    let asked = tx.asked_return(deployment.id).await?;
    let Some(asked) = asked.filter(|it| it.answer.is_none()) else {
        return Ok(None);
    };
    let newest = newest(tx, deployment).await?;
    let goes = to_take_back(tx, &deployment.product, &deployment.environment).await?;
    let waits = asked.waits(newest, goes.map(|it| it.id));
    Ok(waits.then_some(asked))
}

/// All that wait for an answer, each with what is to be taken back.
pub(super) async fn all_waiting(tx: &mut Tx) -> Result<Vec<(AskedReturn, Deployment)>, Error> {
    let mut all = Vec::new();
    for asked in tx.open_asked_returns(OPEN_MAX).await? {
        let Some(deployment) = tx.deployment(asked.deployment).await? else {
            continue;
        };
        if let Some(asked) = waiting(tx, &deployment).await? {
            all.push((asked, deployment));
        }
    }
    Ok(all)
}

/// Takes a deployment back as somebody else asked.
pub(super) async fn let_go(
    tx: &mut Tx,
    request: &Request,
    (asked, deployment): (AskedReturn, &Deployment),
) -> Result<(), Error> {
    refuse_own(tx, request, &asked).await?;
    let place = (deployment.product.clone(), deployment.environment.clone());
    let why = Why {
        reason: asked.told(),
        signs: false,
    };
    Box::pin(take_back(tx, request, &place, &why)).await?;
    let id = answer(tx, request, (asked, ReturnWord::LetGo)).await?;
    note(tx, request, ("deployment.return_let_go", id), &json!({})).await?;
    tell(tx, request, (id, "lets it go back")).await
}

pub(super) fn view(asked: &AskedReturn) -> AskedReturnView {
    AskedReturnView {
        by: asked.by.to_string(),
        reason: asked.reason.clone(),
        at: asked.at,
    }
}

async fn decline(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    said: &str,
) -> Result<(), Error> {
    let deployment = steer::found(tx, request, (Action::Supervise, id)).await?;
    let Some(asked) = waiting(tx, &deployment).await? else {
        let detail = format!("nobody asks to take deployment {id} back");
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
        ("deployment.return_declined", id),
        &json!({ "note": said }),
    )
    .await?;
    tell(tx, request, (id, &format!("does not take it back: {said}"))).await
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
        "whoever asks to go back does not answer that, by no other account and no token either";
    Err(Error::refused(Kind::NotAllowed, "own-return", detail)
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
) -> Result<(), Error> {
    let told = talk::Told {
        subject: &Subject::Deployment(id),
        line,
        given: &BTreeSet::new(),
        text: "",
    };
    talk::tell(tx, request, &told).await.map(drop)
}
