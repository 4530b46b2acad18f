//! What lies in a repository under a tag, as the page of artifacts lists it.

use super::{
    Repository, StoredManifest,
    columns::{digest_column, repository_values},
};
use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;

/// A tag with all that is known of what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedManifest {
    /// The tag.
    pub tag: String,
    /// Since when it names this.
    pub moved_at: Timestamp,
    /// What it names.
    pub manifest: StoredManifest,
    /// A reason why it must stay, if there is one.
    pub pinned: Option<String>,
}

impl Tx {
    /// At most `limit` tags of `repository`, the last moved first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tagged_manifests(
        &mut self,
        repository: &Repository,
        limit: u32,
    ) -> Result<Vec<TaggedManifest>, StoreError> {
        let [product, component] = repository_values(repository);
        let rows = self
            .rows(
                "SELECT m.digest, m.media_type, m.body, t.tag, t.moved,
                   (SELECT MIN(p.reason) FROM registry_pins p WHERE p.digest = t.digest)
                 FROM registry_tags t JOIN registry_manifests m ON m.digest = t.digest
                 WHERE t.product = $1 AND t.component = $2
                 ORDER BY t.moved DESC, t.tag DESC LIMIT $3",
                &[product, component, Value::Int(i64::from(limit))],
            )
            .await?;
        rows.iter().map(tagged_manifest).collect()
    }
}

fn tagged_manifest(row: &Row) -> Result<TaggedManifest, StoreError> {
    Ok(TaggedManifest {
        tag: row.text(3)?.to_owned(),
        moved_at: row.time(4)?,
        manifest: StoredManifest {
            digest: digest_column(row, 0)?,
            media_type: row.text(1)?.to_owned(),
            body: row.blob(2)?.to_vec(),
        },
        pinned: row.optional_text(5)?.map(str::to_owned),
    })
}
