//! What an idle deployment waits for, as data and in words. API, command line and pages all print this.

mod words;

use super::{Barrier, Hold, Override};
use crate::{
    calendar::{Closed, Edge},
    control::Stop,
    id::GroupRunId,
    name::Name,
    plan::JobName,
    runbook::Gate,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a deployment waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "waiting_on")]
pub enum WaitingOn {
    /// Targets are fetching and unpacking.
    Prepare {
        /// Which.
        targets: Vec<Name>,
        /// Then they have failed.
        until: Timestamp,
    },
    /// Targets were told and have not answered, or do not follow.
    Agent {
        /// Which.
        targets: Vec<Name>,
        /// What keeps the first of them that cannot follow from it, if one cannot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obstacle: Option<String>,
        /// Then they have failed.
        until: Timestamp,
    },
    /// Targets start, or are not healthy yet.
    Health {
        /// Which, each with the words of its worst component.
        targets: Vec<(Name, String)>,
        /// Then they have failed.
        until: Timestamp,
    },
    /// Targets are healthy, and must stay so a little longer.
    MinimumHealthy {
        /// Which.
        targets: Vec<Name>,
        /// Then the last of them has passed.
        until: Timestamp,
    },
    /// A wave is watched before the next begins.
    Bake {
        /// Counted from 0.
        wave: u32,
        /// Then the next may begin.
        until: Timestamp,
    },
    /// The waves so far passed, and the plan asks for a person's word before the next.
    SignOff {
        /// The last of them, counted from 0.
        wave: u32,
    },
    /// Load balancers were told to share out requests in another way.
    Traffic {
        /// Those that do not say they do, and why.
        balancers: Vec<(Name, String)>,
        /// Then they have failed.
        until: Timestamp,
    },
    /// Targets of the old revision are started anew, to be compared with.
    Baseline {
        /// Which.
        targets: Vec<Name>,
        /// Then there is nothing to compare with.
        until: Timestamp,
    },
    /// A check is being asked.
    Check {
        /// Which.
        check: Name,
        /// After which wave, counted from 0.
        wave: u32,
        /// Good measurements so far.
        good: u32,
        /// As many as it takes.
        needed: u32,
        /// What was answered last.
        last: Option<String>,
        /// Then it has no data.
        until: Timestamp,
    },
    /// A job is run.
    Job {
        /// Which.
        job: JobName,
        /// Where.
        target: Name,
        /// What keeps it from beginning, if something does.
        detail: String,
        /// Then its outcome is unknown.
        until: Timestamp,
    },
    /// Its group run keeps it from going further.
    Group {
        /// Which.
        group: GroupRunId,
        /// What it needs to go on.
        barrier: Barrier,
        /// Whether the group stands still.
        frozen: bool,
    },
    /// Controls do not hold, or people have not said what they have to say.
    Clearance {
        /// What stops it; never empty.
        stops: Vec<Stop>,
    },
    /// People have something to do first, by the deployment plan or the backout plan.
    Steps {
        /// What they stand before.
        gate: Gate,
        /// Which; never empty.
        steps: Vec<Name>,
    },
    /// The calendar is closed.
    Calendar {
        /// Why; never empty.
        reasons: Vec<Closed>,
        /// When it opens.
        opens: Edge,
        /// The override that waits for a second person.
        asked: Option<Override>,
    },
    /// Targets are going back.
    Restore {
        /// Which.
        targets: Vec<Name>,
        /// Then they are given up.
        until: Timestamp,
    },
    /// What was under way when it was cancelled settles.
    Settling {
        /// Which.
        targets: Vec<Name>,
        /// Then it ends all the same.
        until: Timestamp,
    },
    /// Somebody has to resume, roll back or cancel.
    Person {
        /// The stop.
        hold: Hold,
    },
}

