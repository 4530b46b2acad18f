//! Rollback drills: a release is deployed, taken back and deployed again. Each leg begins like any deployment, in one
//! transaction with the drill's record.

use super::{
    App, Error, Gate, Kind, Request,
    deploy::promote,
    entry, field, optional,
    plans::{self, Wanted},
    releases,
    rollback::{Why, standing, take_back},
    steer,
};
use futures::FutureExt;
use std::sync::Arc;
use tidegate_domain::{
    access::{Action, Resource},
    catalog::path,
    deployment::{Deployment, Event, Status},
    drill::{Drill, Ending, Leg, LegKind, Next, next},
    id::{DeploymentId, DrillId, SnapshotNumber},
    name::Name,
    plan::Reversible,
    release::Release,
    version::Version,
};
use tidegate_protocol::api::{DeploymentRequest, DrillRequest};
use tidegate_store::Tx;

impl App {
    /// Begins a drill with its first leg.
    ///
    /// # Errors
    /// When there is nothing to go back to, it would be in the last environment, or the release cannot be deployed there.
    pub async fn drill(&self, request: Request, wanted: &DrillRequest) -> Result<DrillId, Error> {
        let wish = Wish {
            product: field("product", &wanted.product)?,
            release: field("release", &wanted.release)?,
            environment: field("environment", &wanted.environment)?,
            strategy: optional("strategy", wanted.strategy.as_deref())?,
            even_live: wanted.even_live,
        };
        let id = self
            .store
            .write((request, wish), |tx, (request, wish)| {
                start(tx, request, wish).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(id)
    }

    /// Ends a drill. What of it is under way is cancelled too; targets stay as they are.
    ///
    /// # Errors
    /// When there is none, or it has ended.
    pub async fn cancel_drill(&self, request: Request, id: DrillId) -> Result<(), Error> {
        self.store
            .write((request, id), |tx, (request, id)| {
                cancel(tx, request, *id).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }
}

/// A drill that is asked for, read.
#[derive(Debug)]
struct Wish {
    product: Name,
    release: Version,
    environment: Name,
    strategy: Option<Name>,
    even_live: bool,
}

async fn start(tx: &mut Tx, request: &Request, wish: &Wish) -> Result<DrillId, Error> {
    let place = (&wish.product, &wish.environment);
    request.permit_place(tx, Action::Drill, place).await?;
    let release = releases::find(tx, &wish.product, &wish.release).await?;
    let number = release.current_snapshot();
    let number = number.ok_or_else(|| releases::draft(&release))?;
    check_place(tx, wish).await?;
    check_reversible(tx, &release, number).await?;
    check_alone(tx, wish).await?;
    let standing = standing(tx, &wish.product, &wish.environment).await?;
    let is_other = |d: &Deployment| {
        d.release != release.version || Some(d.snapshot) != release.current_snapshot()
    };
    if !standing.iter().any(is_other) {
        let (product, environment) = (&wish.product, &wish.environment);
        let detail =
            format!("{product} has nothing in {environment} that a drill could go back to");
        let refused = Error::refused(Kind::NotReady, "nothing-to-roll-back", detail);
        return Err(refused.hint("another release has to stand there first"));
    }
    let mut drill = Drill {
        id: tx.next_drill().await?,
        product: wish.product.clone(),
        release: wish.release.clone(),
        environment: wish.environment.clone(),
        strategy: wish.strategy.clone(),
        requested_by: request.actor.name.clone(),
        requested_at: tx.now(),
        legs: Vec::new(),
        ended: None,
    };
    let detail = serde_json::json!({
        "product": drill.product, "release": drill.release, "environment": drill.environment,
    });
    journal(tx, request, "drill.started", (&drill, &detail)).await?;
    begin_leg(tx, request, &mut drill, LegKind::Deploy).await?;
    Ok(drill.id)
}

/// Past a job that cannot be undone there is no way back to be timed.
async fn check_reversible(
    tx: &mut Tx,
    release: &Release,
    number: SnapshotNumber,
) -> Result<(), Error> {
    let snapshot = releases::snapshot(tx, release, number).await?;
    let jobs = plans::jobs(release, &snapshot);
    let Some(job) = jobs.iter().find(|job| job.reversible != Reversible::Yes) else {
        return Ok(());
    };
    let detail = format!(
        "job {} can be undone: {}; a drill would be left past the point of no return",
        job.job, job.reversible
    );
    let refused = Error::refused(Kind::NotReady, "drill-past-no-return", detail);
    Err(refused.hint("drill a release whose jobs can be undone"))
}

/// Going back and forth is for where nobody is served: the last environment takes a word of its own.
async fn check_place(tx: &mut Tx, wish: &Wish) -> Result<(), Error> {
    let product = releases::find_product(tx, &wish.product).await?;
    let environments = tx.environments().await?;
    if !environments.contains_key(&wish.environment) {
        let kind = "environment-not-found";
        return Err(Error::not_found(kind, "environment", &wish.environment));
    }
    let path = path::of(&product, &environments).unwrap_or_default();
    if path.last() == Some(&wish.environment) && !wish.even_live {
        let detail = format!(
            "{} is the last environment of {}: a drill there takes back what people use",
            wish.environment, wish.product
        );
        let refused = Error::refused(Kind::BadRequest, "drill-in-live", detail);
        return Err(refused.hint("drill where it goes before, or say `--even-live`"));
    }
    Ok(())
}

/// Between two legs no deployment runs, and yet the place is taken.
async fn check_alone(tx: &mut Tx, wish: &Wish) -> Result<(), Error> {
    let here =
        |drill: &&Drill| drill.product == wish.product && drill.environment == wish.environment;
    let running = tx.running_drills().await?;
    let Some(drill) = running.iter().find(here) else {
        return Ok(());
    };
    let detail = format!(
        "drill {} of {} in {} runs",
        drill.id, drill.product, drill.environment
    );
    let refused = Error::refused(Kind::Conflict, "drill-running", detail);
    Err(refused.hint(format!(
        "wait for it, or `tidegate drills cancel {}`",
        drill.id
    )))
}

/// Begins a leg and keeps the drill with it.
async fn begin_leg(
    tx: &mut Tx,
    request: &Request,
    drill: &mut Drill,
    kind: LegKind,
) -> Result<(), Error> {
    let deployment = match kind {
        LegKind::Deploy | LegKind::DeployAgain => {
            let wanted = Wanted::read(&DeploymentRequest {
                product: drill.product.to_string(),
                release: drill.release.to_string(),
                environment: drill.environment.to_string(),
                strategy: drill.strategy.as_ref().map(Name::to_string),
                ..DeploymentRequest::default()
            })?;
            promote(tx, request, &wanted, None).await?
        }
        LegKind::RollBack => {
            let place = (drill.product.clone(), drill.environment.clone());
            let why = Why {
                reason: format!("rollback drill {}", drill.id),
                asked: None,
                signs: false,
            };
            take_back(tx, request, &place, &why).await?
        }
    };
    drill.legs.push(Leg {
        kind,
        deployment,
        began_at: tx.now(),
        ended_at: None,
    });
    tx.record_drill(drill).await?;
    let detail = serde_json::json!({ "leg": kind, "deployment": deployment });
    journal(tx, request, "drill.leg_began", (drill, &detail)).await
}

/// What is known of a drill's place: the deployment of its last leg, and the newest one.
pub(crate) async fn next_of(
    tx: &mut Tx,
    drill: &Drill,
) -> Result<(Next, Option<Deployment>), Error> {
    let last = match drill.legs.last() {
        Some(leg) => tx.deployment(leg.deployment).await?,
        None => None,
    };
    let place = (Some(&drill.product), Some(&drill.environment));
    let newest = DeploymentId(u64::MAX >> 1);
    let newest = tx.deployments_before(newest, 1, place).await?.pop();
    let next = next(drill, last.as_ref(), newest.map(|newest| newest.id));
    Ok((next, last))
}

/// Does what comes next in a drill, for whoever asked for it; answers whether something did.
pub(crate) async fn go_on(tx: &mut Tx, gate: &Arc<Gate>, id: DrillId) -> Result<bool, Error> {
    let Some(mut drill) = tx.drill(id).await? else {
        return Ok(false);
    };
    let (next, last) = next_of(tx, &drill).await?;
    note_end(&mut drill, last.as_ref());
    match next {
        Next::Wait => return Ok(false),
        Next::Begin(kind) => {
            let request = on_behalf(tx, gate, &drill).await?;
            begin_leg(tx, &request, &mut drill, kind).await?;
        }
        Next::End(ending) => end(tx, drill, ending).await?,
    }
    Ok(true)
}

/// Ends a drill whose next leg was refused.
pub(crate) async fn give_up(tx: &mut Tx, id: DrillId, reason: &str) -> Result<(), Error> {
    let Some(mut drill) = tx.drill(id).await? else {
        return Ok(());
    };
    let (_, last) = next_of(tx, &drill).await?;
    note_end(&mut drill, last.as_ref());
    let reason = reason.to_owned();
    end(tx, drill, Ending::Failed { reason }).await
}

/// The last leg ended when its deployment did.
fn note_end(drill: &mut Drill, last: Option<&Deployment>) {
    let ended_at = last.and_then(|deployment| deployment.status.ended_at());
    if let Some(leg) = drill.legs.last_mut() {
        leg.ended_at = ended_at;
    }
}

async fn end(tx: &mut Tx, mut drill: Drill, ending: Ending) -> Result<(), Error> {
    let detail = serde_json::to_value(&ending).unwrap_or_default();
    drill.ended = Some((tx.now(), ending));
    tx.record_drill(&drill).await?;
    let (action, subject) = ("drill.ended", format!("drill/{}", drill.id));
    let entry = entry(tx, "tidegate", (action, &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// A leg begins in the name of the person who asked, if they still may.
async fn on_behalf(tx: &mut Tx, gate: &Arc<Gate>, drill: &Drill) -> Result<Request, Error> {
    let who = (&drill.requested_by, format!("drill/{}", drill.id));
    let request = Request::on_behalf(tx, gate, who).await?;
    let place = (&drill.product, &drill.environment);
    request.permit_place(tx, Action::Drill, place).await?;
    Ok(request)
}

async fn cancel(tx: &mut Tx, request: &Request, id: DrillId) -> Result<(), Error> {
    let drill = tx.drill(id).await?;
    let missing = || Error::not_found("drill-not-found", "drill", id);
    let mut drill = drill.ok_or_else(missing)?;
    let resource = Resource::place(drill.product.clone(), drill.environment.clone());
    let asked = (Action::SteerDeployment, &resource);
    request.permit(tx, asked, missing).await?;
    if drill.ended.is_some() {
        let detail = format!("drill {id} is {}: it cannot be cancelled now", drill.word());
        return Err(Error::refused(Kind::Conflict, "drill-state", detail));
    }
    let (_, last) = next_of(tx, &drill).await?;
    note_end(&mut drill, last.as_ref());
    let by = request.actor.name.clone();
    let ends_already =
        |status: &Status| status.is_terminal() || matches!(status, Status::Cancelling { .. });
    if let Some(running) = last.filter(|last| !ends_already(&last.status)) {
        let event = Event::CancelRequested { by: by.clone() };
        steer::apply(tx, request, running.id, &event).await?;
    }
    drill.ended = Some((tx.now(), Ending::Cancelled { by }));
    tx.record_drill(&drill).await?;
    let detail = serde_json::json!({});
    journal(tx, request, "drill.cancelled", (&drill, &detail)).await
}

async fn journal(
    tx: &mut Tx,
    request: &Request,
    action: &str,
    (drill, detail): (&Drill, &serde_json::Value),
) -> Result<(), Error> {
    let subject = format!("drill/{}", drill.id);
    Ok(request.journal(tx, action, &subject, detail).await?)
}
