//! Reading the journal, stating its size and root, and exporting it for verification without the server.

use super::{App, Error, Request};
use futures::FutureExt;
use tidegate_domain::{access::Action, journal::Frontier};
use tidegate_protocol::api::{CheckpointView, EntryView, ExportLine, JournalPage};
use tidegate_store::NumberedEntry;

/// Entries read at once for an export.
const EXPORT_BATCH: u64 = 500;

impl App {
    /// At most `limit` entries older than `before`, newest first, of one subject if given.
    ///
    /// # Errors
    /// When the asker may not read, or the store fails.
    pub async fn journal_page(
        &self,
        request: &Request,
        before: Option<u64>,
        limit: u64,
        subject: Option<String>,
    ) -> Result<JournalPage, Error> {
        request.permit(Action::Read)?;
        let before = before.unwrap_or(u64::MAX >> 1);
        let entries = self
            .store
            .read((before, limit, subject), |tx, (before, limit, subject)| {
                tx.entries_before(*before, *limit, subject.as_deref())
                    .boxed()
            })
            .await?;
        let full = entries.len() as u64 == limit;
        let next = entries
            .last()
            .map(|entry| entry.sequence)
            .filter(|sequence| full && *sequence > 0);
        Ok(JournalPage {
            entries: entries.iter().map(view).collect::<Result<_, _>>()?,
            next,
        })
    }

    /// The signed statement of what the journal holds now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn checkpoint(&self, request: &Request) -> Result<CheckpointView, Error> {
        request.permit(Action::Read)?;
        let frontier = self
            .store
            .read((), |tx, ()| tx.journal_frontier().boxed())
            .await?;
        Ok(self.state(&frontier))
    }

    /// The lines of an export from entry `from` up to `until` entries; the caller asks until none are left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_entries(&self, from: u64, until: u64) -> Result<Vec<ExportLine>, Error> {
        let limit = EXPORT_BATCH.min(until.saturating_sub(from));
        let entries = self
            .store
            .read((from, limit), |tx, (from, limit)| {
                tx.entries_from(*from, *limit).boxed()
            })
            .await?;
        let line = |entry: NumberedEntry| ExportLine::Entry {
            sequence: entry.sequence,
            leaf: entry.leaf.hex(),
            text: entry.text,
        };
        Ok(entries.into_iter().map(line).collect())
    }

    fn state(&self, frontier: &Frontier) -> CheckpointView {
        CheckpointView {
            size: frontier.size(),
            root: frontier.root().to_string(),
            note: self.notary.sign(frontier.size(), frontier.root()),
            verifier: self.notary.verifier(),
        }
    }
}

fn view(numbered: &NumberedEntry) -> Result<EntryView, Error> {
    let entry = numbered.entry()?;
    Ok(EntryView {
        sequence: numbered.sequence,
        time: entry.time,
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        detail: entry.detail,
    })
}
