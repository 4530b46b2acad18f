//! Group runs: several worlds in lockstep, and what befalls them.

use crate::world::{Manners, World};
use jiff::Timestamp;
use tidegate_domain::{
    deployment::{Barrier, Deployment, Event, Membership, Purpose, Status, Word},
    group::{GroupCause, GroupEvent, GroupRun, GroupStatus, Member, MemberFacts, decide},
    id::{DeploymentId, GroupRunId},
    random::Random,
};

pub struct Company {
    seed: u64,
    pub group: GroupRun,
    pub worlds: Vec<World>,
    random: Random,
    wild: bool,
}

impl Company {
    /// A member for each of the manners, after some of those before it.
    pub fn random(seed: u64, manners: &[Manners]) -> Self {
        let mut random = Random(seed ^ 0x9e37_79b9_7f4a_7c15);
        let id = GroupRunId(1);
        let worlds: Vec<World> = (0..)
            .zip(manners)
            .map(|(i, manners)| joined(World::random(seed * 8 + i, *manners), (id, i)))
            .collect();
        let members = (0u32..).zip(&worlds).map(|(place, world)| Member {
            deployment: world.deployment.id,
            product: format!("p{place}").parse().unwrap(),
            release: "1.1.0".parse().unwrap(),
            environment: "live".parse().unwrap(),
            after: (0..place).filter(|_| random.percent(50)).collect(),
        });
        let group = GroupRun {
            id,
            members: members.collect(),
            requested_by: "ada".parse().unwrap(),
            requested_at: Timestamp::UNIX_EPOCH,
            status: GroupStatus::Preparing {
                since: Timestamp::UNIX_EPOCH,
            },
        };
        Self {
            seed,
            group,
            worlds,
            random,
            wild: manners.contains(&Manners::Wild),
        }
    }

    /// Lets things happen until the group has ended, or waits for people who do not come.
    pub fn run(&mut self) {
        for _ in 0..60_000 {
            self.engine();
            if self.group.status.is_terminal() {
                self.worlds.iter_mut().for_each(World::close);
                return self.judge_end();
            }
            if self.waits_for_people() && (!self.wild || self.random.below(100) == 0) {
                return;
            }
            let i = usize::try_from(self.random.below(self.worlds.len() as u64)).unwrap();
            let others = self.changed_beside(i);
            let stops = matches!(
                self.group.status,
                GroupStatus::RollingBack { .. } | GroupStatus::Frozen { .. }
            );
            let before = changed(&self.worlds[i].deployment);
            self.worlds[i].turn();
            assert!(
                !stops || changed(&self.worlds[i].deployment) <= before,
                "seed {}: something began in a group that stops",
                self.seed
            );
            assert_eq!(others, self.changed_beside(i), "a member moves alone");
            self.judge_turn();
            if self.wild && self.random.below(300) == 0 {
                self.interfere();
            }
        }
        panic!(
            "seed {}: no end, {:?}, {:?}",
            self.seed,
            self.group.status,
            self.stands()
        );
    }

    /// A person cancels whatever is left; that ends, whoever is out of reach.
    pub fn settle(&mut self) {
        let by = "ada".parse().unwrap();
        let event = GroupEvent::CancelRequested { by };
        if self.group.apply(&event, Timestamp::UNIX_EPOCH).is_ok() {
            self.engine();
            self.worlds.iter_mut().for_each(World::settle);
            self.engine();
            self.worlds.iter_mut().for_each(World::close);
        }
    }

    fn stands(&self) -> Vec<MemberFacts> {
        self.worlds.iter().map(World::stand).collect()
    }

    /// Decides until nothing happens, each decision committed whole.
    fn engine(&mut self) {
        for _ in 0..50 {
            let decision = decide(&self.group, &self.stands());
            for event in &decision.events {
                let applied = self.group.apply(event, Timestamp::UNIX_EPOCH);
                applied.unwrap_or_else(|illegal| panic!("seed {}: {illegal}", self.seed));
            }
            for (place, event) in &decision.orders {
                self.judge_order(*place, event);
                self.worlds[*place as usize].order(event);
            }
            if decision.is_idle() {
                let says = !decision.waiting_on.is_empty() || self.group.status.is_terminal();
                let status = &self.group.status;
                assert!(says, "seed {}: {status:?} waits for nothing", self.seed);
                return;
            }
        }
        panic!("seed {}: decisions go round in circles", self.seed);
    }

