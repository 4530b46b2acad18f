//! What a member lacks before it can go.

use crate::{
    control::Stop,
    id::SnapshotNumber,
    planning::{Party, PlanError},
    release::Block,
    version::Version,
};
use jiff::Timestamp;
use std::fmt;

/// What a member lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// A release.
    NotMade,
    /// Contents that cannot change any more.
    NotSealed,
    /// What was fixed when boarding was closed: another configuration goes with its release now.
    Configured {
        /// Which release.
        release: Version,
        /// What was fixed.
        fixed: SnapshotNumber,
        /// What goes with it now, if it can be deployed at all.
        now: Option<SnapshotNumber>,
    },
    /// Nothing may deploy it.
    Blocked(Block),
    /// A control, an approval or a change request.
    Clearance(Stop),
    /// It is not known what it lacks.
    Unknown,
    /// A task that has to be over before the departure.
    Task {
        /// In a sentence.
        title: String,
        /// Whom it falls to.
        owner: Party,
        /// By when, if that was said.
        latest: Option<Timestamp>,
    },
    /// Its release plan cannot be scheduled.
    Plan(PlanError),
}

impl Lack {
    /// What a person would call a member that lacks this.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "not known",
            Self::NotMade => "not made",
            Self::NotSealed => "draft",
            Self::Configured { .. } => "configuration changed",
            Self::Blocked(_) => "blocked",
            Self::Clearance(_) => "controls missing",
            Self::Task { .. } | Self::Plan(_) => "tasks open",
        }
    }

    /// What helps.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotMade => "make the release, and name it in the plan of the train".to_owned(),
            Self::NotSealed => "seal it: `tidegate release seal`".to_owned(),
            Self::Configured { release, .. } => format!(
                "take release {release} aboard again, as it is now: `tidegate train replace`"
            ),
            Self::Blocked(_) => "take another release aboard, or lift the block".to_owned(),
            Self::Clearance(stop) => stop.remedy.clone(),
            Self::Unknown => {
                "`tidegate doctor` examines what is stored; the server's log says more".to_owned()
            }
            Self::Task { owner, .. } => {
                format!(
                    "{owner} finishes it, or says why it is not needed; what comes after the departure is due after it"
                )
            }
            Self::Plan(_) => "mend the release plan".to_owned(),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMade => f.write_str("its release is not made"),
            Self::NotSealed => f.write_str("its release is not sealed"),
            Self::Configured { fixed, now, .. } => {
                write!(f, "the train brings it with configuration {fixed}")?;
                now.map_or(Ok(()), |now| write!(f, ", and it goes with {now} now"))
            }
            Self::Blocked(block) => block.fmt(f),
            Self::Clearance(stop) => stop.fmt(f),
            Self::Unknown => f.write_str("it is not known what it lacks"),
            Self::Task { title, owner, .. } => {
                write!(f, "`{title}` is open, which falls to {owner}")
            }
            Self::Plan(why) => write!(f, "its release plan cannot be scheduled: {why}"),
        }
    }
}
