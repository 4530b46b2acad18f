//! What is on record of a product in an environment, as it was at any moment.

use super::{
    super::{Error, releases},
    past::{History, Nearby, brought, deployed, histories, suppliers, team},
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    calendar::Zone,
    catalog::{Component, Needed, Product, path},
    control::{Severity, Waiver},
    deployment::{Deployment, Went, stood, went},
    digest::Digest,
    drill::{Drill, Ending},
    id::{DeploymentId, DrillId, RehearsalId},
    issue::Issue,
    name::Name,
    plan::{Plan, Reversible},
    planning::Task,
    rehearsal::Rehearsal,
    release::Release,
    score::{Facts, Outcome, Score, Touched},
    version::Version,
};
use tidegate_store::{AboutPlan, DrillsOf, Tx};

/// The most deployments, drills, rehearsals, and what suppliers did, each, the newest.
pub(super) const MOST: u64 = 2_000;
/// From the end of what can be counted on.
pub(super) const END: u64 = u64::MAX >> 1;
/// What suppliers change so near by counts.
const NEAR: SignedDuration = SignedDuration::from_hours(48);

/// What is on record of a product in an environment.
pub(super) struct Record {
    product: Product,
    environment: Name,
    /// What went to the environment before it on the path, if there is one.
    before: Option<Vec<Went>>,
    /// What went there, the oldest first.
    rides: Vec<Went>,
    /// How what changed each component went.
    components: BTreeMap<Name, History>,
    /// How all of the team's went there.
    team: History,
    releases: BTreeMap<Version, Release>,
    deployments: BTreeMap<DeploymentId, Deployment>,
    waivers: Vec<Waiver>,
    suppliers: Vec<Nearby>,
    rehearsals: Vec<Rehearsal>,
    drills: Vec<Drill>,
    /// How many targets there are.
    targets: u64,
}

/// What is asked about: a release at a moment.
pub(super) struct Asked<'a> {
    pub(super) release: &'a Release,
    pub(super) at: Timestamp,
    /// How many changes it brings and how many break something, where that is known.
    pub(super) changes: Option<(u64, u64)>,
    pub(super) plan: Option<&'a Plan>,
}

/// What people planned for a release.
struct Work {
    zone: Zone,
    tasks: Vec<Task>,
    issues: Vec<Issue>,
}

impl Work {
    async fn read(tx: &mut Tx, release: &Release) -> Result<Self, Error> {
        let of = (&release.product, &release.version);
        let plan = tx.newest_plan(of).await?;
        Ok(Self {
            zone: plan.map(|it| it.plan.time_zone).unwrap_or_default(),
            tasks: tx.tasks_of(of).await?,
            issues: tx.issues_of(of, MOST).await?,
        })
    }

    /// The tasks that should be done by a moment, and are not by then.
    fn overdue(&self, at: Timestamp) -> u64 {
        let overdue = self.tasks.iter().filter(|task| {
            let is_over = match task.state.ended() {
                Some(ended) => ended <= at,
                None => !task.state.is_pending(),
            };
            task.is_for_release() && !is_over && task.due.is_some_and(|due| due < at)
        });
        overdue.count() as u64
    }

    /// The issues that were open at a moment and held to be high or critical then.
    fn serious(&self, at: Timestamp) -> u64 {
        let is_serious = |it: &&Issue| it.was_open(at) && it.severity_at(at) >= Severity::High;
        self.issues.iter().filter(is_serious).count() as u64
    }
}

