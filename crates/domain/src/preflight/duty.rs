//! Who is on duty: whom deployment plan and backout plan count on, and who has said that they are there.

use crate::{
    name::Name,
    planning::Party,
    runbook::{Kind, Runbook},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody's word that they are on duty while a release goes to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// Of which product.
    pub product: Name,
    /// Of which release.
    pub release: Version,
    /// Where to.
    pub environment: Name,
    /// Who.
    pub person: Name,
    /// When they said it.
    pub confirmed_at: Timestamp,
    /// Until when they are there.
    pub until: Timestamp,
    /// How they are reached meanwhile, as they say; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reach: String,
}

/// Whom a plan counts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Whom.
    pub party: Party,
    /// The titles of the steps that fall to them.
    pub steps: Vec<String>,
    /// Who they are; of a team, all of it.
    pub people: BTreeSet<Name>,
}

/// Everybody to whom a step falls that people do, or a decision, and who says what is done when it goes otherwise. Who the people of
/// a party are is said by `people`.
pub fn calls<'a>(
    runbooks: impl IntoIterator<Item = &'a Runbook>,
    people: impl Fn(&Party) -> BTreeSet<Name>,
) -> Vec<Call> {
    let mut called: BTreeMap<&Party, Vec<String>> = BTreeMap::new();
    for (party, what) in runbooks.into_iter().flat_map(falls_to) {
        let steps = called.entry(party).or_default();
        if !steps.iter().any(|step| step == what) {
            steps.push(what.to_owned());
        }
    }
    let call = |(party, steps): (&Party, Vec<String>)| Call {
        party: party.clone(),
        steps,
        people: people(party),
    };
    called.into_iter().map(call).collect()
}

/// What falls to whom by one runbook.
fn falls_to(runbook: &Runbook) -> impl Iterator<Item = (&Party, &str)> {
    let for_people = runbook.steps.iter().filter(|step| match step.kind {
        Kind::Manual(_) | Kind::Decision(_) => true,
        Kind::Automatic(_) | Kind::Message(_) => false,
    });
    let steps = for_people.filter_map(|step| Some((step.owner.as_ref()?, step.title())));
    let decides = runbook.deviations.decides.iter();
    steps.chain(decides.map(|party| (party, "what to do when it goes otherwise")))
}

impl Call {
    /// Until when somebody of them is there, as far as they said; nothing, if nobody has said anything.
    pub fn there_until(&self, duties: &[Duty]) -> Option<Timestamp> {
        let theirs = duties.iter();
        let theirs = theirs.filter(|duty| self.people.contains(&duty.person));
        theirs.map(|duty| duty.until).max()
    }

    /// The steps in a few words.
    pub(super) fn what(&self) -> String {
        let shown: Vec<&str> = self.steps.iter().take(2).map(String::as_str).collect();
        match self.steps.len().saturating_sub(shown.len()) {
            0 => format!("“{}”", shown.join("” and “")),
            more => format!("“{}” and {more} more", shown.join("”, “")),
        }
    }
}
