//! What a run of a runbook waits for, as data and in words. API, command line and pages all print this.

use super::Otherwise;
use crate::{name::Name, planning::Party};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "waiting_on")]
pub enum Wait {
    /// People have a step to do.
    People {
        /// Which.
        step: Name,
        /// As people call it.
        title: String,
        /// Whose it is.
        owner: Option<Party>,
        /// Who is at it, if somebody is.
        by: Option<Name>,
        /// Since when.
        since: Timestamp,
        /// Then it is not waited for any more.
        until: Option<Timestamp>,
    },
    /// Somebody has to say go or no-go.
    Answer {
        /// At which step.
        step: Name,
        /// As people call it.
        title: String,
        /// Who.
        owner: Option<Party>,
        /// Since when.
        since: Timestamp,
        /// Until when; not known yet, when none.
        until: Option<Timestamp>,
        /// What happens then.
        otherwise: Otherwise,
    },
    /// A message has to go out.
    Message {
        /// At which step.
        step: Name,
        /// Which.
        message: Name,
        /// Since when.
        since: Timestamp,
    },
    /// Something did not go as it should, and somebody has to say what becomes of it.
    Issue {
        /// At which step.
        step: Name,
        /// What, and who decides.
        issue: String,
        /// Since when.
        since: Timestamp,
    },
    /// The engine is at something, or about to be.
    Engine {
        /// At which step.
        step: Name,
        /// As people call it.
        title: String,
    },
    /// It begins when the deployment goes back.
    Return,
    /// All is done but the deployment's end.
    End,
}

impl Wait {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::People { .. } => "people",
            Self::Answer { .. } => "answer",
            Self::Message { .. } => "message",
            Self::Issue { .. } => "issue",
            Self::Engine { .. } => "engine",
            Self::Return => "return",
            Self::End => "end",
        }
    }

    /// When this wait ends by itself; never, or nobody knows when, where none.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::People { until, .. } | Self::Answer { until, .. } => *until,
            Self::Message { .. }
            | Self::Issue { .. }
            | Self::Engine { .. }
            | Self::Return
            | Self::End => None,
        }
    }

    /// What would end it, for a person who reads this.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::People { by: None, .. } => {
                "whoever owns it starts and finishes it, or leaves it out with a reason"
            }
            Self::People { by: Some(_), .. } => "they finish it, or say what is wrong",
            Self::Answer { .. } => "they answer go or no-go",
            Self::Message { .. } => {
                "see that the message is sanctioned; it goes out by itself then"
            }
            Self::Issue { .. } => {
                "reopen the step and do it again, leave it out with a reason, or roll back"
            }
            Self::Engine { .. } => "see what the deployment waits for",
            Self::Return => "nothing: it is for the case that the deployment goes back",
            Self::End => "nothing: no step is left",
        }
    }
}

/// As the end of `it waits for`. Times are not in it: who prints it knows the reader's time zone.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::People {
                title,
                by: Some(by),
                ..
            } => write!(f, "{by} to finish `{title}`"),
            Self::People { title, owner, .. } => {
                write!(f, "{} to do `{title}`", who(owner.as_ref()))
            }
            Self::Answer {
                title,
                owner,
                until,
                otherwise,
                ..
            } => {
                write!(f, "{} to say go or no-go at `{title}`", who(owner.as_ref()))?;
                match until {
                    Some(_) => write!(f, " in time, else {}", otherwise.words()),
                    None => write!(f, ", else {}", otherwise.words()),
                }
            }
            Self::Message { message, .. } => write!(f, "message `{message}` to go out"),
            Self::Issue { issue, .. } => write!(f, "a person: {issue}"),
            Self::Engine { title, .. } => write!(f, "the engine: {title}"),
            Self::Return => f.write_str("the deployment to go back, if it ever does"),
            Self::End => f.write_str("the deployment to end"),
        }
    }
}

fn who(owner: Option<&Party>) -> String {
    owner.map_or_else(|| "somebody".to_owned(), Party::to_string)
}
