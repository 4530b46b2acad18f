//! SQLite: one writer thread that commits in groups, and a pool of readers.
//!
//! A group is whatever waits when the previous commit returns: one durable write to disk serves all of it. Each
//! transaction runs inside a savepoint, so one that fails takes nothing of its neighbours with it.

mod statements;

pub(crate) use statements::SqliteTx;

use crate::{StoreError, Tx, tx::Connection};
use futures::{FutureExt, future::BoxFuture};
use statements::Loss;
use std::{
    fs::File,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{Mutex, PoisonError, mpsc},
};
use tokio::sync::{Semaphore, oneshot};

/// Transactions committed together at most; more wait for the next group.
const GROUP_MAX: usize = 512;
const READERS: usize = 4;
/// The write-ahead log becomes about so long before it begins anew.
const ROOM_MIN: u64 = 4 * 1024 * 1024;

/// The open database.
pub(crate) struct Sqlite {
    jobs: mpsc::Sender<Job>,
    readers: Mutex<Vec<Tx>>,
    free: Semaphore,
    /// Held as long as the database is open: a second server is refused.
    lock: File,
}

/// A transaction to run, and what to do once its group is committed.
type Job = Box<dyn FnOnce(&mut Tx) -> Finish + Send>;
type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

impl Sqlite {
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        let lock = lock(directory)?;
        let path = directory.join("tidegate.db");
        let writer = Tx::sqlite(connect(&path)?);
        let readers = (0..READERS)
            .map(|_| {
                let reader = connect(&path)?;
                reader.pragma_update(None, "query_only", true)?;
                Ok(Tx::sqlite(reader))
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_groups(writer, &queue))
            .map_err(|source| StoreError::Open { path, source })?;
        Ok(Self {
            jobs,
            readers: Mutex::new(readers),
            free: Semaphore::new(READERS),
            lock,
        })
    }

    /// Whether the disk has room for what is usually written.
    pub(crate) fn has_room(&self) -> bool {
        // A file system that does not tell is not a full one.
        rustix::fs::fstatvfs(&self.lock).map_or(true, |disk| {
            disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM_MIN
        })
    }

    pub(crate) async fn write<I, T, E, F>(&self, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel::<Result<T, E>>();
        let job: Job = Box::new(move |tx| {
            let outcome = in_savepoint(tx, &input, &work);
            Box::new(move |committed| {
                let outcome = outcome.and_then(|value| committed.map(|()| value).map_err(E::from));
                // The caller may have gone away; its transaction stands all the same.
                drop(answer.send(outcome));
            })
        });
        self.jobs.send(job).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| E::from(StoreError::Closed))?
    }

    pub(crate) async fn read<I, T, E, F>(&self, input: &I, work: &F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>>,
    {
        let _free = self.free.acquire().await.map_err(|_| StoreError::Closed)?;
        let mut reader = Reader {
            pool: &self.readers,
            tx: self.take_reader(),
        };
        let tx = reader
            .tx
            .as_mut()
            .expect("a free permit means a reader in the pool");
        tx.now = now();
        tx.sqlite_mut().refused = false;
        tx.sqlite_mut().execute("BEGIN", &[])?;
        let outcome = AssertUnwindSafe(work(tx, input))
            .catch_unwind()
            .now_or_never();
        tx.sqlite_mut().execute("COMMIT", &[])?;
        settle(outcome)
    }

    fn take_reader(&self) -> Option<Tx> {
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }
}

/// Puts a reader back into the pool however its use ends.
struct Reader<'a> {
    pool: &'a Mutex<Vec<Tx>>,
    tx: Option<Tx>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.pool
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(self.tx.take());
    }
}

fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("lock");
    let open = |source| StoreError::Open {
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(directory).map_err(open)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(open)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::InUse(directory.to_owned())),
        Err(errno) => Err(open(errno.into())),
    }
}

fn connect(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Statements are kept; without this SQLite plans them anew for each new set of parameters.
    connection.set_db_config(
        rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG,
        true,
    )?;
    connection.pragma_update(None, "busy_timeout", 10_000)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn write_groups(mut tx: Tx, queue: &mpsc::Receiver<Job>) {
    let mut finishes = Vec::new();
    while let Ok(first) = queue.recv() {
        tx.now = now();
        tx.sqlite_mut().no_room = false;
        if let Err(error) = tx.sqlite_mut().execute("BEGIN IMMEDIATE", &[]) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "store.begin_failed"
            );
            drop(first);
            continue;
        }
        finishes.push(first(&mut tx));
        while finishes.len() < GROUP_MAX
            && tx.sqlite_mut().is_open()
            && let Ok(job) = queue.try_recv()
        {
            finishes.push(job(&mut tx));
        }
        let committed = commit(&mut tx);
        for finish in finishes.drain(..) {
            finish(committed.map_err(StoreError::from));
        }
    }
}

/// Commits the group. When the disk refuses, the group is rolled back and each of its callers is told.
fn commit(tx: &mut Tx) -> Result<(), Loss> {
    let tx = tx.sqlite_mut();
    if !tx.is_open() {
        tracing::error!(tx.no_room, "store.group_lost");
        return Err(tx.loss());
    }
    let Err(error) = tx.execute("COMMIT", &[]) else {
        return Ok(());
    };
    tracing::error!(
        error = &error as &dyn std::error::Error,
        "store.commit_failed"
    );
    if tx.is_open()
        && let Err(error) = tx.execute("ROLLBACK", &[])
    {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "store.rollback_failed"
        );
    }
    Err(tx.loss())
}

fn in_savepoint<I, T, E: From<StoreError>>(
    tx: &mut Tx,
    input: &I,
    work: &impl for<'a> Fn(&'a mut Tx, &'a I) -> BoxFuture<'a, Result<T, E>>,
) -> Result<T, E> {
    tx.sqlite_mut().refused = false;
    tx.sqlite_mut().execute("SAVEPOINT work", &[])?;
    let mut outcome = settle(
        AssertUnwindSafe(work(tx, input))
            .catch_unwind()
            .now_or_never(),
    );
    if tx.sqlite_mut().refused {
        outcome = outcome.and_then(|_| Err(StoreError::Spoilt.into()));
    }
    if !tx.sqlite_mut().is_open() {
        return outcome;
    }
    let end = if outcome.is_ok() {
        "RELEASE work"
    } else {
        "ROLLBACK TO work"
    };
    tx.sqlite_mut().execute(end, &[])?;
    outcome
}

fn settle<T, E: From<StoreError>>(
    outcome: Option<std::thread::Result<Result<T, E>>>,
) -> Result<T, E> {
    match outcome.expect("a transaction awaits nothing but its own statements") {
        Ok(outcome) => outcome,
        Err(_panic) => Err(StoreError::Panicked.into()),
    }
}

impl Tx {
    fn sqlite(connection: rusqlite::Connection) -> Self {
        Self {
            connection: Connection::Sqlite(SqliteTx::new(connection)),
            now: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn sqlite_mut(&mut self) -> &mut SqliteTx {
        match &mut self.connection {
            Connection::Sqlite(tx) => tx,
            Connection::Postgres(_) => {
                unreachable!("the SQLite backend makes only SQLite transactions")
            }
        }
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}

/// The time, to the microsecond, as it is stored: what is told of a time is what is read of it later.
fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
