//! What stands between a release, or a train, and live: whatever is still to be done, settled or waited for, whose it is, and in
//! which order it decides.
//!
//! Each [`Hurdle`] comes from what is known already: open tasks, what stops a deployment, the calendar, what the integration
//! check found. [`in_order`] puts those first that decide when it is live, [`by_whose`] gathers them by whose they are.

use crate::{
    calendar::{Closed, Edge},
    control::{Stop, StopKind},
    deployment::WaitingOn,
    id::DeploymentId,
    name::{Name, listed},
    planning::{Party, Slack, Task},
    runbook::{Kind, Step},
    train::{Lack, MemberReadiness, TrainWait},
};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, fmt};

/// Something that stands between a release and live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hurdle {
    /// Of which kind.
    pub kind: HurdleKind,
    /// What it is, as a sentence without its full stop.
    pub what: String,
    /// What helps.
    pub remedy: String,
    /// Whose it is.
    pub whose: Whose,
    /// Which product it is about.
    pub product: Option<Name>,
    /// The environment that is not reached before it is over; none, when nothing is.
    pub environment: Option<Name>,
    /// When it ends by itself, or has to be over.
    pub until: Option<Timestamp>,
    /// How much longer it may take until something is late, negative when something will be; none when nobody said by when.
    pub room: Option<SignedDuration>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HurdleKind {
    /// The release is not made, not sealed, or blocked.
    Release,
    /// A deployment is under way, or has to come before.
    Deployment,
    /// A task is open.
    Task,
    /// A control does not hold.
    Control,
    /// People have to say something: approvals, change requests, supervision.
    Word,
    /// A supplier's change.
    Supplier,
    /// A window is closed, or a freeze on.
    Calendar,
    /// What goes together does not fit, or was not tested.
    Fit,
    /// A train has to leave.
    Departure,
}

/// Whose it is to take a hurdle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Somebody's.
    Person(Name),
    /// A team's.
    Team(Name),
    /// Whoever may approve, sign or agree: one of these, where they are known.
    Approvers(Vec<Name>),
    /// Whoever supplies what a control of this name asks for.
    Control(String),
    /// A supplier's, or whoever deals with them.
    Supplier(String),
    /// Nobody's: it opens by itself.
    Calendar,
    /// Whoever plans the release.
    Planners,
}

impl Hurdle {
    /// A task that is still to be done, with how much room it has, if that is known.
    pub fn of_task(task: &Task, slack: Option<&Slack>) -> Self {
        let whose = match (&task.assignee, &task.owner) {
            (Some(name), _) | (None, Party::Person(name)) => Whose::Person(name.clone()),
            (None, Party::Team(team)) => Whose::Team(team.clone()),
        };
        Self {
            kind: HurdleKind::Task,
            what: format!("task {}: {}", task.id, task.title),
            remedy: format!(
                "finish it, or say why it is not needed: `tidegate task finish {0}`, `tidegate task skip {0}`",
                task.id
            ),
            whose,
            product: Some(task.product.clone()),
            environment: None,
            until: slack.and_then(|it| it.latest).or(task.due),
            room: slack.and_then(Slack::float),
        }
    }

    /// What stops a deployment to an environment.
    pub fn of_stop(stop: &Stop, (product, environment): (&Name, &Name)) -> Self {
        let (kind, whose) = of_stop(stop);
        Self {
            kind,
            what: stop.to_string(),
            remedy: stop.remedy.clone(),
            whose,
            product: Some(product.clone()),
            environment: Some(environment.clone()),
            until: None,
            room: None,
        }
    }

    /// What stops a deployment, where these are whose approval it lacks.
    pub fn of_stops(
        (stops, names): (&[Stop], &[Name]),
        place: (&Name, &Name),
    ) -> impl Iterator<Item = Self> {
        stops.iter().map(move |stop| {
            let mut hurdle = Self::of_stop(stop, place);
            if stop.kind == StopKind::Approval {
                hurdle.whose = Whose::Approvers(names.to_vec());
            }
            hurdle
        })
    }

