//! Agents as witnesses: each keeps the last checkpoint of the journal that it believed, and says so when another does not
//! continue it. A rewritten server may hide what an agent says; it cannot take back what the agent keeps and logs.

use super::{App, Error, entry, instructions};
use futures::FutureExt;
use tidegate_domain::journal::{Frontier, Outline};
use tidegate_protocol::agent::{JournalAlarm, JournalRequest, JournalResponse};
use tidegate_store::{TargetKey, Tx};

/// The longest words of an agent that are kept, in characters.
const WORDS_MAX: usize = 2048;

impl App {
    /// What the journal says of itself, for an agent that may have an alarm to raise or to end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn witnessed(
        &self,
        key: &TargetKey,
        wanted: JournalRequest,
    ) -> Result<JournalResponse, Error> {
        let (is_alarmed, is_content) = (wanted.alarm.is_some(), wanted.content);
        let input = (key.clone(), wanted);
        let was_alarmed = self
            .store
            .read(input.clone(), |tx, (key, _)| {
                async move {
                    let agent = tx.agent(key).await?;
                    Ok::<_, Error>(agent.is_some_and(|it| it.journal_alarm.is_some()))
                }
                .boxed()
            })
            .await?;
        if (is_alarmed && !was_alarmed) || (is_content && was_alarmed) {
            self.store
                .write(input.clone(), |tx, (key, wanted)| {
                    keep(tx, key, wanted.alarm.as_ref()).boxed()
                })
                .await?;
        }
        let asked = (self.keyring.clone(), input.1.from);
        let (frontier, proof, beginning) = self
            .store
            .read(asked, |tx, (keyring, from)| {
                async move {
                    let frontier = tx.journal_frontier().await?;
                    let proof = match outline(*from, &frontier) {
                        Some(outline) => tx.proof(&outline).await?,
                        None => Vec::new(),
                    };
                    let beginning = instructions::beginning(tx, keyring).await?;
                    Ok::<_, Error>((frontier, proof, beginning))
                }
                .boxed()
            })
            .await?;
        let said = self.state(&frontier);
        Ok(JournalResponse {
            note: said.note,
            verifier: said.verifier,
            proof,
            alarmed: is_alarmed || (was_alarmed && !is_content),
            beginning,
        })
    }
}

/// The proof that can be given; one from beyond the journal's end cannot.
fn outline(from: Option<u64>, frontier: &Frontier) -> Option<Outline> {
    Outline::consistency(from?, frontier.size()).ok()
}

async fn keep(tx: &mut Tx, key: &TargetKey, alarm: Option<&JournalAlarm>) -> Result<(), Error> {
    let (action, detail, words) = match alarm {
        Some(alarm) => {
            let reason = in_short(&alarm.reason);
            let detail = serde_json::json!({
                "reason": reason, "kept": in_short(&alarm.kept), "found": in_short(&alarm.found),
            });
            tracing::error!(target = %key, reason, "journal.alarm");
            ("journal.alarm", detail, Some(reason))
        }
        None => ("journal.alarm_ended", serde_json::json!({}), None),
    };
    tx.record_journal_alarm(key, words.as_deref()).await?;
    let actor = format!("agent/{key}");
    let entry = entry(tx, &actor, (action, &format!("target/{key}")), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// What an agent says is shown to people and kept for ever: it is cut, and nothing in it steers a terminal.
fn in_short(text: &str) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.chars().take(WORDS_MAX).map(plain).collect()
}
