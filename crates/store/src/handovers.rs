//! Handovers of releases: how each is now, and every edition of it.

use crate::{Row, StoreError, Tx, Value, record};
use tidegate_domain::{
    handover::{Handover, HandoverKind},
    id::Edition,
    name::Name,
    version::Version,
};

/// What a handover is of: product, release and kind.
type Of<'a> = (&'a Name, &'a Version, HandoverKind);

impl Tx {
    /// Keeps an edition of a handover, and that it is how the handover is now. The database refuses a number that is taken.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_handover(&mut self, handover: &Handover) -> Result<(), StoreError> {
        let sql = "INSERT INTO handover_editions (product, version, kind, edition, record) VALUES ($1, $2, $3, $4, $5)";
        let [product, version, kind] = of((&handover.product, &handover.version, handover.kind));
        let record = record::write(handover);
        let edition = handover.edition.0.into();
        let values = [product, version, kind, edition, record.clone().into()];
        self.execute(sql, &values).await?;
        let sql = "INSERT INTO handovers (product, version, kind, is_open, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (product, version, kind) DO UPDATE SET is_open = excluded.is_open, record = excluded.record";
        let [product, version, kind] = of((&handover.product, &handover.version, handover.kind));
        let is_open = i64::from(handover.status.is_open()).into();
        let values = [product, version, kind, is_open, record.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// A handover as it is now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handover(&mut self, of_which: Of<'_>) -> Result<Option<Handover>, StoreError> {
        let sql = "SELECT record FROM handovers WHERE product = $1 AND version = $2 AND kind = $3";
        let row = self.row(sql, &of(of_which)).await?;
        row.map(|row| row.record(0, "handover")).transpose()
    }

    /// An edition of a handover.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handover_edition(
        &mut self,
        of_which: Of<'_>,
        edition: Edition,
    ) -> Result<Option<Handover>, StoreError> {
        let sql = "SELECT record FROM handover_editions \
            WHERE product = $1 AND version = $2 AND kind = $3 AND edition = $4";
        let [product, version, kind] = of(of_which);
        let values = [product, version, kind, edition.0.into()];
        let row = self.row(sql, &values).await?;
        row.map(|row| row.record(0, "handover")).transpose()
    }

    /// Every edition of a handover, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handover_editions(
        &mut self,
        of_which: Of<'_>,
    ) -> Result<Vec<Handover>, StoreError> {
        let sql = "SELECT record FROM handover_editions \
            WHERE product = $1 AND version = $2 AND kind = $3 ORDER BY edition";
        read(&self.rows(sql, &of(of_which)).await?)
    }

    /// At most `limit` handovers about which something is still to be done, by product, release and kind.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_handovers(&mut self, limit: u64) -> Result<Vec<Handover>, StoreError> {
        let sql = "SELECT record FROM handovers WHERE is_open = 1 ORDER BY product, version, kind LIMIT $1";
        read(&self.rows(sql, &[limit.into()]).await?)
    }

    /// The handovers that were accepted or withdrawn, of the newest `releases` of each product, by product, release and kind.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn settled_handovers(&mut self, releases: u64) -> Result<Vec<Handover>, StoreError> {
        let sql = "SELECT h.record FROM handovers h \
            JOIN releases r ON r.product = h.product AND r.version = h.version \
            WHERE h.is_open = 0 AND r.number + $1 > (SELECT MAX(n.number) FROM releases n WHERE n.product = h.product) \
            ORDER BY h.product, h.version, h.kind";
        read(&self.rows(sql, &[releases.into()]).await?)
    }

    /// At most `limit` handovers of a product, by release and kind.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handovers_of(
        &mut self,
        product: &Name,
        limit: u64,
    ) -> Result<Vec<Handover>, StoreError> {
        let sql = "SELECT record FROM handovers WHERE product = $1 ORDER BY version, kind LIMIT $2";
        read(
            &self
                .rows(sql, &[product.as_str().into(), limit.into()])
                .await?,
        )
    }
}

fn of((product, version, kind): Of<'_>) -> [Value; 3] {
    [
        product.as_str().into(),
        version.as_str().into(),
        kind.word().into(),
    ]
}

fn read(rows: &[Row]) -> Result<Vec<Handover>, StoreError> {
    rows.iter().map(|row| row.record(0, "handover")).collect()
}
