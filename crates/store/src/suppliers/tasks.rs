//! What suppliers were asked to do, and what went wrong because of them.

use crate::{StoreError, Tx, record};
use tidegate_domain::{
    id::{SupplierIncidentId, SupplierTaskId},
    name::Name,
    supplier::{Incident, SupplierTask},
};

impl Tx {
    /// The number the next task of a supplier gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_supplier_task(&mut self) -> Result<SupplierTaskId, StoreError> {
        self.count_up("supplier-task").await.map(SupplierTaskId)
    }

    /// Keeps a task of a supplier, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_supplier_task(&mut self, task: &SupplierTask) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_tasks (id, supplier, record) VALUES ($1, $2, $3) \
            ON CONFLICT (id) DO UPDATE SET record = excluded.record";
        let values = [
            task.id.0.into(),
            task.supplier.as_str().into(),
            record::write(task).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A task of a supplier by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn supplier_task(
        &mut self,
        id: SupplierTaskId,
    ) -> Result<Option<SupplierTask>, StoreError> {
        let sql = "SELECT record FROM supplier_tasks WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "supplier task")).transpose()
    }

    /// At most `limit` tasks of a supplier, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn supplier_tasks(
        &mut self,
        supplier: &Name,
        limit: u64,
    ) -> Result<Vec<SupplierTask>, StoreError> {
        let sql = "SELECT record FROM supplier_tasks WHERE supplier = $1 ORDER BY id DESC LIMIT $2";
        let values = [supplier.as_str().into(), limit.into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row| row.record(0, "supplier task"))
            .collect()
    }

    /// The number the next incident of a supplier gets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_supplier_incident(&mut self) -> Result<SupplierIncidentId, StoreError> {
        self.count_up("supplier-incident")
            .await
            .map(SupplierIncidentId)
    }

    /// Keeps an incident that is put down to a supplier.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_supplier_incident(
        &mut self,
        incident: &Incident,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_incidents (id, supplier, record) VALUES ($1, $2, $3)";
        let values = [
            incident.id.0.into(),
            incident.supplier.as_str().into(),
            record::write(incident).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// At most `limit` incidents of a supplier, those written down last first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn supplier_incidents(
        &mut self,
        supplier: &Name,
        limit: u64,
    ) -> Result<Vec<Incident>, StoreError> {
        let sql =
            "SELECT record FROM supplier_incidents WHERE supplier = $1 ORDER BY id DESC LIMIT $2";
        let values = [supplier.as_str().into(), limit.into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row| row.record(0, "supplier incident"))
            .collect()
    }
}
