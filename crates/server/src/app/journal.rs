//! Reading the journal, stating its size and root, and exporting it for verification without the server.

use super::{App, Error, Page, Request, request::Sight};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Resource},
    communication::message::About,
    id::{
        ChangeId, DeploymentId, DrillId, GroupRunId, IssueId, MessageId, NoticeId, PreflightId,
        RehearsalId, ResponseId, SupplierTaskId, TaskId, WaiverId,
    },
    journal::Frontier,
    name::Name,
    train::Train,
};
use tidegate_protocol::api::{CheckpointView, EntryView, ExportLine, JournalPage};
use tidegate_store::{NumberedEntry, Tx};

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
        let before = before.unwrap_or(u64::MAX >> 1);
        let input = (request.clone(), before, limit, subject);
        let entries = self
            .store
            .read(input, |tx, (request, before, limit, subject)| {
                seen(tx, request, (*before, *limit), subject.as_deref()).boxed()
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
        let frontier = self
            .store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    Ok::<_, Error>(tx.journal_frontier().await?)
                }
                .boxed()
            })
            .await?;
        Ok(self.state(&frontier))
    }

    /// The same for whoever may read the whole journal, of all teams.
    ///
    /// # Errors
    /// When the asker may not.
    pub async fn whole_journal(&self, request: &Request) -> Result<CheckpointView, Error> {
        let frontier = self
            .store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::Read).await?;
                    Ok::<_, Error>(tx.journal_frontier().await?)
                }
                .boxed()
            })
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

    pub(super) fn state(&self, frontier: &Frontier) -> CheckpointView {
        CheckpointView {
            size: frontier.size(),
            root: frontier.root().to_string(),
            note: self.notary.sign(frontier.size(), frontier.root()),
            verifier: self.notary.verifier(),
        }
    }
}

/// What the asker may see of the entries older than `before`, newest first.
///
/// # Errors
/// When the store fails.
pub(super) async fn seen(
    tx: &mut Tx,
    request: &Request,
    (mut before, limit): (u64, u64),
    subject: Option<&str>,
) -> Result<Vec<NumberedEntry>, Error> {
    let mut sight = request.sight(tx).await?;
    if sight.shows_organisation() {
        return Ok(tx.entries_before(before, limit, subject).await?);
    }
    let mut page = Page::new(limit);
    loop {
        let found = tx.entries_before(before, limit, subject).await?;
        let last = found.last().map(|entry| entry.sequence);
        let mut seen = Vec::with_capacity(found.len());
        for entry in &found {
            seen.push(shows(tx, &mut sight, entry).await?);
        }
        let mut seen = seen.into_iter();
        let is_whole = page.take(found, |_| seen.next() == Some(true));
        match last {
            Some(last) if !is_whole => before = last,
            Some(_) | None => return Ok(page.rows),
        }
    }
}

/// The entry with this number, if there is one and the asker may see it.
///
/// # Errors
/// When the store fails.
pub(super) async fn seen_entry(
    tx: &mut Tx,
    request: &Request,
    sequence: u64,
) -> Result<Option<NumberedEntry>, Error> {
    let found = tx.entries_from(sequence, 1).await?;
    let Some(entry) = found.into_iter().find(|it| it.sequence == sequence) else {
        return Ok(None);
    };
    let mut sight = request.sight(tx).await?;
    let is_seen = sight.shows_organisation() || shows(tx, &mut sight, &entry).await?;
    Ok(is_seen.then_some(entry))
}

/// Whether somebody who does not see the whole journal sees this entry.
async fn shows(tx: &mut Tx, sight: &mut Sight, entry: &NumberedEntry) -> Result<bool, Error> {
    let subject = entry.entry()?.subject;
    if let Some(supplier) = supplier_of(tx, &subject).await? {
        // Who sees a supplier sees what became of it.
        return Ok(sight.may(Action::ReadShared, &Resource::Supplier(supplier)));
    }
    let products = products_of(tx, &subject).await?;
    Ok(!products.is_empty() && products.iter().all(|it| sight.shows(it)))
}

