//! Change requests.

use crate::{StoreError, Tx, record};
use tidegate_domain::{control::Change, id::ChangeId, name::Name};

impl Tx {
    /// The number the next change request gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_change(&mut self) -> Result<ChangeId, StoreError> {
        self.count_up("change").await.map(ChangeId)
    }

    /// Keeps a change request as it is now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_change(&mut self, change: &Change) -> Result<(), StoreError> {
        let sql = "INSERT INTO changes (id, product, environment, state, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record";
        let values = [
            change.id.0.into(),
            change.product.as_str().into(),
            change.environment.as_str().into(),
            change.state.word().into(),
            record::write(change).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A change request by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn change(&mut self, id: ChangeId) -> Result<Option<Change>, StoreError> {
        let sql = "SELECT record FROM changes WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "change request")).transpose()
    }

    /// At most `limit` change requests below number `before`, the newest first; of one place if given.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn changes_before(
        &mut self,
        before: ChangeId,
        limit: u64,
        place: Option<(&Name, &Name)>,
    ) -> Result<Vec<Change>, StoreError> {
        let (product, environment) = place.map_or(("", ""), |(p, e)| (p.as_str(), e.as_str()));
        let sql = "SELECT record FROM changes WHERE id < $1 AND ($3 = '' OR product = $3) \
            AND ($4 = '' OR environment = $4) ORDER BY id DESC LIMIT $2";
        let values = [
            before.0.into(),
            limit.into(),
            product.into(),
            environment.into(),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row| row.record(0, "change request"))
            .collect()
    }
}
