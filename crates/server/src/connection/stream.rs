//! The socket of somebody who has to take what they asked for.

use super::{Patience, meter::Meter};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that fails when the other end takes nothing for too long. Reading may take as long as it likes: whoever waits for
/// an answer says nothing.
#[derive(Debug)]
pub(crate) struct PatientStream<S> {
    stream: S,
    writing: Meter,
}

impl<S> PatientStream<S> {
    pub(crate) fn new(stream: S, patience: Patience) -> Self {
        Self {
            stream,
            writing: Meter::new(patience),
        }
    }

    /// What a write came to; an error once it has been pending for too long.
    fn written<T>(
        &mut self,
        context: &mut Context<'_>,
        (poll, bytes): (Poll<io::Result<T>>, impl FnOnce(&T) -> usize),
    ) -> Poll<io::Result<T>> {
        match poll {
            Poll::Ready(done) => {
                self.writing.moved(done.as_ref().map_or(0, bytes));
                Poll::Ready(done)
            }
            Poll::Pending => self
                .writing
                .poll_stalled(context)
                .map(|stalled| Err(io::Error::new(io::ErrorKind::TimedOut, stalled))),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PatientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PatientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, (poll, |bytes| *bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.written(context, (poll, |bytes| *bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(context);
        self.written(context, (poll, |()| 0))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(context);
        self.written(context, (poll, |()| 0))
    }
}
