//! Watching a component of a supplier in one environment: what its probe answered so far, and when that means something.
//!
//! Nothing is believed at once. [`Watch::take`] keeps what was answered and says what follows from it as [`Sign`]s; only
//! [`Sign::Changed`] is a deployment of the supplier's.

mod sign;
mod told;

pub use sign::{Change, Sign};
pub use told::{Told, ToldError};

use super::probe::{ProbeFault, Sighting};
use crate::digest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is known of a component in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// By which question that is known: the hash of what is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<Digest>,
    /// What it is believed to run.
    pub known: Option<Known>,
    /// What it may run instead.
    candidate: Option<Candidate>,
    /// What it answers in turn, while it does.
    wavering: Option<Wavering>,
    /// What it answers of late that says nothing.
    pub silence: Option<Silence>,
}

/// What a component is believed to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What.
    pub seen: Sighting,
    /// When it was seen first.
    pub since: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
}

/// What a component may run instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Candidate {
    seen: Sighting,
    since: Timestamp,
    times: u32,
}

/// Different answers in turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wavering {
    among: BTreeSet<Sighting>,
    /// How many times in a row it answered the same since.
    steady: u32,
}

/// Answers that say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Since when.
    pub since: Timestamp,
    /// How many in a row.
    pub times: u32,
    /// What is wrong with the last one.
    pub fault: ProbeFault,
}

impl Watch {
    /// So many times in a row it answers the same before it is believed again, once it wavered.
    pub const STEADY: u32 = 8;
    /// As many different answers are kept.
    const AMONG_MAX: usize = 5;

    /// What is known by a question. What another one found out is nothing that its answers can be compared with, so that this is a
    /// new beginning.
    #[must_use]
    pub fn asked(&self, question: Digest) -> Self {
        let known = match self.is_by(question) {
            true => self.clone(),
            false => Self::default(),
        };
        Self {
            question: Some(question),
            ..known
        }
    }

    /// Whether that is known by this question. What was kept before questions were is taken to be.
    pub fn is_by(&self, question: Digest) -> bool {
        self.question.is_none_or(|it| it == question)
    }

    /// What is known after an answer at `now`, and what follows from it. `times`: how often another version has to be seen in a
    /// row before it counts.
    #[must_use]
    pub fn take(
        &self,
        answer: Result<Sighting, ProbeFault>,
        times: u32,
        now: Timestamp,
    ) -> (Self, Vec<Sign>) {
        let mut watch = self.clone();
        let signs = match answer {
            Err(fault) => watch.unseen(fault, times, now),
            Ok(seen) => {
                let mut signs = watch.answers_again(times, now);
                signs.extend(watch.seen(seen, times.max(1), now));
                signs
            }
        };
        (watch, signs)
    }

    /// What is known after the supplier itself said what was deployed. What it said before is no news, however often it is sent.
    #[must_use]
    pub fn told(&self, told: &Told, now: Timestamp) -> (Self, Vec<Sign>) {
        let at = told.deployed_at.unwrap_or(now).min(now);
        let is_old = self.known.as_ref().is_some_and(|it| at <= it.since);
        let seen = Sighting::Version(told.version.clone());
        let is_known = self.known.as_ref().is_some_and(|it| it.seen == seen);
        let mut watch = self.clone();
        // Whoever tells is not silent.
        watch.silence = None;
        if is_old || is_known {
            return (watch, Vec::new());
        }
        watch.candidate = None;
        watch.wavering = None;
        let mut sign = watch.believe(seen, at, at);
        // They know when it was: it did not happen at some moment since the last time.
        if let Sign::Changed(change) = &mut sign {
            change.after = at;
        }
        (watch, vec![sign])
    }

    fn unseen(&mut self, fault: ProbeFault, times: u32, now: Timestamp) -> Vec<Sign> {
        let before = self.silence.take();
        let (since, count) = before.map_or((now, 0), |it| (it.since, it.times));
        let silence = Silence {
            since,
            times: count.saturating_add(1),
            fault,
        };
        let is_told_now = silence.times == times.max(1);
        self.silence = Some(silence.clone());
        let known = self.known.clone();
        match is_told_now {
            true => vec![Sign::Silent { silence, known }],
            false => Vec::new(),
        }
    }

    fn answers_again(&mut self, times: u32, at: Timestamp) -> Vec<Sign> {
        let silence = self.silence.take();
        let told = silence.filter(|it| it.times >= times.max(1));
        told.map(|it| Sign::Answers {
            since: it.since,
            at,
        })
        .into_iter()
        .collect()
    }

    fn seen(&mut self, seen: Sighting, times: u32, now: Timestamp) -> Vec<Sign> {
        let before = self.candidate.take();
        if self.known.as_ref().is_some_and(|it| it.seen == seen) {
            let mut signs: Vec<Sign> = before
                .and_then(|it| self.wavers(it.seen, &seen))
                .into_iter()
                .collect();
            signs.extend(self.stays(now));
            return signs;
        }
        let mut signs = Vec::new();
        let candidate = match before {
            Some(it) if it.seen == seen => Candidate {
                times: it.times.saturating_add(1),
                ..it
            },
            Some(other) => {
                signs.extend(self.wavers(other.seen, &seen));
                Candidate {
                    seen,
                    since: now,
                    times: 1,
                }
            }
            None => Candidate {
                seen,
                since: now,
                times: 1,
            },
        };
        let needed = match self.wavering {
            Some(_) => times.max(Self::STEADY),
            None => times,
        };
        if candidate.times < needed {
            self.candidate = Some(candidate);
            return signs;
        }
        self.wavering = None;
        signs.push(self.believe(candidate.seen, candidate.since, now));
        signs
    }

    /// What it is known to run was seen once more.
    fn stays(&mut self, now: Timestamp) -> Option<Sign> {
        let known = self.known.as_mut()?;
        known.last = now;
        let wavering = self.wavering.as_mut()?;
        wavering.steady += 1;
        if wavering.steady < Self::STEADY {
            return None;
        }
        self.wavering = None;
        Some(Sign::Steady {
            seen: known.seen.clone(),
        })
    }

    /// Another answer came before the last one was seen often enough. Told when that begins, and when more take part in it.
    fn wavers(&mut self, one: Sighting, other: &Sighting) -> Option<Sign> {
        let fresh = Wavering {
            among: BTreeSet::new(),
            steady: 0,
        };
        let wavering = self.wavering.get_or_insert(fresh);
        wavering.steady = 0;
        let before = wavering.among.len();
        for seen in [one, other.clone()] {
            if wavering.among.len() < Self::AMONG_MAX {
                wavering.among.insert(seen);
            }
        }
        let among = wavering.among.clone();
        (among.len() > before).then_some(Sign::Wavers { among })
    }

    fn believe(&mut self, to: Sighting, since: Timestamp, last: Timestamp) -> Sign {
        let before = self.known.replace(Known {
            seen: to.clone(),
            since,
            last,
        });
        match before {
            None => Sign::First {
                seen: to,
                at: since,
            },
            Some(before) => Sign::Changed(Change {
                after: before.last.min(since),
                by: since,
                is_back: to.is_before(&before.seen),
                from: before.seen,
                to,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
