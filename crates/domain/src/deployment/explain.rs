//! What an idle deployment waits for, as data and in words. API, command line and pages all print this.

use super::{Hold, TargetFacts, TargetRun, decide::View, rollback};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// Targets were told and have not answered.
    Agent {
        /// Which.
        targets: Vec<Name>,
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

type Known<'a> = (&'a TargetRun, &'a TargetFacts);

impl WaitingOn {
    pub(super) fn preparing(view: &View<'_>, outstanding: &[Known<'_>]) -> Vec<Self> {
        let deadline = view.deployment.plan.limits.prepare_deadline.as_signed();
        let until = |run: &TargetRun| run.stage.under_way_since().unwrap_or(view.now) + deadline;
        let (heard, silent): (Vec<_>, Vec<_>) = outstanding
            .iter()
            .partition(|(_, f)| f.connected && f.current);
        let last = |of: &[&Known<'_>]| of.iter().map(|(run, _)| until(run)).max();
        let prepare = last(&heard).map(|until| Self::Prepare {
            targets: names(&heard),
            until,
        });
        let agent = last(&silent).map(|until| Self::Agent {
            targets: names(&silent),
            until,
        });
        prepare.into_iter().chain(agent).collect()
    }

    pub(super) fn activating(view: &View<'_>, under_way: &[Known<'_>]) -> Vec<Self> {
        let limits = &view.deployment.plan.limits;
        let deadline = |run: &TargetRun| {
            let since = run.stage.under_way_since().unwrap_or(view.now);
            since + limits.progress_deadline.as_signed()
        };
        let mut waits = Vec::new();
        let silent: Vec<_> = under_way.iter().filter(|(_, f)| !f.current).collect();
        let healthy: Vec<_> = under_way
            .iter()
            .filter(|(_, f)| f.current && f.healthy_since.is_some())
            .collect();
        let starting: Vec<_> = under_way
            .iter()
            .filter(|(_, f)| f.current && f.healthy_since.is_none())
            .collect();
        if let Some(until) = silent.iter().map(|(run, _)| deadline(run)).max() {
            waits.push(Self::Agent {
                targets: names(&silent),
                until,
            });
        }
        if let Some(until) = starting.iter().map(|(run, _)| deadline(run)).max() {
            let targets = starting
                .iter()
                .map(|(run, f)| (run.target.clone(), f.detail.clone()))
                .collect();
            waits.push(Self::Health { targets, until });
        }
        if let Some(since) = healthy.iter().filter_map(|(_, f)| f.healthy_since).max() {
            let until = since + limits.minimum_healthy.as_signed();
            waits.push(Self::MinimumHealthy {
                targets: names(&healthy),
                until,
            });
        }
        waits
    }

    pub(super) fn restoring(view: &View<'_>, under_way: &[Known<'_>]) -> Vec<Self> {
        let since = under_way
            .iter()
            .filter_map(|(run, _)| run.stage.under_way_since());
        let until = since.max().map(|since| rollback::deadline(view, since));
        let all: Vec<_> = under_way.iter().collect();
        until
            .map(|until| Self::Restore {
                targets: names(&all),
                until,
            })
            .into_iter()
            .collect()
    }

    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Prepare { .. } => "prepare",
            Self::Agent { .. } => "agent",
            Self::Health { .. } => "health",
            Self::MinimumHealthy { .. } => "minimum_healthy",
            Self::Bake { .. } => "bake",
            Self::SignOff { .. } => "sign_off",
            Self::Restore { .. } => "restore",
            Self::Settling { .. } => "settling",
            Self::Person { .. } => "person",
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
            | Self::Restore { until, .. }
            | Self::Settling { until, .. } => Some(*until),
            Self::SignOff { .. } | Self::Person { .. } => None,
        }
    }

    /// What would end it sooner, for a person who reads this.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Prepare { .. } => {
                "the targets report progress; nothing is changed before all lie ready"
            }
            Self::Agent { .. } => "see whether the agents run: `tidegate agent run --data DIR`",
            Self::Health { .. } => "read `tidegate logs`; roll back if it will not heal",
            Self::MinimumHealthy { .. } | Self::Bake { .. } => {
                "nothing: this is the watching the plan asks for"
            }
            Self::SignOff { .. } => {
                "look at the waves so far; then `tidegate sign-off DEPLOYMENT --wave N`, or roll back"
            }
            Self::Restore { .. } => "nothing: the previous revision is on disk and starts",
            Self::Settling { .. } => "nothing: it ends at that time whatever happens",
            Self::Person { .. } => "`tidegate resume`, `tidegate rollback` or `tidegate cancel`",
        }
    }
}

impl fmt::Display for WaitingOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prepare { targets, .. } => write!(f, "{} to fetch and unpack", list(targets)),
            Self::Agent { targets, .. } => write!(f, "{} to answer", list(targets)),
            Self::Health { targets, .. } => {
                let names: Vec<Name> = targets.iter().map(|(name, _)| name.clone()).collect();
                write!(f, "{} to become healthy", list(&names))?;
                match targets.iter().find(|(_, detail)| !detail.is_empty()) {
                    Some((_, detail)) => write!(f, " ({detail})"),
                    None => Ok(()),
                }
            }
            Self::MinimumHealthy { targets, .. } => {
                write!(f, "{} to stay healthy long enough", list(targets))
            }
            Self::Bake { wave, .. } => write!(f, "wave {} to bake", wave + 1),
            Self::SignOff { wave } => write!(f, "a person to sign off wave {}", wave + 1),
            Self::Restore { targets, .. } => {
                write!(f, "{} to return to the previous revision", list(targets))
            }
            Self::Settling { targets, .. } => {
                write!(f, "{} to settle after the cancellation", list(targets))
            }
            Self::Person { hold } => match &hold.by {
                Some(by) => write!(f, "a person: {by} paused it ({})", hold.reason),
                None => write!(f, "a person: {}", hold.reason),
            },
        }
    }
}

fn names(of: &[&Known<'_>]) -> Vec<Name> {
    of.iter().map(|(run, _)| run.target.clone()).collect()
}

/// At most three names, then the number of the others.
fn list(targets: &[Name]) -> String {
    let shown: Vec<&str> = targets.iter().take(3).map(Name::as_str).collect();
    match targets.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
