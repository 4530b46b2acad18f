//! Pins: what a sealed release or a possible rollback needs, so that it is neither deleted nor retagged.
//!
//! Start at [`Tx::pin_manifest`].

use super::{
    Repository,
    columns::{digest_column, digest_value, repository_values},
};
use crate::{StoreError, Tx, Value};
use tidegate_domain::{digest::Digest, version::Version};

/// Why a manifest must stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The manifest.
    pub digest: Digest,
    /// For people: `release storefront 1.1.0`.
    pub reason: String,
    /// The tag that was resolved to it, which may not move any more.
    pub tag: Option<(Repository, Version)>,
}

/// The pin that holds a tag in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPin {
    /// Where the tag was when it was pinned.
    pub digest: Digest,
    /// For people.
    pub reason: String,
}

impl Tx {
    /// Keeps a manifest, all it names, and its tag, until it is unpinned. False: there is no such manifest.
    pub async fn pin_manifest(&mut self, pin: &Pin) -> Result<bool, StoreError> {
        if self.manifest(pin.digest).await?.is_none() {
            return Ok(false);
        }
        let empty = || Value::Text(String::new());
        let [product, component, tag] = match &pin.tag {
            None => [empty(), empty(), empty()],
            Some((repository, tag)) => {
                let [product, component] = repository_values(repository);
                [product, component, Value::Text(tag.as_str().to_owned())]
            }
        };
        let reason = Value::Text(pin.reason.clone());
        self.execute(
            "INSERT INTO registry_pins (digest, reason, product, component, tag)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (digest, reason, product, component, tag) DO NOTHING",
            &[digest_value(pin.digest), reason, product, component, tag],
        )
        .await?;
        Ok(true)
    }

    /// Ends every pin of `digest` with this reason.
    pub async fn unpin_manifest(&mut self, digest: Digest, reason: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM registry_pins WHERE digest = $1 AND reason = $2";
        self.execute(sql, &[digest_value(digest), Value::Text(reason.to_owned())])
            .await?;
        Ok(())
    }

    /// A reason why `digest`, or a manifest that names it, must stay.
    pub async fn pin_reason(&mut self, digest: Digest) -> Result<Option<String>, StoreError> {
        let row = self
            .row(
                "WITH RECURSIVE up (digest) AS (
                   SELECT digest FROM registry_manifests WHERE digest = $1
                   UNION
                   SELECT r.manifest FROM registry_references r JOIN up ON r.digest = up.digest
                 )
                 SELECT p.reason FROM registry_pins p JOIN up ON p.digest = up.digest
                 ORDER BY p.reason LIMIT 1",
                &[digest_value(digest)],
            )
            .await?;
        row.map(|row| Ok(row.text(0)?.to_owned())).transpose()
    }

    /// What needs a blob, by a manifest that names it.
    pub async fn pin_reason_of_blob(&mut self, blob: Digest) -> Result<Option<String>, StoreError> {
        let sql = "WITH RECURSIVE up (digest) AS (
               SELECT manifest FROM registry_references WHERE digest = $1
               UNION
               SELECT r.manifest FROM registry_references r JOIN up ON r.digest = up.digest
             )
             SELECT p.reason FROM registry_pins p JOIN up ON p.digest = up.digest
             ORDER BY p.reason LIMIT 1";
        let row = self.row(sql, &[digest_value(blob)]).await?;
        row.map(|row| Ok(row.text(0)?.to_owned())).transpose()
    }

    /// What holds a tag in its place.
    pub async fn tag_pin(
        &mut self,
        repository: &Repository,
        tag: &Version,
    ) -> Result<Option<TagPin>, StoreError> {
        let [product, component] = repository_values(repository);
        let row = self
            .row(
                "SELECT digest, reason FROM registry_pins
                 WHERE product = $1 AND component = $2 AND tag = $3 ORDER BY reason LIMIT 1",
                &[product, component, Value::Text(tag.as_str().to_owned())],
            )
            .await?;
        row.map(|row| {
            Ok(TagPin {
                digest: digest_column(&row, 0)?,
                reason: row.text(1)?.to_owned(),
            })
        })
        .transpose()
    }
}
