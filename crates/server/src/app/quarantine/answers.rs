//! What was found of artifacts, kept in memory for as long as nothing that it rests on changed.

use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::{control::Stop, digest::Digest};
use tidegate_store::Repository;

/// The most answers that are kept.
const ANSWERS_MAX: usize = 10_000;

/// Answers by the catalog, attachments and exceptions as they are now.
#[derive(Debug, Default)]
pub(in crate::app) struct Answers {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by: (i64, i64),
    answers: BTreeMap<(Repository, Digest), Answer>,
}

/// What stops an artifact, and until when that is said again.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) until: Timestamp,
    pub(super) stops: Arc<[Stop]>,
}

impl Answer {
    /// The same, said again no longer than another.
    pub(super) fn sooner(self, until: Timestamp) -> Self {
        Self {
            until: self.until.min(until),
            ..self
        }
    }
}

impl Answers {
    pub(super) fn get(
        &self,
        by: (i64, i64),
        of: &(Repository, Digest),
        now: Timestamp,
    ) -> Option<Answer> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = kept.answers.get(of).filter(|_| kept.by == by)?;
        (now < answer.until).then(|| answer.clone())
    }

    pub(super) fn keep(&self, by: (i64, i64), of: (Repository, Digest), answer: Answer) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.by != by || kept.answers.len() >= ANSWERS_MAX {
            kept.answers.clear();
            kept.by = by;
        }
        kept.answers.insert(of, answer);
    }
}
