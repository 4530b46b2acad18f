//! How far the members of a train are for its next departure, what they lack, and how much room is left.
//!
//! Tasks are scheduled by [`Schedule`], with the last departure of the train as the target of every member: what is told from
//! the target moves with the train.

use super::{
    Bill, Departure, Finding, Integration, Lack, Line, Member, MemberFacts, Train, TrainFacts,
};
use crate::{
    control::Clearance,
    name::Name,
    planning::{PlanError, ReleasePlan, Schedule, Slack, Task, TaskState, schedule::Reached},
    version::Version,
};
use jiff::{SignedDuration, Timestamp, Zoned};
use std::collections::BTreeMap;

/// How far all members are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Where the train goes next.
    pub environment: Name,
    /// When.
    pub departure: Timestamp,
    /// Of each member, in the order of the plan.
    pub members: Vec<MemberReadiness>,
    /// The tasks with the least room of all that have to be over before the last departure, in the order in which they come.
    pub critical_path: Vec<(Name, Slack)>,
    /// How much room they have, negative when it is too late already.
    pub room: Option<SignedDuration>,
}

/// How far one member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberReadiness {
    /// Which.
    pub product: Name,
    /// Its release, if it is made.
    pub release: Option<Version>,
    /// How far its release has come.
    pub stage: Stage,
    /// How far it has to have come for the departure.
    pub needed: Stage,
    /// What it lacks for the departure; nothing when it is ready.
    pub lacks: Vec<Lack>,
    /// When it has to be ready.
    pub deadline: Timestamp,
    /// When its last task before the departure is over, as things are; none when nothing is to be done or nothing is known.
    pub expected: Option<Timestamp>,
    /// Whether it is late.
    pub lateness: Lateness,
    /// Its milestones.
    pub milestones: Vec<Reached>,
}

/// How far a release has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// There is none.
    NotMade,
    /// Its contents can change.
    Draft,
    /// They cannot.
    Sealed,
    /// It runs in the environment before, exactly as it is to go.
    InPlace,
    /// It ran there together with all others.
    Together,
}

/// Whether a member is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// It is ready, or will be.
    InTime,
    /// Its tasks will not be over in time, as things are.
    Expected,
    /// It should be ready, and is not.
    Late,
}

impl Readiness {
    /// How far the members are for a departure, at `now`; `last` is the moment of the last one.
    pub(super) fn of(
        (train, bill): (&Train, &Bill),
        facts: &TrainFacts,
        integration: &Integration,
        (departure, at, last): (&Departure, &Zoned, &Zoned),
        now: Timestamp,
    ) -> Self {
        let none = MemberFacts::default();
        let tested_in = train.plan.tested_in(departure);
        let needed = tested_in.map_or(Stage::Sealed, |_| Stage::Together);
        let mut tasks = Vec::new();
        let mut members = Vec::new();
        for member in &train.plan.members {
            let product = &member.product;
            let known = facts.members.get(product);
            let work = Work::of(known.unwrap_or(&none), (at, last), now);
            let sealed = bill.line(product).map(|line| line.hash.is_some());
            let changed = known.and_then(|it| configured(bill.line(product)?, it));
            let lacks = known.map_or_else(|| vec![Lack::Unknown], |it| lacks(sealed, it, &work));
            let lacks: Vec<Lack> = changed.into_iter().chain(lacks).collect();
            let deadline = train.plan.late_rule(member).deadline(at).timestamp();
            let lateness = lateness(lacks.is_empty(), work.expected, (deadline, now));
            tasks.extend(work.slacks.into_iter().map(|it| (product.clone(), it)));
            members.push(MemberReadiness {
                product: product.clone(),
                release: bill.line(product).map(|line| line.release.clone()),
                stage: stage(member, sealed, (tested_in, integration)),
                needed,
                lacks,
                deadline,
                expected: work.expected,
                lateness,
                milestones: work.milestones,
            });
        }
        let (critical_path, room) = critical(tasks);
        Self {
            environment: departure.environment.clone(),
            departure: at.timestamp(),
            members,
            critical_path,
            room,
        }
    }

    /// The members that lack something.
    pub fn lacking(&self) -> impl Iterator<Item = &MemberReadiness> {
        self.members.iter().filter(|it| !it.is_ready())
    }
}

impl MemberReadiness {
    /// Whether it lacks nothing of its own. Whether the train fits and was tested together is another question.
    pub const fn is_ready(&self) -> bool {
        self.lacks.is_empty()
    }

    /// Whether nothing speaks against it but that too little is known.
    pub(super) fn is_unknown(&self) -> bool {
        !self.is_ready() && self.lacks.iter().all(|it| *it == Lack::Unknown)
    }

    /// What a person would call it: what it lacks first, or how far it has come.
    pub fn word(&self) -> &'static str {
        match self.lacks.first() {
            None if self.stage >= self.needed => "ready",
            None if self.stage == Stage::InPlace => "in place",
            None => "sealed",
            Some(lack) => lack.word(),
        }
    }
}

/// What is to be done for one member.
#[derive(Default)]
struct Work {
    /// The tasks that have to be over before the last departure.
    slacks: Vec<Slack>,
    /// What is open before the next one.
    open: Vec<Lack>,
    expected: Option<Timestamp>,
    milestones: Vec<Reached>,
}

