//! Which artifacts are in quarantine, as far as the journal was told, which it may have to be told of, and what anything
//! about that rests on.
//!
//! May not: decide what is in quarantine. Whoever asks is answered by what is known then, not by these rows.

use super::{
    Repository,
    columns::{digest_column, digest_value, repository_columns, repository_values},
};
use crate::{Row, StoreError, Tx, Value, record};
use jiff::Timestamp;
use tidegate_domain::{control::Stop, digest::Digest, name::Name};

/// An artifact that was in quarantine at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What keeps it there; nothing once it left.
    pub stops: Vec<Stop>,
    /// Since when it is there, or is not any more.
    pub since: Timestamp,
}

/// What a digest is in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nature {
    /// No manifest.
    Blob,
    /// A manifest of its own.
    Artifact,
    /// A manifest that speaks of another and was not read yet.
    Unread,
    /// A manifest that was read as something said of these artifacts, and as nothing else.
    Evidence(Vec<Digest>),
}

/// An artifact of which the journal may have to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineDue {
    /// Where it is.
    pub repository: Repository,
    /// It.
    pub digest: Digest,
    /// Since when it is to be looked at: another time, whenever something changed.
    pub due: Timestamp,
    /// How often looking at it failed.
    pub tries: u64,
}

impl Tx {
    /// Grows whenever something is read or gone that says something of an artifact, or an exception changes.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn trust_changes(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = 'trust'";
        let row = self.row(sql, &[]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    pub(crate) async fn count_trust_change(&mut self) -> Result<(), StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ('trust', 1) \
            ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
        self.execute(sql, &[]).await.map(drop)
    }

    /// Keeps what keeps an artifact in quarantine from now on; nothing: it leaves.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_quarantine(
        &mut self,
        of: &Repository,
        artifact: Digest,
        stops: &[Stop],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO quarantine (product, component, digest, held, record, since) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (product, component, digest) DO UPDATE \
            SET held = excluded.held, record = excluded.record, since = excluded.since";
        let [product, component] = repository_values(of);
        let values = [
            product,
            component,
            digest_value(artifact),
            i64::from(!stops.is_empty()).into(),
            record::write(&stops).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What the journal was told last of an artifact; none where it was never in quarantine.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn quarantined(
        &mut self,
        of: &Repository,
        artifact: Digest,
    ) -> Result<Option<Quarantined>, StoreError> {
        let sql = "SELECT record, since FROM quarantine WHERE product = $1 AND component = $2 AND digest = $3";
        let [product, component] = repository_values(of);
        let values = [product, component, digest_value(artifact)];
        let row = self.row(sql, &values).await?;
        let read = |row: Row| {
            Ok(Quarantined {
                stops: row.record(0, "quarantine")?,
                since: row.time(1)?,
            })
        };
        row.map(read).transpose()
    }

    /// Whether anything is in quarantine, as far as the journal was told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_quarantined(&mut self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM quarantine WHERE held = 1 LIMIT 1";
        Ok(self.row(sql, &[]).await?.is_some())
    }

