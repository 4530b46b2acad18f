//! What controls say of what going back leads to.
//!
//! They are asked as before anything else that begins, and what they find is kept. But going back restores service: what
//! they object to stops nothing that goes back by itself, and a person goes on by saying why it is right.

use super::{Clearance, Judgement, Stop, StopKind};
use crate::{id::SnapshotNumber, name::Name, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is kept of a release that a deployment went back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnJudgement {
    /// Which.
    pub release: Version,
    /// With which configuration.
    pub snapshot: SnapshotNumber,
    /// When it went back.
    pub at: Timestamp,
    /// What was judged; none where that failed.
    #[serde(default)]
    pub judgement: Option<Judgement>,
    /// Why it could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<String>,
}

impl ReturnJudgement {
    /// What the journal says of it.
    pub fn told(&self) -> Value {
        let mut told = self
            .judgement
            .as_ref()
            .map_or_else(|| json!({ "unjudged": self.unjudged }), Judgement::told);
        told["release"] = self.release.as_str().into();
        told["snapshot"] = self.snapshot.0.into();
        told
    }

    /// What enforced controls objected to, but for those that waivers set aside; or that nothing could be said.
    pub fn objections(&self, set_aside: &BTreeSet<Name>) -> Vec<Stop> {
        match &self.judgement {
            Some(judgement) => judgement.objections(set_aside),
            None => vec![unsaid(
                &self.release,
                self.unjudged.as_deref().unwrap_or_default(),
            )],
        }
    }
}

/// A release that going back leads to, and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// What is kept of it.
    pub kept: ReturnJudgement,
    /// What enforced controls object to, but for what good waivers set aside.
    pub objections: Vec<Stop>,
}

impl Returned {
    /// What was judged of a release, and what that came to.
    pub fn judged(
        (release, snapshot): (Version, SnapshotNumber),
        judgement: Judgement,
        clearance: Clearance,
    ) -> Self {
        Self {
            kept: ReturnJudgement {
                release,
                snapshot,
                at: judgement.facts.at,
                judgement: Some(judgement),
                unjudged: None,
            },
            objections: clearance.stops,
        }
    }

    /// A release of which nothing can be said: that is an objection, too, and keeps nothing from going back.
    pub fn unjudged(
        (release, snapshot): (Version, SnapshotNumber),
        why: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            objections: vec![unsaid(&release, why)],
            kept: ReturnJudgement {
                release,
                snapshot,
                at,
                judgement: None,
                unjudged: Some(why.to_owned()),
            },
        }
    }
}

fn unsaid(release: &Version, why: &str) -> Stop {
    Stop {
        kind: StopKind::Control,
        name: "controls".to_owned(),
        what: format!("nothing could be said of {release}: {why}"),
        remedy: "`tidegate doctor` examines what is stored".to_owned(),
    }
}

impl Judgement {
    /// What enforced controls objected to, but for those that waivers set aside.
    pub fn objections(&self, set_aside: &BTreeSet<Name>) -> Vec<Stop> {
        let stopping = self.findings.iter().filter(|finding| finding.stops());
        let stopping = stopping.filter(|finding| !set_aside.contains(&finding.control));
        stopping.flat_map(super::Finding::as_stops).collect()
    }
}

/// What a person who goes back has to answer for: everything that is objected to, unless they say why it is right.
pub fn unanswered<'a>(returned: &'a [Returned], reason: &str) -> Vec<(&'a Version, &'a Stop)> {
    if !reason.is_empty() {
        return Vec::new();
    }
    let objections = |it: &'a Returned| {
        let stops = it.objections.iter();
        stops.map(move |stop| (&it.kept.release, stop))
    };
    returned.iter().flat_map(objections).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(kind: StopKind) -> Stop {
        Stop {
            kind,
            name: "signed".to_owned(),
            what: "web: it is not signed".to_owned(),
            remedy: "sign it".to_owned(),
        }
    }

    #[test]
    fn a_person_answers_for_objections_by_a_reason() {
        let release: Version = "1.0.0".parse().unwrap();
        let of = (release, SnapshotNumber(1));
        let at = Timestamp::UNIX_EPOCH;
        let unjudged = Returned::unjudged(of, "a record cannot be read", at);
        let kept = unjudged.kept.objections(&BTreeSet::new());
        assert_eq!(kept, unjudged.objections, "it is shown as it was found");
        let sound = Returned {
            objections: Vec::new(),
            ..unjudged.clone()
        };
        let objected = Returned {
            objections: vec![stop(StopKind::Control), stop(StopKind::Control)],
            ..unjudged.clone()
        };
        let check = |returned: &[&Returned], reason: &str, left: usize| {
            let returned: Vec<Returned> = returned.iter().copied().cloned().collect();
            assert_eq!(unanswered(&returned, reason).len(), left, "{returned:?}");
        };
        check(&[], "", 0);
        check(&[&sound], "", 0);
        check(&[&sound, &objected], "", 2);
        check(&[&sound, &objected], "the till is down", 0);
        check(&[&unjudged], "", 1);
        check(&[&unjudged], "the till is down", 0);
    }
}
