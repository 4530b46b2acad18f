//! Preflights: what was found of targets and people before deployments began, and who is on duty.

use crate::{AboutPlan, Row, StoreError, Tx, Value, record};
use jiff::Timestamp;
use tidegate_domain::{
    id::{PreflightId, SnapshotNumber},
    name::Name,
    preflight::{Duty, Preflight},
    version::Version,
};

impl Tx {
    /// The number the next preflight gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_preflight(&mut self) -> Result<PreflightId, StoreError> {
        self.count_up("preflight").await.map(PreflightId)
    }

    /// Keeps a preflight. It never changes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_preflight(&mut self, preflight: &Preflight) -> Result<(), StoreError> {
        let sql = "INSERT INTO preflights (id, product, environment, release_version, plan, snapshot, passed, record, made_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = [
            preflight.id.0.into(),
            preflight.product.as_str().into(),
            preflight.environment.as_str().into(),
            preflight.release.as_str().into(),
            preflight.plan.to_string().into(),
            preflight.snapshot.0.into(),
            preflight.passed().into(),
            record::write(preflight).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A preflight by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn preflight(&mut self, id: PreflightId) -> Result<Option<Preflight>, StoreError> {
        let sql = "SELECT record FROM preflights WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "preflight")).transpose()
    }

    /// At most `limit` preflights below number `before`, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn preflights_before(
        &mut self,
        before: PreflightId,
        limit: u64,
        of: &AboutPlan,
    ) -> Result<Vec<Preflight>, StoreError> {
        let sql = "SELECT record FROM preflights WHERE id < $1 AND ($3 = '' OR plan = $3) AND ($4 = '' OR product = $4) \
            AND ($5 = '' OR release_version = $5) AND ($6 = '' OR environment = $6) ORDER BY id DESC LIMIT $2";
        let values = of.values((before.0, limit));
        self.rows(sql, &values)
            .await?
            .iter()
            .map(|row| row.record(0, "preflight"))
            .collect()
    }

    /// When preflights of exactly that plan and configuration were made, and whether each passed; at most `limit`, newest first. What
    /// they found is not read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn preflights_passed(
        &mut self,
        of: &AboutPlan,
        snapshot: SnapshotNumber,
        limit: u64,
    ) -> Result<Vec<(Timestamp, bool)>, StoreError> {
        let sql = "SELECT made_at, passed FROM preflights WHERE id < $1 AND plan = $3 AND product = $4 \
            AND release_version = $5 AND environment = $6 AND snapshot = $7 ORDER BY id DESC LIMIT $2";
        let of = of.values((u64::MAX >> 1, limit)).into_iter();
        let values: Vec<Value> = of.chain([snapshot.0.into()]).collect();
        let rows = self.rows(sql, &values).await?;
        let row = |row: &Row| Ok((row.time(0)?, row.int(1)? != 0));
        rows.iter().map(row).collect()
    }

    /// Somebody says until when they are on duty. Their last word counts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_duty(&mut self, duty: &Duty) -> Result<(), StoreError> {
        let sql = "INSERT INTO duties (product, release_version, environment, person, record, ends_at) \
            VALUES ($1, $2, $3, $4, $5, $6) \
            ON CONFLICT (product, release_version, environment, person) \
            DO UPDATE SET record = excluded.record, ends_at = excluded.ends_at";
        let values = [
            duty.product.as_str().into(),
            duty.release.as_str().into(),
            duty.environment.as_str().into(),
            duty.person.as_str().into(),
            record::write(duty).into(),
            duty.until.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Who said that they are on duty while a release goes to an environment, also who is no more; by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn duties_of(
        &mut self,
        (product, release): (&Name, &Version),
        environment: &Name,
    ) -> Result<Vec<Duty>, StoreError> {
        let sql = "SELECT record FROM duties WHERE product = $1 AND release_version = $2 AND environment = $3 \
            ORDER BY person";
        let values = [
            product.as_str().into(),
            release.as_str().into(),
            environment.as_str().into(),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(|row| row.record(0, "duty")).collect()
    }
}
