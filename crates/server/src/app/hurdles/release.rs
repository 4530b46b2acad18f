//! What stands between a release and live: its tasks, itself, and what keeps it from each environment that it has not reached.

use super::{
    super::{
        App, Error, Request, clearance, deploy, planning, plans::Wanted, rehearse, releases,
        rollback::standing, trains,
    },
    calendar, under_way, view,
};
use futures::FutureExt;
use std::sync::Arc;
use tidegate_domain::{
    access::Action,
    catalog::path,
    control::Clearance,
    deployment::Deployment,
    hurdle::{self, Hurdle, HurdleKind},
    name::Name,
    planning::Task,
    release::Release,
    train::Train,
    version::Version,
};
use tidegate_protocol::api::{DeploymentRequest, HurdlesView};
use tidegate_store::Tx;

pub(super) async fn hurdles(
    tx: &mut Tx,
    app: &App,
    (request, (product, version)): (&Request, &(Name, Version)),
) -> Result<HurdlesView, Error> {
    request.permit_product(tx, Action::Read, product).await?;
    let release = releases::find(tx, product, version).await?;
    let declared = releases::find_product(tx, product).await?;
    let environments = tx.environments().await?;
    let path = path::of(&declared, &environments).unwrap_or_default();
    let left = left(tx, &release, path).await?;
    let mut hurdles = tasks(tx, (product, version)).await?;
    if !left.is_empty() {
        hurdles.extend(of_itself(&release));
    }
    let carrier = carrier(tx, request, (product, version)).await?;
    for (place, environment) in left.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|it| left.get(it));
        let of = (&release, environment);
        let carried = carrier.as_ref().and_then(|it| ride(it, of));
        match before {
            None => hurdles.extend(next(tx, app, request, (of, carried)).await?),
            Some(before) => {
                hurdles.push(carried.unwrap_or_else(|| later(of, before)));
                hurdles.extend(stops(tx, request, (of, Turn::Later)).await?);
            }
        }
        hurdles.extend(calendar(tx, (product, environment)).await?);
    }
    hurdle::in_order(&mut hurdles, &left);
    Ok(view(&format!("{product} {version}"), &left, &hurdles))
}

/// The environments of the path that it has not reached yet.
async fn left(tx: &mut Tx, release: &Release, path: Vec<Name>) -> Result<Vec<Name>, Error> {
    let mut left = Vec::new();
    for environment in path.into_iter().rev() {
        let standing = standing(tx, &release.product, &environment).await?;
        let reached = standing.last();
        let is_it = |it: &Deployment| {
            it.release == release.version && Some(it.snapshot) == release.current_snapshot()
        };
        if reached.is_some_and(is_it) {
            break;
        }
        left.push(environment);
    }
    left.reverse();
    Ok(left)
}

/// The tasks that are still to be done.
async fn tasks(tx: &mut Tx, of: (&Name, &Version)) -> Result<Vec<Hurdle>, Error> {
    let (plan, tasks) = planning::around(tx, of).await?;
    let open = tasks
        .iter()
        .filter(|task| task.is_for_release() && task.state.is_pending());
    let hurdle = |task: &Task| {
        let mut slacks = plan.iter().flat_map(|(_, schedule)| &schedule.tasks);
        let slack = slacks.find(|slack| task.name.as_ref() == Some(&slack.name));
        Hurdle::of_task(task, slack)
    };
    Ok(open.map(hurdle).collect())
}

/// That it is a draft, or blocked.
fn of_itself(release: &Release) -> Option<Hurdle> {
    let (product, version) = (&release.product, &release.version);
    let said = match &release.blocked {
        Some(block) => (
            format!("it must not go out: {block}"),
            format!("make another, or lift it: `tidegate release unblock {product} {version}`"),
        ),
        None if release.current_snapshot().is_none() => (
            "the release is a draft".to_owned(),
            format!("seal it: `tidegate release seal {product} {version}`"),
        ),
        None => return None,
    };
    Some(Hurdle::of_planners(
        HurdleKind::Release,
        said,
        (product, None),
    ))
}

