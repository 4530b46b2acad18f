//! The desk where questions to agents lie. Servers never call agents: a question rides on the next answer to a long poll.

use crate::app::Bus;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tidegate_store::TargetKey;
use tokio::sync::oneshot;

/// An agent's answer is waited for so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who waits for which answer.
#[derive(Debug)]
pub struct Desk<Q, A> {
    next: AtomicU64,
    waiting: Mutex<BTreeMap<u64, Waiting<Q, A>>>,
}

#[derive(Debug)]
struct Waiting<Q, A> {
    target: TargetKey,
    question: Q,
    handed_out: bool,
    answer: oneshot::Sender<A>,
}

/// The agent did not answer in time.
#[derive(Debug)]
pub(crate) struct Silent;

impl Silent {
    /// How long it was waited for, in seconds.
    pub(crate) const AFTER: u64 = PATIENCE.as_secs();
}

impl<Q, A> Default for Desk<Q, A> {
    fn default() -> Self {
        Self {
            next: AtomicU64::new(0),
            waiting: Mutex::new(BTreeMap::new()),
        }
    }
}

impl<Q: Clone, A> Desk<Q, A> {
    /// The questions that a target has not been handed yet, with what names their answers.
    pub fn hand_out(&self, target: &TargetKey) -> Vec<(u64, Q)> {
        let mut waiting = self.lock();
        let fresh = waiting
            .iter_mut()
            .filter(|(_, it)| it.target == *target && !it.handed_out);
        fresh
            .map(|(number, it)| {
                it.handed_out = true;
                (*number, it.question.clone())
            })
            .collect()
    }

    /// An agent's answer. One that nobody waits for any more, or that is another target's, is dropped.
    pub fn answer(&self, target: &TargetKey, number: u64, answer: A) {
        let mut waiting = self.lock();
        if waiting.get(&number).is_some_and(|it| it.target == *target)
            && let Some(found) = waiting.remove(&number)
        {
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
        question: Q,
    ) -> Result<A, Silent> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            target: target.clone(),
            question,
            handed_out: false,
            answer,
        };
        self.lock().insert(number, waiting);
        let _forget = Forget { desk: self, number };
        bus.wake_target(target);
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(Silent),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Waiting<Q, A>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a question off the desk however the waiting ends, also when whoever asked leaves.
struct Forget<'a, Q: Clone, A> {
    desk: &'a Desk<Q, A>,
    number: u64,
}

impl<Q: Clone, A> Drop for Forget<'_, Q, A> {
    fn drop(&mut self) {
        self.desk.lock().remove(&self.number);
    }
}
