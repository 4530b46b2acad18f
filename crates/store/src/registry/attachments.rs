//! What is attached to artifacts and was read. What waits to be read is in [`super::unread`].
//!
//! A manifest that no repository shows any more attaches nothing; its rows go with it.

use super::{
    Repository, UnreadAttachment,
    columns::{digest_column, digest_value, repository_values, time_value},
};
use crate::{Row, StoreError, Tx, Value, record};
use tidegate_domain::{
    attachment::{AttachedContent, Attachment, BillPart},
    digest::Digest,
};

/// The most rows of one statement.
const ROWS_MAX: usize = 200;

/// A part of a bill of materials that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPart {
    /// Where the artifact is.
    pub repository: Repository,
    /// The artifact.
    pub artifact: Digest,
    /// The manifest that attaches the bill.
    pub manifest: Digest,
    /// The part's place in the bill.
    pub number: u64,
    /// The whole part, as JSON.
    pub text: String,
}

impl Tx {
    /// Keeps what was read of a manifest, instead of what was known of it. What was received before keeps that time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_attachments(
        &mut self,
        of: &UnreadAttachment,
        read: &[(Attachment, Vec<BillPart>)],
    ) -> Result<(), StoreError> {
        let [product, component] = repository_values(&of.repository);
        let place = [
            product,
            component,
            digest_value(of.artifact),
            digest_value(of.manifest),
        ];
        let sql = "SELECT MIN(received) FROM attachments \
            WHERE product = $1 AND component = $2 AND artifact = $3 AND manifest = $4";
        let known = self.row(sql, &place).await?;
        let known = known.map(|row| row.optional_int(0)).transpose()?.flatten();
        for table in ["attachments", "bill_parts"] {
            let sql = format!(
                "DELETE FROM {table} WHERE product = $1 AND component = $2 AND artifact = $3 AND manifest = $4"
            );
            self.execute(&sql, &place).await?;
        }
        let mut number = 0;
        for (at, (attachment, parts)) in read.iter().enumerate() {
            let received = known.map_or_else(|| time_value(attachment.received), Value::Int);
            let is_bill = matches!(attachment.content, AttachedContent::Bill { .. });
            let sql = "INSERT INTO attachments \
                (product, component, artifact, manifest, place, received, is_bill, record) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let mut values = place.to_vec();
            values.extend([
                u64::try_from(at).unwrap_or(u64::MAX).into(),
                received,
                Value::Int(is_bill.into()),
                record::write(attachment).into(),
            ]);
            self.execute(sql, &values).await?;
            self.record_parts(&place, parts, &mut number).await?;
        }
        self.count_trust_change().await?;
        for digest in [of.artifact, of.manifest] {
            self.record_quarantine_due(&of.repository, digest).await?;
        }
        self.record_attachment_read(of).await
    }

    /// All of a manifest was read as something said of the artifact, and nothing else is in it. What is read anew counts
    /// anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_is_evidence(&mut self, of: &UnreadAttachment) -> Result<(), StoreError> {
        let sql = "UPDATE attachments SET is_evidence = 1 \
            WHERE product = $1 AND component = $2 AND artifact = $3 AND manifest = $4";
        let [product, component] = repository_values(&of.repository);
        let values = [
            product,
            component,
            digest_value(of.artifact),
            digest_value(of.manifest),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    async fn record_parts(
        &mut self,
        place: &[Value; 4],
        parts: &[BillPart],
        number: &mut u64,
    ) -> Result<(), StoreError> {
        let mut rows: Vec<(u64, &str, &str)> = Vec::new();
        for part in parts {
            *number += 1;
            rows.extend(
                part.keys
                    .iter()
                    .map(|key| (*number, key.as_str(), part.text.as_str())),
            );
        }
        for some in rows.chunks(ROWS_MAX) {
            let mut values = place.to_vec();
            let mut listed = Vec::with_capacity(some.len());
            for (number, key, text) in some {
                let first = values.len() + 1;
                let (second, third) = (first + 1, first + 2);
                listed.push(format!("($1, $2, $3, $4, ${first}, ${second}, ${third})"));
                values.extend([(*number).into(), (*key).into(), (*text).into()]);
            }
            let sql = format!(
                "INSERT INTO bill_parts (product, component, artifact, manifest, number, key, record) VALUES {}",
                listed.join(", ")
            );
            self.execute(&sql, &values).await?;
        }
        Ok(())
    }

    /// What is attached to an artifact, in the order in which it was received.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn attachments_of(
        &mut self,
        repository: &Repository,
        artifact: Digest,
    ) -> Result<Vec<Attachment>, StoreError> {
        let sql = "SELECT a.record, a.received FROM attachments a \
            JOIN registry_manifest_links l \
              ON l.product = a.product AND l.component = a.component AND l.digest = a.manifest \
            WHERE a.product = $1 AND a.component = $2 AND a.artifact = $3 \
            ORDER BY a.received, a.manifest, a.place";
        let [product, component] = repository_values(repository);
        let values = [product, component, digest_value(artifact)];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(attachment).collect()
    }

    /// The manifests that are attached to an artifact, the first received first: read or not. Those that refer to it come
    /// with the type that they say, those that were attached by a tag without, wherever that tag has moved since.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn manifests_attached_to(
        &mut self,
        repository: &Repository,
        artifact: Digest,
        limit: u64,
    ) -> Result<Vec<(Digest, Option<String>)>, StoreError> {
        let sql = "SELECT a.manifest, CASE WHEN m.subject = $3 THEN COALESCE(m.artifact_type, '') END FROM (
              SELECT manifest, received FROM attachments
              WHERE product = $1 AND component = $2 AND artifact = $3
              UNION ALL
              SELECT manifest, received FROM attachments_unread
              WHERE product = $1 AND component = $2 AND artifact = $3
            ) a
            JOIN registry_manifest_links l
              ON l.product = $1 AND l.component = $2 AND l.digest = a.manifest
            JOIN registry_manifests m ON m.digest = a.manifest
            GROUP BY a.manifest, m.subject, m.artifact_type ORDER BY MIN(a.received), a.manifest LIMIT $4";
        let [product, component] = repository_values(repository);
        let values = [product, component, digest_value(artifact), limit.into()];
        let rows = self.rows(sql, &values).await?;
        let attached = |row: &Row| {
            let kind = row.optional_text(1)?.map(str::to_owned);
            Ok((digest_column(row, 0)?, kind))
        };
        rows.iter().map(attached).collect()
    }

    /// Parts of bills of materials by what they are looked for by, behind `after`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bill_parts(
        &mut self,
        key: &str,
        after: Option<&FoundPart>,
        limit: u64,
    ) -> Result<Vec<FoundPart>, StoreError> {
        let sql = "SELECT p.product, p.component, p.artifact, p.manifest, p.number, p.record FROM bill_parts p \
            JOIN registry_manifest_links l \
              ON l.product = p.product AND l.component = p.component AND l.digest = p.manifest \
            WHERE p.key = $1 AND (p.product, p.component, p.artifact, p.manifest, p.number) > ($2, $3, $4, $5, $6) \
            ORDER BY p.product, p.component, p.artifact, p.manifest, p.number LIMIT $7";
        let place = |of: Option<&FoundPart>| match of {
            Some(it) => {
                let [product, component] = repository_values(&it.repository);
                let digests = [digest_value(it.artifact), digest_value(it.manifest)];
                (product, component, digests, it.number)
            }
            None => {
                let nothing = || Value::Blob(Vec::new());
                ("".into(), "".into(), [nothing(), nothing()], 0)
            }
        };
        let (product, component, [artifact, manifest], number) = place(after);
        let values = [
            key.into(),
            product,
            component,
            artifact,
            manifest,
            number.into(),
            limit.into(),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(found_part).collect()
    }

    /// What a manifest attached is gone with it.
    pub(super) async fn forget_attachments(&mut self, manifest: Digest) -> Result<(), StoreError> {
        for table in ["attachments", "bill_parts", "attachments_unread"] {
            let sql = format!("DELETE FROM {table} WHERE manifest = $1");
            self.execute(&sql, &[digest_value(manifest)]).await?;
        }
        Ok(())
    }
}

pub(super) fn repository(row: &Row) -> Result<Repository, StoreError> {
    Ok(Repository {
        product: row.parsed(0)?,
        component: row.parsed(1)?,
    })
}

fn attachment(row: &Row) -> Result<Attachment, StoreError> {
    Ok(Attachment {
        received: row.time(1)?,
        ..row.record(0, "attachment")?
    })
}

fn found_part(row: &Row) -> Result<FoundPart, StoreError> {
    Ok(FoundPart {
        repository: repository(row)?,
        artifact: digest_column(row, 2)?,
        manifest: digest_column(row, 3)?,
        number: row.unsigned(4)?,
        text: row.text(5)?.to_owned(),
    })
}
