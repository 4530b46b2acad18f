//! The integration check: is what goes together complete, does it fit, and did exactly this run together before?
//!
//! What is not known is never a pass. Start at [`Integration::of`].

use super::{
    Bill, Finding, Parts, Place, Places, Runs,
    finding::{Asks, UnmetNeed},
    together::together,
    world::{Answer, World},
};
use crate::{catalog::ComponentName, id::Edition, name::Name};
use jiff::Timestamp;

/// Where a train goes, and what it has to have behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way<'a> {
    /// Where to.
    pub to: &'a Name,
    /// Where all must have run together before, if they must.
    pub tested_in: Option<&'a Name>,
    /// The edition of a bill that was changed, and when: what ran together before does not count.
    pub voided: Option<(Edition, Timestamp)>,
}

/// What the integration check comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// What was found, those of members that are not made first.
    pub findings: Vec<Finding>,
    /// Since when all run together where they have to.
    pub together_since: Option<Timestamp>,
}

impl Integration {
    /// Checks what a train brings against what is there.
    pub fn of(bill: &Bill, way: &Way<'_>, places: &Places) -> Self {
        let mut findings = unfinished(bill);
        findings.extend(fit(bill, way, places));
        let mut since = None;
        if let Some(environment) = way.tested_in {
            match places.get(environment) {
                Some(place) => {
                    let (from, more) = together(bill, (environment, place), way);
                    since = from;
                    findings.extend(more);
                }
                None => findings.push(unknown(environment)),
            }
        }
        Self {
            findings,
            together_since: since,
        }
    }

    /// Whether nothing was found that stops the train.
    pub fn holds(&self) -> bool {
        self.stops().next().is_none()
    }

    /// What stops the train.
    pub fn stops(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|it| it.stops())
    }
}

/// The members whose contents are not fixed.
fn unfinished(bill: &Bill) -> Vec<Finding> {
    let unfinished = |(product, line): (&Name, &Option<super::Line>)| match line {
        None => Some(Finding::NotMade {
            product: product.clone(),
        }),
        Some(line) if line.hash.is_none() => Some(Finding::Draft {
            product: product.clone(),
            release: line.release.clone(),
        }),
        Some(_) => None,
    };
    bill.0.iter().filter_map(unfinished).collect()
}

/// What does not fit once all is there.
fn fit(bill: &Bill, way: &Way<'_>, places: &Places) -> Vec<Finding> {
    let Some(place) = places.get(way.to) else {
        return vec![unknown(way.to)];
    };
    let (before, after) = (World::now(place), World::arrived(bill, place));
    let beside = way.tested_in.and_then(|it| Some((it, places.get(it)?)));
    let mut findings = Vec::new();
    for (product, runs) in strangers(bill, place) {
        match runs {
            Runs::Unknown(why) => findings.push(Finding::UnknownProduct {
                environment: way.to.clone(),
                product: product.clone(),
                why: why.clone(),
            }),
            Runs::Known(parts) => {
                let broken =
                    asks(product, parts).filter_map(|it| breaks(it, &before, &after, way.to));
                findings.extend(broken);
            }
        }
    }
    for (product, line) in bill.lines() {
        for asks in asks(product, &line.parts) {
            let other = |asks: &Asks| tested_with_other(bill, asks, &after, (way.to, beside?));
            let found = unmet(&asks, &after, way.to).or_else(|| other(&asks));
            findings.extend(found);
        }
    }
    findings
}

/// The products that run in a place and are no members.
fn strangers<'a>(bill: &Bill, place: &'a Place) -> impl Iterator<Item = (&'a Name, &'a Runs)> {
    let all = place.runs.iter();
    all.filter(|(product, _)| !bill.0.contains_key(*product))
}

pub(super) fn asks<'a>(product: &'a Name, parts: &'a Parts) -> impl Iterator<Item = Asks> + 'a {
    parts.iter().flat_map(move |(name, part)| {
        part.needs.iter().map(move |need| Asks {
            component: ComponentName {
                product: product.clone(),
                component: name.clone(),
            },
            version: part.version.clone(),
            need: need.clone(),
        })
    })
}

/// Whether what is asked for is there for certain, or not needed.
pub(super) fn is_met(asks: &Asks, world: &World<'_>) -> bool {
    match world.answer(&asks.need) {
        Answer::Met(_) => true,
        Answer::Absent => asks.need.optional,
        Answer::Unfit(..) | Answer::Several(_) | Answer::Unknown => false,
    }
}

/// What a member needs and does not find. What cannot be told was found already: of it somebody is not known.
fn unmet(asks: &Asks, after: &World<'_>, environment: &Name) -> Option<Finding> {
    let why = match after.answer(&asks.need) {
        Answer::Met(_) | Answer::Unknown => return None,
        Answer::Absent if asks.need.optional => return None,
        Answer::Absent => UnmetNeed::Absent,
        Answer::Unfit(given, misfit) => UnmetNeed::Unfit(given, misfit),
        Answer::Several(given) => UnmetNeed::Several(given),
    };
    Some(Finding::Unmet {
        environment: environment.clone(),
        asks: asks.clone(),
        why,
    })
}

/// What a product that is no member would not have any more. What it did not have before either is not the train's doing.
fn breaks(
    asks: Asks,
    before: &World<'_>,
    after: &World<'_>,
    environment: &Name,
) -> Option<Finding> {
    let left = match after.answer(&asks.need) {
        Answer::Met(_) | Answer::Unknown => return None,
        Answer::Absent if asks.need.optional => return None,
        Answer::Absent => Vec::new(),
        Answer::Unfit(given, _) | Answer::Several(given) => given,
    };
    let is_in_doubt = before.answer(&asks.need) == Answer::Unknown;
    (is_in_doubt || is_met(&asks, before)).then(|| Finding::Unmet {
        environment: environment.clone(),
        asks,
        why: UnmetNeed::Broken(left),
    })
}

/// What a member relies on that is no member, and another one where it was tested.
fn tested_with_other(
    bill: &Bill,
    asks: &Asks,
    after: &World<'_>,
    (to, (tested_in, before)): (&Name, (&Name, &Place)),
) -> Option<Finding> {
    let Answer::Met(given) = after.answer(&asks.need) else {
        return None;
    };
    let strangers = given.into_iter();
    let mut strangers = strangers.filter(|it| !bill.0.contains_key(&it.component.product));
    let other = strangers.find(|it| {
        let there = before.runs.get(&it.component.product);
        match there {
            Some(Runs::Known(parts)) => {
                let part = parts.get(&it.component.component);
                part.is_none_or(|part| part.digest != it.digest)
            }
            Some(Runs::Unknown(_)) | None => true,
        }
    })?;
    Some(Finding::TestedWithOther {
        environment: to.clone(),
        asks: asks.clone(),
        given: other,
        tested_in: tested_in.clone(),
    })
}

fn unknown(environment: &Name) -> Finding {
    Finding::UnknownPlace {
        environment: environment.clone(),
    }
}

#[cfg(test)]
mod tests;
