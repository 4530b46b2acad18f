//! What is known of the components of suppliers, and the deployments that were observed.

use crate::{Row, StoreError, Tx, record};
use jiff::Timestamp;
use tidegate_domain::{
    id::ObservationId,
    name::Name,
    supplier::{Observation, Watch},
};

/// What is known of a component of a supplier in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchRow {
    /// Whose.
    pub supplier: Name,
    /// Which.
    pub component: Name,
    /// Where.
    pub environment: Name,
    /// When it was asked last, or told of itself.
    pub asked: Timestamp,
    /// What is known.
    pub watch: Watch,
}

impl Tx {
    /// Keeps what is known of a component, in place of what was known before.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_watch(&mut self, row: &WatchRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_watches (supplier, component, environment, asked, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (supplier, component, environment) DO UPDATE SET asked = excluded.asked, record = excluded.record";
        let values = [
            row.supplier.as_str().into(),
            row.component.as_str().into(),
            row.environment.as_str().into(),
            row.asked.into(),
            record::write(&row.watch).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What is known of one component in one environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watch(
        &mut self,
        (supplier, component, environment): (&Name, &Name, &Name),
    ) -> Result<Option<WatchRow>, StoreError> {
        let sql = "SELECT supplier, component, environment, asked, record FROM supplier_watches \
            WHERE supplier = $1 AND component = $2 AND environment = $3";
        let values = [
            supplier.as_str().into(),
            component.as_str().into(),
            environment.as_str().into(),
        ];
        let row = self.row(sql, &values).await?;
        row.as_ref().map(watch).transpose()
    }

    /// What is known of all components of a supplier, or of all suppliers.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watches(&mut self, supplier: Option<&Name>) -> Result<Vec<WatchRow>, StoreError> {
        let sql = "SELECT supplier, component, environment, asked, record FROM supplier_watches \
            WHERE $1 = '' OR supplier = $1 ORDER BY supplier, component, environment";
        let values = [supplier.map_or("", Name::as_str).into()];
        self.rows(sql, &values).await?.iter().map(watch).collect()
    }

    /// The number the next observation gets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_observation(&mut self) -> Result<ObservationId, StoreError> {
        self.count_up("observation").await.map(ObservationId)
    }

    /// Keeps an observed deployment, new or with what it belongs to.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_observation(&mut self, observed: &Observation) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_observations (id, supplier, record) VALUES ($1, $2, $3) \
            ON CONFLICT (id) DO UPDATE SET record = excluded.record";
        let values = [
            observed.id.0.into(),
            observed.deployed.supplier.as_str().into(),
            record::write(observed).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// An observed deployment by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn observation(
        &mut self,
        id: ObservationId,
    ) -> Result<Option<Observation>, StoreError> {
        let sql = "SELECT record FROM supplier_observations WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "observation")).transpose()
    }

    /// At most `limit` observed deployments of a supplier, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn observations_of(
        &mut self,
        supplier: &Name,
        limit: u64,
    ) -> Result<Vec<Observation>, StoreError> {
        let sql = "SELECT record FROM supplier_observations WHERE supplier = $1 ORDER BY id DESC LIMIT $2";
        let rows = self
            .rows(sql, &[supplier.as_str().into(), limit.into()])
            .await?;
        rows.iter()
            .map(|row| row.record(0, "observation"))
            .collect()
    }
}

fn watch(row: &Row) -> Result<WatchRow, StoreError> {
    Ok(WatchRow {
        supplier: row.parsed(0)?,
        component: row.parsed(1)?,
        environment: row.parsed(2)?,
        asked: row.time(3)?,
        watch: row.record(4, "watch")?,
    })
}
