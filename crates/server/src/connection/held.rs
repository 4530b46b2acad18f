//! A body that keeps something until it was sent.

use super::Place;
use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

struct Held {
    body: Body,
    /// Free again when the body is dropped.
    _place: Place,
}

/// A body with whose end a place is free again.
pub(crate) fn held(body: Body, place: Place) -> Body {
    Body::new(Held {
        body,
        _place: place,
    })
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
