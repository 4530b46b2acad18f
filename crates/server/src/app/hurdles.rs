//! What stands between a release, or a train, and live: collected from tasks, controls, the calendar and what moves now.
//!
//! [`release`] looks along the path of a release, [`App::train_with_hurdles`] at the next departure of a train.

mod release;

use super::{
    App, Error, Request, SharedApp, clearance, field, query,
    trains::{self, Observed},
};
use futures::FutureExt;
use tidegate_domain::{
    calendar::Opening,
    deployment::{WaitingOn, decide},
    hurdle::{self, Hurdle, HurdleKind},
    id::DeploymentId,
    name::Name,
    runbook::{Gate, Way},
    train::TrainStatus,
    version::Version,
};
use tidegate_protocol::api::{HurdleView, HurdlesView, TrainView};
use tidegate_store::Tx;

impl App {
    /// What stands between a release and live, those first that decide when that is.
    ///
    /// # Errors
    /// When there is none.
    pub async fn release_hurdles(
        self: &SharedApp,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<HurdlesView, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        let input = (self.clone(), request.clone(), of);
        self.store
            .read(input, |tx, (app, request, of)| {
                release::hurdles(tx, app, (request, of)).boxed()
            })
            .await
    }

    /// What stands between a train and its last departure, those first that decide.
    ///
    /// # Errors
    /// When there is none.
    pub async fn train_hurdles(
        self: &SharedApp,
        request: &Request,
        name: &str,
    ) -> Result<HurdlesView, Error> {
        let name: Name = field("train", name)?;
        let input = (self.clone(), request.clone(), name);
        self.store
            .read(input, |tx, (app, request, name)| {
                async move {
                    let observed = trains::observed(tx, app, (request, name)).await?;
                    of_train(tx, (app, request), observed).await
                }
                .boxed()
            })
            .await
    }

    /// A train, and what stands between it and its last departure: what is known of it is collected once for both.
    ///
    /// # Errors
    /// When there is none.
    pub async fn train_with_hurdles(
        self: &SharedApp,
        request: &Request,
        name: &str,
    ) -> Result<(TrainView, HurdlesView), Error> {
        let name: Name = field("train", name)?;
        let input = (self.clone(), request.clone(), name);
        self.store
            .read(input, |tx, (app, request, name)| {
                async move {
                    let mut observed = trains::observed(tx, app, (request, name)).await?;
                    let view = observed.view(tx).await?;
                    let hurdles = of_train(tx, (app, request), observed).await?;
                    Ok((view, hurdles))
                }
                .boxed()
            })
            .await
    }
}

async fn of_train(
    tx: &mut Tx,
    asked: (&App, &Request),
    mut of: Observed,
) -> Result<HurdlesView, Error> {
    let (path, mut hurdles) = of.hurdles(tx.now());
    let train = of.train;
    if let TrainStatus::UnderWay { run, .. } = &train.status {
        let run = tx.group_run(*run).await?;
        for it in run.iter().flat_map(|run| &run.members) {
            let of = (&it.product, &it.release, &it.environment);
            hurdles.extend(under_way(tx, asked, it.deployment, of).await?);
        }
    }
    for environment in &path {
        for member in &train.plan.members {
            let place = (&member.product, environment);
            hurdles.extend(calendar(tx, place).await?);
        }
    }
    hurdle::in_order(&mut hurdles, &path);
    Ok(view(&format!("train {}", train.name), &path, &hurdles))
}

