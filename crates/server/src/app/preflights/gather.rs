//! What the record knows of the targets of a deployment, and what their agents are to be asked.

use super::{
    super::{
        Error, Kind, Request, balancing, plans::Wanted, rehearse, runbooks, steer, talk::people_of,
    },
    drift::drift,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::Action,
    converge::Health,
    deployment::{Deployment, TargetRun, facts::Report},
    digest::Digest,
    id::DeploymentId,
    name::Name,
    preflight::{Answer, Call, Fleet, HostQuestion, Role, Runs, WayBack, Workload, calls},
    revision::{ComponentRevision, Revision, RevisionId},
    runbook::{Errand, Run, Runbook, Timeline, Way},
};
use tidegate_store::{AgentRow, Repository, TargetKey, Tx};

/// How long a deployment is taken to last that no plan tells of.
const UNPLANNED: SignedDuration = SignedDuration::from_hours(1);

/// What is asked, and of what.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    /// As it would begin.
    pub(super) deployment: Deployment,
    /// Of each target that it would change, and each load balancer that it would tell.
    pub(super) targets: Vec<Asked>,
    /// Everything else; no targets yet.
    pub(super) fleet: Fleet,
}

/// One target, before its agent has answered.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) key: TargetKey,
    /// Where it need not be asked.
    pub(super) known: Option<Answer>,
    pub(super) question: HostQuestion,
    pub(super) role: Role,
}

/// Everything that can be known without asking an agent.
///
/// # Errors
/// When whoever asks may not, or no deployment can be planned.
pub(super) async fn staged(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<Stage, Error> {
    let place = (&wanted.product, &wanted.environment);
    request.permit_place(tx, Action::Rehearse, place).await?;
    let (deployment, brought) = rehearse::drafted(tx, request, wanted).await?;
    stage(tx, request, (deployment, &brought)).await
}

/// The same of a deployment that was asked for: of just its plan and configuration.
///
/// # Errors
/// When whoever asks may not, or it has ended.
pub(super) async fn staged_again(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
) -> Result<Stage, Error> {
    let deployment = steer::found(tx, request, (Action::Rehearse, id)).await?;
    if deployment.status.is_terminal() {
        let detail = format!("deployment {id} has ended: {}", deployment.status.word());
        return Err(Error::refused(Kind::Conflict, "deployment-state", detail)
            .hint("look at the targets of the next: `tidegate preflight PRODUCT VERSION --to ENVIRONMENT`"));
    }
    let mut brought = Vec::with_capacity(deployment.targets.len());
    for run in &deployment.targets {
        let missing = || {
            Error::Broken(format!(
                "deployment {id} has no revision for {}",
                run.target
            ))
        };
        brought.push(tx.revision(run.after).await?.ok_or_else(missing)?);
    }
    stage(tx, request, (deployment, &brought)).await
}

async fn stage(
    tx: &mut Tx,
    request: &Request,
    (deployment, brought): (Deployment, &[Revision]),
) -> Result<Stage, Error> {
    let mut record = Record::of(tx, &deployment).await?;
    let mut targets = Vec::with_capacity(deployment.targets.len());
    for (run, revision) in deployment.targets.iter().zip(brought) {
        targets.push(record.runs(tx, run, revision).await?);
    }
    for balancer in balancing::found(tx, &deployment.product, &deployment.environment).await? {
        let components = balancer.routes.keys().cloned().collect();
        let question = HostQuestion {
            balancers: balancer.routes,
            ..record.question()
        };
        targets.push(record.asked(&balancer.target, question, Role::Balances(components)));
    }
    let fleet = fleet(tx, request, &deployment).await?;
    Ok(Stage {
        deployment,
        targets,
        fleet,
    })
}

/// Who is counted on, and until when.
async fn fleet(tx: &mut Tx, request: &Request, of: &Deployment) -> Result<Fleet, Error> {
    let mut plans: Vec<Runbook> = Vec::new();
    for way in [Way::Forward, Way::Back] {
        let errand = Errand {
            product: of.product.clone(),
            version: of.release.clone(),
            environment: of.environment.clone(),
            way,
        };
        plans.extend(runbooks::newest(tx, &errand).await?.map(|it| it.runbook));
    }
    let now = tx.now();
    let mut called: Vec<Call> = calls(&plans, |_| BTreeSet::new());
    for call in &mut called {
        call.people = people_of(tx, request, &call.party).await?;
    }
    let (product, release, environment) = (&of.product, &of.release, &of.environment);
    Ok(Fleet {
        product: product.clone(),
        targets: Vec::new(),
        calls: called,
        duties: tx.duties_of((product, release), environment).await?,
        ends: ends(&plans, now),
        confirm: format!("`tidegate duty confirm {product} {release} --to {environment}`"),
    })
}

/// When all would be over if it began now: by the deployment plan, if there is one.
fn ends(plans: &[Runbook], now: Timestamp) -> Timestamp {
    let forward = plans.iter().find(|plan| plan.way == Way::Forward);
    let timeline = forward.and_then(|plan| Timeline::of(plan, &Run::new(now), now).ok());
    timeline.map_or(now + UNPLANNED, |timeline| timeline.ends)
}

/// What is recorded of a place, read once.
struct Record<'a> {
    of: &'a Deployment,
    agents: BTreeMap<TargetKey, AgentRow>,
    reports: BTreeMap<Name, Report>,
    told: BTreeMap<Name, tidegate_domain::converge::DesiredState>,
    /// Bytes to be fetched for an artifact.
    bytes: BTreeMap<Digest, u64>,
    /// Whether the registry holds all of an artifact.
    whole: BTreeMap<(Name, Digest), bool>,
}

