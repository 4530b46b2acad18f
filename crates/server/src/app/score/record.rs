//! What is on record of a product in an environment, as it was at any moment.

use super::{
    super::{Error, releases},
    past::{arrived, contents, rides, suppliers, team},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    calendar::Zone,
    catalog::{Component, Needed, Product, path},
    control::Waiver,
    deployment::Deployment,
    digest::Digest,
    drill::{Drill, Ending},
    id::{DeploymentId, DrillId, RehearsalId},
    name::Name,
    plan::{Plan, Reversible},
    rehearsal::Rehearsal,
    release::{Contents, Release},
    score::{Facts, Outcome, Score, Touched, Track},
    version::Version,
};
use tidegate_store::{DrillsOf, RehearsalsOf, Tx};

/// The most deployments, drills, rehearsals, and what suppliers did, each, the newest.
pub(super) const MOST: u64 = 2_000;
/// From the end of what can be counted on.
const END: u64 = u64::MAX >> 1;
/// What suppliers change so near by counts.
const NEAR: SignedDuration = SignedDuration::from_hours(48);

/// What is on record of a product in an environment.
pub(super) struct Record {
    product: Product,
    environment: Name,
    /// The environment before it on the path, and the releases that were deployed there, with when.
    before: Option<Vec<(Version, Timestamp)>>,
    /// The product's deployments there that have ended, by when they did.
    rides: Vec<Ride>,
    /// All of the team's there: when each ended, and whether badly.
    team: Vec<(Timestamp, bool)>,
    contents: BTreeMap<Version, Contents>,
    waivers: Vec<Waiver>,
    /// When suppliers of what the product needs changed or change something.
    suppliers: Vec<(Timestamp, Timestamp)>,
    rehearsals: Vec<Rehearsal>,
    drills: Vec<Drill>,
    /// How many targets there are.
    targets: u64,
}

/// A deployment that has ended.
pub(super) struct Ride {
    pub(super) deployment: Deployment,
    pub(super) ended: Timestamp,
    pub(super) failed: bool,
    /// What ran there when it was asked for.
    pub(super) standing: Option<Version>,
}

/// What is asked about: a release at a moment.
pub(super) struct Asked<'a> {
    pub(super) release: &'a Release,
    pub(super) at: Timestamp,
    /// How many changes it brings and how many break something, where that is known.
    pub(super) changes: Option<(u64, u64)>,
    pub(super) plan: Option<&'a Plan>,
    /// What runs there then; what stands there now unless set.
    pub(super) standing: Option<Option<Version>>,
}

impl<'a> Asked<'a> {
    pub(super) const fn of(release: &'a Release) -> Self {
        Self {
            release,
            at: Timestamp::UNIX_EPOCH,
            changes: None,
            plan: None,
            standing: None,
        }
    }
}

impl Record {
    pub(super) async fn read(
        tx: &mut Tx,
        (product, environment): (&Name, &Name),
    ) -> Result<Self, Error> {
        let product = releases::find_product(tx, product).await?;
        let name = product.name.clone();
        let environments = tx.environments().await?;
        let way = path::of(&product, &environments).unwrap_or_default();
        let place = way.iter().position(|it| it == environment);
        let before = place.and_then(|it| way.get(it.checked_sub(1)?));
        let before = match before {
            Some(before) => Some(arrived(tx, (&name, before)).await?),
            None => None,
        };
        let place = (Some(&name), Some(environment));
        let mut own = tx
            .deployments_before(DeploymentId(END), MOST, place)
            .await?;
        own.reverse();
        let all = tx
            .deployments_before(DeploymentId(END), MOST, (None, Some(environment)))
            .await?;
        let of_product = Some(name.clone());
        let of = RehearsalsOf {
            plan: None,
            product: of_product.clone(),
            release: None,
            environment: Some(environment.clone()),
        };
        let rehearsals = tx.rehearsals_before(RehearsalId(END), MOST, &of).await?;
        let of = DrillsOf {
            product: of_product,
            release: None,
            environment: None,
        };
        let targets = tx.targets_in(environment).await?;
        let is_target = targets.iter().filter(|it| it.balances.is_empty());
        Ok(Self {
            environment: environment.clone(),
            before,
            contents: contents(tx, &name, &own).await?,
            rides: rides(own),
            team: team(tx, &product, &all).await?,
            waivers: tx.waivers(Some(&name), true).await?,
            suppliers: suppliers(tx, &name).await?,
            rehearsals,
            drills: tx.drills_before(DrillId(END), MOST, &of).await?,
            targets: is_target.count() as u64,
            product,
        })
    }

