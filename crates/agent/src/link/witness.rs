//! The agent as a witness of the journal: it keeps the last checkpoint that it believed, and believes a later one only with
//! the proof that it continues that. What does not is an alarm: logged, told to the server, and never kept.
//!
//! An alarm stops nothing that runs, and nothing that the server wants. People must know, and decide.

use super::{Backoff, Link, LinkError, backoff::jittered};
use crate::{
    layout::{Layout, write_atomically},
    trust::Trust,
};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::Path, time::Duration};
use tidegate_domain::{
    converge::signed::begun,
    digest::Digest,
    generation::{Beginning, Incarnation},
    journal::witness::{Alarm, Statement, Testimony},
};
use tidegate_protocol::agent::{JournalAlarm, JournalRequest, JournalResponse};
use tokio::time::sleep;

/// The journal is looked at this often at most, and whenever a connection is opened.
const LOOK_EVERY: Duration = Duration::from_secs(300);

/// While all is not well it is looked at more often.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What the last look found.
#[derive(Debug, Clone)]
enum Finding {
    /// There was none in this run of the agent.
    Nothing,
    /// All is well.
    Content,
    /// All is not.
    Alarmed(JournalAlarm),
}

/// What is kept of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// The last checkpoint that was believed.
    testimony: Testimony,
    /// The server's history that it belongs to.
    history: Incarnation,
    /// What was believed before, where a history went on from a backup that did not know it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left: Vec<Testimony>,
}

/// A witness.
#[derive(Debug)]
pub(super) struct Witness {
    layout: Layout,
    /// The key that was said at enrolment.
    pinned: Option<String>,
    finding: Finding,
}

