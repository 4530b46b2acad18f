//! Rehearsals: the plan that a deployment would have, tried on a simulated copy of its fleet, and kept as evidence.
//!
//! Neither agents nor a promotion path are asked for: a rehearsal of live is wanted before staging has passed.

use super::{
    App, Error, Kind, Request,
    deploy::{Leave, Start, draft},
    field, leftovers, optional,
    plans::Wanted,
    present, releases, runbooks,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::Action,
    calendar::{Calendar, Freeze, Window},
    deployment::{Deployment, Purpose},
    duration::Millis,
    id::{DeploymentId, RehearsalId},
    name::Name,
    rehearsal::{
        Fault, Forecast, Observation, Profile, Rehearsal, Setting, Wish, observations, rehearse,
    },
    revision::{DriverSettings, Revision},
    runbook::Conducted,
};
use tidegate_protocol::api::RehearsalRequest;
use tidegate_store::Tx;

/// How often each scenario is run unless somebody says otherwise.
const RUNS: u32 = 20;
/// The most runs of a scenario.
const RUNS_MAX: u32 = 200;
/// The most lives of targets in one rehearsal, all runs of all scenarios together: some ten seconds of a core.
const WORK_MAX: u64 = 250_000;
/// How many earlier deployments of the place tell of its targets.
const DEPLOYMENTS: u64 = 20;
/// How many entries of the journal about one of them are read.
const ENTRIES: u64 = 2_000;

impl App {
    /// Rehearses a deployment and keeps what was found.
    ///
    /// # Errors
    /// When the release is a draft, the strategy gives no plan there, or it would take too long.
    pub async fn rehearse(
        &self,
        request: Request,
        wanted: &RehearsalRequest,
    ) -> Result<RehearsalId, Error> {
        let settings = Settings::read(wanted)?;
        let input = (request.clone(), Wanted::read(&wanted.deployment)?);
        let mut stage = self
            .store
            .read(input, |tx, (request, wanted)| {
                staged(tx, request, wanted).boxed()
            })
            .await?;
        if let Some(begins) = settings.begins {
            stage.deployment.requested_at = begins;
        }
        let wish = settings.wish(&stage.deployment)?;
        let (stage, forecast) = self.play(stage, wish).await?;
        self.store
            .write((request, stage, forecast), |tx, input| {
                keep(tx, input).boxed()
            })
            .await
    }

    /// Runs it beside everything else.
    async fn play(&self, stage: Stage, wish: Wish) -> Result<(Stage, Forecast), Error> {
        let broken = |why: String| Error::Broken(format!("a rehearsal broke off: {why}"));
        let turn = self.rehearsing.acquire().await;
        let _turn = turn.map_err(|why| broken(why.to_string()))?;
        let play = move || {
            let of = &stage.deployment;
            let calendar =
                Calendar::of(&of.product, &of.environment, &stage.windows, &stage.freezes);
            let setting = Setting {
                profile: &stage.profile,
                calendar: &calendar,
                runbooks: &stage.runbooks,
            };
            let forecast = rehearse(of, setting, &wish);
            (stage, forecast)
        };
        let played = tokio::task::spawn_blocking(play).await;
        played.map_err(|why| broken(why.to_string()))
    }
}

/// What is rehearsed, and how its targets usually do.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) deployment: Deployment,
    pub(super) profile: Profile,
    windows: Vec<Window>,
    freezes: Vec<Freeze>,
    /// What it would run by; nothing, as long as that was written for another way of deploying.
    runbooks: Vec<Conducted>,
}

/// How it is rehearsed, as far as it was said.
struct Settings {
    faults: Option<Vec<Fault>>,
    runs: Option<u32>,
    seed: u64,
    begins: Option<Timestamp>,
}