    /// A step of people that a deployment waits for.
    pub fn of_step(
        step: &Step,
        deployment: DeploymentId,
        (product, environment): (&Name, &Name),
    ) -> Self {
        let whose = match &step.owner {
            Some(Party::Person(name)) => Whose::Person(name.clone()),
            Some(Party::Team(team)) => Whose::Team(team.clone()),
            None => Whose::Planners,
        };
        let (title, name) = (step.title(), &step.name);
        let deed = match step.kind {
            Kind::Decision(_) => "go",
            Kind::Manual(_) | Kind::Automatic(_) | Kind::Message(_) => "finish",
        };
        Self {
            whose,
            ..Self::of_planners(
                HurdleKind::Task,
                (
                    format!("deployment {deployment} waits for step `{title}`"),
                    format!("`tidegate step {deed} {deployment} {name}`"),
                ),
                (product, Some(environment)),
            )
        }
    }

    /// The calendar of an environment, closed until it opens.
    pub fn of_calendar(
        reasons: &[Closed],
        opens: Edge,
        (product, environment): (&Name, &Name),
    ) -> Self {
        let wait = WaitingOn::Calendar {
            reasons: reasons.to_vec(),
            opens,
            asked: None,
        };
        let until = match opens {
            Edge::At(at) => Some(at),
            Edge::Never | Edge::NotBefore(_) => None,
        };
        Self {
            kind: HurdleKind::Calendar,
            what: format!("it waits for {wait}"),
            remedy: wait.remedy().to_owned(),
            whose: Whose::Calendar,
            product: Some(product.clone()),
            environment: Some(environment.clone()),
            until,
            room: None,
        }
    }

    /// What whoever plans the release has to do.
    pub fn of_planners(
        kind: HurdleKind,
        (what, remedy): (String, String),
        (product, environment): (&Name, Option<&Name>),
    ) -> Self {
        Self {
            kind,
            what,
            remedy,
            whose: Whose::Planners,
            product: Some(product.clone()),
            environment: environment.cloned(),
            until: None,
            room: None,
        }
    }

    /// What a train waits for before it goes to an environment; `members` say by when each of them has to be ready.
    pub fn of_train(
        wait: &TrainWait,
        (train, environment): (&Name, &Name),
        members: &[MemberReadiness],
    ) -> Self {
        let parts = Parts::of(wait);
        let member = members.iter().find(|it| parts.product == Some(&it.product));
        let deadline = member.map(|it| it.deadline);
        let expected = member.and_then(|it| Some(it.deadline.duration_since(it.expected?)));
        Self {
            kind: parts.kind,
            what: wait.to_string(),
            remedy: wait.remedy(train),
            whose: parts.whose,
            product: parts.product.cloned(),
            environment: Some(environment.clone()),
            until: parts.until.or(deadline),
            room: expected,
        }
    }
}

/// What a wait of a train is made of.
struct Parts<'a> {
    kind: HurdleKind,
    whose: Whose,
    product: Option<&'a Name>,
    until: Option<Timestamp>,
}

impl<'a> Parts<'a> {
    fn of(wait: &'a TrainWait) -> Self {
        let of = |kind, whose| Self {
            kind,
            whose,
            product: None,
            until: None,
        };
        match wait {
            TrainWait::Member(product, lack) => {
                let (kind, whose, until) = of_lack(lack);
                Self {
                    kind,
                    whose,
                    product: Some(product),
                    until,
                }
            }
            TrainWait::Clearance(stop) => {
                let (kind, whose) = of_stop(stop);
                of(kind, whose)
            }
            TrainWait::Departure(_, at) => Self {
                until: Some(*at),
                ..of(HurdleKind::Departure, Whose::Calendar)
            },
            TrainWait::Held(hold) => {
                let by = hold.by.clone().map_or(Whose::Planners, Whose::Person);
                of(HurdleKind::Departure, by)
            }
            TrainWait::Finding(_) | TrainWait::Order(_) => of(HurdleKind::Fit, Whose::Planners),
            TrainWait::Run(..) => of(HurdleKind::Deployment, Whose::Planners),
            TrainWait::Late(_)
            | TrainWait::Boarding
            | TrainWait::Plan(_)
            | TrainWait::Person(..) => of(HurdleKind::Departure, Whose::Planners),
        }
    }
}

