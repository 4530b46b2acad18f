//! Plans: what a deployment request comes to, before anything begins.

use super::{App, Error, Kind, Request, field, optional, releases};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    catalog::{Component, Kind as CatalogKind, NamedLimits, NamedStrategy},
    duration::Millis,
    id::ChangeId,
    name::Name,
    plan::{
        Check, Fleet, OnFailure, OnNoData, PartHashes, Plan, PlannedJob, Rolling, Share, Strategy,
        Wave, compile,
    },
    release::{Release, Snapshot},
    version::Version,
};
use tidegate_protocol::api::{
    DeploymentRequest, PlanView, PlannedCheckView, PlannedJobView, PlannedWaveView,
};
use tidegate_store::Tx;

impl App {
    /// The strategies that a deployment of a product to an environment can name.
    ///
    /// # Errors
    /// When the store fails, or there is no such product.
    pub async fn strategies(
        &self,
        request: &Request,
        (product, environment): (&str, &str),
    ) -> Result<StrategyChoice, Error> {
        let input: (Request, Name, Name) = (
            request.clone(),
            field("product", product)?,
            field("environment", environment)?,
        );
        self.store
            .read(input, |tx, (request, product, environment)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    let all: Vec<NamedStrategy> = tx.documents(CatalogKind::Strategy).await?;
                    let usual = usual(tx, product, environment).await?;
                    Ok(StrategyChoice {
                        usual: usual.map(|name| name.to_string()),
                        declared: all.into_iter().map(|s| s.name.to_string()).collect(),
                    })
                }
                .boxed()
            })
            .await
    }

    /// The plan that a deployment would have now. Nothing is changed.
    ///
    /// # Errors
    /// When the release is a draft, or the strategy gives no plan there.
    pub async fn plan(
        &self,
        request: Request,
        wanted: &DeploymentRequest,
    ) -> Result<PlanView, Error> {
        let wanted = Wanted::read(wanted)?;
        self.store
            .read((request, wanted), |tx, (request, wanted)| {
                preview(tx, request, wanted).boxed()
            })
            .await
    }
}

/// The strategies that can be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StrategyChoice {
    /// What holds unless one is named.
    pub usual: Option<String>,
    /// All that are declared.
    pub declared: Vec<String>,
}

/// A deployment request, read.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) product: Name,
    pub(super) release: Version,
    pub(super) environment: Name,
    pub(super) supersedes: bool,
    pub(super) leave_behind: bool,
    pub(super) change: Option<ChangeId>,
    how: How,
    limits: NamedLimits,
}

/// Which strategy is asked for.
#[derive(Debug)]
enum How {
    /// None: that of the product there, or of the environment, or the usual one.
    Unsaid,
    /// One that is declared.
    Named(Name),
    /// One that is said in full.
    Said(Strategy),
}

/// How a deployment goes: its strategy, what is checked, and the limits that the request and the strategy set together.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) strategy: Strategy,
    pub(super) checks: Vec<Check>,
    pub(super) limits: NamedLimits,
}

impl Wanted {
    pub(super) fn read(wanted: &DeploymentRequest) -> Result<Self, Error> {
        let length = |name: &str, text: &Option<String>| match text {
            Some(text) => field::<Millis>(name, text).map(Some),
            None => Ok(None),
        };
        if wanted.max_unavailable == Some(0) {
            let why = "with 0, no target may ever change";
            return Err(Error::invalid("max_unavailable", why));
        }
        Ok(Self {
            product: field("product", &wanted.product)?,
            release: field("release", &wanted.release)?,
            environment: field("environment", &wanted.environment)?,
            supersedes: wanted.supersede,
            leave_behind: wanted.leave_behind,
            change: wanted.change.map(ChangeId),
            how: how(wanted, length("bake", &wanted.bake)?)?,
            limits: NamedLimits {
                max_unavailable: wanted.max_unavailable.map(Share::Count),
                failures_max: wanted.failures_max,
                minimum_healthy: length("minimum_healthy", &wanted.minimum_healthy)?,
                prepare_deadline: None,
                progress_deadline: length("progress_deadline", &wanted.progress_deadline)?,
                on_failure: on_failure(wanted.on_failure.as_deref())?,
                on_no_data: None,
                fast_track: None,
            },
        })
    }

