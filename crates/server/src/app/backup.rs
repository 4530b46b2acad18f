//! Backups: all rows as they are at one moment, and all blobs, while everybody works on.
//!
//! Rows are written to a file without a name first, so that whoever fetches slowly keeps no transaction open. Blobs never change, and none
//! that is needed at that moment is removed before the next day.

use super::{App, Error, Request, SharedApp};
use bytes::Bytes;
use futures::{FutureExt, Stream, StreamExt, stream};
use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, Write},
    sync::Arc,
};
use tidegate_backup::{Cell, Head, TableHead, VERSION, Writer};
use tidegate_domain::{access::Action, digest::Digest};
use tidegate_registry::{BlobReader, Registry};
use tidegate_store::{Tx, Value};
use tokio::{runtime::Handle, sync::mpsc};

/// How many rows are read at a time.
const ROWS: u64 = 500;
/// How many bytes are sent at a time.
const PIECE: usize = 256 * 1024;
/// How many pieces wait for whoever fetches.
const PIECES: usize = 8;

/// Every blob that the record knows, with its length.
type Known = Vec<(Digest, u64)>;

impl App {
    /// A backup, piece by piece. It breaks off with an error if something cannot be read; what came is good for nothing then.
    ///
    /// # Errors
    /// When whoever asks may not, or there is no room for the rows.
    pub async fn back_up(
        self: &Arc<Self>,
        request: Request,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, Error> {
        self.store
            .write(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::BackUp).await?;
                    let detail = serde_json::json!({});
                    let noted = request.journal(tx, "backup.made", "organisation", &detail);
                    Ok::<_, Error>(noted.await?)
                }
                .boxed()
            })
            .await?;
        let scratch = self.scratch.clone();
        let file = tokio::task::spawn_blocking(move || tempfile::tempfile_in(scratch));
        let file = file.await.map_err(broken)?.map_err(broken)?;
        let input = (Arc::clone(self), request.actor.name.to_string(), file);
        let store = self.store.clone();
        let runtime = Handle::current();
        let reading = tokio::task::spawn_blocking(move || {
            // SQLite reads on the thread that asks.
            runtime.block_on(store.read(input, |tx, (app, by, file)| {
                snapshot(tx, app, (by, file)).boxed()
            }))
        });
        let (writer, blobs) = reading.await.map_err(broken)??;
        let (sender, receiver) = mpsc::channel(PIECES);
        let (app, runtime) = (Arc::clone(self), Handle::current());
        tokio::task::spawn_blocking(move || {
            let out = Pieces::new(sender);
            let failed = out.sender.clone();
            if let Err(why) = send(&app, &runtime, (writer, &blobs), out) {
                tracing::error!(error = &why as &dyn std::error::Error, "backup.failed");
                // Whoever fetched it may be gone.
                drop(failed.blocking_send(Err(why)));
            }
        });
        Ok(stream::unfold(receiver, |mut receiver| async {
            Some((receiver.recv().await?, receiver))
        }))
    }
}

fn broken(why: impl std::fmt::Display) -> Error {
    Error::Broken(format!("no backup can be made: {why}"))
}

/// Writes all rows as they are in this transaction.
async fn snapshot(
    tx: &mut Tx,
    app: &SharedApp,
    (by, file): (&str, &File),
) -> Result<(Writer<BufWriter<File>>, Known), Error> {
    let file = file.try_clone().map_err(broken)?;
    let tables = tx.tables().await?;
    let frontier = tx.journal_frontier().await?;
    let head = Head {
        v: VERSION,
        made_at: tx.now(),
        made_by: by.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: tx.schema().await?,
        incarnation: tx.incarnation().await?,
        checkpoint: app.notary.sign(frontier.size(), frontier.root()),
        verifier: app.notary.verifier(),
        tables: tables
            .iter()
            .map(|table| TableHead {
                name: table.name.clone(),
                columns: table.columns.clone(),
            })
            .collect(),
    };
    let mut writer = Writer::new(BufWriter::new(file), &head).map_err(broken)?;
    for table in &tables {
        let mut after = None;
        loop {
            let (rows, last) = tx.table_rows(table, after.as_deref(), ROWS).await?;
            if last.is_none() {
                break;
            }
            let rows: Vec<Vec<Cell>> = rows
                .into_iter()
                .map(|row| row.into_iter().map(cell).collect())
                .collect();
            writer.rows(&table.name, &rows).map_err(broken)?;
            after = last;
        }
    }
    Ok((writer, tx.all_blobs().await?))
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Int(value) => Cell::Int(value),
        Value::Text(value) => Cell::Text(value),
        Value::Blob(value) => Cell::Bytes(tidegate_backup::Bytes(value)),
    }
}

/// Sends the rows, then the blobs, then the seal.
fn send(
    app: &App,
    runtime: &Handle,
    (writer, blobs): (Writer<BufWriter<File>>, &[(Digest, u64)]),
    out: Pieces,
) -> io::Result<()> {
    let mut writer = writer.through(|rows| {
        let mut file = rows.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut out = out;
        file.rewind()?;
        io::copy(&mut file, &mut out)?;
        Ok(out)
    })?;
    let mut left_out = Vec::new();
    for (digest, size) in blobs {
        match opened(&app.registry, runtime, (*digest, *size)) {
            Some(content) => writer.blob(*digest, *size, content)?,
            None => left_out.push(*digest),
        }
    }
    if !left_out.is_empty() {
        tracing::error!(?left_out, "backup.incomplete");
    }
    writer
        .finish(&left_out, |text| app.notary.sign_text(text))
        .map(drop)
}

/// A blob that is there; one that is lost or was set aside because it is damaged is not.
fn opened(registry: &Registry, runtime: &Handle, (digest, size): (Digest, u64)) -> Option<Content> {
    let reader = runtime.block_on(registry.open_blob(digest)).ok()?;
    (reader.size() == size).then(|| Content {
        reader,
        runtime: runtime.clone(),
        piece: Bytes::new(),
    })
}

/// A blob, to be read on a thread that may wait.
struct Content {
    reader: BlobReader,
    runtime: Handle,
    piece: Bytes,
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() {
            match self.runtime.block_on(self.reader.next()) {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        buffer[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

/// Whoever fetches, as something that is written to.
struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    gathered: Vec<u8>,
}

impl Pieces {
    fn new(sender: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self {
            sender,
            gathered: Vec::with_capacity(PIECE),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::replace(&mut self.gathered, Vec::with_capacity(PIECE));
        let sent = self.sender.blocking_send(Ok(gathered.into()));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
