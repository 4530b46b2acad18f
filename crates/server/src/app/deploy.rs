//! Starting deployments along the promotion path. Going back is `rollback`; both begin by [`begin`].

use super::{App, Error, Kind, Request, field, releases, rollback::standing};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::Action,
    catalog::{Target, path},
    deployment::{Deployment, Purpose, Stage, Status, TargetRun, facts},
    duration::Millis,
    id::{DeploymentId, SnapshotNumber},
    name::Name,
    plan::{Limits, OnFailure, PartHashes, Plan, Share, Strategy, compile},
    release::{Release, Snapshot, render},
    revision::RevisionId,
    version::Version,
};
use tidegate_protocol::api::DeploymentRequest;
use tidegate_store::{TargetKey, Tx};

impl App {
    /// Starts a deployment of a sealed release.
    ///
    /// # Errors
    /// When the release is a draft, has not passed the environments before, another deployment runs there, or a
    /// target has no agent.
    pub async fn deploy(
        &self,
        request: Request,
        wanted: &DeploymentRequest,
    ) -> Result<DeploymentId, Error> {
        request.permit(Action::Deploy)?;
        let wanted = Wanted::read(wanted)?;
        let id = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                promote(tx, request, wanted).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(id)
    }
}

/// A deployment request, read.
#[derive(Debug)]
struct Wanted {
    product: Name,
    release: Version,
    environment: Name,
    strategy: Strategy,
    limits: Limits,
    max_unavailable: Option<u32>,
}

impl Wanted {
    fn read(wanted: &DeploymentRequest) -> Result<Self, Error> {
        let length = |name: &str, text: &Option<String>, default: Millis| match text {
            Some(text) => field::<Millis>(name, text),
            None => Ok(default),
        };
        let usual = Limits::default();
        Ok(Self {
            product: field("product", &wanted.product)?,
            release: field("release", &wanted.release)?,
            environment: field("environment", &wanted.environment)?,
            strategy: strategy(wanted, length("bake", &wanted.bake, Millis(0))?)?,
            limits: Limits {
                failures_max: wanted.failures_max.unwrap_or(usual.failures_max),
                minimum_healthy: length(
                    "minimum_healthy",
                    &wanted.minimum_healthy,
                    usual.minimum_healthy,
                )?,
                progress_deadline: length(
                    "progress_deadline",
                    &wanted.progress_deadline,
                    usual.progress_deadline,
                )?,
                on_failure: on_failure(wanted.on_failure.as_deref())?,
                ..usual
            },
            max_unavailable: wanted.max_unavailable,
        })
    }
}

fn strategy(wanted: &DeploymentRequest, bake: Millis) -> Result<Strategy, Error> {
    match wanted.strategy.as_deref() {
        Some("all-at-once") if wanted.batch.is_some() => Err(Error::invalid(
            "batch",
            "all-at-once has one wave; use `rolling`",
        )),
        Some("all-at-once") => Ok(Strategy::AllAtOnce),
        None | Some("rolling") => {
            let batch = wanted
                .batch
                .as_deref()
                .map(|text| field::<Share>("batch", text))
                .transpose()?;
            Ok(Strategy::Rolling {
                batch: batch.unwrap_or(Share::Count(1)),
                bake,
            })
        }
        Some(other) => Err(Error::invalid(
            "strategy",
            format!("`{other}` is neither all-at-once nor rolling"),
        )),
    }
}

fn on_failure(text: Option<&str>) -> Result<OnFailure, Error> {
    match text {
        None | Some("roll-back") => Ok(OnFailure::RollBack),
        Some("hold") => Ok(OnFailure::Hold),
        Some(other) => Err(Error::invalid(
            "on_failure",
            format!("`{other}` is neither roll-back nor hold"),
        )),
    }
}

