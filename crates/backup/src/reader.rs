//! Reading a backup, and finding out whether it is whole and as it was made.

use crate::{
    Cell, Head, JOURNAL, VERSION,
    archive::{content, filled, header, padding},
    listed, seal,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read},
};
use tidegate_domain::{
    digest::Digest,
    generation::BackupMark,
    journal::{Checkpoint, Frontier, leaf_hash, note},
};

/// The longest head, list or seal, in bytes.
const TEXT_MAX: u64 = 64 << 20;
/// The longest chunk of rows, packed and unpacked, in bytes: one row may be as long as a large document.
const CHUNK_MAX: u64 = 64 << 20;

/// A backup that is being read.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    head: Head,
    checkpoint: Checkpoint,
    list: Sha256,
    summary: Counted,
    /// The blob whose content was not read yet.
    open: Option<(Digest, u64)>,
    seen: BTreeSet<String>,
    columns: BTreeMap<String, usize>,
    tree: Frontier,
    sealed: bool,
}

#[derive(Debug, Default)]
struct Counted {
    entries: u64,
    rows: u64,
    blobs: u64,
    blob_bytes: u64,
    left_out: Vec<Digest>,
}

/// What comes next.
#[derive(Debug)]
pub enum Entry {
    /// Rows of a table.
    Rows {
        /// Which of the head.
        table: String,
        /// Each has as many values as the table has columns.
        rows: Vec<Vec<Cell>>,
    },
    /// A blob: [`Reader::read_blob`] reads it; otherwise it is verified and passed over.
    Blob {
        /// Its digest.
        digest: Digest,
        /// Its length in bytes.
        size: u64,
    },
}

/// What a backup holds. Only a good one has a summary.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// When it was made.
    pub made_at: jiff::Timestamp,
    /// Who asked for it.
    pub made_by: String,
    /// The version of the program that made it.
    pub program: String,
    /// The history.
    pub incarnation: u32,
    /// How many tables there are.
    pub tables: u64,
    /// How many rows they have together.
    pub rows: u64,
    /// How many blobs there are.
    pub blobs: u64,
    /// How many bytes they have together.
    pub blob_bytes: u64,
    /// Blobs that could not be read when it was made.
    pub left_out: Vec<Digest>,
    /// How many entries the journal has.
    pub journal_entries: u64,
    /// The root of their tree.
    pub journal_root: Digest,
    /// The key that signed it.
    pub verifier: String,
}

/// Why a backup is not good.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It cannot be read.
    #[error("it cannot be read")]
    Read(#[from] io::Error),
    /// It ends too early.
    #[error("it ends too early: the rest was not written, or is lost")]
    Cut,
    /// It is none.
    #[error("it is no backup: {0}")]
    Form(String),
    /// A newer program made it.
    #[error("it has form {0}, which this program does not know: use a newer program")]
    Newer(u32),
    /// An entry is not what it says.
    #[error("{0} is damaged")]
    Damaged(String),
    /// The seal is about something else.
    #[error("its seal is not about what it holds")]
    Seal,
    /// Nobody whom this trusts signed it.
    #[error("it is not signed by {0}")]
    Signature(String),
    /// The journal is not the one that was signed.
    #[error("the journal in it is not the one of its signed checkpoint")]
    Journal,
}

/// Reads all of a backup, and keeps nothing.
///
/// # Errors
/// When it is not good, or `verifier` is given and did not sign it.
pub fn verify(input: impl Read, verifier: Option<&str>) -> Result<Summary, Fault> {
    let mut reader = Reader::open(input)?;
    if let Some(verifier) = verifier
        && verifier != reader.head.verifier
    {
        return Err(Fault::Signature(verifier.to_owned()));
    }
    while reader.next_entry()?.is_some() {}
    reader.finish()
}

