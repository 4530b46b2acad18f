//! Where an entry stands in the picture.

use crate::name::Name;
use std::{fmt, str::FromStr};

/// Entries that stand in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Releases that are to be live.
    Releases,
    /// Trains that leave.
    Trains,
    /// What happens in one environment: deployments and bookings. Written `environment:NAME`.
    Environment(Name),
    /// Windows and freezes.
    Windows,
    /// What suppliers change.
    Suppliers,
    /// Tasks that are due.
    Tasks,
}

/// The text is not a [`Lane`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no lane: write releases, trains, windows, suppliers, tasks, or environment:NAME")]
pub struct LaneError(String);

impl FromStr for Lane {
    type Err = LaneError;

    fn from_str(text: &str) -> Result<Self, LaneError> {
        let wrong = || LaneError(text.chars().take(80).collect());
        match text.trim().split_once(':') {
            Some(("environment", name)) => name.parse().map(Self::Environment).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
            None => match text.trim() {
                "releases" => Ok(Self::Releases),
                "trains" => Ok(Self::Trains),
                "windows" => Ok(Self::Windows),
                "suppliers" => Ok(Self::Suppliers),
                "tasks" => Ok(Self::Tasks),
                _ => Err(wrong()),
            },
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Releases => f.write_str("releases"),
            Self::Trains => f.write_str("trains"),
            Self::Environment(name) => write!(f, "environment:{name}"),
            Self::Windows => f.write_str("windows"),
            Self::Suppliers => f.write_str("suppliers"),
            Self::Tasks => f.write_str("tasks"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_reads_as_it_is_written() {
        for text in [
            "releases",
            "trains",
            "environment:live",
            "windows",
            "suppliers",
            "tasks",
        ] {
            assert_eq!(text.parse::<Lane>().unwrap().to_string(), text);
        }
        for bad in ["", "live", "environment:", "environment:Live", "lane:live"] {
            assert!(bad.parse::<Lane>().is_err(), "{bad}");
        }
    }
}