impl Settings {
    fn read(wanted: &RehearsalRequest) -> Result<Self, Error> {
        let runs = wanted.runs;
        if runs.is_some_and(|runs| !(1..=RUNS_MAX).contains(&runs)) {
            let why = format!("a scenario is run 1 to {RUNS_MAX} times");
            return Err(Error::invalid("runs", why));
        }
        let mut faults: Vec<Fault> = Vec::new();
        for text in &wanted.faults {
            let fault = field("faults", text)?;
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        Ok(Self {
            faults: (!faults.is_empty()).then_some(faults),
            runs,
            seed: wanted.seed.unwrap_or(1),
            begins: optional("begins", wanted.begins.as_deref())?,
        })
    }

    /// Where nobody says how often, a large fleet is rehearsed less often: it varies less, too.
    fn wish(self, deployment: &Deployment) -> Result<Wish, Error> {
        let faults = self.faults;
        let once = Wish {
            faults: faults.unwrap_or_else(|| Wish::usual_faults(deployment)),
            runs: 1,
            seed: self.seed,
        };
        let work = once.work(deployment).max(1);
        let most = u32::try_from(WORK_MAX / work).unwrap_or(RUNS_MAX);
        let runs = self.runs.unwrap_or_else(|| RUNS.min(most).max(1));
        if runs > most {
            let detail = format!(
                "{runs} runs of {} scenarios on {} targets take too long",
                once.faults.len() + 1,
                deployment.targets.len()
            );
            let refused = Error::refused(Kind::BadRequest, "rehearsal-too-long", detail);
            return Err(refused.hint(match most {
                0 => "name fewer faults".to_owned(),
                _ => format!("at most {most} runs; or name fewer faults"),
            }));
        }
        Ok(Wish { runs, ..once })
    }
}

/// The deployment that would begin, and what earlier ones tell of its targets.
///
/// # Errors
/// When nobody may rehearse that, or no deployment can be planned.
pub(super) async fn staged(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<Stage, Error> {
    let place = (&wanted.product, &wanted.environment);
    request.permit_place(tx, Action::Rehearse, place).await?;
    let (deployment, revisions) = drafted(tx, request, wanted).await?;
    let runbooks = match runbooks::conducted(tx, &deployment).await {
        Ok(runbooks) => runbooks,
        Err(Error::Refused { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let observed = observed(tx, &wanted.product, &wanted.environment).await?;
    let limits = &deployment.plan.limits;
    let profile = Profile::of(&observed, limits, failing(&revisions));
    Ok(Stage {
        deployment,
        profile,
        runbooks,
        windows: tx.windows().await?,
        freezes: tx.freezes().await?,
    })
}

/// The deployment that would begin, with the revisions that it brings. Nobody is asked whether they may, and nothing is written.
///
/// # Errors
/// When no deployment can be planned.
pub(super) async fn drafted(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<(Deployment, Vec<Revision>), Error> {
    let release = releases::find(tx, &wanted.product, &wanted.release).await?;
    let number = release
        .current_snapshot()
        .ok_or_else(|| releases::draft(&release))?;
    if !tx.environments().await?.contains_key(&wanted.environment) {
        let kind = "environment-not-found";
        return Err(Error::not_found(kind, "environment", &wanted.environment));
    }
    let snapshot = releases::snapshot(tx, &release, number).await?;
    let start = Start {
        release: &release,
        snapshot: (&snapshot, number),
        environment: &wanted.environment,
        purpose: Purpose::Promotion,
        crosses: None,
        group: None,
        supersedes: false,
        leave_behind: false,
        leave: Leave::default(),
        way: wanted.way(tx).await?,
    };
    let left = leftovers::of(tx, &wanted.product, &wanted.environment).await?;
    let present = present::of(tx, &wanted.product, &wanted.environment).await?;
    let serving = left.serving(&present);
    let mut targets = tx.targets_in(&wanted.environment).await?;
    targets.retain(|target| target.balances.is_empty());
    if wanted.leave_behind {
        present::leave_out(tx, &mut targets, (&present, true)).await?;
    }
    let place = (DeploymentId(0), targets.as_slice(), &serving);
    let (mut deployment, revisions) = draft(tx, request, &start, place).await?;
    deployment.inherited.clone_from(&left.no_return);
    // Load balancers are taken to follow at once.
    deployment.balancers.clear();
    Ok((deployment, revisions))
}

/// What earlier deployments of the place tell of its targets.
async fn observed(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Vec<Observation>, Error> {
    let newest = DeploymentId(u64::MAX >> 1);
    let place = (Some(product), Some(environment));
    let earlier = tx.deployments_before(newest, DEPLOYMENTS, place).await?;
    let mut seen = Vec::new();
    for deployment in earlier {
        let subject = format!("deployment/{}", deployment.id);
        let newest = u64::MAX >> 1;
        let told = tx.entries_before(newest, ENTRIES, Some(&subject)).await?;
        let oldest_first = told.iter().rev().map(|entry| entry.entry());
        let entries: Vec<_> = oldest_first.collect::<Result<_, _>>()?;
        if let Some(deployment) = tx.deployment(deployment.id).await? {
            seen.extend(observations(&deployment, &entries));
        }
    }
    Ok(seen)
}

/// How long the slowest health check gives a start.
fn failing(revisions: &[Revision]) -> Option<Millis> {
    let components = revisions.iter().flat_map(|revision| &revision.components);
    let deadlines = components.filter_map(|component| match &component.driver {
        DriverSettings::Service(service) => service.health.as_ref().map(|check| check.deadline),
    });
    deadlines.max()
}

async fn keep(
    tx: &mut Tx,
    (request, stage, forecast): &(Request, Stage, Forecast),
) -> Result<RehearsalId, Error> {
    let deployment = &stage.deployment;
    let rehearsal = Rehearsal {
        id: tx.next_rehearsal().await?,
        product: deployment.product.clone(),
        release: deployment.release.clone(),
        snapshot: deployment.snapshot,
        environment: deployment.environment.clone(),
        plan: deployment.plan.hash(),
        strategy: deployment.plan.strategy.to_string(),
        requested_by: deployment.requested_by.clone(),
        requested_at: tx.now(),
        forecast: forecast.clone(),
    };
    tx.record_rehearsal(&rehearsal).await?;
    let detail = serde_json::json!({
        "product": rehearsal.product, "release": rehearsal.release, "environment": rehearsal.environment,
        "plan": rehearsal.plan, "found": rehearsal.sentence(),
    });
    let subject = format!("rehearsal/{}", rehearsal.id);
    request
        .journal(tx, "rehearsal.made", &subject, &detail)
        .await?;
    Ok(rehearsal.id)
}
