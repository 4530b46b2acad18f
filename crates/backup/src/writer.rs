//! Writing a backup, from its head to its seal.

use crate::{
    Cell, Head,
    archive::{write_end, write_header, write_padding},
    listed, seal,
};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Write};
use tidegate_domain::digest::Digest;

/// Rows lie together in so many bytes, unpacked, or alone: whoever reads them holds no more.
const CHUNK: usize = 8 << 20;

/// How hard rows are packed: much smaller already, and faster than disks.
const LEVEL: i32 = 3;

/// A backup that is being written.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    list: Sha256,
    entries: u64,
    chunks: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with the head.
    ///
    /// # Errors
    /// When it cannot be written; likewise below.
    pub fn new(out: W, head: &Head) -> io::Result<Self> {
        let mut writer = Self {
            out,
            list: Sha256::new(),
            entries: 0,
            chunks: 0,
        };
        let text = serde_json::to_vec_pretty(head)?;
        writer.entry("backup.json", &text)?;
        Ok(writer)
    }

    /// Some rows of a table. The rows of one table come one after another.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn rows(&mut self, table: &str, rows: &[Vec<Cell>]) -> io::Result<()> {
        let mut packer = zstd::Encoder::new(Vec::new(), LEVEL)?;
        let mut length = 0;
        for row in rows {
            let line = serde_json::to_vec(row)?;
            if length > 0 && length + line.len() > CHUNK {
                let full = std::mem::replace(&mut packer, zstd::Encoder::new(Vec::new(), LEVEL)?);
                self.chunk(table, &full.finish()?)?;
                length = 0;
            }
            packer.write_all(&line)?;
            packer.write_all(b"\n")?;
            length += line.len() + 1;
        }
        self.chunk(table, &packer.finish()?)
    }

    fn chunk(&mut self, table: &str, packed: &[u8]) -> io::Result<()> {
        let path = format!("tables/{table}/{:06}.jsonl.zst", self.chunks);
        self.chunks += 1;
        self.entry(&path, packed)
    }

    /// A blob. Nothing of the archive is good any more if its content is not that.
    ///
    /// # Errors
    /// When it cannot be written, or is something else than `digest` and `size` say.
    pub fn blob(&mut self, digest: Digest, size: u64, content: impl Read) -> io::Result<()> {
        let path = format!("blobs/sha256/{}", digest.hex());
        self.header(&path, size)?;
        let mut hash = Sha256::new();
        let mut content = content.take(size);
        let mut buffer = vec![0; 1 << 16];
        let mut read = 0;
        loop {
            let count = content.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            hash.update(&buffer[..count]);
            self.out.write_all(&buffer[..count])?;
            read += count as u64;
        }
        let hash = hash.finalize();
        if read != size || hash.as_slice() != digest.as_bytes() {
            let why = format!("blob {digest} is not what it should be");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        self.end(&path, size, hash.as_slice())
    }

    /// Goes on writing to something else.
    ///
    /// # Errors
    /// What `change` answers.
    pub fn through<V>(self, change: impl FnOnce(W) -> io::Result<V>) -> io::Result<Writer<V>> {
        Ok(Writer {
            out: change(self.out)?,
            list: self.list,
            entries: self.entries,
            chunks: self.chunks,
        })
    }

    /// Ends with the blobs that are missing, and the seal. `sign` makes a signed note of a text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(
        mut self,
        left_out: &[Digest],
        sign: impl FnOnce(&str) -> String,
    ) -> io::Result<W> {
        self.entry("left-out.json", &serde_json::to_vec(left_out)?)?;
        let note = sign(&seal(self.entries, self.list.clone().finalize().as_slice()));
        self.header("seal", note.len() as u64)?;
        self.out.write_all(note.as_bytes())?;
        write_padding(&mut self.out, note.len() as u64)?;
        write_end(&mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn entry(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let size = content.len() as u64;
        self.header(path, size)?;
        self.out.write_all(content)?;
        self.end(path, size, Sha256::digest(content).as_slice())
    }

    fn header(&mut self, path: &str, size: u64) -> io::Result<()> {
        write_header(&mut self.out, path, size)
    }

    fn end(&mut self, path: &str, size: u64, hash: &[u8]) -> io::Result<()> {
        write_padding(&mut self.out, size)?;
        self.list.update(listed(hash, size, path));
        self.entries += 1;
        Ok(())
    }
}
