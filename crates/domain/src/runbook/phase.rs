//! What the engine does by itself, piece by piece, as a runbook names it.

use crate::{name::Name, plan::JobName};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A piece of what the engine does by itself. Waves are counted from 0 here, and from 1 where people read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Phase {
    /// Every target makes the new revision lie ready.
    Prepare,
    /// A job runs, before the first wave or after the last.
    Job(JobName),
    /// The targets of a wave change, or requests are shared out in another way.
    Wave(u32),
    /// A check is asked after a wave.
    Check(u32, Name),
    /// A wave is watched after it passed.
    Bake(u32),
    /// A person says that the waves so far are good.
    SignOff(u32),
    /// The deployment has succeeded; what ran before is stopped.
    Success,
    /// On the way back: requests go to what ran before.
    TrafficBack,
    /// On the way back: the targets of a wave return to what they ran before.
    WaveBack(u32),
}

/// Where the engine waits, until the steps of people that stand before it are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Before it prepares anything.
    Start,
    /// Before the first job or the first wave: nothing has changed yet.
    Change,
    /// Before another wave, counted from 0; never the first, which is the change.
    Wave(u32),
    /// After the last wave, before the jobs behind it, or before it has succeeded.
    Finish,
    /// Before anything goes back. It is never closed for longer than the backout plan says.
    Return,
}

/// The text names nothing that the engine does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nothing that the engine does: write `prepare`, `job COMPONENT/JOB`, `wave 1`, `check NAME after wave 1`, `bake after wave 1`, `sign-off after wave 1`, `success`, `requests back` or `wave 1 back`"
)]
pub struct PhaseError(String);

impl Phase {
    /// Whether it belongs to the way back.
    pub const fn goes_back(&self) -> bool {
        match self {
            Self::TrafficBack | Self::WaveBack(_) => true,
            Self::Prepare
            | Self::Job(_)
            | Self::Wave(_)
            | Self::Check(..)
            | Self::Bake(_)
            | Self::SignOff(_)
            | Self::Success => false,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prepare => f.write_str("prepare"),
            Self::Job(job) => write!(f, "job {job}"),
            Self::Wave(wave) => write!(f, "wave {}", wave + 1),
            Self::Check(wave, check) => write!(f, "check {check} after wave {}", wave + 1),
            Self::Bake(wave) => write!(f, "bake after wave {}", wave + 1),
            Self::SignOff(wave) => write!(f, "sign-off after wave {}", wave + 1),
            Self::Success => f.write_str("success"),
            Self::TrafficBack => f.write_str("requests back"),
            Self::WaveBack(wave) => write!(f, "wave {} back", wave + 1),
        }
    }
}

impl FromStr for Phase {
    type Err = PhaseError;

    fn from_str(text: &str) -> Result<Self, PhaseError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let read = || {
            Some(match words.as_slice() {
                ["prepare"] => Self::Prepare,
                ["job", job] => Self::Job(job.parse().ok()?),
                ["wave", wave] => Self::Wave(number(wave)?),
                ["check", check, "after", "wave", wave] => {
                    Self::Check(number(wave)?, check.parse().ok()?)
                }
                ["bake", "after", "wave", wave] => Self::Bake(number(wave)?),
                ["sign-off", "after", "wave", wave] => Self::SignOff(number(wave)?),
                ["success"] => Self::Success,
                ["requests", "back"] => Self::TrafficBack,
                ["wave", wave, "back"] => Self::WaveBack(number(wave)?),
                _ => return None,
            })
        };
        read().ok_or_else(|| PhaseError(text.chars().take(80).collect()))
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse::<u32>().ok()?.checked_sub(1)
}

impl TryFrom<String> for Phase {
    type Error = PhaseError;
    fn try_from(text: String) -> Result<Self, PhaseError> {
        text.parse()
    }
}

impl From<Phase> for String {
    fn from(phase: Phase) -> Self {
        phase.to_string()
    }
}

/// As the end of `the engine waits`.
impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("before it prepares"),
            Self::Change => f.write_str("before anything changes"),
            Self::Wave(wave) => write!(f, "before wave {}", wave + 1),
            Self::Finish => f.write_str("after the last wave"),
            Self::Return => f.write_str("before it goes back"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_reads_as_it_is_written() {
        for text in [
            "prepare",
            "job web/migrate",
            "wave 3",
            "check errors after wave 1",
            "bake after wave 2",
            "sign-off after wave 1",
            "success",
            "requests back",
            "wave 3 back",
        ] {
            assert_eq!(text.parse::<Phase>().unwrap().to_string(), text);
        }
        assert_eq!("wave 3".parse(), Ok(Phase::Wave(2)));
        for bad in ["", "wave", "wave 0", "wave one", "job migrate", "retire"] {
            assert!(bad.parse::<Phase>().is_err(), "{bad}");
        }
    }
}