    /// How it is to go.
    pub(super) async fn way(&self, tx: &mut Tx) -> Result<Way, Error> {
        let plain = |strategy| Way {
            strategy,
            checks: Vec::new(),
            limits: self.limits.clone(),
        };
        let name = match &self.how {
            How::Said(strategy) => return Ok(plain(strategy.clone())),
            How::Named(name) => Some(name.clone()),
            How::Unsaid => usual(tx, &self.product, &self.environment).await?,
        };
        let Some(name) = name else {
            let batch = Share::Count(1);
            let bake = Millis(0);
            return Ok(plain(Strategy::Rolling(Rolling { batch, bake })));
        };
        let named = tx.strategy(&name).await?;
        let named =
            named.ok_or_else(|| Error::not_found("strategy-not-found", "strategy", &name))?;
        let strategy = named
            .strategy()
            .map_err(|why| Error::invalid("strategy", why))?;
        Ok(Way {
            strategy,
            checks: named.checks,
            limits: self.limits.clone().over(&named.limits),
        })
    }
}

/// The strategy that the product names for the environment, or else the environment's.
async fn usual(tx: &mut Tx, product: &Name, environment: &Name) -> Result<Option<Name>, Error> {
    let product = releases::find_product(tx, product).await?;
    let there = product.environments.get(environment);
    if let Some(name) = there.and_then(|there| there.strategy.clone()) {
        return Ok(Some(name));
    }
    let environments = tx.environments().await?;
    Ok(environments
        .get(environment)
        .and_then(|e| e.strategy.clone()))
}

fn how(wanted: &DeploymentRequest, bake: Option<Millis>) -> Result<How, Error> {
    let batch: Option<Share> = optional("batch", wanted.batch.as_deref())?;
    let is_plain = batch.is_none() && bake.is_none();
    match wanted.strategy.as_deref() {
        None if is_plain => Ok(How::Unsaid),
        None | Some("rolling") => Ok(How::Said(Strategy::Rolling(Rolling {
            batch: batch.unwrap_or(Share::Count(1)),
            bake: bake.unwrap_or_default(),
        }))),
        Some("all-at-once") if batch.is_some() => Err(Error::invalid(
            "batch",
            "all-at-once has one wave; use `rolling`",
        )),
        Some("all-at-once") => Ok(How::Said(Strategy::AllAtOnce)),
        Some(name) if is_plain => Ok(How::Named(field("strategy", name)?)),
        Some(name) => Err(Error::invalid(
            "strategy",
            format!("batch and bake are said in the file that declares `{name}`"),
        )),
    }
}

fn on_failure(text: Option<&str>) -> Result<Option<OnFailure>, Error> {
    match text {
        None => Ok(None),
        Some("roll-back") => Ok(Some(OnFailure::RollBack)),
        Some("hold") => Ok(Some(OnFailure::Hold)),
        Some(other) => Err(Error::invalid(
            "on_failure",
            format!("`{other}` is neither roll-back nor hold"),
        )),
    }
}

/// Compiles a strategy for the targets that are meant, with jobs on the way.
pub(super) async fn compiled(
    tx: &mut Tx,
    environment: &Name,
    (way, jobs): (Way, Vec<PlannedJob>),
    targets: Vec<Name>,
) -> Result<Plan, Error> {
    let total = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let rings = tx.rings_in(environment).await?.into_iter();
    let fleet = Fleet {
        targets,
        rings: rings
            .map(|ring| (ring.name, ring.targets.into_iter().collect()))
            .collect(),
    };
    let max_unavailable = way.limits.max_unavailable.map(|share| share.of(total));
    let (how, limits) = ((way.strategy, way.checks), way.limits.limits());
    let plan = compile(how, &fleet, &limits, max_unavailable);
    let plan = plan.and_then(|plan| plan.with_jobs(jobs));
    plan.map_err(|why| {
        let detail = format!("{environment}: {why}");
        Error::refused(Kind::NotReady, "plan-invalid", detail)
    })
}

