//! Putting a backup back into an empty place, without a server.
//!
//! The database is held first, then come blobs, and rows in one transaction after them: what breaks off leaves a place without records. The server that
//! starts there rests until a person begins a history ([`crate::app::histories`]).

use crate::keyring::{KeySource, Keyring, KeyringError};
use bytes::Bytes;
use futures::{FutureExt, stream};
use std::{
    fs::File,
    io::{self, BufReader, Read as _, Seek as _},
    path::{Path, PathBuf},
};
use tidegate_backup::{Cell, Entry, Fault, Reader, Summary};
use tidegate_domain::journal::Notary;
use tidegate_registry::{BlobError, Blobs};
use tidegate_store::{Place, Repository, Store, StoreError, Table, Tx, Value};

/// How many bytes of a blob are written at a time.
const PIECE: u64 = 1 << 20;

/// Where a backup is put back.
#[derive(Debug, Clone)]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    /// The directory of artifacts, and of SQLite.
    pub data: PathBuf,
    /// The address of a PostgreSQL database; SQLite unless set.
    pub database: Option<String>,
    /// The keys of the server that the backup is of.
    pub keys: KeySource,
}

/// Why a backup was not put back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// A file cannot be read or written.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The backup is not good.
    #[error("the backup is not good")]
    Backup(#[from] Fault),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// There is no key file.
    #[error(
        "there is no key file {0}; put the server's there, or name it: without it nothing that was sealed can be opened"
    )]
    NoKeys(PathBuf),
    /// The keys are those of another server, or older ones.
    #[error(
        "the keys do not open what was sealed in the backup: give those of the server that it was made from"
    )]
    OtherKeys,
    /// It was signed by somebody else than the server that it says it is of.
    #[error("the backup was not signed by the server whose key is in it: it was made up")]
    Forged,
    /// There is something already.
    #[error("{0} has records already; put the backup back into an empty place")]
    NotEmpty(String),
    /// The database.
    #[error(transparent)]
    Store(StoreError),
    /// The blobs.
    #[error("a blob cannot be written")]
    Blob(#[from] BlobError),
    /// The backup has a table that this program does not know.
    #[error("the backup has a table `{0}` that its schema does not")]
    Table(String),
}

impl Restore {
    /// Reads all of the backup, and whether these keys open it and signed it. Nothing is written.
    ///
    /// # Errors
    /// When it is not good, was made up, or the keys are of another server.
    pub fn verify(&self) -> Result<Summary, RestoreError> {
        if let KeySource::File(path) = &self.keys
            && !path.exists()
        {
            return Err(RestoreError::NoKeys(path.clone()));
        }
        let keyring = Keyring::open(self.keys.clone())?;
        let mut reader = Reader::open(self.opened()?)?;
        let mut signer = None;
        while let Some(entry) = reader.next_entry()? {
            if let Entry::Rows { table, rows } = entry
                && table == "keys"
            {
                signer = signer.or(journal_key(&keyring, &columns(&reader, &table), &rows));
            }
        }
        let summary = reader.finish()?;
        let signer = signer.ok_or(RestoreError::OtherKeys)?;
        // Whoever lacks the keys can make a backup that is signed by themselves, and holds a key that these open.
        if Notary::new(&signer).verifier() != summary.verifier {
            return Err(RestoreError::Forged);
        }
        Ok(summary)
    }

    /// Puts it back.
    ///
    /// # Errors
    /// When the place is not empty, or something cannot be read or written: then it is as empty as before.
    pub async fn run(&self) -> Result<(), RestoreError> {
        let place = self
            .database
            .clone()
            .map_or_else(|| Place::Sqlite(self.data.clone()), Place::Postgres);
        let unusable = |path: &Path| {
            let path = path.to_owned();
            move |source| RestoreError::File { path, source }
        };
        std::fs::create_dir_all(&self.data).map_err(unusable(&self.data))?;
        // The place is held from here on, so that no server begins there meanwhile.
        let schema = Reader::open(self.opened()?)?.head().schema;
        let empty = Store::empty(&place, schema).await?;
        self.put_blobs().await?;
        let filled = empty.fill(self.clone(), |tx, it| {
            async move { it.put_rows(tx).await }.boxed()
        });
        filled.await.map(drop)
    }