/// The train that is to carry a release, as far as whoever asks may see it.
async fn carrier(
    tx: &mut Tx,
    request: &Request,
    (product, version): (&Name, &Version),
) -> Result<Option<Train>, Error> {
    for train in tx.open_trains().await? {
        let member = train.plan.member(product);
        if member.and_then(|it| it.release.as_ref()) != Some(version) {
            continue;
        }
        match trains::find(tx, request, (Action::Read, &train.name)).await {
            Ok(train) => return Ok(Some(train)),
            Err(Error::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// That a train carries it to an environment, if that goes there.
fn ride(train: &Train, (release, environment): (&Release, &Name)) -> Option<Hurdle> {
    let mut departures = train.plan.departures.iter();
    departures.find(|it| it.environment == *environment)?;
    let said = (
        format!("train {} carries it to {environment}", train.name),
        format!(
            "what that waits for: `tidegate explain train {}`",
            train.name
        ),
    );
    let of = (&release.product, Some(environment));
    Some(Hurdle::of_planners(HurdleKind::Departure, said, of))
}

/// What keeps it from the environment that comes next; `carried` is the train that goes there.
async fn next(
    tx: &mut Tx,
    app: &App,
    request: &Request,
    ((release, environment), carried): ((&Release, &Name), Option<Hurdle>),
) -> Result<Vec<Hurdle>, Error> {
    let product = &release.product;
    let of = (product, Some(environment));
    let running = tx.deployment_running_in(product, environment).await?;
    if let Some(id) = running {
        let of = (product, &release.version, environment);
        return under_way(tx, (app, request), id, of).await;
    }
    let mut hurdles = vec![carried.unwrap_or_else(|| {
        let said = (
            format!("nobody has deployed it to {environment} yet"),
            format!(
                "`tidegate deploy {product} {} --to {environment}`",
                release.version
            ),
        );
        Hurdle::of_planners(HurdleKind::Deployment, said, of)
    })];
    hurdles.extend(stops(tx, request, ((release, environment), Turn::Next)).await?);
    Ok(hurdles)
}

/// When a release may go to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Now.
    Next,
    /// Once it has been elsewhere: the order of its path is left aside.
    Later,
}

/// What controls, approvals and suppliers say of a release in an environment as things are now.
async fn stops(
    tx: &mut Tx,
    request: &Request,
    ((release, environment), turn): ((&Release, &Name), Turn),
) -> Result<Vec<Hurdle>, Error> {
    // That is said already, and nothing can be asked about it.
    if release.current_snapshot().is_none() || release.blocked.is_some() {
        return Ok(Vec::new());
    }
    let place = (&release.product, environment);
    match would(tx, request, ((release, environment), turn)).await {
        Ok((clearance, names)) => Ok(Hurdle::of_stops((&clearance.stops, &names), place).collect()),
        Err(Error::Refused { detail, hint, .. }) => {
            let said = (detail, hint.unwrap_or_default());
            let of = (&release.product, Some(environment));
            Ok(vec![Hurdle::of_planners(HurdleKind::Deployment, said, of)])
        }
        Err(error) => Err(error),
    }
}

/// What controls would say of its deployment, in the name of whoever asks, or of whoever made the release if they may not deploy;
/// and whose approval it lacks.
async fn would(
    tx: &mut Tx,
    asker: &Request,
    ((release, environment), turn): ((&Release, &Name), Turn),
) -> Result<(Clearance, Vec<Name>), Error> {
    let place = (&release.product, environment);
    let may = asker.permit_place(tx, Action::Deploy, place).await.is_ok();
    let request = match may {
        true => asker.clone(),
        false => {
            let gate = Arc::clone(&asker.gate);
            let who = (&release.created_by, asker.id.clone());
            Request::on_behalf(tx, &gate, who).await?
        }
    };
    let wanted = Wanted::read(&DeploymentRequest {
        product: release.product.to_string(),
        release: release.version.to_string(),
        environment: environment.to_string(),
        ..DeploymentRequest::default()
    })?;
    let input = (asker, request, wanted, turn);
    tx.attempt(&input, |tx, (asker, request, wanted, turn)| {
        async move {
            let deployment = match turn {
                Turn::Next => deploy::would_begin(tx, request, wanted).await?,
                Turn::Later => rehearse::drafted(tx, request, wanted).await?.0,
            };
            let found = clearance::find(tx, &request.gate, &deployment).await?;
            let found_of = (&deployment, &found);
            let names = clearance::whose_yes(tx, asker, found_of).await?;
            Ok((found.clearance, names))
        }
        .boxed()
    })
    .await
}

/// That it goes further only from the environment before.
fn later((release, environment): (&Release, &Name), before: &Name) -> Hurdle {
    let said = (
        format!("it has to run in {before} before it goes to {environment}"),
        format!(
            "`tidegate deploy {} {} --to {environment}`, then",
            release.product, release.version
        ),
    );
    let of = (&release.product, Some(environment));
    Hurdle::of_planners(HurdleKind::Deployment, said, of)
}
