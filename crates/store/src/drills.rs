//! Rollback drills: kept as evidence that going back works.

use crate::{StoreError, Tx, Value, record};
use tidegate_domain::{drill::Drill, id::DrillId, name::Name, version::Version};

/// Which drills: those of everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrillsOf {
    /// Of a product.
    pub product: Option<Name>,
    /// Of a release.
    pub release: Option<Version>,
    /// In an environment.
    pub environment: Option<Name>,
}

impl Tx {
    /// The number the next drill gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_drill(&mut self) -> Result<DrillId, StoreError> {
        self.count_up("drill").await.map(DrillId)
    }

    /// Keeps a drill, new or changed. The database refuses a second running one in the same place.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_drill(&mut self, drill: &Drill) -> Result<(), StoreError> {
        let sql = "INSERT INTO drills (id, product, environment, release_version, running, record, made_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) \
            ON CONFLICT (id) DO UPDATE SET running = excluded.running, record = excluded.record";
        let values = [
            drill.id.0.into(),
            drill.product.as_str().into(),
            drill.environment.as_str().into(),
            drill.release.as_str().into(),
            drill.ended.is_none().into(),
            record::write(drill).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A drill by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drill(&mut self, id: DrillId) -> Result<Option<Drill>, StoreError> {
        let sql = "SELECT record FROM drills WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "drill")).transpose()
    }

    /// The drills that have not ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running_drills(&mut self) -> Result<Vec<Drill>, StoreError> {
        let sql = "SELECT record FROM drills WHERE running = 1 ORDER BY id";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| row.record(0, "drill")).collect()
    }

    /// At most `limit` drills below number `before`, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drills_before(
        &mut self,
        before: DrillId,
        limit: u64,
        of: &DrillsOf,
    ) -> Result<Vec<Drill>, StoreError> {
        let sql = "SELECT record FROM drills WHERE id < $1 AND ($3 = '' OR product = $3) \
            AND ($4 = '' OR release_version = $4) AND ($5 = '' OR environment = $5) ORDER BY id DESC LIMIT $2";
        let name = |name: Option<&Name>| Value::from(name.map_or("", Name::as_str));
        let values = [
            before.0.into(),
            limit.into(),
            name(of.product.as_ref()),
            of.release.as_ref().map_or("", Version::as_str).into(),
            name(of.environment.as_ref()),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(|row| row.record(0, "drill")).collect()
    }
}
