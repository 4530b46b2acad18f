//! Finding the advisories for the parts of a bill.

use super::{Advisory, Affected, Certainty, Finding};
use crate::{
    bill::{Bill, Part},
    package::{Ecosystem, Release},
};
use std::{cmp::Reverse, collections::BTreeMap};

/// Advisories by ecosystem and name.
#[derive(Debug, Default)]
pub struct Matcher {
    advisories: Vec<Advisory>,
    index: BTreeMap<Ecosystem, BTreeMap<String, Vec<Place>>>,
}

/// An entry of an advisory.
#[derive(Debug, Clone, Copy)]
struct Place {
    advisory: usize,
    affected: usize,
}

impl Matcher {
    /// Takes all advisories that were not withdrawn. Of several records with one identifier the last changed counts.
    pub fn new(advisories: impl IntoIterator<Item = Advisory>) -> Self {
        let mut by_id: BTreeMap<String, Advisory> = BTreeMap::new();
        for advisory in advisories {
            let known = by_id.get(&advisory.id);
            if known.is_none_or(|known| known.modified <= advisory.modified) {
                by_id.insert(advisory.id.clone(), advisory);
            }
        }
        let valid = by_id.into_values().filter(|advisory| !advisory.withdrawn);
        let mut matcher = Self {
            advisories: valid.collect(),
            index: BTreeMap::new(),
        };
        matcher.build_index();
        matcher
    }

    fn build_index(&mut self) {
        for (advisory, record) in self.advisories.iter().enumerate() {
            for (affected, entry) in record.affected.iter().enumerate() {
                let names = self.index.entry(entry.ecosystem.clone()).or_default();
                let places = names
                    .entry(entry.ecosystem.folded(&entry.name))
                    .or_default();
                places.push(Place { advisory, affected });
            }
        }
    }

    /// How many advisories there are.
    pub fn len(&self) -> usize {
        self.advisories.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.advisories.is_empty()
    }

    /// What is known against the parts of a bill, the worst first. A part without ecosystem cannot be looked up.
    pub fn findings<'a>(&'a self, bill: &'a Bill) -> Vec<Finding<'a>> {
        let mut findings: Vec<(usize, Finding<'a>)> = Vec::new();
        for (at, part) in bill.parts.iter().enumerate() {
            let found = self.findings_of(part);
            findings.extend(found.into_iter().map(|finding| (at, finding)));
        }
        findings.sort_by_key(|(at, finding)| {
            let worst_first = (Reverse(finding.severity), Reverse(finding.score));
            (worst_first, *at, &finding.advisory.id)
        });
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// What is known against one part: one finding for each vulnerability, the worst of those that speak of it.
    pub fn findings_of<'a>(&'a self, part: &'a Part) -> Vec<Finding<'a>> {
        folded(self.all_of(part))
    }

    /// One for each advisory, by the name of the part and by that of its source package.
    fn all_of<'a>(&'a self, part: &'a Part) -> Vec<Finding<'a>> {
        let Some(names) = part
            .ecosystem
            .as_ref()
            .and_then(|place| self.index.get(place))
        else {
            return Vec::new();
        };
        let version = part.version.as_deref();
        let own = (part.name.as_str(), version);
        let source = part.source.as_ref().map(|source| {
            let version = source.version.as_deref().or(version);
            (source.name.as_str(), version)
        });
        let mut found: BTreeMap<usize, Finding<'a>> = BTreeMap::new();
        for (name, version) in [Some(own), source].into_iter().flatten() {
            let folded = part.ecosystem.as_ref().map(|place| place.folded(name));
            let places = folded.and_then(|name| names.get(&name));
            for place in places.into_iter().flatten() {
                let advisory = &self.advisories[place.advisory];
                let affected = &advisory.affected[place.affected];
                if let Some(finding) = finding(advisory, affected, part, version) {
                    found.entry(place.advisory).or_insert(finding);
                }
            }
        }
        found.into_values().collect()
    }
}

/// A release that is not known on one side is no reason to overlook something.
fn finding<'a>(
    advisory: &'a Advisory,
    affected: &'a Affected,
    part: &'a Part,
    version: Option<&str>,
) -> Option<Finding<'a>> {
    if !may_be_of(affected.release.as_ref(), part.release.as_ref()) {
        return None;
    }
    let (certainty, fixed_in) = match version {
        Some(version) if affected.includes(version) => {
            (Certainty::Affected, affected.fixed_in(version))
        }
        Some(_) => return None,
        None => (Certainty::VersionUnknown, None),
    };
    let own = (advisory.severity, advisory.score);
    let (severity, score) = affected.severity.unwrap_or(own);
    Some(Finding {
        advisory,
        also: Vec::new(),
        part,
        severity,
        score,
        fixed_in,
        certainty,
    })
}

fn may_be_of(affected: Option<&Release>, part: Option<&Release>) -> bool {
    match (affected, part) {
        (Some(affected), Some(part)) => affected.is_kin(part),
        (None, _) | (_, None) => true,
    }
}

/// Advisories of several databases for one vulnerability become one finding: the worst of them, with the others named.
fn folded(mut findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    findings.sort_by_key(|finding| (Reverse(finding.severity), Reverse(finding.score)));
    let mut kept: Vec<Finding<'_>> = Vec::new();
    let mut by_identifier: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let mut identifiers = finding.advisory.identifiers();
        let place = identifiers.find_map(|id| by_identifier.get(id).copied());
        let place = place.unwrap_or(kept.len());
        let identifiers = finding.advisory.identifiers();
        by_identifier.extend(identifiers.map(|id| (id, place)));
        match kept.get_mut(place) {
            Some(first) => {
                first.also.push(&finding.advisory.id);
                first.fixed_in = first.fixed_in.or(finding.fixed_in);
            }
            None => kept.push(finding),
        }
    }
    kept
}