/// What a deployment that moves there waits for.
async fn under_way(
    tx: &mut Tx,
    (app, request): (&App, &Request),
    id: DeploymentId,
    (product, release, environment): (&Name, &Version, &Name),
) -> Result<Vec<Hurdle>, Error> {
    let planned = |what, remedy| {
        let of = (product, Some(environment));
        Hurdle::of_planners(HurdleKind::Deployment, (what, remedy), of)
    };
    let Some(deployment) = tx.deployment(id).await? else {
        return Ok(Vec::new());
    };
    if deployment.status.is_terminal() {
        return Ok(Vec::new());
    }
    if deployment.release != *release {
        let what = format!(
            "deployment {id} of {} moves in {environment}",
            deployment.release
        );
        let remedy = format!("wait for it, or end it: `tidegate cancel {id}`");
        return Ok(vec![planned(what, remedy)]);
    }
    let facts = query::collect(tx, app, &deployment).await?;
    let waits = decide(&deployment, &facts, tx.now()).waiting_on;
    if waits.is_empty() {
        let what = format!("deployment {id} is under way to {environment}");
        return Ok(vec![planned(what, format!("`tidegate watch {id}`"))]);
    }
    let mut hurdles = Vec::new();
    for wait in &waits {
        match wait {
            WaitingOn::Clearance { stops } => {
                let place = (product, environment);
                let names = clearance::whose_of(tx, request, (&deployment, stops)).await?;
                hurdles.extend(Hurdle::of_stops((stops, &names), place));
            }
            WaitingOn::Steps { gate, steps } => {
                let all = tx.conducted(id).await?;
                let way = match gate {
                    Gate::Return => Way::Back,
                    Gate::Start | Gate::Change | Gate::Wave(_) | Gate::Finish => Way::Forward,
                };
                let runbooks = all.iter().map(|it| &it.runbook);
                let runbooks = runbooks.filter(|it| it.way == way);
                let named = runbooks.flat_map(|it| steps.iter().filter_map(|step| it.step(step)));
                hurdles.extend(named.map(|step| Hurdle::of_step(step, id, (product, environment))));
            }
            // It is told with the calendar of the place.
            WaitingOn::Calendar { .. } => {}
            WaitingOn::Prepare { .. }
            | WaitingOn::Agent { .. }
            | WaitingOn::Health { .. }
            | WaitingOn::MinimumHealthy { .. }
            | WaitingOn::Bake { .. }
            | WaitingOn::SignOff { .. }
            | WaitingOn::Traffic { .. }
            | WaitingOn::Baseline { .. }
            | WaitingOn::Check { .. }
            | WaitingOn::Job { .. }
            | WaitingOn::Group { .. }
            | WaitingOn::Restore { .. }
            | WaitingOn::Settling { .. }
            | WaitingOn::Person { .. } => hurdles.push(Hurdle {
                until: wait.until(),
                ..planned(
                    format!("deployment {id} waits for {wait}"),
                    wait.remedy().to_owned(),
                )
            }),
        }
    }
    Ok(hurdles)
}

/// The calendar of the place, if it is closed now.
async fn calendar(tx: &mut Tx, place: (&Name, &Name)) -> Result<Option<Hurdle>, Error> {
    Ok(match query::opening_of(tx, place).await? {
        Opening::Closed { reasons, opens } => Some(Hurdle::of_calendar(&reasons, opens, place)),
        Opening::Open { .. } => None,
    })
}

fn view(what: &str, path: &[Name], hurdles: &[Hurdle]) -> HurdlesView {
    let sentence = match path {
        [] => format!("All of the path of {what} is reached."),
        _ => hurdle::sentence(what, hurdles),
    };
    HurdlesView {
        sentence,
        path: path.iter().map(Name::to_string).collect(),
        hurdles: hurdles.iter().map(shown).collect(),
    }
}

fn shown(hurdle: &Hurdle) -> HurdleView {
    HurdleView {
        kind: hurdle.kind.word().to_owned(),
        what: hurdle.what.clone(),
        remedy: hurdle.remedy.clone(),
        whose: hurdle.whose.to_string(),
        product: hurdle.product.as_ref().map(Name::to_string),
        environment: hurdle.environment.as_ref().map(Name::to_string),
        until: hurdle.until,
        room_minutes: hurdle.room.map(|room| room.as_mins()),
    }
}
