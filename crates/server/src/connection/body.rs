//! The body of a request, which has to come.

use super::{
    Patience,
    meter::{Meter, Stalled},
};
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A body that fails when its sender is waited for too long.
#[derive(Debug)]
pub(crate) struct PatientBody {
    body: Incoming,
    meter: Meter,
}

/// Why a body does not come.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// Its sender takes too long.
    #[error(transparent)]
    Stalled(#[from] Stalled),
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

impl PatientBody {
    pub(super) fn new(body: Incoming, patience: Patience) -> Self {
        Self {
            body,
            meter: Meter::new(patience),
        }
    }
}

impl Body for PatientBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok());
            let bytes = bytes.and_then(Frame::data_ref).map_or(0, Bytes::len);
            this.meter.moved(bytes);
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        let stalled = ready!(this.meter.poll_stalled(context));
        Poll::Ready(Some(Err(stalled.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