/// Why there was no look.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error("the server did not say")]
    Link(#[from] LinkError),
    #[error("what was kept of the journal cannot be used")]
    Kept(#[source] io::Error),
}

impl Witness {
    pub(super) fn new(directory: &Path, pinned: Option<String>) -> Self {
        Self {
            layout: Layout::new(directory),
            pinned,
            finding: Finding::Nothing,
        }
    }

    /// Looks at the journal now and then, until dropped.
    pub(super) async fn watch(mut self, link: &Link) {
        let (mut opened, mut backoff) = (link.opened(), Backoff::default());
        loop {
            let found = self.look(link).await;
            // Also a connection that the look itself opened.
            opened.mark_unchanged();
            let pause = match found {
                // It is said at once that something is wrong, or that nothing is any more.
                Ok(true) => Duration::ZERO,
                Ok(false) => {
                    backoff.reset();
                    jittered(self.pause())
                }
                Err(LookError::Link(LinkError::Refused { status: 404, .. })) => {
                    // It was an older one all along, or became one.
                    tracing::warn!("the server does not answer for its journal");
                    LOOK_EVERY
                }
                Err(error) => {
                    let is_ours = matches!(error, LookError::Kept(_));
                    let error = &error as &dyn std::error::Error;
                    if is_ours {
                        tracing::error!(error, "cannot witness the journal");
                    } else {
                        tracing::debug!(error, "cannot look at the journal");
                    }
                    backoff.next()
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                Ok(()) = opened.changed() => {}
            }
        }
    }

    /// A person who was alarmed may let the server go on at any moment.
    const fn pause(&self) -> Duration {
        match self.finding {
            Finding::Alarmed(_) => LOOK_AGAIN,
            Finding::Nothing | Finding::Content => LOOK_EVERY,
        }
    }

    /// Looks once. Answers whether the server should hear what was found at once.
    async fn look(&mut self, link: &Link) -> Result<bool, LookError> {
        let kept = self.kept().map_err(LookError::Kept)?;
        // What cannot be read any more is found out by judging it.
        let from = kept.as_ref().and_then(|it| it.testimony.checkpoint().ok());
        let answer = link.journal(&self.request(from.map(|it| it.size))).await?;
        let beginning = self.beginning(kept.as_ref(), &answer)?;
        let was_alarmed = matches!(self.finding, Finding::Alarmed(_));
        let was_content = matches!(self.finding, Finding::Content);
        let said = statement(&answer);
        let alarm = match self.judge(kept.as_ref(), &said, &answer.proof) {
            Ok(testimony) => {
                self.believe(kept.as_ref(), testimony, beginning.as_ref())?;
                return Ok(answer.alarmed && !was_content);
            }
            Err(alarm) => alarm,
        };
        if let (Some(kept), Some(beginning)) = (&kept, &beginning)
            && self.begin_anew(link, kept, beginning).await?
        {
            return Ok(answer.alarmed && !was_content);
        }
        self.raise(alarm, kept.as_ref(), said);
        Ok(!was_alarmed)
    }

    /// The history that the server says began since the one that the kept checkpoint belongs to.
    fn beginning(
        &self,
        kept: Option<&Kept>,
        answer: &JournalResponse,
    ) -> Result<Option<Beginning>, LookError> {
        let trust =
            Trust::load(&self.layout).map_err(|why| LookError::Kept(io::Error::other(why)))?;
        let known = kept.map_or_else(Incarnation::default, |it| it.history);
        Ok(match (trust.instruction_key, &answer.beginning) {
            (Some(key), Some(word)) => begun(key, known, word),
            _ => None,
        })
    }

    fn believe(
        &mut self,
        kept: Option<&Kept>,
        testimony: Testimony,
        beginning: Option<&Beginning>,
    ) -> Result<(), LookError> {
        let before = kept
            .cloned()
            .unwrap_or_else(|| Kept::from(testimony.clone()));
        let now = Kept {
            testimony,
            history: beginning.map_or(before.history, |it| it.incarnation),
            ..before
        };
        if kept != Some(&now) {
            self.keep(&now).map_err(LookError::Kept)?;
        }
        self.finding = Finding::Content;
        Ok(())
    }

    /// After a restore the journal goes on from its backup. Each history excuses that once, and what is left behind is kept.
    /// Answers whether it is so.
    async fn begin_anew(
        &mut self,
        link: &Link,
        kept: &Kept,
        beginning: &Beginning,
    ) -> Result<bool, LookError> {
        let Some(backup) = &beginning.backup else {
            return Ok(false);
        };
        let answer = link.journal(&self.request(Some(backup.entries))).await?;
        let from = (backup.entries, backup.root);
        let Ok(testimony) = kept
            .testimony
            .begin_anew(from, &statement(&answer), &answer.proof)
        else {
            return Ok(false);
        };
        tracing::error!(
            left = kept.testimony.note(),
            found = answer.note,
            by = %beginning.by,
            reason = beginning.reason,
            "JOURNAL BEGINS ANEW: the server says that it was put back from a backup of {}, and began history {}",
            backup.made_at,
            beginning.incarnation
        );
        let mut now = kept.clone();
        now.left
            .push(std::mem::replace(&mut now.testimony, testimony.clone()));
        self.believe(Some(&now), testimony, Some(beginning))?;
        Ok(true)
    }

    fn request(&self, from: Option<u64>) -> JournalRequest {
        let (alarm, content) = match &self.finding {
            Finding::Nothing => (None, false),
            Finding::Content => (None, true),
            Finding::Alarmed(alarm) => (Some(alarm.clone()), false),
        };
        JournalRequest {
            from,
            alarm,
            content,
        }
    }

    fn judge(
        &self,
        kept: Option<&Kept>,
        said: &Statement,
        proof: &[Digest],
    ) -> Result<Testimony, Alarm> {
        match (kept, &self.pinned) {
            (Some(kept), _) => kept.testimony.hear(said, proof),
            (None, Some(pinned)) if *pinned != said.verifier => Err(Alarm::Key),
            (None, _) => Testimony::first(said).map_err(|_| Alarm::Signature),
        }
    }

    fn raise(&mut self, alarm: Alarm, kept: Option<&Kept>, said: Statement) {
        let kept = kept.map_or("", |it| it.testimony.note());
        tracing::error!(
            kept,
            found = said.note,
            "JOURNAL ALARM: {alarm}; what runs goes on, and the last checkpoint that was believed is kept"
        );
        self.finding = Finding::Alarmed(JournalAlarm {
            reason: alarm.to_string(),
            kept: kept.to_owned(),
            found: said.note,
        });
    }

    fn kept(&self) -> io::Result<Option<Kept>> {
        let bytes = match fs::read(self.layout.journal()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        // Agents that knew one history only kept the checkpoint alone.
        let alone = serde_json::from_slice::<Testimony>(&bytes).map(Kept::from);
        let kept = alone.or_else(|_| serde_json::from_slice(&bytes))?;
        Ok(Some(kept))
    }

    fn keep(&self, kept: &Kept) -> io::Result<()> {
        write_atomically(&self.layout.journal(), &serde_json::to_vec(kept)?)
    }
}

impl From<Testimony> for Kept {
    /// Of the first history.
    fn from(testimony: Testimony) -> Self {
        Self {
            testimony,
            history: Incarnation::default(),
            left: Vec::new(),
        }
    }
}

fn statement(answer: &JournalResponse) -> Statement {
    Statement {
        note: answer.note.clone(),
        verifier: answer.verifier.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::journal::{Frontier, Notary};

    #[test]
    fn what_an_older_agent_kept_is_of_the_first_history() {
        let (notary, empty) = (Notary::new(&[1; 32]), Frontier::default());
        let said = Statement {
            note: notary.sign(empty.size(), empty.root()),
            verifier: notary.verifier(),
        };
        let testimony = Testimony::first(&said).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let witness = Witness::new(directory.path(), None);
        assert!(witness.kept().unwrap().is_none());
        fs::write(
            witness.layout.journal(),
            serde_json::to_vec(&testimony).unwrap(),
        )
        .unwrap();
        let kept = witness.kept().unwrap().unwrap();
        assert_eq!(kept, Kept::from(testimony));
        let later = Kept {
            history: Incarnation(3),
            left: vec![kept.testimony.clone()],
            ..kept
        };
        witness.keep(&later).unwrap();
        assert_eq!(witness.kept().unwrap(), Some(later));
        fs::write(witness.layout.journal(), "{").unwrap();
        assert!(witness.kept().is_err());
    }
}
