//! Release plans: every edition of each, and what the newest books.

use crate::{Row, StoreError, Tx, record};
use jiff::Timestamp;
use tidegate_domain::{
    id::Edition,
    name::Name,
    planning::{Booked, PlanEdition},
    version::Version,
};

impl Tx {
    /// Keeps an edition. The database refuses a number that is taken.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_plan_edition(&mut self, edition: &PlanEdition) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO release_plans (product, version, edition, record) VALUES ($1, $2, $3, $4)";
        let values = [
            edition.product.as_str().into(),
            edition.version.as_str().into(),
            edition.edition.0.into(),
            record::write(edition).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// An edition of a release's plan.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn plan_edition(
        &mut self,
        (product, version): (&Name, &Version),
        edition: Edition,
    ) -> Result<Option<PlanEdition>, StoreError> {
        let sql =
            "SELECT record FROM release_plans WHERE product = $1 AND version = $2 AND edition = $3";
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            edition.0.into(),
        ];
        let row = self.row(sql, &values).await?;
        row.map(|row| row.record(0, "release plan")).transpose()
    }

    /// At most `limit` editions of a release's plan with a number below `before`, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn plan_editions_before(
        &mut self,
        (product, version): (&Name, &Version),
        before: Edition,
        limit: u64,
    ) -> Result<Vec<PlanEdition>, StoreError> {
        let sql = "SELECT record FROM release_plans WHERE product = $1 AND version = $2 AND edition < $3 \
            ORDER BY edition DESC LIMIT $4";
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            before.0.into(),
            limit.into(),
        ];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "release plan"))
            .collect()
    }

    /// The newest edition of a release's plan.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_plan(
        &mut self,
        of: (&Name, &Version),
    ) -> Result<Option<PlanEdition>, StoreError> {
        let newest = self
            .plan_editions_before(of, Edition(u64::MAX >> 1), 1)
            .await?;
        Ok(newest.into_iter().next())
    }

    /// The newest edition of every release's plan.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_plans(&mut self) -> Result<Vec<PlanEdition>, StoreError> {
        let sql = "SELECT one.record FROM release_plans one WHERE NOT EXISTS (SELECT 1 FROM release_plans other \
            WHERE other.product = one.product AND other.version = one.version AND other.edition > one.edition) \
            ORDER BY one.product, one.version";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "release plan"))
            .collect()
    }

    /// Keeps what a release books in place of what it booked before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_bookings(
        &mut self,
        (product, version): (&Name, &Version),
        bookings: &[Booked],
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM bookings WHERE product = $1 AND version = $2";
        self.execute(sql, &[product.as_str().into(), version.as_str().into()])
            .await?;
        for (booked, number) in bookings.iter().zip(0_u64..) {
            let sql = "INSERT INTO bookings (product, version, number, environment, from_time, until_time, record) \
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let values = [
                product.as_str().into(),
                version.as_str().into(),
                number.into(),
                booked.environment.as_str().into(),
                booked.from.into(),
                booked.until.into(),
                record::write(booked).into(),
            ];
            self.execute(sql, &values).await?;
        }
        Ok(())
    }

    /// At most `limit` bookings that lie between two moments at least in part, by their beginning.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bookings_between(
        &mut self,
        (from, until): (Timestamp, Timestamp),
        limit: u64,
    ) -> Result<Vec<Booked>, StoreError> {
        let sql = "SELECT record FROM bookings WHERE until_time > $1 AND from_time < $2 \
            ORDER BY from_time, product, version, number LIMIT $3";
        let rows = self
            .rows(sql, &[from.into(), until.into(), limit.into()])
            .await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "booking"))
            .collect()
    }
}
