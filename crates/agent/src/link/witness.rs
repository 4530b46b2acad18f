//! The agent as a witness of the journal: it keeps the last checkpoint that it believed, and believes a later one only with
//! the proof that it continues that. What does not is an alarm: logged, told to the server, and never kept.
//!
//! An alarm stops nothing that runs, and nothing that the server wants. People must know, and decide.

use super::{Backoff, Link, LinkError, backoff::jittered};
use crate::layout::{Layout, write_atomically};
use std::{fs, io, path::Path, time::Duration};
use tidegate_domain::{
    digest::Digest,
    journal::witness::{Alarm, Statement, Testimony},
};
use tidegate_protocol::agent::{JournalAlarm, JournalRequest};
use tokio::time::sleep;

/// The journal is looked at this often at most, and whenever a connection is opened.
const LOOK_EVERY: Duration = Duration::from_secs(300);

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
                    jittered(LOOK_EVERY)
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

    /// Looks once. Answers whether the server should hear what was found at once.
    async fn look(&mut self, link: &Link) -> Result<bool, LookError> {
        let kept = self.kept().map_err(LookError::Kept)?;
        let request = self.request(kept.as_ref());
        let answer = link.journal(&request).await?;
        let said = Statement {
            note: answer.note,
            verifier: answer.verifier,
        };
        let was_alarmed = matches!(self.finding, Finding::Alarmed(_));
        let was_content = matches!(self.finding, Finding::Content);
        match self.judge(kept.as_ref(), &said, &answer.proof) {
            Ok(believed) => {
                if kept.as_ref() != Some(&believed) {
                    self.keep(&believed).map_err(LookError::Kept)?;
                }
                self.finding = Finding::Content;
                Ok(answer.alarmed && !was_content)
            }
            Err(alarm) => {
                self.raise(alarm, kept.as_ref(), said);
                Ok(!was_alarmed)
            }
        }
    }

    fn request(&self, kept: Option<&Testimony>) -> JournalRequest {
        let (alarm, content) = match &self.finding {
            Finding::Nothing => (None, false),
            Finding::Content => (None, true),
            Finding::Alarmed(alarm) => (Some(alarm.clone()), false),
        };
        // What cannot be read any more is found out by judging it.
        let from = kept.and_then(|kept| kept.checkpoint().ok());
        JournalRequest {
            from: from.map(|it| it.size),
            alarm,
            content,
        }
    }

    fn judge(
        &self,
        kept: Option<&Testimony>,
        said: &Statement,
        proof: &[Digest],
    ) -> Result<Testimony, Alarm> {
        match (kept, &self.pinned) {
            (Some(kept), _) => kept.hear(said, proof),
            (None, Some(pinned)) if *pinned != said.verifier => Err(Alarm::Key),
            (None, _) => Testimony::first(said).map_err(|_| Alarm::Signature),
        }
    }

    fn raise(&mut self, alarm: Alarm, kept: Option<&Testimony>, said: Statement) {
        let kept = kept.map_or("", Testimony::note);
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

    fn kept(&self) -> io::Result<Option<Testimony>> {
        match fs::read(self.layout.journal()) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn keep(&self, testimony: &Testimony) -> io::Result<()> {
        write_atomically(&self.layout.journal(), &serde_json::to_vec(testimony)?)
    }
}
