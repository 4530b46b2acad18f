//! A transaction: the value that every store method takes, so that what belongs together commits together.

use crate::{Row, StoreError, Value, postgres::PostgresTx, sqlite::SqliteTx};

/// An open transaction. Only [`crate::Store::write`] and [`crate::Store::read`] make one.
#[derive(Debug)]
pub struct Tx {
    pub(crate) connection: Connection,
    pub(crate) now: jiff::Timestamp,
}

#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(SqliteTx),
    Postgres(PostgresTx),
}

impl Tx {
    /// The time of the transaction by the database's clock; the same for the whole of it.
    pub fn now(&self) -> jiff::Timestamp {
        self.now
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        match &mut self.connection {
            Connection::Sqlite(tx) => tx.execute(sql, params),
            Connection::Postgres(tx) => tx.execute(sql, params).await,
        }
    }

    /// Runs a query and answers all its rows.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &mut self.connection {
            Connection::Sqlite(tx) => tx.rows(sql, params),
            Connection::Postgres(tx) => tx.rows(sql, params).await,
        }
    }

    /// Runs a query and answers its first row, if any.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn row(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_))
    }
}