/// What a lack of a member is, whose, and by when it has to be over.
fn of_lack(lack: &Lack) -> (HurdleKind, Whose, Option<Timestamp>) {
    match lack {
        Lack::Task { owner, latest, .. } => {
            let whose = match owner {
                Party::Person(name) => Whose::Person(name.clone()),
                Party::Team(team) => Whose::Team(team.clone()),
            };
            (HurdleKind::Task, whose, *latest)
        }
        Lack::Clearance(stop) => {
            let (kind, whose) = of_stop(stop);
            (kind, whose, None)
        }
        Lack::NotMade
        | Lack::NotSealed
        | Lack::Configured { .. }
        | Lack::Blocked(_)
        | Lack::Unknown
        | Lack::Plan(_) => (HurdleKind::Release, Whose::Planners, None),
    }
}

/// What a stop is, and whose.
fn of_stop(stop: &Stop) -> (HurdleKind, Whose) {
    match stop.kind {
        StopKind::Control | StopKind::Unexamined => {
            (HurdleKind::Control, Whose::Control(stop.name.clone()))
        }
        StopKind::Approval | StopKind::Change | StopKind::Supervision => {
            (HurdleKind::Word, Whose::Approvers(Vec::new()))
        }
        StopKind::Refused => (HurdleKind::Deployment, Whose::Planners),
        StopKind::Supplier => (HurdleKind::Supplier, Whose::Supplier(stop.name.clone())),
    }
}

/// Sorts hurdles along the path of environments.
///
/// Before each those come first by which something is late already, then those of which nothing says that they can wait, and then
/// those that leave the least room.
pub fn in_order(hurdles: &mut [Hurdle], path: &[Name]) {
    hurdles.sort_by(|one, other| {
        let key = |it: &Hurdle| {
            let place = it.environment.as_ref();
            let place = place.map_or(0, |place| {
                let at = path.iter().position(|it| it == place);
                at.map_or(path.len(), |at| at) + 1
            });
            let is_waiting = it.whose == Whose::Calendar;
            (place, is_waiting, !it.is_late(), it.room, it.kind, it.until)
        };
        key(one)
            .cmp(&key(other))
            .then_with(|| one.what.cmp(&other.what))
    });
}

/// Hurdles by whose they are, each list in the order in which they come.
pub fn by_whose(hurdles: &[Hurdle]) -> BTreeMap<&Whose, Vec<&Hurdle>> {
    let mut found: BTreeMap<&Whose, Vec<&Hurdle>> = BTreeMap::new();
    for hurdle in hurdles {
        found.entry(&hurdle.whose).or_default().push(hurdle);
    }
    found
}

/// What there is between something and live, in a sentence.
pub fn sentence(what: &str, hurdles: &[Hurdle]) -> String {
    let late = hurdles.iter().filter(|it| it.is_late()).count();
    let late = match late {
        0 => String::new(),
        1 => "; 1 of them is late already".to_owned(),
        many => format!("; {many} of them are late already"),
    };
    match hurdles {
        [] => format!("Nothing stands between {what} and live."),
        [one] => format!(
            "One thing stands between {what} and live: {}{late}.",
            one.what
        ),
        [first, ..] => format!(
            "{} things stand between {what} and live; the first is {}{late}.",
            hurdles.len(),
            first.what
        ),
    }
}

impl Hurdle {
    /// Whether something is late already because of it.
    pub fn is_late(&self) -> bool {
        self.room.is_some_and(|room| room.is_negative())
    }
}

impl HurdleKind {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Deployment => "deployment",
            Self::Task => "task",
            Self::Control => "control",
            Self::Word => "approval",
            Self::Supplier => "supplier",
            Self::Calendar => "calendar",
            Self::Fit => "integration",
            Self::Departure => "departure",
        }
    }
}

/// For people.
impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(name) => name.fmt(f),
            Self::Team(name) => write!(f, "team {name}"),
            Self::Approvers(names) => match names.as_slice() {
                [] => f.write_str("whoever may approve"),
                [one] => one.fmt(f),
                many => write!(f, "one of {}", listed(many)),
            },
            Self::Control(name) => write!(f, "control {name}"),
            Self::Supplier(name) => write!(f, "supplier: {name}"),
            Self::Calendar => f.write_str("the calendar"),
            Self::Planners => f.write_str("whoever plans it"),
        }
    }
}

#[cfg(test)]
mod tests;