    /// Manifests that no other one in their repository names, behind `after`, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn whole_artifacts_after(
        &mut self,
        after: Option<&(Repository, Digest)>,
        limit: u64,
    ) -> Result<Vec<(Repository, Digest)>, StoreError> {
        let sql = "SELECT l.product, l.component, l.digest FROM registry_manifest_links l \
            WHERE (l.product, l.component, l.digest) > ($1, $2, $3) AND NOT EXISTS ( \
              SELECT 1 FROM registry_references r JOIN registry_manifest_links p \
                ON p.product = l.product AND p.component = l.component AND p.digest = r.manifest \
              WHERE r.digest = l.digest) \
            ORDER BY l.product, l.component, l.digest LIMIT $4";
        let [product, component, digest] = behind(after);
        let values = [product, component, digest, limit.into()];
        let read = |row: &Row| Ok((repository_columns(row)?, digest_column(row, 2)?));
        self.rows(sql, &values).await?.iter().map(read).collect()
    }

    /// What the journal was told is in quarantine, behind `after`, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn quarantined_after(
        &mut self,
        after: Option<&(Repository, Digest)>,
        limit: u64,
    ) -> Result<Vec<(Repository, Digest)>, StoreError> {
        let sql = "SELECT product, component, digest FROM quarantine \
            WHERE held = 1 AND (product, component, digest) > ($1, $2, $3) \
            ORDER BY product, component, digest LIMIT $4";
        let [product, component, digest] = behind(after);
        let values = [product, component, digest, limit.into()];
        let read = |row: &Row| Ok((repository_columns(row)?, digest_column(row, 2)?));
        self.rows(sql, &values).await?.iter().map(read).collect()
    }

    /// All manifests of a repository that name a blob or another manifest. Those that the journal knows in quarantine come
    /// last, as they are less likely to let it out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn manifests_naming(
        &mut self,
        of: &Repository,
        digest: Digest,
    ) -> Result<Vec<Digest>, StoreError> {
        let sql = "SELECT r.manifest FROM registry_references r \
            JOIN registry_manifest_links l ON l.digest = r.manifest \
            LEFT JOIN quarantine q \
              ON q.product = l.product AND q.component = l.component AND q.digest = l.digest \
            WHERE r.digest = $3 AND l.product = $1 AND l.component = $2 \
            ORDER BY COALESCE(q.held, 0), r.manifest";
        let [product, component] = repository_values(of);
        let rows = self
            .rows(sql, &[product, component, digest_value(digest)])
            .await?;
        rows.iter().map(|row| digest_column(row, 0)).collect()
    }

    /// What a digest is in a repository. What a manifest says of itself counts for nothing; what it was read as does.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn nature_of(
        &mut self,
        of: &Repository,
        digest: Digest,
    ) -> Result<Nature, StoreError> {
        let [product, component] = repository_values(of);
        let values = [product, component, digest_value(digest)];
        let sql = "SELECT 1 FROM registry_manifest_links WHERE product = $1 AND component = $2 AND digest = $3";
        if self.row(sql, &values).await?.is_none() {
            return Ok(Nature::Blob);
        }
        let sql = "SELECT artifact, MIN(is_evidence) FROM attachments \
            WHERE product = $1 AND component = $2 AND manifest = $3 GROUP BY artifact";
        let read = self.rows(sql, &values).await?;
        let mut about = Vec::new();
        for row in &read {
            let artifact = digest_column(row, 0)?;
            about.extend((row.int(1)? == 1 && artifact != digest).then_some(artifact));
        }
        let sql = "SELECT 1 FROM attachments_unread WHERE product = $1 AND component = $2 AND manifest = $3";
        Ok(match (read.is_empty(), about.is_empty()) {
            (_, false) => Nature::Evidence(about),
            (false, true) => Nature::Artifact,
            (true, true) => match self.row(sql, &values).await? {
                Some(_) => Nature::Unread,
                None => Nature::Artifact,
            },
        })
    }

    /// The journal may have to be told something else of an artifact.
    pub(super) async fn record_quarantine_due(
        &mut self,
        of: &Repository,
        digest: Digest,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO quarantine_due (product, component, digest, due, tries) VALUES ($1, $2, $3, $4, 0) \
            ON CONFLICT (product, component, digest) DO UPDATE SET due = excluded.due, tries = 0";
        let [product, component] = repository_values(of);
        let values = [product, component, digest_value(digest), self.now().into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// Likewise of everything that a manifest, which goes, spoke of or is made of.
    pub(super) async fn record_quarantine_due_around(
        &mut self,
        of: &Repository,
        manifest: Digest,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO quarantine_due (product, component, digest, due, tries) \
            SELECT l.product, l.component, l.digest, CAST($4 AS BIGINT), 0 FROM registry_manifest_links l \
            WHERE l.product = $1 AND l.component = $2 AND l.digest IN ( \
              SELECT artifact FROM attachments WHERE product = $1 AND component = $2 AND manifest = $3 \
              UNION SELECT digest FROM registry_references WHERE manifest = $3) \
            ON CONFLICT (product, component, digest) DO UPDATE SET due = excluded.due, tries = 0";
        let [product, component] = repository_values(of);
        let values = [
            product,
            component,
            digest_value(manifest),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Likewise of everything of a product that ever was in quarantine.
    pub(crate) async fn record_quarantine_due_of(
        &mut self,
        product: &Name,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO quarantine_due (product, component, digest, due, tries) \
            SELECT product, component, digest, CAST($2 AS BIGINT), 0 FROM quarantine WHERE product = $1 \
            ON CONFLICT (product, component, digest) DO UPDATE SET due = excluded.due, tries = 0";
        let values = [product.as_str().into(), self.now().into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// What is to be looked at now, that waits the longest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn quarantine_due(&mut self, limit: u64) -> Result<Vec<QuarantineDue>, StoreError> {
        let sql = "SELECT product, component, digest, due, tries FROM quarantine_due \
            WHERE due <= $1 ORDER BY due, product, component, digest LIMIT $2";
        let values = [self.now().into(), limit.into()];
        let read = |row: &Row| {
            Ok(QuarantineDue {
                repository: repository_columns(row)?,
                digest: digest_column(row, 2)?,
                due: row.time(3)?,
                tries: row.unsigned(4)?,
            })
        };
        self.rows(sql, &values).await?.iter().map(read).collect()
    }

    /// It was looked at. If something changed meanwhile, it is looked at again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_quarantine_looked_at(
        &mut self,
        it: &QuarantineDue,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM quarantine_due WHERE product = $1 AND component = $2 AND digest = $3 AND due = $4";
        let [product, component] = repository_values(&it.repository);
        let values = [product, component, digest_value(it.digest), it.due.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// Looking at it failed: it is looked at again at `due`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_quarantine_put_off(
        &mut self,
        (of, digest): (&Repository, Digest),
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO quarantine_due (product, component, digest, due, tries) VALUES ($1, $2, $3, $4, 1) \
            ON CONFLICT (product, component, digest) DO UPDATE SET due = excluded.due, tries = quarantine_due.tries + 1";
        let [product, component] = repository_values(of);
        let values = [product, component, digest_value(digest), due.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// Nothing is to be looked at: no control keeps anything in quarantine.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_quarantine_unwatched(&mut self) -> Result<(), StoreError> {
        self.execute("DELETE FROM quarantine_due", &[])
            .await
            .map(drop)
    }

    /// A manifest that no repository shows any more is in no quarantine.
    pub(super) async fn forget_quarantine(&mut self, manifest: Digest) -> Result<(), StoreError> {
        for table in ["quarantine", "quarantine_due"] {
            let sql = format!("DELETE FROM {table} WHERE digest = $1");
            self.execute(&sql, &[digest_value(manifest)]).await?;
        }
        Ok(())
    }
}

/// What names the place behind an artifact; the beginning where there is none.
fn behind(after: Option<&(Repository, Digest)>) -> [Value; 3] {
    match after {
        Some((of, digest)) => {
            let [product, component] = repository_values(of);
            [product, component, digest_value(*digest)]
        }
        None => ["".into(), "".into(), Value::Blob(Vec::new())],
    }
}
