//! PostgreSQL: serializable transactions, retried when they lose against another.

use crate::{Row, StoreError, Tx, Value, Wakes, tx::Connection};
use deadpool_postgres::{ClientWrapper, Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use futures::{FutureExt, future::BoxFuture};
use std::panic::AssertUnwindSafe;
use tokio_postgres::{NoTls, error::SqlState, types::ToSql, types::Type};

/// A transaction that lost this often is given back to the caller as contended.
const ATTEMPTS_MAX: u32 = 40;

/// The pool of connections.
pub(crate) struct Postgres {
    pool: Pool,
    config: tokio_postgres::Config,
}

/// The right to change the schema. Its connection is closed with it, which frees the lock.
pub(crate) struct SchemaLock {
    _client: ClientWrapper,
}

/// The PostgreSQL side of a [`Tx`].
pub(crate) struct PostgresTx {
    /// Taken when the transaction ends well; what is still here when dropped is closed, not pooled.
    client: Option<Object>,
    /// A statement lost against another transaction: the whole is to be run again.
    lost: bool,
    /// A statement was refused. PostgreSQL answers a later `COMMIT` with a rollback and calls that a success.
    pub(crate) refused: bool,
}

impl Postgres {
    pub(crate) fn open(address: &str) -> Result<Self, StoreError> {
        let config: tokio_postgres::Config = address
            .parse()
            .map_err(|why: tokio_postgres::Error| StoreError::Address(why.to_string()))?;
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let pool = Pool::builder(Manager::from_config(config.clone(), NoTls, recycling))
            .max_size(16)
            .build()
            .map_err(|why| StoreError::Address(why.to_string()))?;
        Ok(Self { pool, config })
    }

    pub(crate) async fn write<I, T, E, F>(&self, input: &I, work: &F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>>,
    {
        for attempt in 0..ATTEMPTS_MAX {
            let mut tx = self.begin("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
            let outcome = settled(work(&mut tx, input)).await;
            match tx.end(outcome).await {
                End::Done(outcome) => return outcome,
                End::Lost => {
                    tracing::debug!(attempt, "store.transaction_lost");
                    tokio::task::yield_now().await;
                }
            }
        }
        Err(StoreError::Contended(ATTEMPTS_MAX).into())
    }

    pub(crate) async fn read<I, T, E, F>(&self, input: &I, work: &F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>>,
    {
        let mut tx = self
            .begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let outcome = settled(work(&mut tx, input)).await;
        match tx.end(outcome).await {
            End::Done(outcome) => outcome,
            End::Lost => Err(StoreError::Contended(1).into()),
        }
    }

    /// Waits until no other server changes the schema; they may, again, when the answer is dropped.
    ///
    /// The lock belongs to a connection of its own: a transaction that waited for it would go on to see the database as
    /// it was before the wait.
    pub(crate) async fn schema_lock(&self) -> Result<SchemaLock, StoreError> {
        let client = Object::take(self.pool.get().await?);
        client
            .batch_execute("SELECT pg_advisory_lock(7420)")
            .await?;
        Ok(SchemaLock { _client: client })
    }

    /// Listens to the other servers, on a connection of its own.
    pub(crate) async fn wakes(&self) -> Result<Wakes, StoreError> {
        Wakes::open(&self.config).await
    }

    async fn begin(&self, begin: &str) -> Result<Tx, StoreError> {
        let client = self.pool.get().await?;
        client.batch_execute(begin).await?;
        let row = client
            .query_one("SELECT (extract(epoch FROM now()) * 1000000)::bigint", &[])
            .await?;
        let now = jiff::Timestamp::from_microsecond(row.try_get(0)?).map_err(|why| {
            StoreError::Record {
                what: "now()".into(),
                why: why.to_string(),
            }
        })?;
        let tx = PostgresTx {
            client: Some(client),
            lost: false,
            refused: false,
        };
        Ok(Tx {
            connection: Connection::Postgres(tx),
            now,
        })
    }
}

/// How a transaction ended.
enum End<T, E> {
    Done(Result<T, E>),
    Lost,
}

impl Tx {
    async fn end<T, E: From<StoreError>>(mut self, outcome: Result<T, E>) -> End<T, E> {
        let Connection::Postgres(tx) = &mut self.connection else {
            unreachable!("the PostgreSQL backend makes only PostgreSQL transactions")
        };
        let outcome = match outcome {
            Ok(_) if tx.refused => Err(StoreError::Spoilt.into()),
            outcome => outcome,
        };
        // What lost may have been forgiven within an attempt: the whole is run again, so nothing of it may be kept.
        let end = if outcome.is_ok() && !tx.lost {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        let ended = tx
            .client()
            .batch_execute(end)
            .await
            .map_err(|error| tx.note(error));
        if tx.lost {
            // `ROLLBACK` after a lost statement, or a `COMMIT` that was itself refused: both are over.
            tx.client.take();
            return End::Lost;
        }
        if ended.is_ok() {
            tx.client.take();
        }
        End::Done(outcome.and_then(|value| ended.map(|()| value).map_err(E::from)))
    }
}

impl PostgresTx {
    pub(crate) async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let statement = match self.client().prepare_cached(sql).await {
            Ok(statement) => statement,
            Err(error) => return Err(self.note(error)),
        };
        let done = self.client().execute(&statement, &refs(params)).await;
        done.map_err(|error| self.note(error))
    }

    pub(crate) async fn rows(
        &mut self,
        sql: &str,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = match self.client().prepare_cached(sql).await {
            Ok(statement) => statement,
            Err(error) => return Err(self.note(error)),
        };
        let rows = self.client().query(&statement, &refs(params)).await;
        rows.map_err(|error| self.note(error))?
            .iter()
            .map(row)
            .collect()
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = self.client().batch_execute(sql).await;
        done.map_err(|error| self.note(error))
    }

    /// Goes back to a savepoint: what was refused since spoils nothing. A transaction that lost is lost all the same.
    pub(crate) async fn forgive(&mut self, back: &str) -> Result<(), StoreError> {
        self.batch(back).await?;
        self.refused = false;
        Ok(())
    }

    fn client(&self) -> &Object {
        self.client
            .as_ref()
            .expect("the client is there until the transaction ends")
    }

    /// Remembers that the transaction lost (PostgreSQL manual, "Serialization Failure Handling").
    fn note(&mut self, error: tokio_postgres::Error) -> StoreError {
        self.refused = true;
        let code = error.code();
        self.lost |= code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
            || code == Some(&SqlState::T_R_DEADLOCK_DETECTED);
        error.into()
    }
}

/// A transaction whose future was dropped half-way must not go back to the pool still open.
impl Drop for PostgresTx {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// A panic ends like a refusal: the transaction is rolled back and the caller is told.
async fn settled<T, E: From<StoreError>>(work: BoxFuture<'_, Result<T, E>>) -> Result<T, E> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.unwrap_or_else(|_panic| Err(StoreError::Panicked.into()))
}

fn refs(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let column = |(i, column): (usize, &tokio_postgres::Column)| -> Result<Value, StoreError> {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(i)?.into(),
            Type::INT4 => row.try_get::<_, Option<i32>>(i)?.map(i64::from).into(),
            Type::BOOL => row.try_get::<_, Option<bool>>(i)?.map(i64::from).into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i)?.into(),
            _ => row.try_get::<_, Option<String>>(i)?.into(),
        })
    };
    Ok(Row(row
        .columns()
        .iter()
        .enumerate()
        .map(column)
        .collect::<Result<_, _>>()?))
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PostgresTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresTx").finish_non_exhaustive()
    }
}