impl WaitingOn {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Prepare { .. } => "prepare",
            Self::Agent { .. } => "agent",
            Self::Health { .. } => "health",
            Self::MinimumHealthy { .. } => "minimum_healthy",
            Self::Bake { .. } => "bake",
            Self::SignOff { .. } => "sign_off",
            Self::Traffic { .. } => "traffic",
            Self::Baseline { .. } => "baseline",
            Self::Check { .. } => "check",
            Self::Job { .. } => "job",
            Self::Group { .. } => "group",
            Self::Clearance { .. } => "clearance",
            Self::Steps { .. } => "steps",
            Self::Calendar { asked: None, .. } => "calendar",
            Self::Calendar { asked: Some(_), .. } => "override",
            Self::Restore { .. } => "restore",
            Self::Settling { .. } => "settling",
            Self::Person { .. } => "person",
        }
    }

    /// Whether it is up to people's steps or to others of its group, as far as it has come itself.
    pub const fn is_up_to_others(&self) -> bool {
        match self {
            Self::Group { .. } | Self::Steps { .. } => true,
            Self::Prepare { .. }
            | Self::Agent { .. }
            | Self::Health { .. }
            | Self::MinimumHealthy { .. }
            | Self::Bake { .. }
            | Self::SignOff { .. }
            | Self::Traffic { .. }
            | Self::Baseline { .. }
            | Self::Check { .. }
            | Self::Job { .. }
            | Self::Clearance { .. }
            | Self::Calendar { .. }
            | Self::Restore { .. }
            | Self::Settling { .. }
            | Self::Person { .. } => false,
        }
    }

    /// When this wait ends by itself; never, where a person must act.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Prepare { until, .. }
            | Self::Agent { until, .. }
            | Self::Health { until, .. }
            | Self::MinimumHealthy { until, .. }
            | Self::Bake { until, .. }
            | Self::Traffic { until, .. }
            | Self::Baseline { until, .. }
            | Self::Check { until, .. }
            | Self::Job { until, .. }
            | Self::Restore { until, .. }
            | Self::Settling { until, .. } => Some(*until),
            Self::Calendar {
                opens: Edge::At(at) | Edge::NotBefore(at),
                ..
            } => Some(*at),
            Self::Calendar {
                opens: Edge::Never, ..
            }
            | Self::Clearance { .. }
            | Self::Steps { .. }
            | Self::SignOff { .. }
            | Self::Group { .. }
            | Self::Person { .. } => None,
        }
    }

    /// When to look at it again: what it waits for may have changed in part.
    pub(super) fn changes(&self) -> Option<Timestamp> {
        let until = self.until();
        let Self::Calendar { reasons, .. } = self else {
            return until;
        };
        let known = reasons.iter().map(Closed::until).filter_map(Edge::known);
        until.into_iter().chain(known).min()
    }

    /// What would end it sooner, for a person who reads this.
    pub fn remedy(&self) -> &str {
        match self {
            Self::Prepare { .. } => {
                "the targets report progress; nothing is changed before all lie ready"
            }
            Self::Agent { obstacle, .. } => match obstacle {
                None => "see whether the agents run: `tidegate agent run --data DIR`",
                Some(_) => {
                    "enrol a revoked agent anew with a token of `tidegate enrolment create --replace`; one that does not follow says why in its log"
                }
            },
            Self::Health { .. } => "read `tidegate logs`; roll back if it will not heal",
            Self::Traffic { .. } => {
                "see whether the load balancers run, and their agents beside them"
            }
            Self::MinimumHealthy { .. } | Self::Bake { .. } | Self::Check { .. } => {
                "nothing: this is the watching the plan asks for"
            }
            Self::Baseline { .. } => {
                "nothing: the old revision starts anew, so that both are equally fresh"
            }
            Self::Group { .. } => "see where the others are: `tidegate group-run show NUMBER`",
            Self::Job { .. } => {
                "read what it says: `tidegate logs PRODUCT/COMPONENT --job JOB --on ENVIRONMENT/TARGET`"
            }
            Self::SignOff { .. } => {
                "look at the waves so far; then `tidegate sign-off DEPLOYMENT --wave N`, or roll back"
            }
            Self::Clearance { stops } => stops.first().map_or("", |stop| &stop.remedy),
            Self::Steps { .. } => {
                "`tidegate step list DEPLOYMENT` shows whose they are; whoever owns a step finishes it, or leaves it out with a reason"
            }
            Self::Calendar { asked: None, .. } => {
                "wait for the next window; `tidegate deployment override DEPLOYMENT --reason WHY` asks a second person to set the calendar aside"
            }
            Self::Calendar { asked: Some(_), .. } => {
                "somebody else confirms it: `tidegate deployment override DEPLOYMENT --confirm`"
            }
            Self::Restore { .. } => "nothing: the previous revision is on disk and starts",
            Self::Settling { .. } => "nothing: it ends at that time whatever happens",
            Self::Person { .. } => {
                "deal with the failed targets (`tidegate deployment retry`, `ignore` or `exclude`), or with the check (`retry-check`, `accept-check`) or the job (`retry-job`, `accept-job`), or `tidegate resume`; or `tidegate rollback`, or `tidegate cancel`"
            }
        }
    }
}