    /// A person cancels the group, or takes it back and signs whatever that takes.
    fn interfere(&mut self) {
        let by = "ada".parse().unwrap();
        let reason = "it burns".to_owned();
        let word = Word { by, reason };
        let event = match self.random.percent(30) {
            true => GroupEvent::CancelRequested {
                by: word.by.clone(),
            },
            false => GroupEvent::RollbackStarted {
                cause: GroupCause::Person {
                    by: word.by.clone(),
                    reason: word.reason.clone(),
                },
            },
        };
        let before = self.group.clone();
        if self.group.apply(&event, Timestamp::UNIX_EPOCH).is_err() {
            assert_eq!(
                self.group, before,
                "seed {}: a refusal changed something",
                self.seed
            );
            return;
        }
        for world in &mut self.worlds {
            if world.stand().no_return.is_some() && world.deployment.status.goes_forward() {
                world.order(&Event::ReturnSigned { word: word.clone() });
            }
        }
    }

    /// Whoever depends on a member is back before it goes, and changes after it has.
    fn judge_order(&self, place: u32, event: &Event) {
        if matches!(event, Event::RollbackStarted { .. }) {
            for dependent in self.depending(place) {
                let status = &self.worlds[dependent as usize].deployment.status;
                assert!(
                    status.is_terminal(),
                    "seed {}: member {place} went back first",
                    self.seed
                );
            }
        }
        let change = Event::BarrierOpened {
            barrier: Barrier::Change,
        };
        let after = &self.group.members[place as usize].after;
        for before in after.iter().filter(|_| *event == change) {
            let other = self.worlds[*before as usize].stand();
            assert_eq!(
                other.stands_at,
                Some(Barrier::Succeed),
                "seed {}: member {place} changes before {before} has",
                self.seed
            );
        }
    }

    /// Whoever depends on a member, be it through others, found by walking from each.
    fn depending(&self, place: u32) -> Vec<u32> {
        let leads = |from: u32| {
            let mut open = vec![from];
            while let Some(at) = open.pop() {
                if at == place {
                    return true;
                }
                open.extend(&self.group.members[at as usize].after);
            }
            false
        };
        let all = 0..u32::try_from(self.group.members.len()).unwrap();
        all.filter(|other| *other != place && leads(*other))
            .collect()
    }

    fn changed_beside(&self, i: usize) -> usize {
        let others = self.worlds.iter().enumerate();
        let others = others.filter(|(other, _)| *other != i);
        others.map(|(_, world)| changed(&world.deployment)).sum()
    }

    /// Nothing changes before all lie ready, and nobody succeeds before all may.
    fn judge_turn(&self) {
        let mut worlds = self.worlds.iter();
        let thawed = self.worlds.iter().any(|world| {
            let membership = world.deployment.membership.as_ref().unwrap();
            membership.opened > Barrier::Prepare
        });
        if matches!(self.group.status, GroupStatus::Preparing { .. }) && !thawed {
            let any = worlds.any(|world| changed(&world.deployment) > 0);
            assert!(!any, "seed {}: it changed before all were ready", self.seed);
            return;
        }
        let succeeded = |world: &World| matches!(world.deployment.status, Status::Succeeded { .. });
        let opened = |world: &World| {
            let membership = world.deployment.membership.as_ref().unwrap();
            membership.opened == Barrier::Succeed
        };
        if worlds.any(succeeded) {
            let all = self.worlds.iter().all(opened);
            assert!(all, "seed {}: one succeeded alone", self.seed);
        }
    }

    fn judge_end(&self) {
        let all = |what: fn(&Status) -> bool| {
            let mut worlds = self.worlds.iter();
            worlds.all(|world| what(&world.deployment.status))
        };
        let fine = match &self.group.status {
            GroupStatus::Succeeded { .. } => all(|s| matches!(s, Status::Succeeded { .. })),
            GroupStatus::RolledBack { .. } => all(|s| matches!(s, Status::RolledBack { .. })),
            _ => all(Status::is_terminal),
        };
        assert!(fine, "seed {}: {:?}", self.seed, self.group.status);
    }

    fn waits_for_people(&self) -> bool {
        let frozen = matches!(self.group.status, GroupStatus::Frozen { .. });
        if matches!(
            self.group.status,
            GroupStatus::RollingBack { .. } | GroupStatus::Cancelling { .. }
        ) {
            return false;
        }
        frozen
            || self
                .worlds
                .iter()
                .any(|world| world.deployment.status.hold().is_some())
    }
}

fn changed(deployment: &Deployment) -> usize {
    let runs = deployment.targets.iter();
    runs.filter(|run| run.stage.is_changed()).count()
}

/// A world whose deployment goes forward as a member.
fn joined(mut world: World, (group, number): (GroupRunId, u64)) -> World {
    let deployment = &mut world.deployment;
    deployment.id = DeploymentId(number + 1);
    deployment.purpose = Purpose::Promotion;
    deployment.status = Status::Requested;
    deployment.membership = Some(Membership::of(group));
    world
}
