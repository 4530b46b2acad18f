//! How the targets of a place usually do: how long they take, and how often they fail.

use super::{Observation, Part};
use crate::{duration::Millis, name::Name, plan::Limits, random::Random};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewer observations than this are none.
pub(super) const OBSERVATIONS_MIN: usize = 5;
/// More are thinned out to this many, evenly over their order by size.
const KEPT_MAX: usize = 200;
/// The failures that are assumed before anything was observed: one of a hundred.
const ASSUMED: (u32, u32) = (1, 100);

/// How the targets of a place usually do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// From being told to prepare to lying ready.
    pub prepare: Draws,
    /// From being told to run the new revision to being healthy on it.
    pub start: Draws,
    /// From being told to run what does not work to having failed.
    pub fail: Draws,
    /// From being told to go back to being healthy again.
    pub restore: Draws,
    /// The targets of which enough is known to tell them from the others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<Name, Own>,
    /// So many of a thousand targets fail on a release that is good.
    pub failures_per_mille: u32,
    /// Where all this comes from, and what is only assumed: a sentence each.
    pub basis: Vec<String>,
}

/// How one target usually does; where that is not known, it does as the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// From being told to prepare to lying ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepare: Option<Draws>,
    /// From being told to run the new revision to being healthy on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Draws>,
}

/// Lengths of time to draw from: the sorted ones that were seen, and whatever lies between two neighbours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Draws(Vec<Millis>);

impl Draws {
    /// From those that were seen.
    pub fn of(seen: impl IntoIterator<Item = Millis>) -> Self {
        let mut seen: Vec<Millis> = seen.into_iter().collect();
        seen.sort_unstable();
        let last = seen.len().saturating_sub(1);
        if seen.len() > KEPT_MAX {
            let kept = (0..KEPT_MAX).map(|i| seen[i * last / (KEPT_MAX - 1)]);
            seen = kept.collect();
        }
        Self(seen)
    }

    /// Anything from `least` to `most`.
    pub fn between(least: Millis, most: Millis) -> Self {
        Self::of([least, most])
    }

    /// One length.
    pub fn draw(&self, random: &mut Random) -> Millis {
        let (Some(last), share) = (self.0.len().checked_sub(1), random.below(1 << 20)) else {
            return Millis(0);
        };
        let at = share.saturating_mul(last as u64);
        let (below, rest) = ((at >> 20) as usize, at & ((1 << 20) - 1));
        let low = self.0[below].0;
        let high = self.0[(below + 1).min(last)].0;
        Millis(low + (((high - low) * rest) >> 20))
    }

    /// As long as so many of a hundred take at most.
    pub fn percentile(&self, percent: usize) -> Millis {
        let last = self.0.len().saturating_sub(1);
        self.0
            .get(last * percent.min(100) / 100)
            .copied()
            .unwrap_or_default()
    }
}

impl Profile {
    /// What is assumed of a place about which nothing is known: a target takes up to half of what the plan grants it.
    ///
    /// `failing` is how long health checks give a start, where there are any.
    pub fn assumed(limits: &Limits, failing: Option<Millis>) -> Self {
        Self::of(&[], limits, failing)
    }

