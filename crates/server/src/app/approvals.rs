//! Approvals of deployments: given, turned down, and shown with exactly what they are about.

use super::{
    App, Error, Kind, Request, clearance, people, releases, returns, runbooks, steer,
    steer::read_reason,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::Action,
    canonical,
    control::{Approval, StopKind, Verdict},
    deployment::{Deployment, Event},
    digest::Digest,
    id::{ApprovalId, DeploymentId},
    name::Name,
    plan::PartHashes,
    release::Contents,
    runbook::Way,
};
use tidegate_protocol::api::{
    ApprovalRequest, ApprovalsView, ApprovedContentView, PartView, SaidView, SupervisedView,
};
use tidegate_store::Tx;
use uuid::Uuid;

impl App {
    /// Keeps a person's word about exactly what a deployment is. A later word of theirs takes its place.
    ///
    /// # Errors
    /// When it has ended, is their own, or is not what they looked at.
    pub async fn approve(
        &self,
        request: Request,
        id: DeploymentId,
        verdict: Verdict,
        said: &ApprovalRequest,
    ) -> Result<ApprovalsView, Error> {
        let note = read_reason(&said.note)?;
        if verdict == Verdict::TurnedDown && note.is_empty() {
            return Err(Error::invalid(
                "note",
                "say why: whoever asked for it reads that",
            ));
        }
        let word = Word {
            id: ApprovalId(Uuid::now_v7()),
            verdict,
            note,
            looked_at: super::optional("parts", said.parts.as_deref())?,
        };
        let view = self
            .store
            .write((request, id, word), |tx, (request, id, word)| {
                say(tx, request, *id, word).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(view)
    }

    /// Who said what of a deployment, what exactly is approved, and what differs from what was approved there last.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn approvals(
        &self,
        request: &Request,
        id: DeploymentId,
    ) -> Result<ApprovalsView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let deployment = steer::found(tx, request, (Action::Read, *id)).await?;
                    view(tx, request, &deployment).await
                }
                .boxed()
            })
            .await
    }

    /// Whether somebody of level 3 or above still has to let a deployment go.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn waits_for_supervision(
        &self,
        request: &Request,
        id: DeploymentId,
    ) -> Result<bool, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let deployment = steer::found(tx, request, (Action::Read, *id)).await?;
                    let supervision = deployment.supervision.as_ref();
                    Ok(supervision.is_some_and(|it| it.released.is_none()))
                }
                .boxed()
            })
            .await
    }

    /// Lets go what somebody else asked for under supervision: the deployment, or a rollback, to which they may say something.
    ///
    /// # Errors
    /// When nobody supervises it, it was let go, or it is their own. When controls object to what a rollback goes back to, and no
    /// note answers that.
    pub async fn supervise(
        &self,
        request: Request,
        id: DeploymentId,
        note: &str,
    ) -> Result<(), Error> {
        let input = (request.clone(), id, read_reason(note)?);
        let goes_back = self
            .store
            .write(input, |tx, (request, id, note)| {
                async move {
                    let deployment = steer::found(tx, request, (Action::Supervise, *id)).await?;
                    if let Some(asked) = returns::waiting(tx, &deployment).await? {
                        returns::let_go(tx, request, (asked, &deployment), note).await?;
                        return Ok(true);
                    }
                    refuse_own(tx, request, &deployment).await?;
                    refuse_note(&deployment, note)?;
                    Ok::<_, Error>(false)
                }
                .boxed()
            })
            .await?;
        if goes_back {
            self.bus.wake_engine();
            self.bus.announce();
            return Ok(());
        }
        let by = request.actor.name.clone();
        let event = Event::Supervised { by };
        self.make_happen(request, (Action::Supervise, id), event)
            .await
    }
}

/// What waits to be let go and whoever asks may let go, that of one team's products if it is named: rollbacks, then deployments.
pub(super) async fn waiting_for_supervision(
    tx: &mut Tx,
    request: &Request,
    team: Option<&Name>,
) -> Result<Vec<SupervisedView>, Error> {
    let mut waiting = Vec::new();
    for (asked, it) in returns::open(tx).await? {
        let may = answers(tx, request, (&it, &asked.by, team)).await?;
        if may && returns::waits(tx, &asked, &it).await? {
            let what = ("rollback", &asked.by, asked.at);
            waiting.push(supervised(&it, what, asked.reason.clone()));
        }
    }
    for id in tx.running_deployments().await? {
        let Some(it) = tx.deployment(id).await? else {
            continue;
        };
        let supervision = it.supervision.as_ref();
        let waits = supervision.is_some_and(|it| it.released.is_none());
        if waits && answers(tx, request, (&it, &it.requested_by, team)).await? {
            let asked = ("deployment", &it.requested_by, it.requested_at);
            waiting.push(supervised(&it, asked, String::new()));
        }
    }
    Ok(waiting)
}

