//! Notices, with all their editions in one record.

use crate::{Row, StoreError, Tx, record};
use tidegate_domain::{
    id::NoticeId,
    name::Name,
    supplier::{Line, Notice},
};

impl Tx {
    /// The number the next notice of a supplier gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_notice(&mut self) -> Result<NoticeId, StoreError> {
        self.count_up("notice").await.map(NoticeId)
    }

    /// Keeps a notice, new or changed. The database refuses a second one with the supplier's own number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_notice(&mut self, notice: &Notice) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_notices (id, supplier, number, awaited, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (id) DO UPDATE SET awaited = excluded.awaited, record = excluded.record";
        let values = [
            notice.id.0.into(),
            notice.supplier.as_str().into(),
            notice.number.as_str().into(),
            notice.status.is_awaited().into(),
            record::write(notice).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A notice by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>, StoreError> {
        let sql = "SELECT record FROM supplier_notices WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "notice")).transpose()
    }

    /// A notice by the supplier's own number of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice_numbered(
        &mut self,
        (supplier, number): (&Name, &Line),
    ) -> Result<Option<Notice>, StoreError> {
        let sql = "SELECT record FROM supplier_notices WHERE supplier = $1 AND number = $2";
        let values = [supplier.as_str().into(), number.as_str().into()];
        let row = self.row(sql, &values).await?;
        row.map(|row| row.record(0, "notice")).transpose()
    }

    /// At most `limit` notices of a supplier, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notices_of(
        &mut self,
        supplier: &Name,
        limit: u64,
    ) -> Result<Vec<Notice>, StoreError> {
        let sql =
            "SELECT record FROM supplier_notices WHERE supplier = $1 ORDER BY id DESC LIMIT $2";
        read(
            &self
                .rows(sql, &[supplier.as_str().into(), limit.into()])
                .await?,
        )
    }

    /// All notices whose change may still come.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn awaited_notices(&mut self) -> Result<Vec<Notice>, StoreError> {
        let sql = "SELECT record FROM supplier_notices WHERE awaited = 1 ORDER BY id";
        read(&self.rows(sql, &[]).await?)
    }
}

fn read(rows: &[Row]) -> Result<Vec<Notice>, StoreError> {
    rows.iter().map(|row| row.record(0, "notice")).collect()
}
