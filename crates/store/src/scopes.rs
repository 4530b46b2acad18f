//! What people decided about the changes of a release and wrote about them, and the work items that those name.

use crate::{
    Row, StoreError, Tx, Value, record,
    value::{ROWS_MAX, tuples},
};
use serde::{Serialize, de::DeserializeOwned};
use tidegate_domain::{
    name::Name,
    scope::{Adjustment, ItemKey, Wording, WorkItem},
    version::Version,
};

/// The most that is kept of either kind for one release.
const REMARKS_MAX: u64 = 20_000;

impl Tx {
    /// Keeps an adjustment behind those that a release has.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_adjustment(
        &mut self,
        of: (&Name, &Version),
        adjustment: &Adjustment,
    ) -> Result<(), StoreError> {
        self.append("adjustments", of, adjustment).await
    }

    /// The adjustments of a release, in their order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn adjustments_of(
        &mut self,
        of: (&Name, &Version),
    ) -> Result<Vec<Adjustment>, StoreError> {
        self.remarks("adjustments", of, "adjustment").await
    }

    /// Keeps a wording behind those that a release has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_wording(
        &mut self,
        of: (&Name, &Version),
        wording: &Wording,
    ) -> Result<(), StoreError> {
        self.append("wordings", of, wording).await
    }

    /// The wordings of a release, in the order of writing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn wordings_of(&mut self, of: (&Name, &Version)) -> Result<Vec<Wording>, StoreError> {
        self.remarks("wordings", of, "wording").await
    }

    /// Keeps a work item in place of what was known of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_work_item(&mut self, item: &WorkItem) -> Result<(), StoreError> {
        let sql = "INSERT INTO work_items (tracker, item, changed_at, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (tracker, item) DO UPDATE SET changed_at = excluded.changed_at, record = excluded.record";
        let values = [
            item.tracker.as_str().into(),
            item.key.as_str().into(),
            self.now().into(),
            record::write(item).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Those of some work items that were imported.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn work_items_among(
        &mut self,
        keys: &[ItemKey],
    ) -> Result<Vec<WorkItem>, StoreError> {
        let mut found = Vec::new();
        for some in keys.chunks(ROWS_MAX) {
            let sql = format!(
                "SELECT record FROM work_items WHERE (tracker, item) IN (VALUES {})",
                tuples(some.len(), 2)
            );
            let values = some
                .iter()
                .flat_map(|key| [key.tracker.as_str().into(), key.key.as_str().into()]);
            let values: Vec<Value> = values.collect();
            found.append(&mut read(&self.rows(&sql, &values).await?, "work item")?);
        }
        Ok(found)
    }

    /// At most `limit` work items of a tracker whose keys come behind `after`, in the order of their keys.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn work_items(
        &mut self,
        tracker: &Name,
        after: &str,
        limit: u64,
    ) -> Result<Vec<WorkItem>, StoreError> {
        let sql =
            "SELECT record FROM work_items WHERE tracker = $1 AND item > $2 ORDER BY item LIMIT $3";
        let values = [tracker.as_str().into(), after.into(), limit.into()];
        read(&self.rows(sql, &values).await?, "work item")
    }

    async fn append<T: Serialize>(
        &mut self,
        table: &str,
        (product, version): (&Name, &Version),
        value: &T,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO {table} (product, version, number, record) VALUES ($1, $2, \
             (SELECT COALESCE(MAX(number), 0) + 1 FROM {table} WHERE product = $1 AND version = $2), $3)"
        );
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            record::write(value).into(),
        ];
        self.execute(&sql, &values).await.map(drop)
    }

    async fn remarks<T: DeserializeOwned>(
        &mut self,
        table: &str,
        (product, version): (&Name, &Version),
        what: &str,
    ) -> Result<Vec<T>, StoreError> {
        let sql = format!(
            "SELECT record FROM {table} WHERE product = $1 AND version = $2 ORDER BY number LIMIT $3"
        );
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            REMARKS_MAX.into(),
        ];
        read(&self.rows(&sql, &values).await?, what)
    }
}

fn read<T: DeserializeOwned>(rows: &[Row], what: &str) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| row.record(0, what)).collect()
}
