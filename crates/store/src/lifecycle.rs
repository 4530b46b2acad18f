//! What was told of builds and tests: facts are added, and never changed. Those of artifacts that never came are forgotten.

use crate::{Row, StoreError, Tx, Value, record};
use jiff::Timestamp;
use tidegate_domain::{
    digest::Digest,
    lifecycle::{Fact, FactKey, RunKey},
    name::Name,
};

/// Whether the registry has an artifact of the run of a row of `lifecycle_facts`.
const IS_KNOWN: &str = "EXISTS (SELECT 1 FROM lifecycle_runs r JOIN registry_manifest_links l \
    ON l.product = r.product AND l.digest = r.digest \
    WHERE r.product = lifecycle_facts.product AND r.run = lifecycle_facts.run)";

/// What a fact waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactWait {
    /// Nothing: the registry has an artifact of its run.
    Nothing,
    /// For an artifact of its run. Such facts are bounded, and forgotten after a time.
    Artifact,
}

impl Tx {
    /// Keeps a fact about a product, and the artifacts that it names. The database refuses one that is known.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_fact(
        &mut self,
        product: &Name,
        fact: &Fact,
        wait: FactWait,
    ) -> Result<(), StoreError> {
        let run = text(fact.run.hash());
        for digest in &fact.digests {
            let sql = "INSERT INTO lifecycle_runs (product, digest, run) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            let values = [product.as_str().into(), blob(*digest), run.clone()];
            self.execute(sql, &values).await?;
        }
        let sql = "INSERT INTO lifecycle_facts (product, fact, run, received, is_waiting, record) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            product.as_str().into(),
            text(fact.key.hash()),
            run,
            fact.received.into(),
            i64::from(wait == FactWait::Artifact).into(),
            record::write(fact).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Whether a fact is known.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_fact(&mut self, product: &Name, key: &FactKey) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM lifecycle_facts WHERE product = $1 AND fact = $2";
        let values = [product.as_str().into(), text(key.hash())];
        Ok(self.row(sql, &values).await?.is_some())
    }

    /// At most `limit` facts of the runs that name an artifact, those first that came last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn facts_about(
        &mut self,
        product: &Name,
        digest: Digest,
        limit: u64,
    ) -> Result<Vec<Fact>, StoreError> {
        let sql = "SELECT f.record FROM lifecycle_runs r \
            JOIN lifecycle_facts f ON f.product = r.product AND f.run = r.run \
            WHERE r.product = $1 AND r.digest = $2 ORDER BY f.received DESC, f.fact LIMIT $3";
        let values = [product.as_str().into(), blob(digest), limit.into()];
        read(&self.rows(sql, &values).await?)
    }

    /// At most `limit` facts of a product, those first that came last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_facts(
        &mut self,
        product: &Name,
        limit: u64,
    ) -> Result<Vec<Fact>, StoreError> {
        let sql = "SELECT record FROM lifecycle_facts WHERE product = $1 \
            ORDER BY received DESC, fact DESC LIMIT $2";
        read(
            &self
                .rows(sql, &[product.as_str().into(), limit.into()])
                .await?,
        )
    }

    /// How many facts there are of a run.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn facts_of_run(&mut self, product: &Name, run: &RunKey) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM lifecycle_facts WHERE product = $1 AND run = $2";
        let values = [product.as_str().into(), text(run.hash())];
        self.counted(sql, &values).await
    }

    /// The artifacts that the facts of a run name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn artifacts_of_run(
        &mut self,
        product: &Name,
        run: &RunKey,
    ) -> Result<Vec<Digest>, StoreError> {
        let sql =
            "SELECT digest FROM lifecycle_runs WHERE product = $1 AND run = $2 ORDER BY digest";
        let values = [product.as_str().into(), text(run.hash())];
        self.rows(sql, &values).await?.iter().map(digest).collect()
    }

    /// How many facts there are of all runs that name an artifact.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_facts_about(
        &mut self,
        product: &Name,
        digest: Digest,
    ) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM lifecycle_runs r \
            JOIN lifecycle_facts f ON f.product = r.product AND f.run = r.run \
            WHERE r.product = $1 AND r.digest = $2";
        let values = [product.as_str().into(), blob(digest)];
        self.counted(sql, &values).await
    }

    /// How many facts of a product wait for an artifact.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiting_facts(&mut self, product: &Name) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM lifecycle_facts WHERE product = $1 AND is_waiting = 1";
        self.counted(sql, &[product.as_str().into()]).await
    }

    /// Those that came before a time and wait for an artifact that came meanwhile do not wait any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn settle_waiting_facts(
        &mut self,
        product: &Name,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE lifecycle_facts SET is_waiting = 0 \
            WHERE product = $1 AND is_waiting = 1 AND received < $2 AND {IS_KNOWN}"
        );
        let values = [product.as_str().into(), before.into()];
        self.execute(&sql, &values).await.map(drop)
    }

    /// Forgets those that came before a time and wait.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_waiting_facts(
        &mut self,
        product: &Name,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        let sql =
            "DELETE FROM lifecycle_facts WHERE product = $1 AND is_waiting = 1 AND received < $2";
        let values = [product.as_str().into(), before.into()];
        if self.execute(sql, &values).await? > 0 {
            let sql = "DELETE FROM lifecycle_runs WHERE product = $1 AND NOT EXISTS \
                (SELECT 1 FROM lifecycle_facts f WHERE f.product = lifecycle_runs.product AND f.run = lifecycle_runs.run)";
            self.execute(sql, &[product.as_str().into()]).await?;
        }
        Ok(())
    }

    /// Whether the product's repositories show an artifact.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shows_artifact(
        &mut self,
        product: &Name,
        digest: Digest,
    ) -> Result<bool, StoreError> {
        let sql =
            "SELECT 1 FROM registry_manifest_links WHERE product = $1 AND digest = $2 LIMIT 1";
        let values = [product.as_str().into(), blob(digest)];
        Ok(self.row(sql, &values).await?.is_some())
    }

    /// When an artifact that a product's repositories show was pushed first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn pushed_at(
        &mut self,
        product: &Name,
        digest: Digest,
    ) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT m.created FROM registry_manifest_links l \
            JOIN registry_manifests m ON m.digest = l.digest \
            WHERE l.product = $1 AND l.digest = $2 LIMIT 1";
        let values = [product.as_str().into(), blob(digest)];
        let row = self.row(sql, &values).await?;
        row.map(|row| row.time(0)).transpose()
    }

    async fn counted(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let row = self.row(sql, values).await?;
        Ok(row
            .map(|row| row.unsigned(0))
            .transpose()?
            .unwrap_or_default())
    }
}

fn digest(row: &Row) -> Result<Digest, StoreError> {
    let bytes = row.blob(0)?.try_into().map_err(|_| StoreError::Record {
        what: "artifact of a run".to_owned(),
        why: "a digest has 32 bytes".to_owned(),
    })?;
    Ok(Digest::from_bytes(bytes))
}

fn text(hash: Digest) -> Value {
    Value::Text(hash.hex())
}

fn blob(digest: Digest) -> Value {
    Value::Blob(digest.as_bytes().to_vec())
}

fn read(rows: &[Row]) -> Result<Vec<Fact>, StoreError> {
    rows.iter()
        .map(|row| row.record(0, "fact of a build or a test"))
        .collect()
}
