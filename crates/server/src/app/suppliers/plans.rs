//! What is planned, as far as a supplier's change may meet it: also of products that run nowhere yet.

use super::super::{Error, releases};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::{Environment, path},
    name::Name,
    planning::PlanEdition,
    release::Release,
    supplier::impact::{Plan, PlannedRelease},
    train::{Parts, Train, parts},
};
use tidegate_store::Tx;

/// How far ahead bookings are looked at.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);
/// How many of them.
const BOOKINGS: u64 = 1_000;

/// What is planned: releases with a target, bookings, and departures of trains with the releases that leave by them.
pub(super) async fn plans(
    tx: &mut Tx,
    environments: &BTreeMap<Name, Environment>,
) -> Result<Vec<Plan>, Error> {
    let now = tx.now();
    let until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let booked = tx.bookings_between((now, until), BOOKINGS).await?;
    let mut all: Vec<Plan> = booked.into_iter().map(Plan::Booking).collect();
    let mut going = Vec::new();
    for edition in tx.newest_plans().await? {
        going.extend(planned(tx, &edition, environments).await?);
    }
    for train in tx.open_trains().await? {
        all.extend(departures(&train));
        for release in leaving(tx, &train).await? {
            if !going.iter().any(|it| is_same(it, &release)) {
                going.push(release);
            }
        }
    }
    all.extend(going.into_iter().map(Plan::Release));
    Ok(all)
}

/// Whose plan it is.
pub(super) fn members(plan: &Plan) -> Vec<Name> {
    match plan {
        Plan::Release(release) => vec![release.product.clone()],
        Plan::Booking(booked) => vec![booked.product.clone()],
        Plan::Departure { members, .. } => members.iter().cloned().collect(),
        Plan::Flag { product, .. } => vec![product.clone()],
    }
}

/// What a release plans, if that is yet to come. It goes through the whole path, and is planned for its end.
async fn planned(
    tx: &mut Tx,
    edition: &PlanEdition,
    environments: &BTreeMap<Name, Environment>,
) -> Result<Option<PlannedRelease>, Error> {
    let plan = &edition.plan;
    let target = plan.target.and_then(|it| plan.time_zone.at(it));
    let now = tx.now();
    let Some(target) = target.map(|it| it.timestamp()).filter(|at| *at >= now) else {
        return Ok(None);
    };
    let (Some(product), Some(release)) = (
        tx.product(&edition.product).await?,
        tx.release(&edition.product, &edition.version).await?,
    ) else {
        return Ok(None);
    };
    let goes = path::of(&product, environments).unwrap_or_default();
    let Some(environment) = goes.last() else {
        return Ok(None);
    };
    Ok(Some(PlannedRelease {
        product: release.product.clone(),
        version: release.version.clone(),
        environment: environment.clone(),
        target,
        parts: brought(tx, &release).await?,
    }))
}

fn departures(train: &Train) -> Vec<Plan> {
    let mut all = Vec::new();
    for departure in &train.plan.departures {
        if let Ok(at) = train.plan.moment(departure) {
            all.push(Plan::Departure {
                train: train.name.clone(),
                members: train
                    .plan
                    .members
                    .iter()
                    .map(|it| it.product.clone())
                    .collect(),
                environment: departure.environment.clone(),
                at: at.timestamp(),
            });
        }
    }
    all
}

/// The releases that leave with a train.
async fn leaving(tx: &mut Tx, train: &Train) -> Result<Vec<PlannedRelease>, Error> {
    let mut all = Vec::new();
    for member in &train.plan.members {
        let Some(version) = &member.release else {
            continue;
        };
        let Some(release) = tx.release(&member.product, version).await? else {
            continue;
        };
        let parts = brought(tx, &release).await?;
        for departure in &train.plan.departures {
            if let Ok(at) = train.plan.moment(departure) {
                all.push(PlannedRelease {
                    product: release.product.clone(),
                    version: release.version.clone(),
                    environment: departure.environment.clone(),
                    target: at.timestamp(),
                    parts: parts.clone(),
                });
            }
        }
    }
    Ok(all)
}

/// What a release brings; none while it is not sealed.
async fn brought(tx: &mut Tx, release: &Release) -> Result<Option<Parts>, Error> {
    Ok(match release.current_snapshot() {
        Some(number) => {
            let snapshot = releases::snapshot(tx, release, number).await?;
            Some(parts(release, &snapshot.components))
        }
        None => None,
    })
}

fn is_same(one: &PlannedRelease, other: &PlannedRelease) -> bool {
    let of = |it: &PlannedRelease| {
        (
            it.product.clone(),
            it.version.clone(),
            it.environment.clone(),
        )
    };
    of(one) == of(other)
}
