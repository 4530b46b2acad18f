//! The desk where questions about logs lie. Servers never call agents: a question rides on the next answer to a long poll.

use super::output::Output;
use crate::app::Bus;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tidegate_protocol::agent::LogChunk;
use tidegate_store::TargetKey;
use tokio::sync::oneshot;

/// An agent's answer is waited for so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who waits for which answer.
#[derive(Debug, Default)]
pub struct Desk {
    next: AtomicU64,
    waiting: Mutex<Questions>,
}

/// By target, so that none has to look through those of others.
type Questions = BTreeMap<(TargetKey, u64), Waiting>;

#[derive(Debug)]
struct Waiting {
    question: Output,
    handed_out: bool,
    answer: oneshot::Sender<LogChunk>,
}

/// The agent did not answer in time.
#[derive(Debug)]
pub(crate) struct Silent;

impl Silent {
    /// How long it was waited for, in seconds.
    pub(crate) const AFTER: u64 = PATIENCE.as_secs();
}

impl Desk {
    /// The questions that a target has not been handed yet, with what names their answers.
    pub fn hand_out(&self, target: &TargetKey) -> Vec<(u64, Output)> {
        let mut waiting = self.lock();
        let own = (target.clone(), 0)..=(target.clone(), u64::MAX);
        let fresh = waiting.range_mut(own).filter(|(_, it)| !it.handed_out);
        fresh
            .map(|((_, number), it)| {
                it.handed_out = true;
                (*number, it.question.clone())
            })
            .collect()
    }

    /// An agent's answer. One that nobody waits for any more, or that is another target's, is dropped.
    pub fn answer(&self, target: &TargetKey, number: u64, answer: LogChunk) {
        if let Some(found) = self.lock().remove(&(target.clone(), number)) {
            // Whoever waited may have left in this moment.
            drop(found.answer.send(answer));
        }
    }

    /// Asks the agent of a target.
    ///
    /// # Errors
    /// When it does not answer in time.
    pub(crate) async fn ask(
        &self,
        bus: &Bus,
        target: &TargetKey,
        question: Output,
    ) -> Result<LogChunk, Silent> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            question,
            handed_out: false,
            answer,
        };
        let key = (target.clone(), number);
        self.lock().insert(key.clone(), waiting);
        let _forget = Forget { desk: self, key };
        bus.wake_target(target);
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(Silent),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Questions> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a question off the desk however the waiting ends, also when whoever asked leaves.
struct Forget<'a> {
    desk: &'a Desk,
    key: (TargetKey, u64),
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.desk.lock().remove(&self.key);
    }
}
