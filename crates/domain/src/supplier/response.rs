//! Responses: what we do about a supplier's change, for each product in each environment.
//!
//! [`suggested`] says what is usual by how bad it is; a person decides. A [`Response`] has a status, one event enum and one transition
//! function; [`standing`] are those that are still to be done, and [`blocks`] what of them keeps a product from being deployed. What was
//! accepted holds for what was announced then, which [`Meanings`] know.

mod meanings;
mod standing;
mod status;
mod suggested;
mod transition;
mod verified;

pub use meanings::Meanings;
pub use standing::{Block, blocks, overdue, standing};
pub use status::{ResponseEvent, ResponseStatus};
pub use suggested::{Circumstances, Suggested, suggested};
pub use transition::ResponseIllegal;
pub use verified::verified;

use crate::{
    id::{Edition, MessageId, NoticeId, ObservationId, ResponseId},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is done about a supplier's change for one product in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Its number.
    pub id: ResponseId,
    /// About what.
    pub about: About,
    /// Which edition of the notice it was decided about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
    /// For which product.
    pub product: Name,
    /// Where.
    pub environment: Name,
    /// What is done.
    pub what: What,
    /// Why.
    pub reason: String,
    /// Who decided that.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// By when it is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The message that was begun to inform people, which others still sanction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// What became of it.
    pub status: ResponseStatus,
}

/// What a response is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Something announced.
    Notice(NoticeId),
    /// Something observed.
    Observation(ObservationId),
}

/// What is done about a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Nothing is deployed there.
    Hold {
        /// Until then; until it is done when no time is given.
        until: Option<Timestamp>,
    },
    /// It is shown in another environment that the product still works.
    Reverify {
        /// Which.
        environment: Name,
    },
    /// People are told.
    Inform {
        /// Who.
        audience: Name,
    },
    /// It is taken as it is; whatever else was to be done about it there is set aside.
    Accept,
}

/// Why a response is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say why: whoever is held up or surprised by it later reads that")]
pub struct NoReason;

impl Response {
    /// A response that somebody decided. To accept something is done at once.
    ///
    /// # Errors
    /// When they say not why.
    pub fn decided(mut self) -> Result<Self, NoReason> {
        if self.reason.trim().is_empty() {
            return Err(NoReason);
        }
        self.status = match self.what {
            What::Accept => ResponseStatus::Done {
                by: self.by.clone(),
                at: self.at,
                note: self.reason.clone(),
            },
            What::Hold { .. } | What::Reverify { .. } | What::Inform { .. } => ResponseStatus::Open,
        };
        Ok(self)
    }

    /// The same after something happened.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub fn after(&self, event: &ResponseEvent, at: Timestamp) -> Result<Self, ResponseIllegal> {
        let status = self.status.after(event, at)?;
        Ok(Self {
            status,
            ..self.clone()
        })
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold { until: None } => f.write_str("hold deployments"),
            Self::Hold { until: Some(until) } => write!(f, "hold deployments until {until}"),
            Self::Reverify { environment } => write!(f, "verify again in {environment}"),
            Self::Inform { audience } => write!(f, "inform {audience}"),
            Self::Accept => f.write_str("accept it"),
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice(id) => write!(f, "notice {id}"),
            Self::Observation(id) => write!(f, "observation {id}"),
        }
    }
}

#[cfg(test)]
mod tests;
