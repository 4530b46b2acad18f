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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_release_is_generally_available_once_it_is_accepted_announced_and_live() {
        let known = |accepted: i64, announced: i64, live: i64| {
            let at = |second: i64| (second > 0).then(|| at(second));
            Known {
                accepted: at(accepted),
                announced: at(announced),
                live: at(live),
            }
        };
        for (of, since) in [
            (known(10, 20, 30), Some(30)),
            (known(40, 20, 30), Some(40)),
            (known(10, 50, 30), Some(50)),
            (known(10, 51, 30), None),
            (known(0, 20, 30), None),
            (known(10, 0, 30), None),
            (known(10, 20, 0), None),
        ] {
            let found = availability(of, at(50));
            match since {
                Some(since) => assert_eq!(found, Availability::Available { since: at(since) }),
                None => assert_eq!(found.word(), "not generally available", "{of:?}"),
            }
        }
        let waits = availability(known(10, 60, 30), at(50));
        let lacks = vec!["it is announced at 1970-01-01T00:01:00Z".to_owned()];
        let from = Some(at(60));
        assert_eq!(waits, Availability::NotYet { lacks, from });
        let Availability::NotYet { lacks, from } = availability(known(0, 60, 0), at(50)) else {
            panic!("nothing of it is there");
        };
        assert_eq!((lacks.len(), from), (3, None));
    }
}