    fn opened(&self) -> Result<BufReader<File>, RestoreError> {
        let file = File::open(&self.file).map_err(|source| RestoreError::File {
            path: self.file.clone(),
            source,
        })?;
        Ok(BufReader::with_capacity(1 << 20, file))
    }

    async fn put_blobs(&self) -> Result<(), RestoreError> {
        let blobs = Blobs::open(&self.data.join("artifacts"))?;
        let somewhere: Repository = "restore/blobs".parse().map_err(|why| {
            RestoreError::Blob(BlobError::File(io::Error::other(format!("{why}"))))
        })?;
        let mut reader = Reader::open(self.opened()?)?;
        while let Some(entry) = reader.next_entry()? {
            let Entry::Blob { digest, size } = entry else {
                continue;
            };
            if blobs.has(digest, size).await && blobs.is_sound(digest).await? {
                continue;
            }
            let mut held = tempfile::tempfile_in(&self.data).map_err(BlobError::from)?;
            reader.read_blob(&mut held)?;
            held.rewind().map_err(BlobError::from)?;
            let mut upload = blobs.begin_upload(&somewhere).await?;
            let pieces = stream::iter(Pieces(held));
            upload.append(pieces).await?;
            drop(upload.finish(digest).await?);
        }
        reader.finish()?;
        Ok(())
    }

    async fn put_rows(&self, tx: &mut Tx) -> Result<(), RestoreError> {
        let tables = tx.tables().await?;
        let mut reader = Reader::open(self.opened()?)?;
        let mark = reader.mark();
        // Rows lie in the order of the head, which is the one in which they can be put back.
        while let Some(entry) = reader.next_entry()? {
            let Entry::Rows { table, rows } = entry else {
                continue;
            };
            let columns = columns(&reader, &table);
            let known = tables.iter().find(|it| it.name == table);
            let known: &Table = known
                .filter(|known| known.columns == columns)
                .ok_or_else(|| RestoreError::Table(table.clone()))?;
            let rows = rows.into_iter().map(|row| row.into_iter().map(value));
            let rows: Vec<Vec<Value>> = rows.map(Iterator::collect).collect();
            tx.record_table_rows(known, &rows).await?;
        }
        reader.finish()?;
        // The other database may number entries at once, so that nobody would come for these.
        while tx.number_waiting_entries().await? > 0 {}
        Ok(tx.record_restored(&mark).await?)
    }
}

impl From<StoreError> for RestoreError {
    fn from(why: StoreError) -> Self {
        if matches!(why, StoreError::HasRecords) {
            Self::NotEmpty("the database".to_owned())
        } else {
            Self::Store(why)
        }
    }
}

/// The key that the journal is signed with, among some rows of keys.
fn journal_key(keyring: &Keyring, columns: &[String], rows: &[Vec<Cell>]) -> Option<[u8; 32]> {
    let place = |name: &str| columns.iter().position(|it| it == name);
    let (name, wrapped) = (place("name")?, place("wrapped")?);
    rows.iter()
        .find_map(|row| match (row.get(name)?, row.get(wrapped)?) {
            (Cell::Text(name), Cell::Bytes(wrapped)) if name == "journal" => {
                keyring.unwrap("key/journal", &wrapped.0)?.try_into().ok()
            }
            _ => None,
        })
}

fn columns<R: io::Read>(reader: &Reader<R>, table: &str) -> Vec<String> {
    let tables = &reader.head().tables;
    let found = tables.iter().find(|it| it.name == table);
    found.map(|it| it.columns.clone()).unwrap_or_default()
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(value) => Value::Int(value),
        Cell::Text(value) => Value::Text(value),
        Cell::Bytes(bytes) => Value::Blob(bytes.0),
    }
}

/// A file, piece by piece.
struct Pieces(File);

impl Iterator for Pieces {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut piece = Vec::new();
        match (&self.0).take(PIECE).read_to_end(&mut piece) {
            Ok(0) => None,
            Ok(_) => Some(Ok(piece.into())),
            Err(why) => Some(Err(why)),
        }
    }
}
