//! Where a notice came from.

use crate::{communication::MailAddress, name::Name};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a notice came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One of us wrote it down.
    Form {
        /// Who.
        by: Name,
    },
    /// A program of ours sent it.
    Api {
        /// Its account.
        by: Name,
    },
    /// A person of ours handed over a calendar.
    Ics {
        /// Who.
        by: Name,
    },
    /// A mail, with or without a calendar in it.
    Mail {
        /// Who it says it is from.
        from: MailAddress,
        /// Whether that is a contact of the supplier.
        vouched: Vouched,
    },
    /// A contact of the supplier wrote it down, by the link that they have.
    Contact {
        /// Who.
        mail: MailAddress,
    },
}

/// Whether whoever sent something is known to speak for the supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vouched {
    /// They are a contact of it.
    Contact,
    /// They are not. A person looks at it before it changes what is known.
    Stranger,
}

impl Source {
    /// Whether somebody has to look at it before it changes or cancels what is known.
    pub const fn is_doubtful(&self) -> bool {
        match self {
            Self::Mail { vouched, .. } => matches!(vouched, Vouched::Stranger),
            Self::Form { .. } | Self::Api { .. } | Self::Ics { .. } | Self::Contact { .. } => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { by } => write!(f, "written down by {by}"),
            Self::Api { by } => write!(f, "sent by {by}"),
            Self::Ics { by } => write!(f, "a calendar from {by}"),
            Self::Mail { from, vouched } => match vouched {
                Vouched::Contact => write!(f, "a mail from {from}"),
                Vouched::Stranger => write!(f, "a mail from {from}, who is no contact"),
            },
            Self::Contact { mail } => write!(f, "written down by {mail}"),
        }
    }
}