    /// What was, or is, known at a moment.
    pub(super) async fn facts(&self, tx: &mut Tx, asked: Asked<'_>) -> Result<Facts, Error> {
        let Asked { release, at, .. } = asked;
        let of = (&release.product, &release.version);
        let plan = tx.newest_plan(of).await?;
        let zone = plan.map(|it| it.plan.time_zone).unwrap_or_default();
        let tasks = tx.tasks_of(of).await?;
        let overdue = tasks.iter().filter(|task| {
            let is_over = match task.state.ended() {
                Some(ended) => ended <= at,
                None => !task.state.is_pending(),
            };
            task.is_for_release() && !is_over && task.due.is_some_and(|due| due < at)
        });
        let standing = match &asked.standing {
            Some(standing) => standing.as_ref(),
            None => self.standing(at),
        };
        let touched = self.touched(release, standing);
        Ok(Facts {
            when: at.to_zoned(Zone::time_zone(&zone).clone()),
            changes: asked.changes.map(|it| it.0),
            breaking: asked.changes.map_or(0, |it| it.1),
            contracts: self.contracts(&touched),
            components: touched.iter().map(|it| self.track(it, at)).collect(),
            migrations: asked.plan.map_or(0, |it| it.jobs.len() as u64),
            irreversible: asked.plan.map_or(0, irreversible),
            targets: asked.plan.map_or(self.targets, targets),
            team: track(self.team.iter().copied(), at),
            waivers: self.waivers_at(release, at),
            overdue: overdue.count() as u64,
            suppliers: self.near(at),
            rehearsed: asked
                .plan
                .is_some_and(|plan| self.is_rehearsed(plan.hash(), at)),
            drilled: self.is_drilled(&release.version, at),
            preceded: self.before.as_ref().map(|it| {
                it.iter()
                    .any(|(version, since)| *version == release.version && *since <= at)
            }),
        })
    }