fn supervised(
    it: &Deployment,
    (asks, by, at): (&str, &Name, Timestamp),
    reason: String,
) -> SupervisedView {
    SupervisedView {
        deployment: it.id.0,
        product: it.product.to_string(),
        release: it.release.to_string(),
        environment: it.environment.to_string(),
        asks: asks.to_owned(),
        by: by.to_string(),
        at,
        reason,
    }
}

/// Whether whoever asks may answer what somebody asks of a deployment, and it is of that team's products if it is named.
async fn answers(
    tx: &mut Tx,
    request: &Request,
    (it, by, team): (&Deployment, &Name, Option<&Name>),
) -> Result<bool, Error> {
    let place = (&it.product, &it.environment);
    let may = request.permit_place(tx, Action::Supervise, place).await;
    if may.is_err() || people::is_own(tx, request, by).await? {
        return Ok(false);
    }
    let Some(team) = team else {
        return Ok(true);
    };
    let product = tx.product(&it.product).await?;
    Ok(product.is_some_and(|product| product.team == *team))
}

/// A person's word, read.
struct Word {
    id: ApprovalId,
    verdict: Verdict,
    note: String,
    looked_at: Option<Digest>,
}

async fn say(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    word: &Word,
) -> Result<ApprovalsView, Error> {
    let deployment = steer::found(tx, request, (Action::Approve, id)).await?;
    if !deployment.status.goes_forward() {
        let detail = format!(
            "deployment {id} is {}: there is nothing to approve any more",
            deployment.status.word()
        );
        return Err(Error::refused(Kind::Conflict, "deployment-state", detail));
    }
    refuse_own(tx, request, &deployment).await?;
    let human = request.human(tx).await?;
    let parts = canonical::hash(&deployment.parts);
    if word.looked_at.is_some_and(|looked_at| looked_at != parts) {
        let detail =
            format!("deployment {id} is not what you looked at: its parts hash to {parts} now");
        return Err(Error::refused(Kind::Conflict, "parts-changed", detail).hint("look again"));
    }
    let approval = Approval {
        id: word.id,
        product: deployment.product.clone(),
        environment: deployment.environment.clone(),
        release: deployment.release.clone(),
        deployment: id,
        parts: deployment.parts.clone(),
        by: request.actor.name.clone(),
        human,
        verdict: word.verdict,
        note: word.note.clone(),
        at: tx.now(),
    };
    tx.record_approval(&approval).await?;
    let action = match word.verdict {
        Verdict::Approved => "deployment.approved",
        Verdict::TurnedDown => "deployment.turned_down",
    };
    let detail =
        serde_json::json!({ "parts": approval.parts, "hash": parts, "note": approval.note });
    let subject = format!("deployment/{id}");
    request.journal(tx, action, &subject, &detail).await?;
    view(tx, request, &deployment).await
}

/// Nobody lets go what they asked for themselves.
async fn refuse_own(tx: &mut Tx, request: &Request, deployment: &Deployment) -> Result<(), Error> {
    if !people::is_own(tx, request, &deployment.requested_by).await? {
        return Ok(());
    }
    let detail = "whoever asks for a deployment does not approve it, by no other account and no token either";
    Err(Error::refused(Kind::NotAllowed, "own-deployment", detail)
        .hint("somebody else approves it"))
}

/// What is said to a deployment that is let go would be kept nowhere.
fn refuse_note(deployment: &Deployment, note: &str) -> Result<(), Error> {
    let supervision = deployment.supervision.as_ref();
    if note.is_empty() || supervision.is_none_or(|it| it.released.is_some()) {
        return Ok(());
    }
    let why = format!(
        "it is for a rollback; of a deployment, say it by `tidegate comment add deployment/{} TEXT`",
        deployment.id
    );
    Err(Error::invalid("note", why))
}

