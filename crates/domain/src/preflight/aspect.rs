//! What is looked at.

use serde::{Deserialize, Serialize};

/// One thing that is looked at, of every target or of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Whether its agent is enrolled, in touch, and answers.
    Agent,
    /// Whether its clock agrees with the server's.
    Clock,
    /// How long its certificates are good.
    Certificate,
    /// Whether there is room for what it would fetch.
    Disk,
    /// Whether memory is left.
    Memory,
    /// Whether the addresses are free that the release wants.
    Ports,
    /// Whether it runs what it was told.
    Drift,
    /// Whether what runs there is well.
    Health,
    /// Whether what it would go back to is there.
    WayBack,
    /// Whether the load balancer answers.
    Balancer,
    /// Whether everybody whom the plan counts on has said that they are there.
    Duty,
}

impl Aspect {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 11] = [
        Self::Agent,
        Self::Clock,
        Self::Certificate,
        Self::Disk,
        Self::Memory,
        Self::Ports,
        Self::Drift,
        Self::Health,
        Self::WayBack,
        Self::Balancer,
        Self::Duty,
    ];

    /// The stable word for programs, and short enough for a table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Clock => "clock",
            Self::Certificate => "certificate",
            Self::Disk => "disk",
            Self::Memory => "memory",
            Self::Ports => "ports",
            Self::Drift => "drift",
            Self::Health => "health",
            Self::WayBack => "way-back",
            Self::Balancer => "balancer",
            Self::Duty => "duty",
        }
    }
}
