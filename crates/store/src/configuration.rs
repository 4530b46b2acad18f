//! Configuration snapshots and secrets. A secret's value arrives wrapped and leaves wrapped; this crate has no key.

use crate::{Row, StoreError, Tx, record};
use std::collections::BTreeMap;
use tidegate_domain::{
    id::{SecretVersion, SnapshotNumber},
    name::Name,
    release::Snapshot,
};

/// One version of a secret, as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedSecret {
    /// Whose it is.
    pub product: Name,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: SecretVersion,
    /// The wrapped value.
    pub wrapped: Vec<u8>,
}

impl Tx {
    /// The number of this snapshot of the product: that of the newest one when nothing changed, else a new one.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_snapshot(
        &mut self,
        product: &Name,
        snapshot: &Snapshot,
    ) -> Result<SnapshotNumber, StoreError> {
        let digest = snapshot.digest().to_string();
        let sql =
            "SELECT number, digest FROM snapshots WHERE product = $1 ORDER BY number DESC LIMIT 1";
        let newest = self.row(sql, &[product.as_str().into()]).await?;
        let mut number = 1;
        if let Some(row) = newest {
            number = row.unsigned(0)?;
            if row.text(1)? == digest {
                return Ok(SnapshotNumber(number));
            }
            number += 1;
        }
        let sql = "INSERT INTO snapshots (product, number, digest, record, created_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            product.as_str().into(),
            number.into(),
            digest.into(),
            record::write(snapshot).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        Ok(SnapshotNumber(number))
    }

    /// A snapshot by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn snapshot(
        &mut self,
        product: &Name,
        number: SnapshotNumber,
    ) -> Result<Option<Snapshot>, StoreError> {
        let sql = "SELECT record FROM snapshots WHERE product = $1 AND number = $2";
        let row = self
            .row(sql, &[product.as_str().into(), number.0.into()])
            .await?;
        row.map(|row| row.record(0, "snapshot")).transpose()
    }

    /// Keeps a new version of a secret and answers its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_secret(
        &mut self,
        product: &Name,
        name: &str,
        wrapped: &[u8],
    ) -> Result<SecretVersion, StoreError> {
        let sql =
            "SELECT COALESCE(MAX(number), 0) + 1 FROM secrets WHERE product = $1 AND name = $2";
        let row = self
            .row(sql, &[product.as_str().into(), name.into()])
            .await?;
        let number = row.map_or(Ok(1), |row| row.unsigned(0))?;
        let sql = "INSERT INTO secrets (product, name, number, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            product.as_str().into(),
            name.into(),
            number.into(),
            wrapped.into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        Ok(SecretVersion(number))
    }

    /// The newest version of each secret of a product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_secrets(
        &mut self,
        product: &Name,
    ) -> Result<BTreeMap<String, SecretVersion>, StoreError> {
        let sql = "SELECT name, MAX(number) FROM secrets WHERE product = $1 GROUP BY name";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), SecretVersion(row.unsigned(1)?)));
        self.rows(sql, &[product.as_str().into()])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Every version of every secret behind `after`, in order: product, name, version and the wrapped value.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn secrets_behind(
        &mut self,
        after: Option<&WrappedSecret>,
        limit: u64,
    ) -> Result<Vec<WrappedSecret>, StoreError> {
        let sql = "SELECT product, name, number, wrapped FROM secrets \
            WHERE (product, name, number) > ($1, $2, $3) ORDER BY product, name, number LIMIT $4";
        let (product, name, number) = after.map_or(("", "", 0), |it| {
            (it.product.as_str(), it.name.as_str(), it.version.0)
        });
        let values = [product.into(), name.into(), number.into(), limit.into()];
        let read = |row: &Row| {
            Ok(WrappedSecret {
                product: row.parsed(0)?,
                name: row.text(1)?.to_owned(),
                version: SecretVersion(row.unsigned(2)?),
                wrapped: row.blob(3)?.to_vec(),
            })
        };
        self.rows(sql, &values).await?.iter().map(read).collect()
    }

    /// The same value of a secret, wrapped anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_secret_rewrapped(
        &mut self,
        secret: &WrappedSecret,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE secrets SET wrapped = $4 WHERE product = $1 AND name = $2 AND number = $3";
        let values = [
            secret.product.as_str().into(),
            secret.name.as_str().into(),
            secret.version.0.into(),
            secret.wrapped.clone().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// The wrapped value of one version of a secret.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn wrapped_secret(
        &mut self,
        product: &Name,
        name: &str,
        number: SecretVersion,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT wrapped FROM secrets WHERE product = $1 AND name = $2 AND number = $3";
        let row = self
            .row(
                sql,
                &[product.as_str().into(), name.into(), number.0.into()],
            )
            .await?;
        row.map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()
    }
}
