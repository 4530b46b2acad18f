//! What is still to be done, and what it keeps from happening.

use super::{Meanings, Response, ResponseStatus, What};
use crate::name::Name;
use jiff::Timestamp;
use std::{cmp::Reverse, fmt};

/// A response that keeps a product from being deployed somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a>(pub &'a Response);

/// The responses that are still to be done, those due first first.
///
/// A hold is over at its time, and what was accepted sets aside what was decided there before it: who holds after that has seen
/// something else. What was accepted of a notice that means something else by now sets nothing aside.
pub fn standing<'a>(
    responses: &'a [Response],
    meanings: &Meanings,
    now: Timestamp,
) -> Vec<&'a Response> {
    let place = |it: &Response| (it.about, it.product.clone(), it.environment.clone());
    let is_accepted = |it: &&Response| {
        let is_done = matches!(it.status, ResponseStatus::Done { .. });
        is_done && it.what == What::Accept && meanings.fit(it)
    };
    let accepted = responses.iter().filter(is_accepted);
    let accepted: Vec<_> = accepted.map(|it| (place(it), it.id)).collect();
    let is_set_aside = |it: &Response| {
        let mut all = accepted.iter();
        all.any(|(there, by)| *there == place(it) && it.id < *by)
    };
    let stands = |it: &&Response| {
        it.status == ResponseStatus::Open && !is_over(&it.what, now) && !is_set_aside(it)
    };
    let mut all: Vec<&Response> = responses.iter().filter(stands).collect();
    all.sort_by_key(|it| (it.due.is_none(), it.due, it.id));
    all
}

/// Those of [`standing`] that should be done by now; those due first first.
pub fn overdue<'a>(
    responses: &'a [Response],
    meanings: &Meanings,
    now: Timestamp,
) -> Vec<&'a Response> {
    let mut all = standing(responses, meanings, now);
    all.retain(|it| it.due.is_some_and(|due| due < now));
    all
}

/// What keeps a product from being deployed to an environment: holds, the longest first, and what is not verified again yet.
pub fn blocks<'a>(
    responses: &'a [Response],
    meanings: &Meanings,
    (product, environment): (&Name, &Name),
    now: Timestamp,
) -> Vec<Block<'a>> {
    let standing = standing(responses, meanings, now).into_iter();
    let is_there = |it: &&Response| it.product == *product && it.environment == *environment;
    let mut all: Vec<&Response> = standing
        .filter(is_there)
        .filter(|it| stops(&it.what))
        .collect();
    all.sort_by_key(|it| {
        Reverse(match it.what {
            What::Hold { until } => Some(until.unwrap_or(Timestamp::MAX)),
            What::Reverify { .. } | What::Inform { .. } | What::Accept => None,
        })
    });
    all.into_iter().map(Block).collect()
}

fn is_over(what: &What, now: Timestamp) -> bool {
    match what {
        What::Hold { until } => until.is_some_and(|until| until <= now),
        What::Reverify { .. } | What::Inform { .. } | What::Accept => false,
    }
}

const fn stops(what: &What) -> bool {
    match what {
        What::Hold { .. } | What::Reverify { .. } => true,
        What::Inform { .. } | What::Accept => false,
    }
}

/// What stops a deployment, and what would move it.
impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Response {
            about,
            product,
            environment,
            reason,
            by,
            ..
        } = self.0;
        match &self.0.what {
            What::Hold { until } => {
                write!(
                    f,
                    "{by} holds {product} in {environment} for {about} of a supplier"
                )?;
                match until {
                    Some(until) => write!(f, " until {until}: {reason}"),
                    None => write!(f, " until they say otherwise: {reason}"),
                }
            }
            What::Reverify { environment: other } => write!(
                f,
                "{product} is to be verified again in {other} before it goes to {environment}, for {about} of a supplier: {reason}"
            ),
            What::Inform { .. } | What::Accept => write!(f, "{}: {reason}", self.0.what),
        }
    }
}
