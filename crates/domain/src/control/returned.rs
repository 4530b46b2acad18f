//! What controls say of what going back leads to.
//!
//! They are asked as before anything else that begins, and what they find is kept. But going back restores service: what
//! they object to stops nothing that goes back by itself, and a person goes on by saying why it is right.

use super::{Clearance, Judgement, Stop, StopKind};
use crate::{name::Name, version::Version};
use std::collections::BTreeSet;

/// A release that going back leads to, and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Which.
    pub release: Version,
    /// What was judged; none where that failed.
    pub judgement: Option<Judgement>,
    /// What enforced controls object to, but for what good waivers set aside.
    pub objections: Vec<Stop>,
}

impl Returned {
    /// What was judged of a release, and what that came to. People's words about the way there are not asked for anew.
    pub fn judged(release: Version, judgement: Judgement, clearance: Clearance) -> Self {
        let mut objections = clearance.stops;
        objections.retain(|stop| stop.kind == StopKind::Control);
        Self {
            release,
            judgement: Some(judgement),
            objections,
        }
    }

    /// A release of which nothing can be said: that is an objection, too, and keeps nothing from going back.
    pub fn unjudged(release: Version, why: &str) -> Self {
        Self {
            objections: vec![Stop {
                kind: StopKind::Control,
                name: "controls".to_owned(),
                what: format!("nothing can be said of {release}: {why}"),
                remedy: "`tidegate doctor` examines what is stored".to_owned(),
            }],
            release,
            judgement: None,
        }
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
    let objections = |it: &'a Returned| it.objections.iter().map(move |stop| (&it.release, stop));
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
        let unjudged = Returned::unjudged(release, "a record cannot be read");
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