impl Work {
    fn of(facts: &MemberFacts, (at, last): (&Zoned, &Zoned), now: Timestamp) -> Self {
        let mut work = Self::default();
        let by = at.timestamp();
        if let Some(plan) = &facts.plan {
            match scheduled(plan, &facts.tasks, last, now) {
                Ok((plan, schedule)) => work.plan(&plan, schedule, (by, last.timestamp())),
                Err(why) => work.open.push(Lack::Plan(why)),
            }
        }
        let beside = |task: &&Task| {
            let is_before = task.due.is_none_or(|due| due <= by);
            task.name.is_none() && task.is_for_release() && task.state.is_pending() && is_before
        };
        work.open
            .extend(facts.tasks.iter().filter(beside).map(|task| Lack::Task {
                title: task.title.clone(),
                owner: task.owner.clone(),
                latest: task.due,
            }));
        work
    }

    /// The tasks of the plan.
    fn plan(&mut self, plan: &ReleasePlan, schedule: Schedule, (by, last): (Timestamp, Timestamp)) {
        let is_before = |it: &Slack, by| it.is_pending && it.latest.is_none_or(|at| at <= by);
        for (task, slack) in plan.tasks.iter().zip(&schedule.tasks) {
            if is_before(slack, by) {
                self.expected = self.expected.max(Some(slack.ends));
                self.open.push(Lack::Task {
                    title: task.title().to_owned(),
                    owner: task.owner.clone(),
                    latest: slack.latest,
                });
            }
        }
        let slacks = schedule.tasks.into_iter();
        self.slacks = slacks.filter(|it| is_before(it, last)).collect();
        self.milestones = schedule.milestones;
    }
}

/// The schedule of a plan whose target is the last departure.
fn scheduled(
    plan: &ReleasePlan,
    tasks: &[Task],
    last: &Zoned,
    now: Timestamp,
) -> Result<(ReleasePlan, Schedule), PlanError> {
    let mut plan = plan.clone();
    plan.target = Some(plan.time_zone.local(last.timestamp()));
    let states = tasks
        .iter()
        .filter_map(|task| Some((task.name.as_ref()?, &task.state)));
    let states: BTreeMap<&Name, &TaskState> = states.collect();
    let schedule = Schedule::of(&plan, &states, now)?;
    Ok((plan, schedule))
}

/// What was fixed is deployed with one configuration, and no other one counts as tested.
fn configured(line: &Line, facts: &MemberFacts) -> Option<Lack> {
    let fixed = line.snapshot?;
    let now = facts.line.as_ref()?.snapshot;
    (now != Some(fixed)).then(|| Lack::Configured {
        release: line.release.clone(),
        fixed,
        now,
    })
}

fn lacks(sealed: Option<bool>, facts: &MemberFacts, work: &Work) -> Vec<Lack> {
    let mut lacks = match sealed {
        None => vec![Lack::NotMade],
        Some(false) => vec![Lack::NotSealed],
        Some(true) => Vec::new(),
    };
    lacks.extend(facts.blocked.clone().map(Lack::Blocked));
    match (&facts.clearance, sealed) {
        (Some(Clearance { stops, .. }), _) => {
            lacks.extend(stops.iter().cloned().map(Lack::Clearance));
        }
        (None, Some(true)) => lacks.push(Lack::Unknown),
        // Nobody asks before there is something to ask about.
        (None, Some(false) | None) => {}
    }
    lacks.extend(work.open.iter().cloned());
    lacks
}

fn lateness(
    is_ready: bool,
    expected: Option<Timestamp>,
    (deadline, now): (Timestamp, Timestamp),
) -> Lateness {
    match is_ready {
        true => Lateness::InTime,
        false if now >= deadline => Lateness::Late,
        false if expected.is_some_and(|expected| expected > deadline) => Lateness::Expected,
        false => Lateness::InTime,
    }
}

fn stage(
    member: &Member,
    sealed: Option<bool>,
    (tested_in, integration): (Option<&Name>, &Integration),
) -> Stage {
    let is_in_place = || {
        !integration.findings.iter().any(|it| match it {
            Finding::Untested { product, .. } => *product == member.product,
            Finding::UnknownPlace { environment } => Some(environment) == tested_in,
            Finding::NotMade { .. }
            | Finding::Draft { .. }
            | Finding::UnknownProduct { .. }
            | Finding::Unmet { .. }
            | Finding::Stale { .. }
            | Finding::Voided { .. }
            | Finding::TestedWithOther { .. } => false,
        })
    };
    match sealed {
        None => Stage::NotMade,
        Some(false) => Stage::Draft,
        Some(true) if tested_in.is_none() || !is_in_place() => Stage::Sealed,
        Some(true) if integration.together_since.is_none() => Stage::InPlace,
        Some(true) => Stage::Together,
    }
}

/// Those with the least room of all, in the order in which they come.
fn critical(mut tasks: Vec<(Name, Slack)>) -> (Vec<(Name, Slack)>, Option<SignedDuration>) {
    let room = tasks.iter().filter_map(|(_, it)| it.float()).min();
    tasks.retain(|(_, it)| room.is_some() && it.float() == room);
    for (_, task) in &mut tasks {
        task.is_critical = true;
    }
    tasks.sort_by_key(|(_, it)| (it.starts, it.ends));
    (tasks, room)
}

impl Stage {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotMade => "not_made",
            Self::Draft => "draft",
            Self::Sealed => "sealed",
            Self::InPlace => "in_place",
            Self::Together => "together",
        }
    }
}

#[cfg(test)]
mod tests;
