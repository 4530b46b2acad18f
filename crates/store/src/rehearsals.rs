//! Rehearsals: forecasts of deployments, kept as evidence about their plans.

use crate::{AboutPlan, StoreError, Tx, record};
use tidegate_domain::{id::RehearsalId, rehearsal::Rehearsal};

impl Tx {
    /// The number the next rehearsal gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_rehearsal(&mut self) -> Result<RehearsalId, StoreError> {
        self.count_up("rehearsal").await.map(RehearsalId)
    }

    /// Keeps a rehearsal. It never changes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_rehearsal(&mut self, rehearsal: &Rehearsal) -> Result<(), StoreError> {
        let sql = "INSERT INTO rehearsals (id, product, environment, release_version, plan, record, made_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [
            rehearsal.id.0.into(),
            rehearsal.product.as_str().into(),
            rehearsal.environment.as_str().into(),
            rehearsal.release.as_str().into(),
            rehearsal.plan.to_string().into(),
            record::write(rehearsal).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A rehearsal by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rehearsal(&mut self, id: RehearsalId) -> Result<Option<Rehearsal>, StoreError> {
        let sql = "SELECT record FROM rehearsals WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "rehearsal")).transpose()
    }

    /// At most `limit` rehearsals below number `before`, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rehearsals_before(
        &mut self,
        before: RehearsalId,
        limit: u64,
        of: &AboutPlan,
    ) -> Result<Vec<Rehearsal>, StoreError> {
        let sql = "SELECT record FROM rehearsals WHERE id < $1 AND ($3 = '' OR plan = $3) AND ($4 = '' OR product = $4) \
            AND ($5 = '' OR release_version = $5) AND ($6 = '' OR environment = $6) ORDER BY id DESC LIMIT $2";
        let values = of.values((before.0, limit));
        self.rows(sql, &values)
            .await?
            .iter()
            .map(|row| row.record(0, "rehearsal"))
            .collect()
    }
}
