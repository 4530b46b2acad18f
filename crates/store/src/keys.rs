//! Keys and certificates of the server's own. The secret half arrives wrapped; this crate cannot open it.

use crate::{StoreError, Tx};

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// `authority`, `journal`, or `incarnation`.
    pub name: String,
    /// The public half, as text.
    pub public: String,
    /// The secret half, wrapped under the key file.
    pub wrapped: Vec<u8>,
}

impl Tx {
    /// The key of that name.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn key(&mut self, name: &str) -> Result<Option<KeyRow>, StoreError> {
        let row = self
            .row(
                "SELECT public, wrapped FROM keys WHERE name = $1",
                &[name.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(KeyRow {
            name: name.to_owned(),
            public: row.text(0)?.to_owned(),
            wrapped: row.blob(1)?.to_vec(),
        }))
    }

    /// Keeps a key unless there is one of that name, and answers the one that is kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_key(&mut self, key: &KeyRow) -> Result<KeyRow, StoreError> {
        let sql = "INSERT INTO keys (name, public, wrapped, created_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (name) DO NOTHING";
        let values = [
            key.name.as_str().into(),
            key.public.as_str().into(),
            key.wrapped.clone().into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        Ok(self.key(&key.name).await?.unwrap_or_else(|| key.clone()))
    }
}