    /// The product's deployments there that have ended, with the scores they had when they were asked for. What git says is not
    /// looked up again for each.
    pub(super) async fn outcomes(&self, tx: &mut Tx) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = Vec::new();
        for ride in &self.rides {
            let version = &ride.deployment.release;
            let Some(release) = tx.release(&self.product.name, version).await? else {
                continue;
            };
            let asked = Asked {
                at: ride.deployment.requested_at,
                plan: Some(&ride.deployment.plan),
                standing: Some(ride.standing.clone()),
                ..Asked::of(&release)
            };
            outcomes.push(Outcome {
                deployment: ride.deployment.id,
                score: Score::of(&self.facts(tx, asked).await?),
                failed: ride.failed,
            });
        }
        Ok(outcomes)
    }

    /// What ran there at a moment.
    fn standing(&self, at: Timestamp) -> Option<&Version> {
        let mut before = self
            .rides
            .iter()
            .rev()
            .filter(|it| it.ended <= at && !it.failed);
        before.next().map(|it| &it.deployment.release)
    }

    /// The components of a release that are other ones than those of what runs there.
    fn touched<'a>(&self, release: &'a Release, standing: Option<&Version>) -> Vec<&'a Name> {
        let there = standing.and_then(|version| self.contents.get(version));
        let is_other = |(name, content): &(&Name, &tidegate_domain::release::Content)| {
            let known = there.and_then(|it| it.get(*name));
            known.is_none_or(|known| known.digest != content.digest)
        };
        let other = release.contents.iter().filter(is_other);
        other.map(|(name, _)| name).collect()
    }

    fn declared(&self, name: &Name) -> Option<&Component> {
        self.product.components.iter().find(|it| it.name == *name)
    }

    /// The contracts that components provide or need, as they are declared now.
    fn contracts(&self, touched: &[&Name]) -> u64 {
        let mut contracts = BTreeSet::new();
        for component in touched.iter().filter_map(|it| self.declared(it)) {
            contracts.extend(component.provides.keys());
            let needs = component.needs.iter().filter_map(|need| match &need.of {
                Needed::Contract(contract) => Some(contract),
                Needed::Component(_) => None,
            });
            contracts.extend(needs);
        }
        contracts.len() as u64
    }

    fn track(&self, component: &Name, at: Timestamp) -> Touched {
        let before = self.rides.iter().filter(|it| it.ended <= at);
        let is_new = !before.clone().any(|it| {
            let contents = self.contents.get(&it.deployment.release);
            !it.failed && contents.is_some_and(|it| it.contains_key(component))
        });
        let changed = before.filter(|ride| {
            let (then, now) = (ride.standing.as_ref(), &ride.deployment.release);
            let digest =
                |version: &Version| Some(self.contents.get(version)?.get(component)?.digest);
            then.and_then(digest) != digest(now)
        });
        Touched {
            component: component.clone(),
            is_new,
            track: track(changed.map(|it| (it.ended, it.failed)), at),
        }
    }

    fn waivers_at(&self, release: &Release, at: Timestamp) -> u64 {
        let place = (&release.product, &self.environment);
        let good = self.waivers.iter().filter(|waiver| {
            let is_signed = waiver
                .signed
                .as_ref()
                .is_some_and(|(_, signed)| *signed <= at);
            let has_ended = waiver.ended.as_ref().is_some_and(|(_, ended)| *ended <= at);
            is_signed
                && !has_ended
                && at < waiver.expires_at
                && waiver.scope.covers(place, &release.version)
        });
        good.count() as u64
    }

    fn near(&self, at: Timestamp) -> u64 {
        let near = self.suppliers.iter().filter(|(from, until)| {
            from.duration_since(at) <= NEAR && at.duration_since(*until) <= NEAR
        });
        near.count() as u64
    }

    fn is_rehearsed(&self, plan: Digest, at: Timestamp) -> bool {
        let mut all = self.rehearsals.iter();
        all.any(|it| it.plan == plan && it.requested_at <= at)
    }

    fn is_drilled(&self, version: &Version, at: Timestamp) -> bool {
        let mut all = self.drills.iter();
        all.any(|it| {
            let passed = match &it.ended {
                Some((ended, Ending::Passed)) => *ended <= at,
                Some((_, Ending::Failed { .. } | Ending::Cancelled { .. })) | None => false,
            };
            it.release == *version && passed
        })
    }
}

fn track(all: impl Iterator<Item = (Timestamp, bool)>, at: Timestamp) -> Track {
    let mut track = Track::default();
    for (_, failed) in all.filter(|(ended, _)| *ended <= at) {
        track.ended += 1;
        track.failed += u64::from(failed);
    }
    track
}

fn irreversible(plan: &Plan) -> u64 {
    let jobs = plan.jobs.iter();
    let all = jobs.filter(|job| match job.reversible {
        Reversible::Yes => false,
        Reversible::No | Reversible::Until(_) => true,
    });
    all.count() as u64
}

fn targets(plan: &Plan) -> u64 {
    let all: BTreeSet<&Name> = plan.waves.iter().flat_map(|it| &it.targets).collect();
    all.len() as u64
}
