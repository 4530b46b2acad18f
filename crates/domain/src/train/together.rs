//! Whether the members of a train ran together as they are to go: exactly these digests, every one of them deployed with
//! success, at one time, and nothing of them changed since.

use super::{Bill, Finding, Line, Outcome, Past, Place, Runs, Untested, integration::Way};
use crate::{id::DeploymentId, name::Name};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A time in which members ran as they are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span<'a> {
    from: Timestamp,
    /// What ended it; none if nothing did.
    until: Option<(Timestamp, DeploymentId, &'a Name)>,
}

/// Since when all run together in `environment`, and what is to be said against it.
pub(super) fn together(
    bill: &Bill,
    (environment, place): (&Name, &Place),
    way: &Way<'_>,
) -> (Option<Timestamp>, Vec<Finding>) {
    let histories = histories(place);
    let none = Vec::new();
    let history = |product: &Name| histories.get(product).unwrap_or(&none).as_slice();
    let lines = || bill.lines();
    let mut common = vec![Span {
        from: Timestamp::MIN,
        until: None,
    }];
    for (product, line) in lines() {
        common = overlaps(&common, &spans(line, history(product)));
    }
    let untested = |(product, line): (&Name, &Line)| {
        let why = untested(line, place.runs.get(product), history(product))?;
        Some(Finding::Untested {
            environment: environment.clone(),
            product: product.clone(),
            release: line.release.clone(),
            why,
        })
    };
    let mut findings: Vec<Finding> = lines().filter_map(untested).collect();
    match common.last() {
        Some(Span { from, until: None }) if findings.is_empty() => {
            let voided = way.voided.filter(|(_, at)| from < at);
            findings.extend(voided.map(|(edition, at)| Finding::Voided {
                environment: environment.clone(),
                edition,
                at,
            }));
            return (Some(*from).filter(|_| findings.is_empty()), findings);
        }
        Some(Span {
            from,
            until: Some((at, deployment, product)),
        }) => findings.push(Finding::Stale {
            environment: environment.clone(),
            from: *from,
            product: (*product).clone(),
            deployment: *deployment,
            at: *at,
        }),
        Some(Span { until: None, .. }) | None => {}
    }
    (None, findings)
}

/// The deployments of each product, in the order in which they began.
fn histories(place: &Place) -> BTreeMap<&Name, Vec<&Past>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for past in &place.past {
        all.entry(&past.product).or_default().push(past);
    }
    for history in all.values_mut() {
        history.sort_by_key(|past| (past.began, past.deployment));
    }
    all
}

/// When a product ran exactly this: from a success of it until whatever was deployed next.
fn spans<'a>(line: &Line, history: &[&'a Past]) -> Vec<Span<'a>> {
    let span = |(place, past): (usize, &&'a Past)| {
        let next = history.get(place + 1);
        match past.outcome {
            Outcome::Succeeded(from) if brought(line, past) => Some(Span {
                from,
                until: next.map(|next| (next.began, next.deployment, &next.product)),
            }),
            Outcome::Succeeded(_) | Outcome::UnderWay | Outcome::Otherwise => None,
        }
    };
    history.iter().enumerate().filter_map(span).collect()
}

/// The times that are in one of both, each in their order.
fn overlaps<'a>(one: &[Span<'a>], other: &[Span<'a>]) -> Vec<Span<'a>> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let overlap = |(a, b): (&Span<'a>, &Span<'a>)| {
        let untils = [a.until, b.until];
        let span = Span {
            from: a.from.max(b.from),
            until: untils.into_iter().flatten().min(),
        };
        span.until
            .is_none_or(|(until, ..)| span.from < until)
            .then_some(span)
    };
    pairs.filter_map(overlap).collect()
}

/// Whether a deployment brought exactly this, with the same configuration where that is known.
fn brought(line: &Line, past: &Past) -> bool {
    line.snapshot.is_none_or(|it| it == past.snapshot) && is_same(line, past)
}

fn is_same(line: &Line, past: &Past) -> bool {
    let digests = line.parts.iter().map(|(name, part)| (name, &part.digest));
    digests.eq(past.digests.iter())
}

/// Why a member does not count as tested, by what it runs now and what was deployed last.
fn untested(line: &Line, runs: Option<&Runs>, history: &[&Past]) -> Option<Untested> {
    let last = history.last();
    if let Some(past) = last.filter(|past| past.outcome == Outcome::UnderWay) {
        return Some(Untested::UnderWay(past.deployment));
    }
    let parts = match runs {
        None => return Some(Untested::NotThere),
        Some(Runs::Unknown(why)) => return Some(Untested::Unknown(why.clone())),
        Some(Runs::Known(parts)) => parts,
    };
    let digest = |parts: &super::Parts, name: &Name| parts.get(name).map(|part| part.digest);
    let names = line.parts.keys().chain(parts.keys());
    let mut differs: Vec<Name> = names
        .filter(|name| digest(&line.parts, name) != digest(parts, name))
        .cloned()
        .collect();
    differs.sort();
    differs.dedup();
    if !differs.is_empty() {
        return Some(Untested::Differs(differs));
    }
    let Some(past) = last else {
        return Some(Untested::NoRecord);
    };
    match past.outcome {
        Outcome::Succeeded(_) if brought(line, past) => None,
        Outcome::Succeeded(_) if is_same(line, past) => Some(Untested::Configured(past.snapshot)),
        Outcome::Succeeded(_) => Some(Untested::NoRecord),
        Outcome::UnderWay | Outcome::Otherwise => Some(Untested::Failed(past.deployment)),
    }
}
