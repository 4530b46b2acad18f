//! Keys and certificates of the server's own. The secret half arrives wrapped; this crate cannot open it.

use crate::{StoreError, Tx, Value};

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

/// One of the keys that desired states are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionKeyRow {
    /// Counted from 1.
    pub number: u64,
    /// The secret half, wrapped under the key file.
    pub wrapped: Vec<u8>,
    /// The word of the key before it, as text; none for the first.
    pub succession: Option<String>,
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

    /// The names of the keys of [`Tx::key`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn key_names(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = self
            .rows("SELECT name FROM keys ORDER BY name", &[])
            .await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// The same secret half, wrapped anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_key_rewrapped(
        &mut self,
        name: &str,
        wrapped: &[u8],
    ) -> Result<(), StoreError> {
        let sql = "UPDATE keys SET wrapped = $2 WHERE name = $1";
        self.execute(sql, &[name.into(), wrapped.into()])
            .await
            .map(drop)
    }

    /// Likewise of a key that desired states are signed with.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_instruction_key_rewrapped(
        &mut self,
        number: u64,
        wrapped: &[u8],
    ) -> Result<(), StoreError> {
        let sql = "UPDATE instruction_keys SET wrapped = $2 WHERE number = $1";
        self.execute(sql, &[number.into(), wrapped.into()])
            .await
            .map(drop)
    }

    /// Whoever seals something reads this in the transaction that keeps it, so that none is kept while the keys before the
    /// newest are taken away.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read_key_changes(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = 'keys'";
        let row = self.row(sql, &[]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    /// The keys before the newest are taken away.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_key_change(&mut self) -> Result<(), StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ('keys', 1) \
            ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
        self.execute(sql, &[]).await.map(drop)
    }

    /// The keys that desired states were ever signed with, oldest first; the last signs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn instruction_keys(&mut self) -> Result<Vec<InstructionKeyRow>, StoreError> {
        let sql = "SELECT number, wrapped, succession FROM instruction_keys ORDER BY number";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(InstructionKeyRow {
                    number: row.unsigned(0)?,
                    wrapped: row.blob(1)?.to_vec(),
                    succession: row.optional_text(2)?.map(str::to_owned),
                })
            })
            .collect()
    }

    /// Keeps a key that desired states are signed with from now on, unless there is one of that number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_instruction_key(
        &mut self,
        key: &InstructionKeyRow,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO instruction_keys (number, wrapped, succession, created_at) \
            VALUES ($1, $2, $3, $4) ON CONFLICT (number) DO NOTHING";
        let succession = key.succession.clone();
        let values = [
            key.number.into(),
            key.wrapped.clone().into(),
            succession.map_or(Value::Null, Value::Text),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }
}