impl<'a> Asked<'a> {
    pub(super) const fn of(release: &'a Release) -> Self {
        Self {
            release,
            at: Timestamp::UNIX_EPOCH,
            changes: None,
            plan: None,
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
            Some(before) => Some(went(&deployed(tx, (&name, before)).await?)),
            None => None,
        };
        let own = deployed(tx, (&name, environment)).await?;
        let rides = went(&own);
        let releases = brought(tx, &name, &rides).await?;
        let mut all = tx
            .deployments_before(DeploymentId(END), MOST, (None, Some(environment)))
            .await?;
        all.reverse();
        let of_product = Some(name.clone());
        let of = AboutPlan {
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
            components: histories(&rides, &releases),
            deployments: own.into_iter().map(|it| (it.id, it)).collect(),
            releases,
            rides,
            team: team(tx, &product, &all).await?,
            waivers: tx.waivers(Some(&name), true).await?,
            suppliers: suppliers(tx, &name).await?,
            rehearsals,
            drills: tx.drills_before(DrillId(END), MOST, &of).await?,
            targets: is_target.count() as u64,
            product,
        })
    }

    /// What was, or is, known of a release at a moment.
    pub(super) async fn facts(&self, tx: &mut Tx, asked: &Asked<'_>) -> Result<Facts, Error> {
        let work = Work::read(tx, asked.release).await?;
        Ok(self.known(asked, &work))
    }

    fn known(&self, asked: &Asked<'_>, work: &Work) -> Facts {
        let Asked { release, at, .. } = *asked;
        let touched = self.touched(release, stood(&self.rides, at));
        Facts {
            when: at.to_zoned(work.zone.time_zone().clone()),
            changes: asked.changes.map(|it| it.0),
            breaking: asked.changes.map_or(0, |it| it.1),
            contracts: self.contracts(&touched),
            components: touched.iter().map(|it| self.track(it, at)).collect(),
            migrations: asked.plan.map_or(0, |it| it.jobs.len() as u64),
            irreversible: asked.plan.map_or(0, irreversible),
            targets: asked.plan.map_or(self.targets, targets),
            team: self.team.track(at),
            waivers: self.waivers_at(release, at),
            overdue: work.overdue(at),
            issues: work.serious(at),
            suppliers: self.near(at),
            rehearsed: asked
                .plan
                .is_some_and(|plan| self.is_rehearsed(plan.hash(), at)),
            drilled: self.is_drilled(&release.version, at),
            preceded: self
                .before
                .as_ref()
                .map(|it| stood(it, at) == Some(&release.version)),
        }
    }

    /// The product's deployments there that have ended, with the scores they had when they were asked for. What git says is not
    /// looked up again for each.
    pub(super) async fn outcomes(&self, tx: &mut Tx) -> Result<Vec<Outcome>, Error> {
        let (mut outcomes, mut known) = (Vec::new(), BTreeMap::new());
        for ride in &self.rides {
            let version = &ride.release;
            let known_as = (self.releases.get(version), self.deployments.get(&ride.id));
            let (Some(release), Some(deployment)) = known_as else {
                continue;
            };
            if !known.contains_key(version) {
                known.insert(version, Work::read(tx, release).await?);
            }
            let asked = Asked {
                at: deployment.requested_at,
                plan: Some(&deployment.plan),
                ..Asked::of(release)
            };
            outcomes.extend(known.get(version).map(|work| Outcome {
                deployment: ride.id,
                score: Score::of(&self.known(&asked, work)),
                failed: ride.failed.is_some(),
            }));
        }
        Ok(outcomes)
    }

    /// The components of a release that are other ones than those of what runs there.
    fn touched<'a>(&self, release: &'a Release, standing: Option<&Version>) -> Vec<&'a Name> {
        let there = standing.and_then(|version| Some(&self.releases.get(version)?.contents));
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
        let ran = |ride: &Went| {
            let release = self.releases.get(&ride.release);
            release.is_some_and(|it| it.contents.contains_key(component))
        };
        let mut held = self.rides.iter();
        let is_known = held.any(|it| it.ended <= at && !it.had_failed(at) && ran(it));
        let history = self.components.get(component);
        Touched {
            component: component.clone(),
            is_new: !is_known,
            track: history.map(|it| it.track(at)).unwrap_or_default(),
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
        let near = self.suppliers.iter().filter(|it| {
            let is_near = it.from.duration_since(at) <= NEAR && at.duration_since(it.until) <= NEAR;
            it.known_since <= at && is_near
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
