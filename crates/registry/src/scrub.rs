//! Scrubbing: every blob is read again from time to time, and what is damaged is set aside and told.

use crate::{blobs::Look, error::Error, registry::Registry};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{digest::Digest, journal::Entry};
use tidegate_store::{BlobToCheck, StoreError, Tx};

/// Each blob is read again after this long.
const AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many blobs are read from the store at a time.
const BATCH: u64 = 100;
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
    /// The last blob, if there may be more behind it.
    pub last: Option<Digest>,
}

impl Registry {
    /// Reads the blobs again whose time has come, of at most so many bytes together; and whatever is suspected.
    pub async fn scrub(&self, now: Timestamp, bytes: u64) -> Result<Scrubbed, Error> {
        let mut scrubbed = Scrubbed::default();
        for digest in self.blobs.suspects() {
            self.check(BlobToCheck { digest, size: 0 }, now, &mut scrubbed)
                .await?;
        }
        while scrubbed.bytes < bytes {
            let due: Result<Vec<BlobToCheck>, Error> = self
                .store
                .read(now - AFTER, |tx, since| {
                    async move { Ok(tx.blobs_unchecked(*since, BATCH).await?) }.boxed()
                })
                .await;
            let due = due?;
            if due.is_empty() {
                break;
            }
            for blob in due {
                self.check(blob, now, &mut scrubbed).await?;
            }
        }
        Ok(scrubbed)
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
        let look = self.blobs.look_at(blob.digest).await?;
        scrubbed.blobs += 1;
        scrubbed.bytes += blob.size;
        let is_sound = look == Look::Sound;
        if !is_sound {
            scrubbed.damaged.push(blob.digest);
        }
        self.store
            .write((blob.digest, is_sound, now), |tx, input| {
                note(tx, *input).boxed()
            })
            .await
    }
}

async fn note(tx: &mut Tx, (blob, is_sound, now): (Digest, bool, Timestamp)) -> Result<(), Error> {
    if is_sound {
        return Ok(tx.record_blob_sound(blob, now).await?);
    }
    if tx.record_blob_damaged(blob, now).await? {
        let entry = entry(tx, blob).await?;
        tx.record_entry(&entry).await?;
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