/// What the components of a release do once per deployment, in the order of the components.
pub(super) fn jobs(release: &Release, snapshot: &Snapshot) -> Vec<PlannedJob> {
    let components = snapshot.components.iter();
    let released = components.filter(|it| release.contents.contains_key(&it.name));
    released.flat_map(Component::planned_jobs).collect()
}

/// What an approval of a deployment would be bound to.
pub(super) fn parts(
    release: &Release,
    configuration: tidegate_domain::digest::Digest,
    environment: &Name,
    plan: &Plan,
) -> PartHashes {
    PartHashes::of(&release.contents, configuration, environment, plan)
}

async fn preview(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<PlanView, Error> {
    Ok(view(&would(tx, request, wanted).await?))
}

/// The plan that a deployment would have now.
pub(super) async fn would(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<Plan, Error> {
    request
        .permit_product(tx, Action::Read, &wanted.product)
        .await?;
    let release = releases::find(tx, &wanted.product, &wanted.release).await?;
    let number = release.current_snapshot();
    let number = number.ok_or_else(|| releases::draft(&release))?;
    let snapshot = releases::snapshot(tx, &release, number).await?;
    if !tx.environments().await?.contains_key(&wanted.environment) {
        let kind = "environment-not-found";
        return Err(Error::not_found(kind, "environment", &wanted.environment));
    }
    let way = wanted.way(tx).await?;
    let targets = tx.targets_in(&wanted.environment).await?;
    let targets = targets
        .into_iter()
        .filter(|target| target.balances.is_empty());
    let targets = targets.map(|target| target.name).collect();
    let how = (way, jobs(&release, &snapshot));
    compiled(tx, &wanted.environment, how, targets).await
}

fn view(plan: &Plan) -> PlanView {
    let limits = &plan.limits;
    PlanView {
        strategy: plan.strategy.to_string(),
        plan_hash: plan.hash().to_string(),
        max_unavailable: limits.max_unavailable,
        failures_max: limits.failures_max,
        minimum_healthy: limits.minimum_healthy.to_string(),
        progress_deadline: limits.progress_deadline.to_string(),
        on_failure: match limits.on_failure {
            OnFailure::RollBack => "roll-back".to_owned(),
            OnFailure::Hold => "hold".to_owned(),
        },
        on_no_data: match limits.on_no_data {
            OnNoData::RollBack => "roll-back".to_owned(),
            OnNoData::Hold => "hold".to_owned(),
        },
        checks: plan.checks.iter().map(check).collect(),
        jobs: plan.jobs.iter().map(job).collect(),
        waves: plan.waves.iter().map(wave).collect(),
    }
}

fn check(check: &Check) -> PlannedCheckView {
    PlannedCheckView {
        name: check.name.to_string(),
        question: check.to_string(),
        interval: check.interval.to_string(),
        count: check.count.get(),
        deadline: check.deadline().to_string(),
        dry_run: check.dry_run,
    }
}

fn job(job: &PlannedJob) -> PlannedJobView {
    PlannedJobView {
        job: job.job.to_string(),
        when: job.when.word().to_owned(),
        reversible: job.reversible.to_string(),
        deadline: job.deadline.to_string(),
    }
}

fn wave(wave: &Wave) -> PlannedWaveView {
    PlannedWaveView {
        title: wave.title.clone(),
        targets: wave.targets.iter().map(Name::to_string).collect(),
        bake: wave.bake.to_string(),
        passes_min: wave.passes_min,
        failures_max: wave.failures_max,
        sign_off: wave.then == tidegate_domain::plan::Then::SignOff,
        traffic: wave.traffic.map(|traffic| traffic.to_string()),
        instances: wave.instances.map(|share| share.to_string()),
        checks: wave.checks.iter().map(Name::to_string).collect(),
    }
}
