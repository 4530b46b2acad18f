//! What agents are asked about their hosts. The agent of a target may be in touch with another server than the one that wants to
//! know, so questions and answers lie in the database as long as somebody waits.

use crate::{Row, StoreError, TargetKey, Tx, record};
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::preflight::{HostFacts, HostQuestion};

/// Nobody waits longer for an answer.
const WAITED_FOR: SignedDuration = SignedDuration::from_mins(1);

/// What an agent answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAnswer {
    /// To which question.
    pub question: u64,
    /// When it was asked, by the database's clock.
    pub asked: Timestamp,
    /// When the answer had come, by the same.
    pub answered: Timestamp,
    /// What it found.
    pub host: HostFacts,
}

impl Tx {
    /// Asks agents, one question each; answers the number of the first question, which those of the others follow. What nobody waits
    /// for any more goes.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn ask_hosts(
        &mut self,
        asked: &[(TargetKey, HostQuestion)],
    ) -> Result<u64, StoreError> {
        let over = self.now() - WAITED_FOR;
        let sql = "DELETE FROM host_questions WHERE asked_at < $1";
        self.execute(sql, &[over.into()]).await?;
        let many = asked.len() as u64;
        let first = self.count_up_by("host question", many).await? + 1 - many;
        let sql = "INSERT INTO host_questions (id, environment, target, question, asked_at, handed_out) \
            VALUES ($1, $2, $3, $4, $5, 0)";
        for (number, (target, question)) in (first..).zip(asked) {
            let values = [
                number.into(),
                target.environment.as_str().into(),
                target.target.as_str().into(),
                record::write(question).into(),
                self.now().into(),
            ];
            self.execute(sql, &values).await?;
        }
        Ok(first)
    }

    /// The questions that lie there for a target and that its agent was not handed yet, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn host_questions_of(
        &mut self,
        target: &TargetKey,
    ) -> Result<Vec<(u64, HostQuestion)>, StoreError> {
        let sql = "SELECT id, question FROM host_questions \
            WHERE environment = $1 AND target = $2 AND handed_out = 0 AND asked_at >= $3 ORDER BY id";
        let values = [
            target.environment.as_str().into(),
            target.target.as_str().into(),
            (self.now() - WAITED_FOR).into(),
        ];
        let rows = self.rows(sql, &values).await?;
        let read = |row: &Row| Ok((row.unsigned(0)?, row.record(1, "host question")?));
        rows.iter().map(read).collect()
    }

    /// A question is handed out: to one poll, and whether that is this one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hand_out_host_question(&mut self, question: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE host_questions SET handed_out = 1 WHERE id = $1 AND handed_out = 0";
        Ok(self.execute(sql, &[question.into()]).await? == 1)
    }

    /// Keeps an answer. One that nobody waits for any more, or that is another target's, is dropped.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_host_answer(
        &mut self,
        (target, question): (&TargetKey, u64),
        host: &HostFacts,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE host_questions SET answer = $4, answered_at = $5 \
            WHERE id = $1 AND environment = $2 AND target = $3 AND answer IS NULL";
        let values = [
            question.into(),
            target.environment.as_str().into(),
            target.target.as_str().into(),
            record::write(host).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What was answered to questions from number `first` to number `last`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn host_answers(
        &mut self,
        (first, last): (u64, u64),
    ) -> Result<Vec<HostAnswer>, StoreError> {
        let sql = "SELECT id, asked_at, answered_at, answer FROM host_questions \
            WHERE id BETWEEN $1 AND $2 AND answer IS NOT NULL ORDER BY id";
        let rows = self.rows(sql, &[first.into(), last.into()]).await?;
        let read = |row: &Row| {
            Ok(HostAnswer {
                question: row.unsigned(0)?,
                asked: row.time(1)?,
                answered: row.time(2)?,
                host: row.record(3, "host answer")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Nobody waits for questions from number `first` to number `last` any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_host_questions(
        &mut self,
        (first, last): (u64, u64),
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM host_questions WHERE id BETWEEN $1 AND $2";
        self.execute(sql, &[first.into(), last.into()])
            .await
            .map(drop)
    }
}
