//! Whether a release may be promoted to a place: along its path, forward, and by whom.

use super::{
    super::{
        Error, Kind, Request, clearance,
        plans::{Wanted, Way},
        quarantine, releases,
        rollback::{past_no_return, standing},
    },
    Leave, Start,
};
use tidegate_domain::{
    access::{Action, Resource},
    catalog::path,
    deployment::{Deployment, Purpose, Supervision},
    id::{DeploymentId, GroupRunId, SnapshotNumber},
    name::Name,
    release::{Release, Snapshot},
};
use tidegate_store::Tx;

/// A release that may be promoted to where it is wanted.
pub(super) struct Ready {
    release: Release,
    snapshot: Snapshot,
    number: SnapshotNumber,
    way: Way,
    supervision: Option<Supervision>,
}

impl Ready {
    /// What its deployment begins with.
    pub(super) fn start<'a>(&'a self, wanted: &'a Wanted, group: Option<GroupRunId>) -> Start<'a> {
        Start {
            release: &self.release,
            snapshot: (&self.snapshot, self.number),
            environment: &wanted.environment,
            purpose: Purpose::Promotion,
            crosses: None,
            group,
            supersedes: wanted.supersedes,
            leave_behind: wanted.leave_behind,
            way: self.way.clone(),
            leave: Leave {
                change: wanted.change,
                supervision: self.supervision.clone(),
            },
        }
    }
}

/// Looks whether what is wanted may be promoted.
///
/// # Errors
/// When it may not.
pub(super) async fn ready(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<Ready, Error> {
    let place = (&wanted.product, &wanted.environment);
    let supervision = supervised(tx, request, (Action::Deploy, place)).await?;
    let release = releases::find(tx, &wanted.product, &wanted.release).await?;
    let number = release
        .current_snapshot()
        .ok_or_else(|| releases::draft(&release))?;
    releases::check_not_blocked(&release)?;
    let place = (&release, &wanted.environment);
    Box::pin(quarantine::check_release(tx, &request.gate, place)).await?;
    if !passes_order(tx, wanted).await? {
        check_promotion(tx, wanted, number).await?;
    }
    check_forward(tx, wanted, number).await?;
    Ok(Ready {
        snapshot: releases::snapshot(tx, &release, number).await?,
        way: wanted.way(tx).await?,
        release,
        number,
        supervision,
    })
}

/// Whose level is too low to deploy, or to roll back, may ask for it under supervision. What a policy forbids, or a token is not
/// good for, nobody lets go.
pub(in crate::app) async fn supervised(
    tx: &mut Tx,
    request: &Request,
    (action, place): (Action, (&Name, &Name)),
) -> Result<Option<Supervision>, Error> {
    let Err(refused) = request.permit_place(tx, action, place).await else {
        return Ok(None);
    };
    let authorizer = request.gate.authorizer(tx).await?;
    let resource = Resource::place(place.0.clone(), place.1.clone());
    let answer = authorizer.ask(&request.actor, action, &resource);
    let by_level = answer.because.is_empty() && answer.failed.is_empty() && answer.scope.is_none();
    let assists = request.permit_place(tx, Action::Assist, place).await;
    match (by_level, assists) {
        (true, Ok(_)) => Ok(Some(Supervision::default())),
        _ => Err(refused),
    }
}

/// An emergency change that somebody else approved passes the promotion order.
async fn passes_order(tx: &mut Tx, wanted: &Wanted) -> Result<bool, Error> {
    let Some(change) = wanted.change else {
        return Ok(false);
    };
    let place = (&wanted.product, &wanted.environment);
    clearance::is_emergency(tx, change, (place, &wanted.release)).await
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

/// What stands there below something that cannot be undone is no way forward: that is going back, and is signed.
async fn check_forward(tx: &mut Tx, wanted: &Wanted, number: SnapshotNumber) -> Result<(), Error> {
    let (product, environment, now) = (&wanted.product, &wanted.environment, tx.now());
    let is_wanted = |d: &Deployment| d.release == wanted.release && d.snapshot == number;
    let standing = standing(tx, product, environment).await?;
    let Some(place) = standing.iter().rposition(is_wanted) else {
        return Ok(());
    };
    let newest = DeploymentId(u64::MAX >> 1);
    let newest = tx
        .deployments_before(newest, 1, (Some(product), Some(environment)))
        .await?
        .pop();
    let halfway = newest.filter(|newest| {
        let open = !newest.status.is_terminal() || newest.leaves_no_return().is_some();
        open && !is_wanted(newest)
    });
    let later = standing.iter().skip(place + 1).chain(&halfway);
    let past = later.rev().find_map(|d| Some((d, d.no_return(now)?)));
    past.map_or(Ok(()), |(deployment, past)| {
        Err(past_no_return(deployment, &past))
    })
}
