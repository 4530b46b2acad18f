//! What controls, approvals, change request and supervision come to: may it begin?

use super::{Finding, Unmet, Waiver};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a deployment may begin something, and if not, what stops it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// What stops it; nothing where it is clear.
    pub stops: Vec<Stop>,
    /// When a waiver that it rests on ends.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// Something that stops a deployment from beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Of which kind.
    pub kind: StopKind,
    /// The control's name, or what else it is called.
    pub name: String,
    /// What is missing.
    pub what: String,
    /// How it is supplied, and by whom.
    pub remedy: String,
}

/// What kind of thing stops a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// A control does not hold.
    Control,
    /// People have not approved.
    Approval,
    /// No change request covers it.
    Change,
    /// Who asked acts under supervision.
    Supervision,
    /// Nothing that lies in the registry can be said to let it out.
    Unexamined,
    /// The deployment could not even be asked for.
    Refused,
    /// Somebody holds it because of a supplier's change.
    Supplier,
}

impl Clearance {
    /// Nothing could be found out, so nothing begins.
    pub fn unknown(why: &str) -> Self {
        Self {
            stops: vec![Stop {
                kind: StopKind::Control,
                name: "controls".to_owned(),
                what: format!("nothing could be judged: {why}"),
                remedy: "`tidegate doctor` examines what is stored; the server's log says more"
                    .to_owned(),
            }],
            until: None,
        }
    }

    /// Nothing stops it.
    pub fn is_clear(&self) -> bool {
        self.stops.is_empty()
    }

    /// What controls find, but for what good waivers set aside.
    pub fn add_findings(&mut self, findings: &[Finding], waivers: &[Waiver], now: Timestamp) {
        for finding in findings.iter().filter(|finding| finding.stops()) {
            let of_it = |waiver: &&Waiver| waiver.control == finding.control && waiver.is_good(now);
            // The last to end counts: with it the control stands aside the longest.
            let good = waivers
                .iter()
                .filter(of_it)
                .map(|waiver| waiver.expires_at)
                .max();
            match good {
                Some(ends) => self.rest_until(ends),
                None => self.stops.extend(finding.as_stops()),
            }
        }
    }

    /// What approvals lack.
    pub fn add_unmet(&mut self, unmet: &[Unmet]) {
        self.stops.extend(unmet.iter().map(|unmet| Stop {
            kind: StopKind::Approval,
            name: "approval".to_owned(),
            what: unmet.to_string(),
            remedy: unmet.remedy(),
        }));
    }

    fn rest_until(&mut self, ends: Timestamp) {
        self.until = Some(self.until.map_or(ends, |sooner| sooner.min(ends)));
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            StopKind::Control => write!(f, "control {}: {}", self.name, self.what),
            StopKind::Approval
            | StopKind::Change
            | StopKind::Supervision
            | StopKind::Unexamined
            | StopKind::Refused
            | StopKind::Supplier => f.write_str(&self.what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Lack, Mode, Severity, WaiverScope};
    use super::*;
    use crate::{id::PersonId, id::WaiverId, name::Name};
    use uuid::Uuid;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn finding(control: &str, mode: Mode, lacks: usize) -> Finding {
        let lack = |i| Lack {
            of: format!("part-{i}"),
            what: "is not signed".to_owned(),
            remedy: "sign it".to_owned(),
        };
        Finding {
            control: name(control),
            title: String::new(),
            version: 1,
            mode,
            demanded: false,
            severity: Severity::High,
            lacks: (0..lacks).map(lack).collect(),
        }
    }

    fn waiver(control: &str, ends: i64, signed: bool) -> Waiver {
        let at = |second| Timestamp::from_second(second).unwrap();
        Waiver {
            id: WaiverId(1),
            control: name(control),
            scope: WaiverScope {
                product: name("shop"),
                environment: None,
                release: None,
            },
            reason: "it hurries".to_owned(),
            by: (name("ada"), PersonId(Uuid::nil())),
            at: at(0),
            expires_at: at(ends),
            signed: signed.then(|| (name("zoe"), at(0))),
            ended: None,
        }
    }

    #[test]
    fn what_is_enforced_and_does_not_hold_stops_until_a_good_waiver_sets_it_aside() {
        let findings = [
            finding("signed", Mode::Enforce, 2),
            finding("tested", Mode::Observe, 1),
            finding("kept", Mode::Enforce, 0),
        ];
        let check = |waivers: &[Waiver], now: i64, stops: usize, until: Option<i64>| {
            let mut clearance = Clearance::default();
            clearance.add_findings(&findings, waivers, Timestamp::from_second(now).unwrap());
            assert_eq!(clearance.stops.len(), stops, "{waivers:?}");
            let until = until.map(|second| Timestamp::from_second(second).unwrap());
            assert_eq!(clearance.until, until);
        };
        check(&[], 5, 2, None);
        check(&[waiver("signed", 10, true)], 5, 0, Some(10));
        check(
            &[waiver("signed", 10, true), waiver("signed", 20, true)],
            5,
            0,
            Some(20),
        );
        check(&[waiver("signed", 10, true)], 10, 2, None);
        check(&[waiver("signed", 10, false)], 5, 2, None);
        check(&[waiver("tested", 10, true)], 5, 2, None);
        let ended = Waiver {
            ended: Some((name("zoe"), Timestamp::UNIX_EPOCH)),
            ..waiver("signed", 10, true)
        };
        check(&[ended], 5, 2, None);
    }
}
