//! Garbage collection: first the rows that nothing needs, in one transaction; then the files without a row.
//!
//! Files are found by comparing each shard of the directory with its rows, so whatever a crash left behind goes as
//! well. Each file gets a second look while no upload can be placed. Start at [`Registry::collect_garbage`].

use crate::{error::Error, registry::Registry};
use futures::FutureExt;
use jiff::Timestamp;
use std::{collections::BTreeSet, time::Duration};
use tidegate_domain::digest::Digest;
use tidegate_store::CollectedRows;

/// How long an upload may lie without a new byte.
const ABANDONED: Duration = Duration::from_hours(24);

/// What a collection removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Manifests and blobs that are no longer known.
    pub rows: CollectedRows,
    /// Files that were unlinked.
    pub files: usize,
    /// Uploads that were abandoned.
    pub uploads: usize,
}

impl Registry {
    /// Removes what no tag, release, referrer or lease needs any more.
    pub async fn collect_garbage(&self, now: Timestamp) -> Result<Collected, Error> {
        let rows: Result<CollectedRows, Error> = self
            .store
            .write(now, |tx, now| {
                async move { Ok(tx.collect_registry_rows(*now).await?) }.boxed()
            })
            .await;
        let rows = rows?;
        let mut files = 0;
        for shard in 0..=u8::MAX {
            for digest in self.files_without_row(shard).await? {
                files += usize::from(self.unlink_if_unknown(digest).await?);
            }
        }
        let uploads = self.blobs.remove_abandoned(ABANDONED).await?;
        Ok(Collected {
            rows,
            files,
            uploads,
        })
    }

    async fn files_without_row(&self, shard: u8) -> Result<Vec<Digest>, Error> {
        let files = self.blobs.files_of_shard(shard).await?;
        if files.is_empty() {
            return Ok(files);
        }
        let rows: Result<Vec<Digest>, Error> = self
            .store
            .read(shard, |tx, shard| {
                async move { Ok(tx.blobs_of_shard(*shard).await?) }.boxed()
            })
            .await;
        let rows: BTreeSet<Digest> = rows?.into_iter().collect();
        Ok(files
            .into_iter()
            .filter(|digest| !rows.contains(digest))
            .collect())
    }

    async fn unlink_if_unknown(&self, digest: Digest) -> Result<bool, Error> {
        let nothing_placed = self.blobs.nothing_placed().await;
        let known: Result<bool, Error> = self
            .store
            .read(digest, |tx, digest| {
                async move { Ok(tx.blob_exists(*digest).await?) }.boxed()
            })
            .await;
        if known? {
            return Ok(false);
        }
        self.blobs.remove(digest, &nothing_placed).await?;
        Ok(true)
    }
}
