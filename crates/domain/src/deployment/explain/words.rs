//! What an idle deployment waits for, in words: the end of `it waits for`.

use super::WaitingOn;
use crate::{
    calendar::{Closed, Edge},
    control::Stop,
    deployment::{Barrier, Hold, Override},
    id::GroupRunId,
    name::listed,
};
use std::fmt;

/// How many things that stop it are said in one sentence.
const SAID_MAX: usize = 3;

impl fmt::Display for WaitingOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prepare { targets, .. } => write!(f, "{} to fetch and unpack", listed(targets)),
            Self::Agent {
                targets, obstacle, ..
            } => {
                write!(f, "{} to answer", listed(targets))?;
                aside(f, obstacle.as_deref())
            }
            Self::Health { targets, .. } => {
                let names = targets.iter().map(|(name, _)| name);
                write!(f, "{} to become healthy", listed(names))?;
                let mut details = targets.iter().map(|(_, detail)| detail.as_str());
                aside(f, details.find(|detail| !detail.is_empty()))
            }
            Self::MinimumHealthy { targets, .. } => {
                write!(f, "{} to stay healthy long enough", listed(targets))
            }
            Self::Bake { wave, .. } => write!(f, "wave {} to bake", wave + 1),
            Self::SignOff { wave } => write!(f, "a person to sign off wave {}", wave + 1),
            Self::Traffic { balancers, .. } => {
                let names = balancers.iter().map(|(name, _)| name);
                write!(f, "{} to share out requests", listed(names))?;
                aside(f, balancers.first().map(|(_, why)| why.as_str()))
            }
            Self::Baseline { targets, .. } => {
                write!(f, "{} to start anew, to be compared with", listed(targets))
            }
            Self::Check {
                check,
                good,
                needed,
                last,
                ..
            } => {
                write!(f, "check {check}, {good} of {needed} measurements are good")?;
                let last = last.as_ref().map(|last| format!("the last: {last}"));
                aside(f, last.as_deref())
            }
            Self::Group {
                group,
                barrier,
                frozen,
            } => f.write_str(&in_step(*group, *barrier, *frozen)),
            Self::Job {
                job,
                target,
                detail,
                ..
            } => {
                write!(f, "job {job} to end on {target}")?;
                aside(f, Some(detail.as_str()).filter(|detail| !detail.is_empty()))
            }
            Self::Clearance { stops } => stopped(f, stops),
            Self::Steps { gate, steps } => write!(f, "people to do {} {gate}", listed(steps)),
            Self::Calendar {
                reasons,
                opens,
                asked,
            } => closed(f, reasons, *opens, asked.as_ref()),
            Self::Restore { targets, .. } => {
                write!(f, "{} to return to the previous revision", listed(targets))
            }
            Self::Settling { targets, .. } => {
                write!(f, "{} to settle after the cancellation", listed(targets))
            }
            Self::Person { hold } => held(f, hold),
        }
    }
}

/// In brackets, if there is anything to say.
fn aside(f: &mut fmt::Formatter<'_>, detail: Option<&str>) -> fmt::Result {
    match detail {
        Some(detail) => write!(f, " ({detail})"),
        None => Ok(()),
    }
}

fn stopped(f: &mut fmt::Formatter<'_>, stops: &[Stop]) -> fmt::Result {
    for (i, stop) in stops.iter().take(SAID_MAX).enumerate() {
        let comma = if i == 0 { "" } else { "; " };
        write!(f, "{comma}{stop}")?;
    }
    match stops.len().saturating_sub(SAID_MAX) {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}

/// What its group keeps it from.
fn in_step(group: GroupRunId, barrier: Barrier, frozen: bool) -> String {
    match barrier {
        _ if frozen => format!("group run {group}, which stands still"),
        Barrier::Prepare => format!("group run {group}"),
        Barrier::Change => format!("its turn in group run {group}"),
        Barrier::Succeed => format!("the others of group run {group}"),
    }
}

fn held(f: &mut fmt::Formatter<'_>, hold: &Hold) -> fmt::Result {
    match &hold.by {
        Some(by) => write!(f, "a person: {by} paused it ({})", hold.reason),
        None => write!(f, "a person: {}", hold.reason),
    }
}

fn closed(
    f: &mut fmt::Formatter<'_>,
    reasons: &[Closed],
    opens: Edge,
    asked: Option<&Override>,
) -> fmt::Result {
    f.write_str("the calendar to open (")?;
    for (i, reason) in reasons.iter().enumerate() {
        let comma = if i == 0 { "" } else { "; " };
        match reason {
            Closed::Frozen {
                freeze,
                title,
                reason,
                ..
            } => {
                let title = if title.is_empty() {
                    freeze.as_str()
                } else {
                    title
                };
                write!(f, "{comma}frozen by {title}: {reason}")?;
            }
            Closed::OutsideWindows { windows, .. } => {
                write!(f, "{comma}outside of {}", listed(windows))?;
            }
        }
    }
    f.write_str(")")?;
    if opens == Edge::Never {
        f.write_str(", which it never does unless somebody changes it")?;
    }
    match asked {
        Some(asked) => write!(
            f,
            ", or a second person to confirm what {} asked for: {}",
            asked.by, asked.reason
        ),
        None => Ok(()),
    }
}
