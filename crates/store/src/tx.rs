//! A transaction: the value that every store method takes, so that what belongs together commits together.

use crate::{Row, StoreError, Value, postgres::PostgresTx, sqlite::SqliteTx};
use futures::{FutureExt as _, future::BoxFuture};
use std::panic::AssertUnwindSafe;

/// Takes an attempt back.
const BACK: &str = "ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt";

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

    /// Does something whose failure is not the transaction's. If it fails or panics, what it wrote is taken back, and the
    /// transaction goes on. Only for what must keep nothing from happening: whoever catches an error otherwise loses all.
    ///
    /// # Errors
    /// Its own; [`StoreError::Panicked`] for a panic; or when the database refuses to go on.
    pub async fn attempt<I, T, E, F>(&mut self, input: &I, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'a> FnOnce(&'a mut Self, &'a I) -> BoxFuture<'a, Result<T, E>>,
    {
        if self.is_refused() {
            return Err(StoreError::Spoilt.into());
        }
        self.execute("SAVEPOINT attempt", &[]).await?;
        let outcome = AssertUnwindSafe(work(self, input)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_panic| Err(StoreError::Panicked.into()));
        if outcome.is_ok() && !self.is_refused() {
            self.execute("RELEASE SAVEPOINT attempt", &[]).await?;
            return outcome;
        }
        match &mut self.connection {
            Connection::Sqlite(tx) => tx.forgive(BACK)?,
            Connection::Postgres(tx) => tx.forgive(BACK).await?,
        }
        outcome.and_then(|_| Err(StoreError::Spoilt.into()))
    }

    fn is_refused(&self) -> bool {
        match &self.connection {
            Connection::Sqlite(tx) => tx.refused,
            Connection::Postgres(tx) => tx.refused,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_))
    }
}
