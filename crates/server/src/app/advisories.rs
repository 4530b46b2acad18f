//! Known vulnerabilities: imported from a file, and found in what runs.

use super::{App, Error, Kind, Request, artifacts};
use futures::{FutureExt, Stream, StreamExt};
use std::{collections::BTreeSet, fs::File};
use tidegate_domain::{
    access::Action,
    attachment::{AttachedContent, Vulnerability},
    digest::Digest,
};
use tidegate_protocol::api::{ImportView, PlaceView, VulnerabilitiesView, VulnerableView};
use tidegate_store::{AdvisoryRow, Repository, Tx};
use tidegate_trust::advisory::{self, Advisory, DatabaseError, Reading};
use tokio::{
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
    sync::mpsc,
};

/// The largest file of advisories, in bytes.
const FILE_MAX: u64 = 8 << 30;
/// The longest identifier, and the longest name of a package, in bytes: databases bound what they index.
const NAME_MAX: usize = 500;
/// How many advisories are kept in one transaction.
const BATCH: usize = 500;

impl App {
    /// Imports a file of advisories in the OSV format: a zip, JSON lines or an array. What is known stays, and is
    /// replaced where the file says something newer. Then every bill of materials is matched anew.
    ///
    /// # Errors
    /// When the asker may not, the body breaks off, or it is no such file.
    pub async fn import_advisories<B, E>(
        &self,
        request: Request,
        body: impl Stream<Item = Result<B, E>> + Send + Unpin,
    ) -> Result<ImportView, Error>
    where
        B: AsRef<[u8]>,
        E: std::fmt::Display,
    {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request
                        .permit_at_large(tx, Action::ManageControls)
                        .await
                        .map(drop)
                }
                .boxed()
            })
            .await?;
        let file = received(body).await?;
        let (sender, mut receiver) = mpsc::channel(2);
        let reading = tokio::task::spawn_blocking(move || read(file, &sender));
        let mut kept = Ok(());
        while let Some(rows) = receiver.recv().await {
            kept = self.keep_advisories(rows).await;
            if kept.is_err() {
                // The reader ends when nobody receives.
                break;
            }
        }
        drop(receiver);
        let reading = reading
            .await
            .map_err(|why| Error::Broken(why.to_string()))?;
        let read = kept.and_then(|()| reading.map_err(|why| refusal(&why)));
        let view = read.map(|reading| ImportView {
            advisories: reading.advisories,
            broken: reading.broken,
            remarks: reading.remarks.texts().to_vec(),
        });
        // Also of a file that broke off: what came before is kept, and bills must not be judged by half of it unseen.
        self.store
            .write(
                (request, view.as_ref().ok().cloned()),
                |tx, (request, view)| note_import(tx, request, view.as_ref()).boxed(),
            )
            .await?;
        view
    }

    async fn keep_advisories(&self, rows: Vec<AdvisoryRow>) -> Result<(), Error> {
        self.store
            .write(rows, |tx, rows| {
                async move { Ok(tx.record_advisories(rows).await?) }.boxed()
            })
            .await
    }

    /// What is known against what runs now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn vulnerabilities(&self, request: &Request) -> Result<VulnerabilitiesView, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                vulnerabilities(tx, request).boxed()
            })
            .await
    }
}

/// Has every bill matched anew, and notes what was imported; none of a file that broke off.
async fn note_import(
    tx: &mut Tx,
    request: &Request,
    view: Option<&ImportView>,
) -> Result<(), Error> {
    tx.record_bills_unread().await?;
    let detail = match view {
        Some(view) => {
            serde_json::json!({ "advisories": view.advisories, "broken": view.broken })
        }
        None => serde_json::json!({ "broke_off": true }),
    };
    let (action, subject) = ("advisories.imported", "advisories/osv");
    Ok(request.journal(tx, action, subject, &detail).await?)
}

/// The whole body in a file that has no name.
async fn received<B: AsRef<[u8]>, E: std::fmt::Display>(
    mut body: impl Stream<Item = Result<B, E>> + Send + Unpin,
) -> Result<File, Error> {
    let broken = |why: std::io::Error| Error::Broken(format!("the temporary file: {why}"));
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(broken)?);
    let mut length = 0_u64;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|why| {
            let detail = format!("the upload broke off: {why}");
            Error::refused(Kind::BadRequest, "body-broken", detail)
        })?;
        length += piece.as_ref().len() as u64;
        if length > FILE_MAX {
            let detail = format!("the file is larger than {} GiB", FILE_MAX >> 30);
            return Err(Error::refused(Kind::BadRequest, "file-large", detail));
        }
        file.write_all(piece.as_ref()).await.map_err(broken)?;
    }
    file.flush().await.map_err(broken)?;
    file.rewind().await.map_err(broken)?;
    Ok(file.into_std().await)
}

