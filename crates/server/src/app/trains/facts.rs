//! What is known of a train: what runs where it goes, and how far each member is.

mod places;
mod stops;
mod surroundings;

use super::super::{App, Error, releases};
use places::place;
pub(in crate::app) use places::running;
pub(super) use stops::wanted;
use tidegate_domain::{
    control::Clearance,
    group::GroupStatus,
    release::Release,
    train::{Line, Member, MemberFacts, Train, TrainFacts, TrainStatus},
};
use tidegate_store::Tx;

/// How far the group run is that carries a train, if one does.
pub(crate) async fn run(tx: &mut Tx, train: &Train) -> Result<Option<GroupStatus>, Error> {
    let TrainStatus::UnderWay { run, .. } = &train.status else {
        return Ok(None);
    };
    let found = tx.group_run(*run).await?;
    let gone = || Error::Broken(format!("group run {run} of a train is gone"));
    Ok(Some(found.ok_or_else(gone)?.status))
}

/// Everything that is known of a train.
pub(super) async fn of(tx: &mut Tx, app: &App, train: &Train) -> Result<TrainFacts, Error> {
    let mut facts = TrainFacts {
        run: run(tx, train).await?,
        ..TrainFacts::default()
    };
    if train.status.is_terminal() || facts.run.is_some() {
        return Ok(facts);
    }
    for departure in &train.plan.departures {
        let environment = &departure.environment;
        let place = place(tx, app, (environment, train)).await?;
        facts.places.insert(environment.clone(), place);
    }
    let mut whole = Clearance::default();
    for member in &train.plan.members {
        let mut known = self::member(tx, member).await?;
        // One that is blocked says so itself.
        let is_blocked = known.blocked.is_some();
        let line = known.line.as_ref();
        if let Some(line) = line.filter(|line| line.hash.is_some() && !is_blocked) {
            let of = (train, &member.product, &line.release);
            let stops = stops::of(tx, &app.gate, of).await;
            known.clearance = stops.own;
            whole.stops.extend(stops.whole);
        } else {
            known.clearance = Some(Clearance::default());
        }
        facts.members.insert(member.product.clone(), known);
    }
    facts.clearance = Some(whole);
    Ok(facts)
}

/// How far a member is, but for what stops its deployment.
async fn member(tx: &mut Tx, member: &Member) -> Result<MemberFacts, Error> {
    let product = &member.product;
    let Some(version) = &member.release else {
        return Ok(MemberFacts::default());
    };
    let release = tx.release(product, version).await?;
    let plan = tx.newest_plan((product, version)).await?;
    Ok(MemberFacts {
        line: match &release {
            Some(release) => Some(line(tx, release).await?),
            None => None,
        },
        blocked: release.and_then(|it| it.blocked),
        plan: plan.map(|it| it.plan),
        tasks: tx.tasks_of((product, version)).await?,
        ..MemberFacts::default()
    })
}

/// What a release brings.
pub(super) async fn line(tx: &mut Tx, release: &Release) -> Result<Line, Error> {
    let components = match release.current_snapshot() {
        Some(number) => releases::snapshot(tx, release, number).await?.components,
        None => {
            releases::find_product(tx, &release.product)
                .await?
                .components
        }
    };
    Ok(Line::of(release, &components))
}
