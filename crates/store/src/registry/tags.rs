//! Tags: names of manifests in a repository that may move until a release is sealed with them.

use super::{
    Repository,
    columns::{digest_column, digest_value, repository_values, time_value},
};
use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::{catalog::Tagged, digest::Digest, version::Version};

impl Tx {
    /// `tag` names `digest` from now on.
    pub async fn record_tag_moved(
        &mut self,
        repository: &Repository,
        tag: &Version,
        digest: Digest,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let [product, component] = repository_values(repository);
        let tag = Value::Text(tag.as_str().to_owned());
        self.execute(
            "INSERT INTO registry_tags (product, component, tag, digest, moved)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (product, component, tag)
             DO UPDATE SET digest = excluded.digest, moved = excluded.moved",
            &[
                product,
                component,
                tag,
                digest_value(digest),
                time_value(now),
            ],
        )
        .await?;
        Ok(())
    }

    /// The tag is gone; what it named stays. False: there was none.
    pub async fn record_tag_deleted(
        &mut self,
        repository: &Repository,
        tag: &Version,
    ) -> Result<bool, StoreError> {
        let [product, component] = repository_values(repository);
        let gone = self
            .execute(
                "DELETE FROM registry_tags WHERE product = $1 AND component = $2 AND tag = $3",
                &[product, component, Value::Text(tag.as_str().to_owned())],
            )
            .await?;
        Ok(gone > 0)
    }

    /// A tag is gone that still names what it named when it was looked at. False: it does not.
    pub async fn record_tag_retired(
        &mut self,
        repository: &Repository,
        tag: &Tagged,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM registry_tags
            WHERE product = $1 AND component = $2 AND tag = $3 AND digest = $4 AND moved = $5";
        let [product, component] = repository_values(repository);
        let values = [
            product,
            component,
            tag.tag.as_str().into(),
            digest_value(tag.digest),
            time_value(tag.since),
        ];
        Ok(self.execute(sql, &values).await? > 0)
    }

    /// At most `limit` tags, the last moved first, and whether what they name is pinned, by itself or by what names it.
    pub async fn tagged(
        &mut self,
        repository: &Repository,
        limit: u32,
    ) -> Result<Vec<Tagged>, StoreError> {
        let sql = "WITH RECURSIVE up (tagged, digest) AS (
              SELECT digest, digest FROM registry_tags WHERE product = $1 AND component = $2
              UNION
              SELECT up.tagged, r.manifest FROM registry_references r JOIN up ON r.digest = up.digest
            )
            SELECT t.tag, t.digest, t.moved, CAST(CASE WHEN t.digest IN (
                SELECT up.tagged FROM up JOIN registry_pins p ON p.digest = up.digest
              ) THEN 1 ELSE 0 END AS BIGINT)
            FROM registry_tags t WHERE t.product = $1 AND t.component = $2
            ORDER BY t.moved DESC, t.tag DESC LIMIT $3";
        let [product, component] = repository_values(repository);
        let values = [product, component, Value::Int(i64::from(limit))];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(tagged).collect()
    }

    /// The manifest that `tag` names.
    pub async fn resolve_tag(
        &mut self,
        repository: &Repository,
        tag: &Version,
    ) -> Result<Option<Digest>, StoreError> {
        let [product, component] = repository_values(repository);
        let row = self
            .row(
                "SELECT digest FROM registry_tags
                 WHERE product = $1 AND component = $2 AND tag = $3",
                &[product, component, Value::Text(tag.as_str().to_owned())],
            )
            .await?;
        row.as_ref().map(|row| digest_column(row, 0)).transpose()
    }

    /// At most `limit` tags behind `after`, in the order of the alphabet.
    pub async fn tags(
        &mut self,
        repository: &Repository,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let [product, component] = repository_values(repository);
        let after = Value::Text(after.to_owned());
        let rows = self
            .rows(
                "SELECT tag FROM registry_tags
                 WHERE product = $1 AND component = $2 AND tag > $3 ORDER BY tag LIMIT $4",
                &[product, component, after, Value::Int(i64::from(limit))],
            )
            .await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// The tags that name a manifest.
    pub async fn tags_of(
        &mut self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<Vec<String>, StoreError> {
        let [product, component] = repository_values(repository);
        let sql = "SELECT tag FROM registry_tags
                   WHERE product = $1 AND component = $2 AND digest = $3 ORDER BY tag";
        let values = [product, component, digest_value(digest)];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// At most `limit` repositories that hold a manifest, behind `after`. Both halves of `after` may be empty
    /// or no names at all.
    pub async fn repositories(
        &mut self,
        after: (&str, &str),
        limit: u32,
    ) -> Result<Vec<Repository>, StoreError> {
        let rows = self
            .rows(
                "SELECT DISTINCT product, component FROM registry_manifest_links
                 WHERE product > $1 OR (product = $1 AND component > $2)
                 ORDER BY product, component LIMIT $3",
                &[
                    Value::Text(after.0.to_owned()),
                    Value::Text(after.1.to_owned()),
                    Value::Int(i64::from(limit)),
                ],
            )
            .await?;
        rows.iter()
            .map(super::columns::repository_columns)
            .collect()
    }
}

fn tagged(row: &Row) -> Result<Tagged, StoreError> {
    Ok(Tagged {
        tag: row.text(0)?.to_owned(),
        digest: digest_column(row, 1)?,
        since: row.time(2)?,
        is_needed: row.int(3)? != 0,
    })
}