async fn view(
    tx: &mut Tx,
    request: &Request,
    deployment: &Deployment,
) -> Result<ApprovalsView, Error> {
    let found = clearance::find(tx, &request.gate, deployment).await?;
    let could = match deployment.status.goes_forward() {
        true => clearance::whose_yes(tx, request, (deployment, &found)).await?,
        false => Vec::new(),
    };
    let before = clearance::approved_before(tx, deployment).await?;
    let contents = contents(tx, deployment).await?;
    let earlier = match &before {
        Some(before) => contents_of(tx, before).await?,
        None => Contents::new(),
    };
    let had_before = before.is_some();
    let approvers = &found.judgement.facts.deployment.approvers;
    let said = found.voters.iter().map(|voter| SaidView {
        by: voter.name.to_string(),
        verdict: voter.verdict.word().to_owned(),
        note: voter.note.clone(),
        counts: voter.may
            && (voter.verdict == Verdict::TurnedDown || approvers.contains(&voter.name)),
    });
    let lacks = found
        .clearance
        .stops
        .iter()
        .filter(|stop| stop.kind == StopKind::Approval);
    let content =
        |(component, content): (&_, &tidegate_domain::release::Content)| ApprovedContentView {
            component: ToString::to_string(component),
            version: content.version.to_string(),
            digest: content.digest.to_string(),
            changed: had_before && earlier.get(component) != Some(content),
        };
    Ok(ApprovalsView {
        parts: canonical::hash(&deployment.parts).to_string(),
        hashes: hashes(&deployment.parts),
        differences: match &before {
            Some(before) => differences(tx, before, deployment).await?,
            None => Vec::new(),
        },
        before: before.map(|before| before.id.0),
        contents: contents.iter().map(content).collect(),
        said: said.collect(),
        lacks: lacks.map(ToString::to_string).collect(),
        could: could.iter().map(ToString::to_string).collect(),
    })
}

async fn contents(tx: &mut Tx, deployment: &Deployment) -> Result<Contents, Error> {
    let release = releases::find(tx, &deployment.product, &deployment.release).await?;
    Ok(release.contents)
}

async fn contents_of(tx: &mut Tx, deployment: &Deployment) -> Result<Contents, Error> {
    let release = tx.release(&deployment.product, &deployment.release).await?;
    Ok(release.map(|release| release.contents).unwrap_or_default())
}

fn hashes(parts: &PartHashes) -> Vec<PartView> {
    named(parts)
        .into_iter()
        .map(|(part, hash)| PartView {
            part: part.to_owned(),
            hash: hash.map(|hash| hash.to_string()),
        })
        .collect()
}

fn named(parts: &PartHashes) -> [(&'static str, Option<Digest>); 7] {
    [
        ("contents", parts.contents),
        ("configuration", parts.configuration),
        ("strategy", parts.strategy),
        ("selector", parts.selector),
        ("backout", parts.backout),
        ("communications", parts.communications),
        ("deployment plan", parts.deployment_plan),
    ]
}

/// What differs between two deployments to one place, in words.
async fn differences(
    tx: &mut Tx,
    before: &Deployment,
    now: &Deployment,
) -> Result<Vec<String>, Error> {
    let parts = named(&before.parts).into_iter().zip(named(&now.parts));
    let differ = parts.filter(|((_, before), (_, now))| before != now);
    let differ: Vec<&str> = differ.map(|((part, _), _)| part).collect();
    let mut told = Vec::new();
    for part in differ {
        let way = match part {
            "deployment plan" => Some(Way::Forward),
            "backout" => Some(Way::Back),
            _ => None,
        };
        told.push(difference(part, (before, now)));
        if let Some(way) = way {
            let found = runbooks::told_apart(tx, (before, now), way).await?;
            told.extend(found.into_iter().map(|it| format!("{part}: {it}")));
        }
    }
    Ok(told)
}

fn difference(part: &str, (before, now): (&Deployment, &Deployment)) -> String {
    match part {
        "contents" => format!(
            "contents: release {} became {}",
            before.release, now.release
        ),
        "configuration" => format!(
            "configuration: snapshot {} became {}",
            before.snapshot, now.snapshot
        ),
        "strategy" => format!(
            "strategy: {} became {}",
            before.plan.strategy, now.plan.strategy
        ),
        "selector" => "limits, or which targets are meant".to_owned(),
        other => other.to_owned(),
    }
}
