//! Deploying against the calendar: one person asks with a reason, another confirms.

use super::{Deployment, transition::Illegal};
use crate::{
    calendar::{Closed, Edge},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// What a person wants to do against the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who asked.
    pub by: Name,
    /// Why.
    pub reason: String,
    /// What it sets aside; everything in the calendar, in records from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// When.
    pub at: Timestamp,
    /// The second person, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Name>,
}

/// What an override sets aside: what stood in the way when it was asked for, until it ends as it was to end then. What comes
/// later is not meant, be it the same freeze again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// These freezes, and when each was to end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub freezes: BTreeMap<Name, Edge>,
    /// That no window was open, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<Edge>,
}

impl Against {
    /// All of these reasons.
    pub fn of(reasons: &[Closed]) -> Self {
        let mut against = Self::default();
        for reason in reasons {
            match reason {
                Closed::Frozen { freeze, until, .. } => {
                    against.freezes.insert(freeze.clone(), *until);
                }
                Closed::OutsideWindows { until, .. } => against.windows = Some(*until),
            }
        }
        against
    }

    fn covers(&self, reason: &Closed) -> bool {
        let meant = match reason {
            Closed::Frozen { freeze, .. } => self.freezes.get(freeze).copied(),
            Closed::OutsideWindows { .. } => self.windows,
        };
        meant.is_some_and(|meant| meant.later(reason.until()) == meant)
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let freezes = self.freezes.keys().map(|freeze| format!("freeze {freeze}"));
        let windows = self.windows.map(|_| "the windows".to_owned());
        let all: Vec<String> = freezes.chain(windows).collect();
        f.write_str(&all.join(" and "))
    }
}

impl Override {
    fn covers(&self, reason: &Closed) -> bool {
        let against = self.against.as_ref();
        against.is_none_or(|against| against.covers(reason))
    }
}

impl Deployment {
    /// Those of the reasons that two people have not set aside for it, and when the last of them ends.
    pub(super) fn still_closed(&self, reasons: &[Closed]) -> Option<(Vec<Closed>, Edge)> {
        let left = reasons.iter().filter(|reason| !self.is_set_aside(reason));
        let left: Vec<Closed> = left.cloned().collect();
        let ends = left.iter().map(Closed::until);
        let ends = ends.reduce(Edge::later)?;
        Some((left, ends))
    }

    fn is_set_aside(&self, reason: &Closed) -> bool {
        let mut confirmed = self.overrides.iter().filter(|o| o.confirmed_by.is_some());
        confirmed.any(|confirmed| confirmed.covers(reason))
    }

    /// What waits for a second person, and would set all of these reasons aside.
    pub(super) fn asked_override(&self, reasons: &[Closed]) -> Option<&Override> {
        let last = self.overrides.last();
        let asked = last.filter(|last| last.confirmed_by.is_none());
        asked.filter(|asked| reasons.iter().all(|reason| asked.covers(reason)))
    }

    pub(super) fn ask_override(
        &mut self,
        (by, reason): (&Name, &str),
        against: Option<&Against>,
        at: Timestamp,
    ) -> Result<(), Illegal> {
        self.override_may_help("override_asked")?;
        self.overrides.push(Override {
            by: by.clone(),
            reason: reason.to_owned(),
            against: against.cloned(),
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
