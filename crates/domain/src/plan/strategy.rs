//! Strategies as data: in which order, and how many at a time, targets are changed.
//!
//! A strategy knows no targets; [`super::compile`](fn@super::compile) brings the two together.

use super::{Percent, Share, Threshold};
use crate::{duration::Millis, name::Name};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How targets are divided into waves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Strategy {
    /// One wave.
    AllAtOnce,
    /// Waves of one size.
    Rolling(Rolling),
    /// Ring after ring.
    Phased(Phased),
    /// A few targets first, then more and more.
    Canary(Canary),
    /// A ring first; the rest only when somebody has signed it off.
    Pilot(Pilot),
    /// Beside the old revision, then all requests at once.
    BlueGreen(BlueGreen),
    /// A few instances on each target first, then more and more.
    WorkerCanary(WorkerCanary),
}

/// Waves of one size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rolling {
    /// How many targets a wave has.
    pub batch: Share,
    /// Watched this long after each wave.
    #[serde(default)]
    pub bake: Millis,
}

/// Ring after ring, in this order. Targets that are in none of the rings come last, as one wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phased {
    /// In order.
    pub rings: Vec<Phase>,
}

/// One ring of a phased deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its name.
    pub ring: Name,
    /// Watched this long after it.
    #[serde(default)]
    pub bake: Millis,
    /// When so many of its targets have passed, the next ring may begin; the others follow. All, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Threshold>,
    /// More of its targets than this may not fail. The plan's limit holds unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<Threshold>,
    /// What happens when it is over.
    #[serde(default, skip_serializing_if = "Then::is_cascade")]
    pub then: Then,
    /// Which of the strategy's checks are asked after it; all, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<Name>>,
}

/// How the next wave begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// By itself.
    #[default]
    Cascade,
    /// When a person has signed off the waves before it.
    SignOff,
}

/// A few targets first, then more and more; after the last step the rest, as one wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Each larger than the one before.
    pub steps: Vec<Step>,
}

/// One step of a canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How many targets run the new revision after it, those of the steps before included. As many as before, unless
    /// set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Share>,
    /// The part of all requests that these receive together, as load balancers share them out. As before, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Percent>,
    /// Watched this long after it.
    #[serde(default)]
    pub bake: Millis,
    /// What happens when it is over.
    #[serde(default, skip_serializing_if = "Then::is_cascade")]
    pub then: Then,
    /// Which of the strategy's checks are asked after it; all, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<Name>>,
}

/// A ring first; the rest only when somebody has signed it off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pilot {
    /// The cohort that goes first.
    pub ring: Name,
    /// Watched this long after it.
    #[serde(default)]
    pub bake: Millis,
    /// How many targets a wave of the rest has.
    pub batch: Share,
}

/// The new revision beside the old one, in the other slot; then all requests at once. The old one stays for a while, so
/// that going back is a switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlueGreen {
    /// Watched this long before the switch, without requests.
    #[serde(default)]
    pub preview: Millis,
    /// What happens before the switch.
    #[serde(default, skip_serializing_if = "Then::is_cascade")]
    pub then: Then,
    /// The old revision is stopped so long after the switch.
    #[serde(default)]
    pub retire: Millis,
}

/// A few instances of each component first, on every target, then more and more; after the last step the rest.
///
/// For what takes its work from elsewhere than a load balancer. The others run the old revision beside them, in the
/// other slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerCanary {
    /// Each larger than the one before.
    pub steps: Vec<WorkerStep>,
}

/// One step of a worker canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerStep {
    /// The share of each component's instances that run the new revision after it, rounded up: more than none, fewer
    /// than all.
    pub instances: Percent,
    /// Watched this long after it.
    #[serde(default)]
    pub bake: Millis,
    /// What happens when it is over.
    #[serde(default, skip_serializing_if = "Then::is_cascade")]
    pub then: Then,
    /// Which of the strategy's checks are asked after it; all, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<Name>>,
}

impl Then {
    /// Whether it begins by itself.
    pub(super) const fn is_cascade(&self) -> bool {
        matches!(self, Self::Cascade)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.targets, self.traffic) {
            (Some(targets), None) => targets.fmt(f),
            (Some(targets), Some(traffic)) => write!(f, "{targets} with {traffic} of traffic"),
            (None, Some(traffic)) => write!(f, "{traffic} of traffic"),
            (None, None) => f.write_str("nothing"),
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllAtOnce => f.write_str("all at once"),
            Self::Rolling(Rolling { batch, bake }) if bake.0 == 0 => {
                write!(f, "rolling by {batch}")
            }
            Self::Rolling(Rolling { batch, bake }) => {
                write!(f, "rolling by {batch}, baking {bake}")
            }
            Self::Phased(Phased { rings }) => {
                let rings: Vec<&str> = rings.iter().map(|phase| phase.ring.as_str()).collect();
                write!(f, "phased by ring: {}", rings.join(", "))
            }
            Self::Canary(Canary { steps }) => {
                let steps: Vec<String> = steps.iter().map(Step::to_string).collect();
                write!(f, "canary of {}", steps.join(", then "))
            }
            Self::BlueGreen(BlueGreen { retire, .. }) => {
                write!(
                    f,
                    "blue/green, the old one stopped {retire} after the switch"
                )
            }
            Self::WorkerCanary(WorkerCanary { steps }) => {
                let steps = steps.iter().map(|step| step.instances.to_string());
                let steps: Vec<String> = steps.collect();
                write!(f, "worker canary of {} of instances", steps.join(", then "))
            }
            Self::Pilot(Pilot { ring, .. }) => {
                write!(f, "pilot on {ring}, the rest when signed off")
            }
        }
    }
}
