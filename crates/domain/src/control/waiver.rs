//! Waivers: exceptions from a control, with a reason, signed off, and never for ever.

use crate::{id::PersonId, id::WaiverId, name::Name, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An exception from a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Its number.
    pub id: WaiverId,
    /// The control that it sets aside.
    pub control: Name,
    /// What for.
    pub scope: WaiverScope,
    /// Why.
    pub reason: String,
    /// Who asked for it, and the human being behind that account.
    pub by: (Name, PersonId),
    /// When.
    pub at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who signed it off, and when.
    #[serde(default)]
    pub signed: Option<(Name, Timestamp)>,
    /// Who ended it before its time, and when.
    #[serde(default)]
    pub ended: Option<(Name, Timestamp)>,
}

/// What a waiver is for: a product, and perhaps only an environment and a release of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverScope {
    /// The product.
    pub product: Name,
    /// The only environment.
    #[serde(default)]
    pub environment: Option<Name>,
    /// The only release.
    #[serde(default)]
    pub release: Option<Version>,
}

impl WaiverScope {
    /// Whether it reaches a release in an environment.
    pub fn covers(&self, (product, environment): (&Name, &Name), release: &Version) -> bool {
        self.product == *product
            && self
                .environment
                .as_ref()
                .is_none_or(|own| own == environment)
            && self.release.as_ref().is_none_or(|own| own == release)
    }

    /// Whether it reaches every release of a product, wherever that goes.
    pub fn covers_all_of(&self, product: &Name) -> bool {
        self.product == *product && self.environment.is_none() && self.release.is_none()
    }
}

impl Waiver {
    /// Whether it sets its control aside at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.signed.is_some() && self.ended.is_none() && now < self.expires_at
    }

    /// As people speak of its state.
    pub fn word(&self, now: Timestamp) -> &'static str {
        match (&self.ended, &self.signed) {
            (Some(_), _) => "ended",
            (None, _) if now >= self.expires_at => "expired",
            (None, Some(_)) => "good",
            (None, None) => "waits for a signature",
        }
    }
}
