//! When a release is generally available: once it is handed over for that, announced, and live. Being live is another date.

use jiff::Timestamp;

/// What is known of a release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// Since when its handover for general availability is accepted as it is.
    pub accepted: Option<Timestamp>,
    /// When it is announced.
    pub announced: Option<Timestamp>,
    /// Since when it is live in the last environment of its path.
    pub live: Option<Timestamp>,
}

/// Whether a release is generally available.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// It is.
    Available {
        /// Since when.
        since: Timestamp,
    },
    /// It is not.
    NotYet {
        /// What it lacks, in words.
        lacks: Vec<String>,
        /// When it is by itself, if nothing else is missing.
        from: Option<Timestamp>,
    },
}

/// Whether a release is generally available at `now`: its handover is accepted, the moment of its announcement is reached, and it
/// is live.
pub fn availability(known: Known, now: Timestamp) -> Availability {
    let Known {
        accepted,
        announced,
        live,
    } = known;
    if let (Some(accepted), Some(announced), Some(live)) = (accepted, announced, live)
        && announced <= now
    {
        let since = accepted.max(announced).max(live);
        return Availability::Available { since };
    }
    let is_all_else = accepted.is_some() && live.is_some();
    let time = match announced {
        None => Some("nobody said when it is announced".to_owned()),
        Some(at) if at > now => Some(format!("it is announced at {at}")),
        Some(_) => None,
    };
    let handed = accepted.is_none();
    let handed = handed.then(|| "its handover for general availability is not accepted".to_owned());
    let placed = live.is_none();
    let placed = placed.then(|| "it is not live in the last environment of its path".to_owned());
    Availability::NotYet {
        lacks: [handed, time, placed].into_iter().flatten().collect(),
        from: announced.filter(|at| is_all_else && *at > now),
    }
}

impl Availability {
    /// As programs name it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Available { .. } => "generally available",
            Self::NotYet { .. } => "not generally available",
        }
    }
}
