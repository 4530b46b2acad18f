//! Who of a supplier was let in, and which of its signed requests were taken.

use crate::{Row, StoreError, Tx, record};
use jiff::Timestamp;
use tidegate_domain::{
    name::Name,
    supplier::grant::{Handed, Nonce},
};

impl Tx {
    /// Keeps a grant, new or taken back.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_grant(&mut self, handed: &Handed) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_grants (nonce, supplier, at, record) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (nonce) DO UPDATE SET record = excluded.record";
        let values = [
            handed.grant.nonce.to_string().into(),
            handed.grant.supplier.as_str().into(),
            handed.at.into(),
            record::write(handed).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A grant by its nonce.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn grant(&mut self, nonce: &Nonce) -> Result<Option<Handed>, StoreError> {
        let sql = "SELECT record FROM supplier_grants WHERE nonce = $1";
        let row = self.row(sql, &[nonce.to_string().into()]).await?;
        row.map(|row| row.record(0, "grant")).transpose()
    }

    /// At most `limit` grants to contacts of a supplier, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn grants_of(
        &mut self,
        supplier: &Name,
        limit: u64,
    ) -> Result<Vec<Handed>, StoreError> {
        let sql = "SELECT record FROM supplier_grants WHERE supplier = $1 ORDER BY at DESC, nonce LIMIT $2";
        let values = [supplier.as_str().into(), limit.into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "grant"))
            .collect()
    }

    /// Whether a signed request of a supplier was taken already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_supplier_request(
        &mut self,
        (supplier, request): (&Name, &str),
    ) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM supplier_requests WHERE supplier = $1 AND request = $2";
        let values = [supplier.as_str().into(), request.into()];
        Ok(self.row(sql, &values).await?.is_some())
    }

    /// Keeps that a signed request of a supplier was taken; answers false when it was before. Those taken before `since` are
    /// forgotten: their own time gives them away.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_supplier_request(
        &mut self,
        (supplier, request): (&Name, &str),
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let forget = "DELETE FROM supplier_requests WHERE at < $1";
        self.execute(forget, &[since.into()]).await?;
        let sql = "INSERT INTO supplier_requests (supplier, request, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let now = self.now();
        let values = [supplier.as_str().into(), request.into(), now.into()];
        Ok(self.execute(sql, &values).await? == 1)
    }
}
