//! Agents are asked by what lies in the database, so that each answers whichever server it is in touch with.

use super::{
    super::{App, Error},
    gather::Asked,
};
use futures::FutureExt;
use std::{collections::BTreeMap, time::Duration};
use tidegate_domain::preflight::{Answer, HostFacts, HostQuestion, Inspected};
use tidegate_store::{HostAnswer, TargetKey};
use tokio::time::Instant;

/// An agent's answer is waited for so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers whose wake-up was lost are found after this.
const SCAN: Duration = Duration::from_secs(1);

impl App {
    /// What targets answer, or what is known of them without an answer; in their order.
    pub(super) async fn inspect(&self, asked: &[Asked]) -> Result<Vec<Inspected>, Error> {
        let open = asked.iter().filter(|it| it.known.is_none());
        let open = open.map(|it| (it.key.clone(), it.question.clone()));
        let mut said = self.answers(open.collect()).await?.into_iter();
        let inspected = asked.iter().map(|it| Inspected {
            target: it.key.target.clone(),
            answer: it
                .known
                .clone()
                .or_else(|| said.next())
                .unwrap_or(Answer::Silent),
            role: it.role.clone(),
        });
        Ok(inspected.collect())
    }

    /// An answer to each question, in their order.
    async fn answers(&self, asked: Vec<(TargetKey, HostQuestion)>) -> Result<Vec<Answer>, Error> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let many = asked.len();
        let targets: Vec<_> = asked.iter().map(|(key, _)| key.clone()).collect();
        let first = self
            .store
            .write(asked, |tx, asked| tx.ask_hosts(asked).boxed())
            .await?;
        for key in &targets {
            self.bus.wake_target(key);
        }
        let numbers = (first, first + many as u64 - 1);
        let mut said = self.wait(numbers, many).await?;
        self.store
            .write(numbers, |tx, numbers| {
                tx.forget_host_questions(*numbers).boxed()
            })
            .await?;
        let answers = (numbers.0..=numbers.1).map(|number| said.remove(&number));
        Ok(answers.map(|it| it.unwrap_or(Answer::Silent)).collect())
    }

    /// Waits until all have answered, or as long as there is patience.
    async fn wait(&self, numbers: (u64, u64), many: usize) -> Result<BTreeMap<u64, Answer>, Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut changes = self.bus.changes();
        loop {
            changes.mark_unchanged();
            let said = self
                .store
                .read(numbers, |tx, numbers| tx.host_answers(*numbers).boxed())
                .await?;
            if said.len() == many || Instant::now() >= deadline {
                return Ok(said.into_iter().map(answer).collect());
            }
            let next = deadline.min(Instant::now() + SCAN);
            // It is looked again however the waiting ends.
            drop(tokio::time::timeout_at(next, changes.changed()).await);
        }
    }

    /// Of questions that lie there for a target, those that are handed out to this poll.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn hand_out_questions(
        &self,
        waiting: Vec<(u64, HostQuestion)>,
    ) -> Result<Vec<(u64, HostQuestion)>, Error> {
        if waiting.is_empty() {
            return Ok(waiting);
        }
        self.store
            .write(waiting, |tx, waiting| {
                async move {
                    let mut ours = Vec::with_capacity(waiting.len());
                    for (number, question) in waiting {
                        if tx.hand_out_host_question(*number).await? {
                            ours.push((*number, question.clone()));
                        }
                    }
                    Ok(ours)
                }
                .boxed()
            })
            .await
    }

    /// An agent answers.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn answer_question(
        &self,
        target: &TargetKey,
        question: u64,
        host: HostFacts,
    ) -> Result<(), Error> {
        let input = (target.clone(), question, host.bounded());
        self.store
            .write(input, |tx, (target, question, host)| {
                tx.record_host_answer((target, *question), host).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

fn answer(said: HostAnswer) -> (u64, Answer) {
    let answer = Answer::Said {
        asked: said.asked,
        answered: said.answered,
        host: said.host,
    };
    (said.question, answer)
}