impl<R: Read> Reader<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(mut input: R) -> Result<Self, Fault> {
        let first = header(&mut input)?;
        let Some((path, size)) = first.filter(|(path, _)| path == "backup.json") else {
            return Err(Fault::Form("it does not begin with backup.json".to_owned()));
        };
        let text = content(&mut input, size, TEXT_MAX)?;
        let version: Version = parsed(&text)?;
        if version.v != VERSION {
            return Err(Fault::Newer(version.v));
        }
        let head: Head = parsed(&text)?;
        let checkpoint = note::open(&head.checkpoint, &head.verifier)
            .map_err(|_| Fault::Signature(head.verifier.clone()))?;
        let mut list = Sha256::new();
        list.update(listed(Sha256::digest(&text).as_slice(), size, &path));
        let tables = head.tables.iter();
        let columns = tables
            .map(|table| (table.name.clone(), table.columns.len()))
            .collect();
        Ok(Self {
            input,
            checkpoint,
            list,
            summary: Counted {
                entries: 1,
                ..Counted::default()
            },
            open: None,
            seen: [path].into(),
            columns,
            tree: Frontier::default(),
            sealed: false,
            head,
        })
    }

    /// What the backup is of.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// By what the backup is known.
    pub const fn mark(&self) -> BackupMark {
        BackupMark {
            made_at: self.head.made_at,
            entries: self.checkpoint.size,
            root: self.checkpoint.root,
        }
    }

    /// What comes next; none after the seal.
    ///
    /// # Errors
    /// When something is damaged.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, Fault> {
        if self.open.is_some() {
            self.read_blob(&mut io::sink())?;
        }
        while !self.sealed {
            let (path, size) = header(&mut self.input)?.ok_or(Fault::Cut)?;
            if !self.seen.insert(path.clone()) {
                return Err(Fault::Form(format!("{path} is there twice")));
            }
            if path == "seal" {
                self.judge_seal(size)?;
            } else if path == "left-out.json" {
                let text = self.entry(&path, size, TEXT_MAX)?;
                self.summary.left_out = parsed(&text)?;
            } else if let Some(hex) = path.strip_prefix("blobs/sha256/") {
                let digest = format!("sha256:{hex}");
                let digest: Digest = digest
                    .parse()
                    .map_err(|_| Fault::Form(format!("{path} names no digest")))?;
                self.open = Some((digest, size));
                return Ok(Some(Entry::Blob { digest, size }));
            } else if let Some(table) = table_of(&path) {
                let packed = self.entry(&path, size, CHUNK_MAX)?;
                let rows = self.rows(table, &path, &packed)?;
                let table = table.to_owned();
                return Ok(Some(Entry::Rows { table, rows }));
            } else {
                return Err(Fault::Form(format!("nothing is called {path}")));
            }
        }
        Ok(None)
    }

    /// Writes the content of the blob that came last to `out`.
    ///
    /// # Errors
    /// When it is damaged, which is found out at its end.
    pub fn read_blob(&mut self, out: &mut dyn io::Write) -> Result<(), Fault> {
        let Some((digest, size)) = self.open.take() else {
            return Ok(());
        };
        let mut hash = Sha256::new();
        let mut left = size;
        let mut buffer = vec![0; 1 << 16];
        while left > 0 {
            let wanted = buffer
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            filled(&mut self.input, &mut buffer[..wanted])?;
            hash.update(&buffer[..wanted]);
            out.write_all(&buffer[..wanted])?;
            left -= wanted as u64;
        }
        padding(&mut self.input, size)?;
        let (hash, path) = (hash.finalize(), format!("blobs/sha256/{}", digest.hex()));
        if hash.as_slice() != digest.as_bytes() {
            return Err(Fault::Damaged(path));
        }
        self.note(hash.as_slice(), size, &path);
        self.summary.blobs += 1;
        self.summary.blob_bytes += size;
        Ok(())
    }

    /// What was read, if the seal was good and all is as it was made.
    ///
    /// # Errors
    /// When it is not, or there is more to read.
    pub fn finish(self) -> Result<Summary, Fault> {
        if !self.sealed {
            return Err(Fault::Cut);
        }
        let is_whole = self.tree.size() == self.checkpoint.size;
        if !is_whole || self.tree.root() != self.checkpoint.root {
            return Err(Fault::Journal);
        }
        Ok(Summary {
            made_at: self.head.made_at,
            made_by: self.head.made_by,
            program: self.head.program,
            incarnation: self.head.incarnation.0,
            tables: self.head.tables.len() as u64,
            rows: self.summary.rows,
            blobs: self.summary.blobs,
            blob_bytes: self.summary.blob_bytes,
            left_out: self.summary.left_out,
            journal_entries: self.checkpoint.size,
            journal_root: self.checkpoint.root,
            verifier: self.head.verifier,
        })
    }

    fn entry(&mut self, path: &str, size: u64, max: u64) -> Result<Vec<u8>, Fault> {
        let content = content(&mut self.input, size, max)?;
        self.note(Sha256::digest(&content).as_slice(), size, path);
        Ok(content)
    }

    fn note(&mut self, hash: &[u8], size: u64, path: &str) {
        self.list.update(listed(hash, size, path));
        self.summary.entries += 1;
    }

    fn judge_seal(&mut self, size: u64) -> Result<(), Fault> {
        let text = String::from_utf8(content(&mut self.input, size, TEXT_MAX)?)
            .map_err(|_| Fault::Form("the seal is no text".to_owned()))?;
        let verifier = &self.head.verifier;
        let said =
            note::signed_text(&text, verifier).map_err(|_| Fault::Signature(verifier.clone()))?;
        let list = self.list.clone().finalize();
        if said != seal(self.summary.entries, list.as_slice()) {
            return Err(Fault::Seal);
        }
        self.sealed = true;
        Ok(())
    }

    fn rows(&mut self, table: &str, path: &str, packed: &[u8]) -> Result<Vec<Vec<Cell>>, Fault> {
        let damaged = || Fault::Damaged(path.to_owned());
        let Some(width) = self.columns.get(table).copied() else {
            return Err(Fault::Form(format!(
                "{path} is of a table that it does not name"
            )));
        };
        let unpacked = zstd::Decoder::new(packed).map_err(|_| damaged())?;
        let lines = io::BufReader::new(unpacked.take(CHUNK_MAX)).lines();
        let mut rows = Vec::new();
        for line in lines {
            let line = line.map_err(|_| damaged())?;
            let row: Vec<Cell> = serde_json::from_str(&line).map_err(|_| damaged())?;
            if row.len() != width {
                return Err(damaged());
            }
            rows.push(row);
        }
        self.summary.rows += rows.len() as u64;
        if table == JOURNAL.0 {
            self.grow(&rows)?;
        }
        Ok(rows)
    }

    /// The entries of the journal are the leaves of the tree whose root was signed.
    fn grow(&mut self, rows: &[Vec<Cell>]) -> Result<(), Fault> {
        let table = self.head.tables.iter().find(|it| it.name == JOURNAL.0);
        let place = |name: &str| table?.columns.iter().position(|it| it == name);
        let (Some(number), Some(record)) = (place(JOURNAL.1), place(JOURNAL.2)) else {
            return Err(Fault::Journal);
        };
        for row in rows {
            match (&row[number], &row[record]) {
                (Cell::Int(sequence), Cell::Text(text))
                    if u64::try_from(*sequence) == Ok(self.tree.size()) =>
                {
                    self.tree.append(leaf_hash(text.as_bytes()));
                }
                _ => return Err(Fault::Journal),
            }
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Version {
    v: u32,
}

fn parsed<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(text).map_err(|why| Fault::Form(why.to_string()))
}

/// `tables/NAME/NUMBER.jsonl.zst`.
fn table_of(path: &str) -> Option<&str> {
    let (name, chunk) = path.strip_prefix("tables/")?.split_once('/')?;
    chunk.ends_with(".jsonl.zst").then_some(name)
}