/// Reads advisories and hands them on in batches, each as slowly as the one before was kept.
fn read(file: File, to: &mpsc::Sender<Vec<AdvisoryRow>>) -> Result<Reading, DatabaseError> {
    let mut batch = Vec::with_capacity(BATCH);
    let reading = advisory::read(file, |advisory| {
        batch.extend(row(&advisory));
        if batch.len() >= BATCH {
            // Where nobody receives any more, the import has failed already.
            to.blocking_send(std::mem::take(&mut batch)).ok();
        }
    })?;
    if !batch.is_empty() {
        to.blocking_send(batch).ok();
    }
    Ok(reading)
}

fn row(advisory: &Advisory) -> Option<AdvisoryRow> {
    let is_plain = |text: &str| text.len() <= NAME_MAX;
    let packages = advisory.packages().into_iter();
    let packages = packages.filter(|(ecosystem, name)| is_plain(ecosystem) && is_plain(name));
    is_plain(&advisory.id).then_some(())?;
    Some(AdvisoryRow {
        id: advisory.id.clone(),
        packages: packages.collect(),
        text: serde_json::to_string(advisory).ok()?,
    })
}

fn refusal(why: &DatabaseError) -> Error {
    let source = std::error::Error::source(why);
    let detail = source.map_or_else(|| why.to_string(), |source| format!("{why}: {source}"));
    Error::refused(Kind::BadRequest, "advisories-unreadable", detail)
        .hint("take the file of an ecosystem as osv.dev publishes it: `all.zip`")
}

async fn vulnerabilities(tx: &mut Tx, request: &Request) -> Result<VulnerabilitiesView, Error> {
    let mut sight = request.sight(tx).await?;
    let mut running = artifacts::running(tx, None).await?;
    running.retain(|(repository, _), _| sight.shows(&repository.product));
    let (advisories, imported_at) = tx.advisories().await?;
    let mut view = VulnerabilitiesView {
        advisories,
        imported_at,
        running: running.len() as u64,
        without_bill: Vec::new(),
        not_matched: Vec::new(),
        untold: 0,
        unmatched: Vec::new(),
        vulnerabilities: Vec::new(),
    };
    let (mut found, mut unmatched) = (Vec::new(), BTreeSet::new());
    for ((repository, digest), runs) in running {
        match known(tx, (&repository, digest)).await? {
            Some(Known {
                vulnerabilities: known,
                unmatched: lacking,
                is_whole,
                untold,
            }) => {
                unmatched.extend(lacking);
                view.untold += untold;
                if !is_whole {
                    view.not_matched.push(format!("{repository}@{digest}"));
                }
                found.extend(
                    known
                        .into_iter()
                        .map(|it| (it, repository.clone(), digest, runs.clone())),
                );
            }
            None => view.without_bill.push(format!("{repository}@{digest}")),
        }
    }
    found.sort_by(|a, b| {
        (a.0.severity, &a.0.advisory, &a.1).cmp(&(b.0.severity, &b.0.advisory, &b.1))
    });
    view.unmatched = unmatched.into_iter().collect();
    view.vulnerabilities = found.into_iter().map(vulnerable).collect();
    Ok(view)
}

/// What is known against an artifact, by all of its bills.
struct Known {
    vulnerabilities: BTreeSet<Vulnerability>,
    /// The ecosystems of which no advisory was imported.
    unmatched: BTreeSet<String>,
    /// Whether every bill was matched, all of it.
    is_whole: bool,
    untold: u64,
}

/// None if it has no bill.
async fn known(
    tx: &mut Tx,
    (repository, digest): (&Repository, Digest),
) -> Result<Option<Known>, Error> {
    let mut known = None;
    for attachment in tx.attachments_of(repository, digest).await? {
        if let AttachedContent::Bill { bill } = attachment.content {
            let known = known.get_or_insert_with(|| Known {
                vulnerabilities: BTreeSet::new(),
                unmatched: BTreeSet::new(),
                is_whole: true,
                untold: 0,
            });
            known.is_whole &= bill.vulnerabilities.is_some() && !bill.cut;
            known.untold += bill.untold;
            known
                .vulnerabilities
                .extend(bill.vulnerabilities.into_iter().flatten());
            known.unmatched.extend(bill.unmatched);
        }
    }
    Ok(known)
}

fn vulnerable(
    (vulnerability, repository, digest, runs): (Vulnerability, Repository, Digest, Vec<PlaceView>),
) -> VulnerableView {
    VulnerableView {
        vulnerability: artifacts::vulnerability(&vulnerability),
        repository: repository.to_string(),
        digest: digest.to_string(),
        runs,
    }
}