    /// From what was observed there; where that is too little, what the plan's limits let assume.
    pub fn of(observations: &[Observation], limits: &Limits, failing: Option<Millis>) -> Self {
        let mut basis = Vec::new();
        let start_limit = limits.progress_deadline;
        let mut seen_of = |part: Part, ended_well: bool, words: &str, limit: Millis| {
            let seen: Vec<Millis> = observations
                .iter()
                .filter(|seen| seen.part == part && seen.failed != ended_well)
                .map(|seen| seen.took)
                .collect();
            drawn(&seen, words, limit, &mut basis)
        };
        let prepare = seen_of(Part::Prepare, true, "preparing", limits.prepare_deadline);
        let start = seen_of(Part::Start, true, "becoming healthy", start_limit);
        let restore = seen_of(Part::Restore, true, "going back", start_limit);
        let fail = seen_of(
            Part::Start,
            false,
            "failing",
            failing.unwrap_or(start_limit),
        );
        // Where the way back was never seen, it is the same start, of what lies on the disk already.
        let restore = restore.unwrap_or_else(|| {
            let start = start.clone();
            start.unwrap_or_else(|| assumed(start_limit))
        });
        let fail = fail.unwrap_or_else(|| {
            let until = failing.unwrap_or(start_limit);
            Draws::between(until, until)
        });
        let own = own(observations);
        if !own.is_empty() {
            let count = own.len();
            basis.push(format!("observed: {count} of the targets, each by itself"));
        }
        let failures_per_mille = failures(observations, &mut basis);
        Self {
            own,
            prepare: prepare.unwrap_or_else(|| assumed(limits.prepare_deadline)),
            start: start.unwrap_or_else(|| assumed(start_limit)),
            fail,
            restore,
            failures_per_mille,
            basis,
        }
    }
}

/// What was seen of single targets, where that is enough.
fn own(observations: &[Observation]) -> BTreeMap<Name, Own> {
    let mut seen: BTreeMap<&Name, (Vec<Millis>, Vec<Millis>)> = BTreeMap::new();
    for one in observations.iter().filter(|one| !one.failed) {
        let (prepare, start) = seen.entry(&one.target).or_default();
        match one.part {
            Part::Prepare => prepare.push(one.took),
            Part::Start => start.push(one.took),
            Part::Restore => {}
        }
    }
    let enough = |seen: Vec<Millis>| (seen.len() >= OBSERVATIONS_MIN).then(|| Draws::of(seen));
    let own = seen.into_iter().map(|(target, (prepare, start))| {
        let (prepare, start) = (enough(prepare), enough(start));
        (target.clone(), Own { prepare, start })
    });
    own.filter(|(_, own)| *own != Own::default()).collect()
}

/// From a tenth to a half of what is granted.
fn assumed(limit: Millis) -> Draws {
    Draws::between(Millis(limit.0 / 10), Millis(limit.0 / 2))
}

/// What was seen, if that is enough; the basis says which.
fn drawn(seen: &[Millis], words: &str, limit: Millis, basis: &mut Vec<String>) -> Option<Draws> {
    if seen.len() < OBSERVATIONS_MIN {
        let count = seen.len();
        basis.push(match words {
            "failing" => format!(
                "assumed: a target that fails does so after {limit}; {count} were observed"
            ),
            "going back" => {
                format!("assumed: going back takes as long as becoming healthy; {count} were observed")
            }
            _ => format!(
                "assumed: {words} takes between {} and {}, as the plan grants {limit}; {count} were observed",
                Millis(limit.0 / 10),
                Millis(limit.0 / 2)
            ),
        });
        return None;
    }
    let draws = Draws::of(seen.iter().copied());
    basis.push(format!(
        "observed: {words} took {} at half of {} times, {} at most at 9 of 10",
        draws.percentile(50),
        seen.len(),
        draws.percentile(90)
    ));
    Some(draws)
}

/// Begins at what is assumed and moves to what was observed, the more there is.
fn failures(observations: &[Observation], basis: &mut Vec<String>) -> u32 {
    let started = observations
        .iter()
        .filter(|seen| seen.part == Part::Start && !seen.release_is_bad);
    let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
    let failed = count(started.clone().filter(|seen| seen.failed).count());
    let tried = count(started.count());
    let per_mille = (failed + ASSUMED.0).saturating_mul(1000) / (tried + ASSUMED.1);
    basis.push(match tried {
        0 => "assumed: 1 of 100 targets fails on a release that is good; none was observed".to_owned(),
        _ => format!(
            "{per_mille} of 1000 targets fail on a release that is good: {failed} of {tried} observed, with 1 of 100 assumed beside"
        ),
    });
    per_mille
}
