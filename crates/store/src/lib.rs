//! The only crate with SQL: one [`Store`] over SQLite or PostgreSQL.
//!
//! A use-case calls [`Store::write`] with its input and an async function of a transaction. State, journal
//! entries and effects it writes commit together or not at all. The function may run more than once (PostgreSQL
//! transactions are serializable and retried), so it must touch nothing but its transaction.
//!
//! On SQLite all writes run on one thread that commits them in groups; the futures of [`Tx`]'s methods are always
//! ready there, so a transaction runs whole without yielding. Reads run on connections of their own.
//!
//! Methods on [`Tx`] are named by what happened and live in one file per aggregate; SQL is one portable subset
//! with `$1` parameters and three column types. Start at [`tx`](Tx) and then any aggregate.

mod access;
mod catalog;
mod configuration;
mod deployments;
mod journal;
mod keys;
mod migrate;
mod postgres;
mod record;
mod registry;
mod releases;
mod sqlite;
mod targets;
mod tx;
mod value;

pub use access::{PersonRow, SessionRow, TokenRow};
pub use deployments::Lease;
pub use journal::NumberedEntry;
pub use keys::KeyRow;
pub use migrate::MIGRATIONS;
pub use registry::*;
pub use targets::{AgentRow, EnrolmentRow, TargetKey};
pub use tx::Tx;
pub use value::{Row, Value};

use futures::future::BoxFuture;
use std::{path::Path, path::PathBuf, sync::Arc};

/// Where everything but artifacts is kept.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Arc<Backend>,
}

#[derive(Debug)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused a statement.
    #[error("the SQLite database refused a statement")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused a statement.
    #[error("the PostgreSQL database refused a statement")]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection could be had.
    #[error("no connection to PostgreSQL")]
    Pool(#[from] deadpool_postgres::PoolError),
    /// The address of the database is not understood.
    #[error("the database address is not understood: {0}")]
    Address(String),
    /// A file could not be opened or locked.
    #[error("cannot open {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another server works on the same file.
    #[error("another server holds {0}; stop it first, or use PostgreSQL for more than one server")]
    InUse(PathBuf),
    /// A stored value is not what its column promises.
    #[error("the record in {what} cannot be read: {why}")]
    Record {
        /// Table, and key if known.
        what: String,
        /// Why.
        why: String,
    },
    /// Another transaction kept winning.
    #[error("the transaction lost against others {0} times")]
    Contended(u32),
    /// The database was written by a newer program.
    #[error("the database has schema {found}, this program knows {known}: use a newer program")]
    Newer {
        /// The number in the database.
        found: i64,
        /// The newest number of this program.
        known: i64,
    },
    /// A schema step was changed after it ran.
    #[error("schema step {0} in the database differs from this program's")]
    Migration(i64),
    /// The writer thread is gone: the disk failed or the program ends.
    #[error("the store is closed")]
    Closed,
    /// A statement was refused and the transaction went on all the same; nothing of it was kept.
    #[error("a statement of the transaction was refused, so nothing of it was kept")]
    Spoilt,
    /// A transaction panicked; nothing of it was kept.
    #[error("a transaction stopped by a fault of the program")]
    Panicked,
    /// Somebody else changed the record in the meantime.
    #[error("the record was changed by somebody else in the meantime")]
    Stale,
    /// The lease was lost to another server.
    #[error("the lease is held by another server")]
    LeaseLost,
}

impl Store {
    /// Opens (or makes) the SQLite database in `directory` and locks it against a second server.
    ///
    /// # Errors
    /// When the file cannot be opened, is held by another server or was written by a newer program.
    pub async fn open_sqlite(directory: &Path) -> Result<Self, StoreError> {
        let sqlite = sqlite::Sqlite::open(directory)?;
        let store = Self {
            backend: Arc::new(Backend::Sqlite(sqlite)),
        };
        migrate::run(&store).await?;
        Ok(store)
    }

    /// Connects to PostgreSQL, `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// When the address is wrong, the server does not answer or the schema is newer than this program.
    pub async fn open_postgres(address: &str) -> Result<Self, StoreError> {
        let postgres = postgres::Postgres::open(address)?;
        let store = Self {
            backend: Arc::new(Backend::Postgres(postgres)),
        };
        migrate::run(&store).await?;
        Ok(store)
    }

    /// Runs `work` in a transaction and commits what it wrote, durably, before this returns.
    ///
    /// # Errors
    /// What `work` answers; nothing it wrote is kept then.
    pub async fn write<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(input, work).await,
            Backend::Postgres(postgres) => postgres.write(&input, &work).await,
        }
    }

    /// Runs `work` on a consistent view; whatever it writes is refused.
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn read<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(&input, &work).await,
            Backend::Postgres(postgres) => postgres.read(&input, &work).await,
        }
    }

    /// Whether journal entries are numbered by a sequencer after they commit (PostgreSQL) or at once (SQLite).
    pub fn needs_sequencer(&self) -> bool {
        matches!(&*self.backend, Backend::Postgres(_))
    }
}
