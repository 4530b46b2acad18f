//! A rollback that somebody asks for who may not roll back themselves: another person lets it go, or declines.
//!
//! What is asked changes nothing: neither the deployment nor its decisions know of it. Let go, it is a rollback like any other, by
//! whoever let it go.

use crate::{id::DeploymentId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// That what a deployment brought be taken back, as somebody asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedReturn {
    /// What is to be taken back.
    pub deployment: DeploymentId,
    /// The newest deployment in its place by then: once there is a newer one, nobody waits for an answer any more.
    pub newest: DeploymentId,
    /// Who asks.
    pub by: Name,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// What somebody else said to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ReturnAnswer>,
}

/// What becomes of a rollback that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnAnswer {
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// What.
    pub word: ReturnWord,
}

/// Whether a rollback that is asked for happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ReturnWord {
    /// It does.
    LetGo,
    /// It does not.
    Declined {
        /// Why.
        note: String,
    },
    /// Something else happened there first.
    Overtaken,
}

impl AskedReturn {
    /// Whether it waits for an answer, where `newest` is the newest deployment in its place, and `goes` what going back would take
    /// back now.
    pub fn waits(&self, newest: Option<DeploymentId>, goes: Option<DeploymentId>) -> bool {
        self.answer.is_none() && newest == Some(self.newest) && goes == Some(self.deployment)
    }

    /// Why it goes back, once somebody lets it go: in the words of whoever asked, and in their own if they have any.
    pub fn told(&self, by: &Name, note: &str) -> String {
        let asked = format!("{} asked for it: {}", self.by, self.reason);
        match note {
            "" => asked,
            note => format!("{asked}; {by}: {note}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_it_is_answered_or_something_else_happens_there() {
        let at = "2026-12-01T12:00:00Z".parse().unwrap();
        let mut asked = AskedReturn {
            deployment: DeploymentId(7),
            newest: DeploymentId(8),
            by: "cy".parse().unwrap(),
            reason: "carts are empty".to_owned(),
            at,
            answer: None,
        };
        let ada: Name = "ada".parse().unwrap();
        assert_eq!(asked.told(&ada, ""), "cy asked for it: carts are empty");
        assert_eq!(
            asked.told(&ada, "seen it"),
            "cy asked for it: carts are empty; ada: seen it"
        );
        for (newest, goes, waits) in [
            (Some(8), Some(7), true),
            (Some(9), Some(7), false),
            (Some(8), Some(6), false),
            (Some(8), None, false),
            (None, None, false),
        ] {
            let (newest, goes) = (newest.map(DeploymentId), goes.map(DeploymentId));
            assert_eq!(asked.waits(newest, goes), waits, "{newest:?} {goes:?}");
        }
        asked.answer = Some(ReturnAnswer {
            by: ada,
            at,
            word: ReturnWord::Declined {
                note: "they are full".to_owned(),
            },
        });
        assert!(!asked.waits(Some(DeploymentId(8)), Some(DeploymentId(7))));
    }
}
