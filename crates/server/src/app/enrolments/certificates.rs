//! Which certificates of an agent are good: its own, the one that it was given last, and one that was lost with the record.

use super::super::{App, Error, Kind, entry};
use crate::agents::authority::Shown;
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::generation::BackupMark;
use tidegate_store::{AgentRow, TargetKey, Tx};

impl App {
    /// An agent presents its certificate with a call: lets it in, if that is the newest of its target. A renewed one that
    /// is seen for the first time takes the place of the one before it; so does one that was issued after the backup was made
    /// that this record was put back from, unless a younger one was seen.
    ///
    /// # Errors
    /// When it was replaced or revoked.
    pub(crate) async fn admit(&self, shown: &Shown) -> Result<(), Error> {
        let read = self.store.read(shown.clone(), |tx, shown| {
            async move {
                let agent = tx.agent(&shown.key).await?;
                match certificate(agent.as_ref(), (&shown.key, &shown.serial)) {
                    Err(why) => {
                        let backup = tx.last_restored().await?;
                        match is_lost(agent.as_ref(), backup.as_ref(), shown.issued_at) {
                            true => Ok(Certificate::Found),
                            false => Err(why),
                        }
                    }
                    good => good,
                }
            }
            .boxed()
        });
        let seen = read.await?;
        if seen == Certificate::Present {
            return Ok(());
        }
        self.store
            .write((shown.clone(), seen), |tx, (shown, seen)| {
                async move {
                    let serial = shown.serial.as_str();
                    match seen {
                        Certificate::Present => Ok(()),
                        Certificate::Renewed => {
                            renewed(tx, (&shown.key, serial), shown.issued_at).await
                        }
                        Certificate::Found => {
                            found(tx, (&shown.key, serial), shown.issued_at).await
                        }
                    }
                }
                .boxed()
            })
            .await
    }
}

/// Which certificate of an agent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// The one it has.
    Present,
    /// The one it was given last, and shows for the first time.
    Renewed,
    /// One that the record knew until it was put back from a backup.
    Found,
}

/// Whether a certificate that the record does not know may be one that was lost with it.
fn is_lost(agent: Option<&AgentRow>, backup: Option<&BackupMark>, issued_at: Timestamp) -> bool {
    let (Some(agent), Some(backup)) = (agent, backup) else {
        return false;
    };
    let is_younger = agent.issued_at.is_none_or(|known| issued_at > known);
    // Certificates count whole seconds.
    let is_after = issued_at.as_second() >= backup.made_at.as_second();
    agent.revoked_at.is_none() && is_after && is_younger
}

async fn renewed(
    tx: &mut Tx,
    (key, serial): (&TargetKey, &str),
    issued_at: Timestamp,
) -> Result<(), Error> {
    let agent = tx.agent(key).await?;
    if let (Certificate::Renewed, Some(agent)) =
        (certificate(agent.as_ref(), (key, serial))?, &agent)
    {
        tx.record_renewal_seen(key, (&agent.next_serial, issued_at))
            .await?;
    }
    Ok(())
}

async fn found(
    tx: &mut Tx,
    (key, serial): (&TargetKey, &str),
    issued_at: Timestamp,
) -> Result<(), Error> {
    let (agent, backup) = (tx.agent(key).await?, tx.last_restored().await?);
    if !is_lost(agent.as_ref(), backup.as_ref(), issued_at) {
        // A younger one was seen in this moment.
        return certificate(agent.as_ref(), (key, serial)).map(drop);
    }
    tx.record_certificate_found(key, (serial, issued_at))
        .await?;
    let detail = serde_json::json!({ "serial": serial, "issued_at": issued_at });
    let (actor, subject) = (format!("agent/{key}"), format!("target/{key}"));
    let entry = entry(tx, &actor, ("agent.certificate-found", &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// Which certificate of its target's agent has this serial number.
///
/// # Errors
/// When none that is good.
pub(crate) fn certificate(
    agent: Option<&AgentRow>,
    (key, serial): (&TargetKey, &str),
) -> Result<Certificate, Error> {
    let refused = |code, detail| Err(Error::refused(Kind::NotAllowed, code, detail));
    if agent.is_some_and(|agent| agent.revoked_at.is_some()) {
        let detail = format!("the agent of {key} was revoked");
        return refused("agent-revoked", detail).map_err(|why| {
            why.hint("enrol it anew with a token of `tidegate enrolment create --replace`")
        });
    }
    let is = |kept: &str| !kept.is_empty() && kept.trim_start_matches('0') == serial;
    match agent {
        Some(agent) if is(&agent.serial) => Ok(Certificate::Present),
        Some(agent) if is(&agent.next_serial) => Ok(Certificate::Renewed),
        Some(_) | None => {
            let detail = format!("another agent was enrolled for {key} since");
            refused("agent-replaced", detail)
                .map_err(|why| why.hint("enrol this one anew, or stop it"))
        }
    }
}