/// The supplier that an entry is about, if it is about one. What is decided for a product is that product's.
async fn supplier_of(tx: &mut Tx, subject: &str) -> Result<Option<Name>, Error> {
    let Some((noun, which)) = subject.split_once('/') else {
        return Ok(None);
    };
    let number = which.parse::<u64>().unwrap_or_default();
    Ok(match noun {
        "supplier" => which.parse().ok(),
        "supplier-notice" => tx.notice(NoticeId(number)).await?.map(|it| it.supplier),
        "supplier-task" => {
            let task = tx.supplier_task(SupplierTaskId(number)).await?;
            task.map(|it| it.supplier)
        }
        _ => None,
    })
}

/// The products that an entry is about, if it is about any.
async fn products_of(tx: &mut Tx, subject: &str) -> Result<Vec<Name>, Error> {
    let mut words = subject.split('/');
    let (noun, first) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let number = first.parse::<u64>().unwrap_or_default();
    let one = match noun {
        "product" | "release" | "secret" | "artifact" => first.parse().ok(),
        "deployment" => tx
            .deployment(DeploymentId(number))
            .await?
            .map(|it| it.product),
        "drill" => tx.drill(DrillId(number)).await?.map(|it| it.product),
        "preflight" => tx
            .preflight(PreflightId(number))
            .await?
            .map(|it| it.product),
        "rehearsal" => tx
            .rehearsal(RehearsalId(number))
            .await?
            .map(|it| it.product),
        "change" => tx.change(ChangeId(number)).await?.map(|it| it.product),
        "task" => tx.task(TaskId(number)).await?.map(|it| it.product),
        "issue" => tx.issue(IssueId(number)).await?.map(|it| it.product),
        "message" => tx
            .message(MessageId(number))
            .await?
            .and_then(|it| match it.about {
                About::Release(product, _) | About::Product(product) => Some(product),
                About::Train(_) => None,
            }),
        "waiver" => tx
            .waiver(WaiverId(number))
            .await?
            .map(|it| it.scope.product),
        "supplier-response" => tx.response(ResponseId(number)).await?.map(|it| it.product),
        "group-run" => return group_products(tx, GroupRunId(number)).await,
        "train" => return train_products(tx, first).await,
        _ => None,
    };
    Ok(one.into_iter().collect())
}

/// Those of a group run are seen together or not at all.
async fn group_products(tx: &mut Tx, id: GroupRunId) -> Result<Vec<Name>, Error> {
    let group = tx.group_run(id).await?;
    let members = group.into_iter().flat_map(|group| group.members);
    Ok(members.map(|member| member.product).collect())
}

/// Those of a train are, too.
async fn train_products(tx: &mut Tx, name: &str) -> Result<Vec<Name>, Error> {
    let train = match name.parse() {
        Ok(name) => tx.train(&name).await?,
        Err(_) => None,
    };
    let products = train.iter().flat_map(Train::products);
    Ok(products.cloned().collect())
}

/// An entry as it is shown.
///
/// # Errors
/// When what is stored is none.
pub(super) fn view(numbered: &NumberedEntry) -> Result<EntryView, Error> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::request::tests::by;
    use tidegate_domain::access::Level;
    use tidegate_store::Store;

    #[tokio::test]
    async fn an_entry_is_the_one_of_that_number_or_none_that_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let written = store.write(by(None), |tx, request| {
            async move {
                for subject in ["product/bank", "person/ada", "product/bank"] {
                    request.journal(tx, "catalog.changed", subject, &()).await?;
                }
                tx.number_waiting_entries().await
            }
            .boxed()
        });
        written.await.unwrap();
        let seen = async |level, sequence| {
            let found = store.read((by(level), sequence), |tx, (request, sequence)| {
                seen_entry(tx, request, *sequence).boxed()
            });
            found.await.unwrap().map(|entry| entry.sequence)
        };
        for (sequence, expect) in [(0, Some(0)), (1, Some(1)), (2, Some(2)), (3, None)] {
            assert_eq!(seen(Some(Level::Assist), sequence).await, expect);
            assert_eq!(seen(None, sequence).await, None, "no product is theirs");
        }
    }
}
