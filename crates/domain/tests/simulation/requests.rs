//! Whom the load balancers of a world send requests to.

use super::World;
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{Health, Slot},
    deployment::{BalancerFacts, Decision, Deployment, Position, Split, Stage, TargetRun},
};

/// A slot of a target.
pub type Place = (u32, Slot);

/// What each place weighs, as the load balancers were last told.
#[derive(Debug, Default)]
pub struct Requests(BTreeMap<Place, u16>);

/// Where requests are answered, as far as was heard.
pub type Serving = BTreeMap<Place, Serves>;

/// Whether a place answers requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    Yes,
    No,
    /// A report that was overtaken says nothing about what its host was told since.
    Unknown,
}

impl Requests {
    /// Before anything is ordered, what runs receives.
    pub fn before(deployment: &Deployment) -> Self {
        let running = deployment.positioned();
        let running = running.filter(|(_, run)| run.before.is_some());
        let place = |(Position(at), run): (_, &TargetRun)| ((at, run.slot_before), 1);
        Self(running.map(place).collect())
    }
}

impl World {
    /// Each balancer may say that it shares out as it was told.
    pub(super) fn balancers_answer(&mut self) {
        for balancer in &mut self.balancers {
            let answers = self.random.percent(20);
            (balancer.current, balancer.applied) =
                (balancer.current || answers, balancer.applied || answers);
        }
    }

    /// Where requests are answered, if a decision is about that.
    pub(super) fn serving(&self, decision: &Decision) -> Serving {
        if decision.route.is_none() {
            return Serving::new();
        }
        let runs = self.deployment.positioned().zip(&self.hosts);
        let places = runs.flat_map(|((Position(at), run), host)| {
            Slot::ALL.map(|slot| {
                let known = host.facts(run, slot);
                let healthy = known.running.is_some() && known.health == Some(Health::Healthy);
                let serves = match (healthy, known.current) {
                    (true, _) => Serves::Yes,
                    (false, true) => Serves::No,
                    (false, false) => Serves::Unknown,
                };
                ((at, slot), serves)
            })
        });
        places.collect()
    }

    /// Every balancer is told.
    pub(super) fn route(&mut self, split: Split, serving: &Serving) {
        let weighed = self.deployment.weights(split);
        let weighed = weighed.iter().map(|it| ((it.target.0, it.slot), it.weight));
        let told = Requests(weighed.collect());
        match split {
            Split::Share { .. } => self.judge_route(&told, serving),
            Split::Even | Split::Unsettled => self.judge_end(&told, serving),
        }
        self.requests = told;
        let told = BalancerFacts {
            connected: true,
            ..BalancerFacts::default()
        };
        self.balancers = vec![told; self.deployment.balancers.len()];
    }

    /// In the end, too, nothing is sent to a target that is new there and runs nothing, as long as another serves.
    fn judge_end(&self, told: &Requests, serving: &Serving) {
        let all = || told.0.iter().filter(|(_, weight)| **weight > 0);
        let serves = |place: &Place| serving.get(place) == Some(&Serves::Yes);
        if self.deployment.plan.side_by_side || !all().any(|(place, _)| serves(place)) {
            return;
        }
        for (place, _) in all() {
            let run = &self.deployment.targets[place.0 as usize];
            // Of one that did not accept its last instruction nobody knows what it runs.
            let is_known = !matches!(run.stage, Stage::Stuck { .. });
            let is_new = run.before.is_none() && !run.stage.is_changed() && is_known;
            let is_down = serving.get(place) == Some(&Serves::No);
            assert!(
                !(is_new && is_down),
                "seed {}: requests to {place:?} in the end, where nothing runs",
                self.seed
            );
        }
    }

    /// Nothing is sent where nothing healthy runs, as long as a target serves that has passed or was left alone; but what ran
    /// and broke by itself keeps what it received.
    fn judge_route(&self, told: &Requests, serving: &Serving) {
        let beside = self.deployment.plan.side_by_side;
        let passed = |run: &TargetRun| matches!(run.stage, Stage::Passed { .. });
        let run = |place: &Place| &self.deployment.targets[place.0 as usize];
        let serves = |place: &&Place| {
            let (stage, ran) = (&run(place).stage, run(place).before.is_some());
            let alone = beside || !(stage.is_changed() || stage.is_disturbed());
            let counts = passed(run(place)) || (ran && alone);
            counts && serving.get(*place) == Some(&Serves::Yes)
        };
        if !told.0.keys().any(|place| serves(&place)) {
            return;
        }
        for (place, _) in told.0.iter().filter(|(_, weight)| **weight > 0) {
            let sent = self.requests.0.get(place).is_some_and(|weight| *weight > 0);
            let ran = run(place).before.is_some() || passed(run(place));
            let is_down = serving.get(place) == Some(&Serves::No);
            assert!(
                !is_down || (sent && ran),
                "seed {}: requests to {place:?}, where nothing serves",
                self.seed
            );
        }
    }
}
