//! Deploying against the calendar: one person asks with a reason, another confirms.

use super::{Deployment, transition::Illegal};
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a person wants to do against the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who asked.
    pub by: Name,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The second person, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Name>,
}

impl Deployment {
    /// Whether two people have set the calendar aside for it.
    pub fn is_overridden(&self) -> bool {
        let last = self.overrides.last();
        last.is_some_and(|last| last.confirmed_by.is_some())
    }

    /// What waits for a second person.
    pub fn asked_override(&self) -> Option<&Override> {
        let last = self.overrides.last();
        last.filter(|last| last.confirmed_by.is_none())
    }

    pub(super) fn ask_override(
        &mut self,
        (by, reason): (&Name, &str),
        at: Timestamp,
    ) -> Result<(), Illegal> {
        self.override_may_help("override_asked")?;
        self.overrides.push(Override {
            by: by.clone(),
            reason: reason.to_owned(),
            at,
            confirmed_by: None,
        });
        Ok(())
    }

    pub(super) fn confirm_override(&mut self, by: &Name) -> Result<(), Illegal> {
        let event = "override_confirmed";
        self.override_may_help(event)?;
        let refuse = |state| Illegal { event, state };
        let asked = self.overrides.last_mut();
        let asked = asked.filter(|asked| asked.confirmed_by.is_none());
        let asked = asked.ok_or(refuse("nobody has asked for it"))?;
        if asked.by == *by {
            return Err(refuse("it takes a second person"));
        }
        asked.confirmed_by = Some(by.clone());
        Ok(())
    }

    /// Going back and what has ended ask no calendar.
    fn override_may_help(&self, event: &'static str) -> Result<(), Illegal> {
        if self.status.goes_forward() {
            return Ok(());
        }
        let state = self.status.word();
        Err(Illegal { event, state })
    }
}
