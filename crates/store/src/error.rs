//! Why the store could not do what it was asked. Both databases' words for a full disk become one.

use std::path::PathBuf;
use tokio_postgres::error::SqlState;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused a statement.
    #[error("the SQLite database refused a statement")]
    Sqlite(#[source] rusqlite::Error),
    /// PostgreSQL refused a statement.
    #[error("the PostgreSQL database refused a statement")]
    Postgres(#[source] tokio_postgres::Error),
    /// The disk of the database is full. Nothing of the transaction was kept; it can be tried again.
    #[error("the disk of the database is full")]
    NoRoom,
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
    /// What is put back goes into an empty database only.
    #[error("the database has records already; what is put back needs an empty one")]
    HasRecords,
    /// It is empty, but was made for records of another version.
    #[error(
        "the database is empty, but was made for a backup of another version: remove it, or name another place"
    )]
    OtherSchema,
    /// A backup was put back, and nobody is told anything before a person begins a history.
    #[error("the record was put back from a backup, and waits for a person to begin a history")]
    Resting,
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

/// A full disk has two faces: no room for a page, and none for the index of the write-ahead log ("Result and Error
/// Codes": `SQLITE_FULL`, `SQLITE_IOERR_SHMSIZE`).
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_SHMSIZE};
        match error.sqlite_error().map(|refusal| refusal.extended_code) {
            Some(SQLITE_FULL | SQLITE_IOERR_SHMSIZE) => Self::NoRoom,
            Some(_) | None => Self::Sqlite(error),
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        if error.code() == Some(&SqlState::DISK_FULL) {
            Self::NoRoom
        } else {
            Self::Postgres(error)
        }
    }
}