async fn promote(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<DeploymentId, Error> {
    let release = releases::find(tx, &wanted.product, &wanted.release).await?;
    let number = release
        .current_snapshot()
        .ok_or_else(|| releases::draft(&release))?;
    check_promotion(tx, wanted, number).await?;
    let snapshot = tx.snapshot(&wanted.product, number).await?;
    let snapshot = snapshot
        .ok_or_else(|| Error::Broken(format!("snapshot {number} of {} is gone", wanted.product)))?;
    let start = Start {
        release: &release,
        snapshot: (&snapshot, number),
        environment: &wanted.environment,
        purpose: Purpose::Promotion,
        strategy: wanted.strategy,
        limits: wanted.limits.clone(),
        max_unavailable: wanted.max_unavailable,
    };
    begin(tx, request, start).await
}

/// A release must have reached the environment before, and must not have been taken back there since.
async fn check_promotion(
    tx: &mut Tx,
    wanted: &Wanted,
    number: SnapshotNumber,
) -> Result<(), Error> {
    let product = releases::find_product(tx, &wanted.product).await?;
    let environments = tx.environments().await?;
    if !environments.contains_key(&wanted.environment) {
        return Err(Error::not_found(
            "environment-not-found",
            "environment",
            &wanted.environment,
        ));
    }
    let before = path::before(&wanted.environment, &product, &environments).map_err(|why| {
        let path = path::of(&product, &environments).unwrap_or_default();
        let path: Vec<_> = path.iter().map(Name::as_str).collect();
        Error::refused(
            Kind::BadRequest,
            "path-invalid",
            format!("{}: {why}", wanted.product),
        )
        .hint(format!("its promotion path is {}", path.join(" → ")))
    })?;
    let Some(before) = before else { return Ok(()) };
    let standing = standing(tx, &wanted.product, &before).await?;
    let reached = |d: &Deployment| d.release == wanted.release && d.snapshot == number;
    if standing.iter().any(reached) {
        return Ok(());
    }
    let detail = format!(
        "release {} with configuration {number} has not succeeded in {before}, which comes before {}",
        wanted.release, wanted.environment
    );
    Err(
        Error::refused(Kind::NotReady, "promotion-order", detail).hint(format!(
            "`tidegate deploy {} {} --to {before}` first",
            wanted.product, wanted.release
        )),
    )
}

/// What a deployment begins with.
pub(super) struct Start<'a> {
    pub(super) release: &'a Release,
    pub(super) snapshot: (&'a Snapshot, SnapshotNumber),
    pub(super) environment: &'a Name,
    pub(super) purpose: Purpose,
    pub(super) strategy: Strategy,
    pub(super) limits: Limits,
    pub(super) max_unavailable: Option<u32>,
}

pub(super) async fn begin(
    tx: &mut Tx,
    request: &Request,
    start: Start<'_>,
) -> Result<DeploymentId, Error> {
    let product = &start.release.product;
    if let Some(running) = tx.deployment_running_in(product, start.environment).await? {
        let detail = format!(
            "deployment {running} of {product} to {} is still running",
            start.environment
        );
        return Err(Error::refused(Kind::Conflict, "deployment-running", detail)
            .hint(format!("wait for it, or `tidegate cancel {running}`")));
    }
    let told = told(tx, product, start.environment).await?;
    let targets = meant_targets(tx, &start, &told).await?;
    let names: Vec<Name> = targets.iter().map(|target| target.name.clone()).collect();
    let plan =
        compile(start.strategy, &names, &start.limits, start.max_unavailable).map_err(|why| {
            Error::refused(
                Kind::NotReady,
                "plan-invalid",
                format!("{}: {why}", start.environment),
            )
        })?;
    let runs = target_runs(tx, &start, &plan, (&targets, &told)).await?;
    let (snapshot, number) = start.snapshot;
    let deployment = Deployment {
        id: tx.next_deployment().await?,
        product: product.clone(),
        environment: start.environment.clone(),
        release: start.release.version.clone(),
        snapshot: number,
        purpose: start.purpose,
        parts: PartHashes::of(
            &start.release.contents,
            snapshot.digest(),
            start.environment,
            plan.strategy,
            &plan.limits,
        ),
        plan,
        requested_by: request.actor.name.clone(),
        requested_at: tx.now(),
        status: Status::Requested,
        targets: runs,
    };
    tx.record_deployment_requested(&deployment).await?;
    let detail = serde_json::json!({
        "product": product, "release": deployment.release, "environment": deployment.environment,
        "purpose": deployment.purpose, "plan": deployment.plan.hash(), "parts": deployment.parts, "targets": names,
    });
    request
        .journal(
            tx,
            "deployment.requested",
            &format!("deployment/{}", deployment.id),
            &detail,
        )
        .await?;
    Ok(deployment.id)
}

/// What each target was last told to run of a product.
async fn told(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<BTreeMap<Name, RevisionId>, Error> {
    let desired = tx.desired_in(environment, product).await?.into_iter();
    Ok(desired
        .filter_map(|(name, state)| Some((name, facts::told(&state)?)))
        .collect())
}

/// The targets that a deployment is about. Where nothing was ever deployed, there is nothing to take back.
async fn meant_targets(
    tx: &mut Tx,
    start: &Start<'_>,
    told: &BTreeMap<Name, RevisionId>,
) -> Result<Vec<Target>, Error> {
    let mut targets = tx.targets_in(start.environment).await?;
    if matches!(start.purpose, Purpose::Rollback { .. }) {
        targets.retain(|target| told.contains_key(&target.name));
        return Ok(targets);
    }
    let agents = tx.agents().await?;
    let enrolled: BTreeSet<TargetKey> = agents.into_iter().map(|agent| agent.key).collect();
    let is_enrolled = |target: &Target| {
        enrolled.contains(&TargetKey {
            environment: target.environment.clone(),
            target: target.name.clone(),
        })
    };
    let missing = targets.iter().filter(|target| !is_enrolled(target));
    let missing: Vec<_> = missing.map(|target| target.name.as_str()).collect();
    if missing.is_empty() {
        return Ok(targets);
    }
    let detail = format!("no agent is enrolled for {}", missing.join(", "));
    let environment = targets
        .first()
        .map(|t| t.environment.to_string())
        .unwrap_or_default();
    Err(Error::refused(Kind::NotReady, "target-without-agent", detail)
        .hint(format!("`tidegate enrolment create --environment {environment}`, then `tidegate agent enroll` there")))
}

async fn target_runs(
    tx: &mut Tx,
    start: &Start<'_>,
    plan: &Plan,
    (targets, told): (&[Target], &BTreeMap<Name, RevisionId>),
) -> Result<Vec<TargetRun>, Error> {
    let product = &start.release.product;
    let secrets = tx.newest_secrets(product).await?;
    let source = render::Source {
        product,
        release: &start.release.version,
        contents: &start.release.contents,
        snapshot: start.snapshot.0,
        number: start.snapshot.1,
        secrets: &secrets,
    };
    let mut runs = Vec::with_capacity(targets.len());
    for (wave, planned) in (0..).zip(&plan.waves) {
        for name in &planned.targets {
            let Some(target) = targets.iter().find(|target| target.name == *name) else {
                continue;
            };
            let revision = render::revision(&source, target).map_err(|why| {
                Error::refused(Kind::BadRequest, "configuration-invalid", why.to_string())
            })?;
            let after = tx.record_revision(&revision).await?;
            let before = told.get(name).copied();
            runs.push(TargetRun {
                target: name.clone(),
                wave,
                before,
                after,
                stage: Stage::Waiting,
            });
        }
    }
    Ok(runs)
}
