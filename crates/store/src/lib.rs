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

mod about_plan;
mod access;
mod advisories;
mod agents;
mod approvals;
mod asked_returns;
mod catalog;
mod changes;
mod configuration;
mod controls;
mod deliveries;
mod deployments;
mod drills;
mod dump;
mod error;
mod group_runs;
mod handovers;
mod histories;
mod host_questions;
mod issues;
mod journal;
mod keys;
mod lifecycle;
mod measurements;
mod messages;
mod migrate;
mod opt_ins;
mod postgres;
mod preflights;
mod procedures;
mod proposals;
mod proved;
mod record;
mod registry;
mod rehearsals;
mod release_plans;
mod releases;
mod reviews;
mod runbooks;
mod scopes;
mod sqlite;
mod suppliers;
mod talk;
mod targets;
mod tasks;
mod tiles;
mod trains;
mod tx;
mod value;
mod wakes;

pub use about_plan::AboutPlan;
pub use access::{ListedSession, ListedToken, PersonRow, SessionRow, SignedIn, TokenRow};
pub use advisories::AdvisoryRow;
pub use agents::{AgentRow, EnrolmentRow};
pub use configuration::WrappedSecret;
pub use controls::ControlVersion;
pub use deployments::{Lease, Succeeded};
pub use drills::DrillsOf;
pub use dump::Table;
pub use error::StoreError;
pub use host_questions::HostAnswer;
pub use journal::NumberedEntry;
pub use keys::{InstructionKeyRow, KeyRow};
pub use lifecycle::FactWait;
pub use migrate::{MIGRATIONS, NEWEST};
pub use registry::*;
pub use suppliers::WatchRow;
pub use targets::TargetKey;
pub use tx::Tx;
pub use value::{Row, Value};
pub use wakes::Wakes;

use futures::{FutureExt as _, future::BoxFuture};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where everything but artifacts is kept.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Arc<Backend>,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The directory of a SQLite database.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database.
    Postgres(String),
}

#[derive(Debug)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// A database without records, to be filled.
#[derive(Debug)]
pub struct Empty {
    store: Store,
    schema: i64,
}

impl Empty {
    /// Fills it, and brings it forward to this program's schema. Either all of what `fill` wrote is kept, or nothing.
    ///
    /// # Errors
    /// When it has got records since, or what `fill` answers.
    pub async fn fill<I, E, F>(self, input: I, fill: F) -> Result<Store, E>
    where
        I: Send + Sync + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<(), E>> + Send + Sync + 'static,
    {
        let Self { store, schema } = self;
        store
            .write((input, fill), move |tx, (input, fill)| {
                async move {
                    tx.refuse_records(schema).await?;
                    fill(tx, input).await
                }
                .boxed()
            })
            .await?;
        migrate::run(&store, NEWEST).await?;
        Ok(store)
    }
}

impl Store {
    /// Opens (or makes) the SQLite database in `directory` and locks it against a second server.
    ///
    /// # Errors
    /// When the file cannot be opened, is held by another server or was written by a newer program.
    pub async fn open_sqlite(directory: &Path) -> Result<Self, StoreError> {
        let store = Self::attach(&Place::Sqlite(directory.to_owned()))?;
        migrate::run(&store, NEWEST).await?;
        // The directory is ours alone, so whoever held a lease is gone; nobody has to wait for it to run out.
        store.write((), |tx, ()| tx.end_leases().boxed()).await?;
        Ok(store)
    }

    /// Connects to PostgreSQL, `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// When the address is wrong, the server does not answer or the schema is newer than this program.
    pub async fn open_postgres(address: &str) -> Result<Self, StoreError> {
        let store = Self::attach(&Place::Postgres(address.to_owned()))?;
        migrate::run(&store, NEWEST).await?;
        Ok(store)
    }

    /// A database without records, at step `schema` of the schema. Whoever else would use it finds it held, or gets there first.
    ///
    /// # Errors
    /// When it has records or is held, or the schema is newer than this program.
    pub async fn empty(place: &Place, schema: i64) -> Result<Empty, StoreError> {
        if schema > NEWEST {
            let (found, known) = (schema, NEWEST);
            return Err(StoreError::Newer { found, known });
        }
        let store = Self::attach(place)?;
        migrate::run(&store, schema).await?;
        store
            .read(schema, |tx, schema| tx.refuse_records(*schema).boxed())
            .await?;
        Ok(Empty { store, schema })
    }

    fn attach(place: &Place) -> Result<Self, StoreError> {
        let backend = match place {
            Place::Sqlite(directory) => Backend::Sqlite(sqlite::Sqlite::open(directory)?),
            Place::Postgres(address) => Backend::Postgres(postgres::Postgres::open(address)?),
        };
        Ok(Self {
            backend: Arc::new(backend),
        })
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

    /// Whether it can be read and has room for what is written next.
    ///
    /// # Errors
    /// What keeps it from going on. Whether a PostgreSQL server has room is for its own watchers to see.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.read((), |tx, ()| tx.journal_frontier().boxed())
            .await?;
        match &*self.backend {
            Backend::Sqlite(sqlite) if !sqlite.has_room() => Err(StoreError::NoRoom),
            Backend::Sqlite(_) | Backend::Postgres(_) => Ok(()),
        }
    }

    /// Whether journal entries are numbered by a sequencer after they commit (PostgreSQL) or at once (SQLite).
    pub fn needs_sequencer(&self) -> bool {
        self.is_shared()
    }

    /// Whether other servers may work on the same records.
    pub fn is_shared(&self) -> bool {
        matches!(&*self.backend, Backend::Postgres(_))
    }

    /// The wake-ups of the other servers; none where there are no others.
    ///
    /// # Errors
    /// When PostgreSQL cannot be reached.
    pub async fn wakes(&self) -> Result<Option<Wakes>, StoreError> {
        match &*self.backend {
            Backend::Sqlite(_) => Ok(None),
            Backend::Postgres(postgres) => postgres.wakes().await.map(Some),
        }
    }
}