impl<'a> Record<'a> {
    async fn of(tx: &mut Tx, of: &'a Deployment) -> Result<Self, Error> {
        let agents = tx.agents().await?.into_iter();
        let reports = tx.reports_in(&of.environment, &of.product).await?;
        let told = tx.desired_in(&of.environment, &of.product).await?;
        Ok(Self {
            of,
            agents: agents.map(|agent| (agent.key.clone(), agent)).collect(),
            reports: reports.into_iter().collect(),
            told: told.into_iter().collect(),
            bytes: BTreeMap::new(),
            whole: BTreeMap::new(),
        })
    }

    fn question(&self) -> HostQuestion {
        HostQuestion {
            product: self.of.product.clone(),
            listen: Vec::new(),
            workloads: BTreeMap::new(),
            balancers: BTreeMap::new(),
        }
    }

    fn asked(&self, target: &Name, question: HostQuestion, role: Role) -> Asked {
        let key = TargetKey {
            environment: self.of.environment.clone(),
            target: target.clone(),
        };
        let known = match self.agents.get(&key) {
            None => Some(Answer::NotEnrolled),
            Some(agent) if agent.revoked_at.is_some() => Some(Answer::Revoked),
            Some(agent) if !agent.connected => Some(Answer::OutOfTouch {
                since: agent.connection_changed_at,
            }),
            Some(_) => None,
        };
        Asked {
            key,
            known,
            question,
            role,
        }
    }

    /// A target that would run `revision`.
    async fn runs(
        &mut self,
        tx: &mut Tx,
        run: &TargetRun,
        revision: &Revision,
    ) -> Result<Asked, Error> {
        let mut wanted = Vec::with_capacity(revision.components.len());
        let mut question = self.question();
        for part in &revision.components {
            let workload = part.workload();
            wanted.push(Workload {
                component: part.component.clone(),
                workload,
                bytes: self.bytes(tx, part.artifact).await?,
            });
            let of = question.workloads.entry(part.component.clone());
            of.or_default().insert(workload);
            question.listen.extend(part.addresses());
        }
        let way_back = match run.before {
            Some(before) => self.way_back(tx, before, &mut question).await?,
            None => None,
        };
        question.listen.sort();
        question.listen.dedup();
        let report = self.reports.get(&run.target);
        let told = self.told.get(&run.target);
        let runs = Runs {
            wanted,
            listen: question.listen.clone(),
            drift: drift(tx, (told, report)).await?,
            unwell: report.map(unwell).unwrap_or_default(),
            way_back,
        };
        Ok(self.asked(&run.target, question, Role::Runs(runs)))
    }

    /// What a target would go back to, and that its agent is asked about it.
    async fn way_back(
        &mut self,
        tx: &mut Tx,
        before: RevisionId,
        question: &mut HostQuestion,
    ) -> Result<Option<WayBack>, Error> {
        let Some(known) = tx.revision(before).await? else {
            return Ok(None);
        };
        let (mut workloads, mut lost) = (BTreeSet::new(), Vec::new());
        for part in &known.components {
            let workload = part.workload();
            workloads.insert(workload);
            let of = question.workloads.entry(part.component.clone());
            of.or_default().insert(workload);
            if !self.is_whole(tx, part).await? {
                lost.push(part.component.clone());
            }
        }
        Ok(Some(WayBack {
            release: known.release.clone(),
            workloads,
            lost,
        }))
    }

    async fn bytes(&mut self, tx: &mut Tx, artifact: Digest) -> Result<u64, Error> {
        if let Some(known) = self.bytes.get(&artifact) {
            return Ok(*known);
        }
        let bytes = tx.bytes_of_manifest(artifact).await?;
        self.bytes.insert(artifact, bytes);
        Ok(bytes)
    }

    async fn is_whole(&mut self, tx: &mut Tx, part: &ComponentRevision) -> Result<bool, Error> {
        let key = (part.component.clone(), part.artifact);
        if let Some(known) = self.whole.get(&key) {
            return Ok(*known);
        }
        let repository = Repository {
            product: self.of.product.clone(),
            component: part.component.clone(),
        };
        let is_whole = tx.is_whole(&repository, part.artifact).await?;
        self.whole.insert(key, is_whole);
        Ok(is_whole)
    }
}

fn unwell(report: &Report) -> Vec<(Name, Health, String)> {
    let active = report.observed.active.iter();
    let unwell = active.filter(|it| it.revision.is_some() && it.health > Health::Healthy);
    unwell
        .map(|it| (it.component.clone(), it.health, it.detail.clone()))
        .collect()
}
