//! Reading a blob out: a stream of big pieces from a few reused buffers.
//!
//! What the page cache holds is read at once on the runtime's thread (`RWF_NOWAIT`); only what must come from the
//! disk goes to a blocking thread. Buffers are reused because fresh memory costs more than the copy into it.

use super::{directory::blocking, verify::Check};
use bytes::Bytes;
use futures::{FutureExt, Stream, future::BoxFuture};
use std::{
    fmt,
    fs::File,
    io::{self, ErrorKind},
    ops::Range,
    os::unix::fs::FileExt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

/// The size of a piece: fits in the second-level cache, so that the copy to the socket finds it there.
const PIECE: usize = 256 * 1024;
/// How many free buffers are kept.
const KEPT: usize = 16;

/// An open blob, as a stream of its bytes.
pub struct BlobReader {
    file: Arc<File>,
    size: u64,
    range: Range<u64>,
    /// None: only a part is read.
    check: Option<Check>,
    buffers: Arc<BufferPool>,
    reading: Option<BoxFuture<'static, io::Result<Piece>>>,
}

#[derive(Debug, Default)]
pub(super) struct BufferPool(Mutex<Vec<Vec<u8>>>);

/// A filled buffer that goes back to its pool once it is sent.
struct Piece {
    buffer: Vec<u8>,
    filled: usize,
    pool: Arc<BufferPool>,
}

impl BlobReader {
    pub(super) fn new((file, size): (File, u64), check: Check, buffers: Arc<BufferPool>) -> Self {
        Self {
            file: Arc::new(file),
            size,
            range: 0..size,
            check: Some(check),
            buffers,
            reading: None,
        }
    }

    /// The size of the whole blob.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Reads only these bytes. The range must lie inside the blob. Whether they are right, the caller has found out.
    #[must_use]
    pub fn part(mut self, range: Range<u64>) -> Self {
        self.range = range.start.min(self.size)..range.end.min(self.size);
        self.check = None;
        self
    }

    fn next_piece(&mut self) -> Piece {
        let left = self.range.end - self.range.start;
        let filled = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        Piece {
            buffer: self.buffers.take(),
            filled,
            pool: Arc::clone(&self.buffers),
        }
    }

    fn deliver(&mut self, piece: Piece) -> io::Result<Bytes> {
        if piece.filled == 0 {
            self.range.start = self.range.end;
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.range.start += piece.filled as u64;
        let is_last = self.range.is_empty();
        if let Some(check) = &mut self.check {
            check
                .take(piece.as_ref(), is_last)
                .inspect_err(|_| self.range.start = self.range.end)?;
        }
        Ok(Bytes::from_owner(piece))
    }
}

impl Stream for BlobReader {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.range.is_empty() {
            return Poll::Ready(None);
        }
        if this.reading.is_none() {
            let mut piece = this.next_piece();
            if let Some(filled) = read_cached(&this.file, piece.room(), this.range.start) {
                piece.filled = filled;
                return Poll::Ready(Some(this.deliver(piece)));
            }
            let file = Arc::clone(&this.file);
            let offset = this.range.start;
            this.reading = Some(read_from_disk(file, piece, offset).boxed());
        }
        let Some(reading) = &mut this.reading else {
            return Poll::Ready(None);
        };
        let outcome = std::task::ready!(reading.poll_unpin(context));
        this.reading = None;
        Poll::Ready(Some(match outcome {
            Ok(piece) => this.deliver(piece),
            Err(error) => {
                this.range.start = this.range.end;
                if let Some(check) = &this.check {
                    check.suspect();
                }
                Err(error)
            }
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.range.end - self.range.start).ok();
        (usize::from(left != Some(0)), left)
    }
}

/// None: the bytes are not in memory, or the system cannot tell.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, buffer: &mut [u8], offset: u64) -> Option<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};
    let mut slices = [io::IoSliceMut::new(buffer)];
    preadv2(file, &mut slices, offset, ReadWriteFlags::NOWAIT)
        .ok()
        .filter(|n| *n > 0)
}

#[cfg(not(target_os = "linux"))]
fn read_cached(_file: &File, _buffer: &mut [u8], _offset: u64) -> Option<usize> {
    None
}

async fn read_from_disk(file: Arc<File>, mut piece: Piece, offset: u64) -> io::Result<Piece> {
    blocking(move || {
        piece.filled = file.read_at(piece.room(), offset)?;
        Ok(piece)
    })
    .await
}

impl BufferPool {
    fn take(&self) -> Vec<u8> {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| vec![0; PIECE])
    }

    fn give_back(&self, buffer: Vec<u8>) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT {
            free.push(buffer);
        }
    }
}

impl Piece {
    fn room(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.filled]
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.pool.give_back(std::mem::take(&mut self.buffer));
    }
}

impl fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobReader")
            .field("size", &self.size)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}
