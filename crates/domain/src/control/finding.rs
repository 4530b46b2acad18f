//! What a control says of a deployment.

use super::{Mode, Severity, Stop, StopKind};
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// What one control says of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which control.
    pub control: Name,
    /// What it asks.
    pub title: String,
    /// Which version of it.
    pub version: u32,
    /// Whether it stops anything.
    pub mode: Mode,
    /// Whether it does because the release's plan wants it, and would not by its own word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demanded: bool,
    /// How bad it is to go without.
    pub severity: Severity,
    /// What does not satisfy it; empty where it holds.
    pub lacks: Vec<Lack>,
}

/// What does not satisfy a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    /// The component, `release` or `deployment`.
    pub of: String,
    /// What is missing, in words.
    pub what: String,
    /// How it is supplied, and by whom.
    pub remedy: String,
}

impl Finding {
    /// Whether the control holds.
    pub const fn holds(&self) -> bool {
        self.lacks.is_empty()
    }

    /// Whether it stops what it was asked about, unless a waiver sets it aside.
    pub fn stops(&self) -> bool {
        self.mode == Mode::Enforce && !self.holds()
    }

    /// Everything that does not satisfy it, as stops.
    pub fn as_stops(&self) -> impl Iterator<Item = Stop> {
        self.lacks.iter().map(|lack| Stop {
            kind: StopKind::Control,
            name: self.control.to_string(),
            what: match lack.of.as_str() {
                "release" | "deployment" => lack.what.clone(),
                component => format!("{component}: {}", lack.what),
            },
            remedy: lack.remedy.clone(),
        })
    }
}
