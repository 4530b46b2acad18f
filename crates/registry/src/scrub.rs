//! Scrubbing: every blob is read again from time to time, and what is damaged is set aside and told.
//!
//! What cannot be looked at now keeps nobody from looking at the others. Start at [`Registry::scrub`].

use crate::{blobs::Look, error::Error, registry::Registry};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{digest::Digest, journal::Entry};
use tidegate_store::{BlobToCheck, StoreError, Tx};

/// Each blob is read again after this long.
const AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A blob that could not be read is tried again after this long.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// How many blobs are read from the store at a time.
const BATCH: u64 = 100;
/// How long one server alone reads those whose time has come.
const LEASE: SignedDuration = SignedDuration::from_mins(15);
/// A slice of a check of everything ends after so many bytes.
const SLICE: u64 = 1 << 30;

/// What a slice of a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// How many blobs were read.
    pub blobs: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// Those whose bytes are damaged or gone.
    pub damaged: Vec<Digest>,
    /// Those that could not be looked at, for a reason that may pass.
    pub unread: Vec<Digest>,
    /// The last blob, if there may be more behind it.
    pub last: Option<Digest>,
}

impl Registry {
    /// Reads the blobs again whose time has come, until they had so many bytes together; and whatever is suspected. Of
    /// several servers, one `holder` at a time reads what has come due.
    pub async fn scrub(&self, holder: &str, now: Timestamp, bytes: u64) -> Result<Scrubbed, Error> {
        let mut scrubbed = Scrubbed::default();
        for digest in self.blobs.suspects() {
            self.check(BlobToCheck { digest, size: 0 }, now, &mut scrubbed)
                .await?;
        }
        while scrubbed.bytes < bytes {
            let due = self.due(holder, now - AFTER).await?;
            if due.is_empty() {
                break;
            }
            for blob in due {
                self.check(blob, now, &mut scrubbed).await?;
                if scrubbed.bytes >= bytes {
                    break;
                }
            }
        }
        Ok(scrubbed)
    }

    /// The next blobs whose time has come; none, while another server reads them.
    async fn due(&self, holder: &str, since: Timestamp) -> Result<Vec<BlobToCheck>, Error> {
        // Mostly there is nothing to do, and nothing is written then.
        let some: Result<Vec<BlobToCheck>, Error> = self
            .store
            .read(since, |tx, since| {
                async move { Ok(tx.blobs_unchecked(*since, 1).await?) }.boxed()
            })
            .await;
        if some?.is_empty() {
            return Ok(Vec::new());
        }
        self.store
            .write((holder.to_owned(), since), |tx, (holder, since)| {
                async move {
                    match tx.take_lease("scrub", holder, LEASE).await? {
                        Some(_) => Ok(tx.blobs_unchecked(*since, BATCH).await?),
                        None => Ok(Vec::new()),
                    }
                }
                .boxed()
            })
            .await
    }

    /// Reads the next blobs behind `after`, whenever they were read last: some of everything.
    pub async fn check_behind(
        &self,
        after: Option<Digest>,
        now: Timestamp,
    ) -> Result<Scrubbed, Error> {
        let mut scrubbed = Scrubbed {
            last: after,
            ..Scrubbed::default()
        };
        loop {
            let next: Result<Vec<BlobToCheck>, Error> = self
                .store
                .read(scrubbed.last, |tx, after| {
                    async move { Ok(tx.blobs_behind(*after, BATCH).await?) }.boxed()
                })
                .await;
            let next = next?;
            if next.is_empty() {
                scrubbed.last = None;
                return Ok(scrubbed);
            }
            for blob in next {
                self.check(blob, now, &mut scrubbed).await?;
                scrubbed.last = Some(blob.digest);
                if scrubbed.bytes >= SLICE {
                    return Ok(scrubbed);
                }
            }
        }
    }

    async fn check(
        &self,
        blob: BlobToCheck,
        now: Timestamp,
        scrubbed: &mut Scrubbed,
    ) -> Result<(), Error> {
        let digest = blob.digest;
        let look = match self.blobs.look_at(digest).await {
            Ok(look) => Some(look),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    %digest,
                    "registry.blob_unread"
                );
                None
            }
        };
        scrubbed.blobs += 1;
        scrubbed.bytes += blob.size;
        match look {
            Some(Look::Sound) => {}
            Some(Look::Damaged | Look::Missing) => scrubbed.damaged.push(digest),
            None => scrubbed.unread.push(digest),
        }
        let noted: Result<(), Error> = self
            .store
            .write((digest, look, now), |tx, input| note(tx, *input).boxed())
            .await;
        noted?;
        if look.is_some() {
            self.blobs.was_looked_at(digest);
        }
        Ok(())
    }
}

async fn note(
    tx: &mut Tx,
    (blob, look, now): (Digest, Option<Look>, Timestamp),
) -> Result<(), Error> {
    match look {
        Some(Look::Sound) => tx.record_blob_sound(blob, now).await?,
        Some(Look::Damaged | Look::Missing) => {
            if tx.record_blob_damaged(blob, now).await? {
                let entry = entry(tx, blob).await?;
                tx.record_entry(&entry).await?;
            }
        }
        None => tx.record_blob_unread(blob, now - AFTER + AGAIN).await?,
    }
    Ok(())
}

async fn entry(tx: &mut Tx, blob: Digest) -> Result<Entry, StoreError> {
    let repositories = tx.repositories_of_blob(blob).await?;
    let repositories: Vec<String> = repositories.iter().map(ToString::to_string).collect();
    let needed_by = tx.pin_reason_of_blob(blob).await?;
    Ok(Entry {
        v: 1,
        time: tx.now(),
        actor: "tidegate".to_owned(),
        action: "artifact.damaged".to_owned(),
        subject: format!("blob/{blob}"),
        detail: serde_json::json!({ "repositories": repositories, "needed_by": needed_by }),
        request: None,
    })
}
