//! Fragments of pages as streams of server-sent events: rendered again whenever something changed, sent when they
//! differ, until the last one.

use crate::{
    app::{Request, SharedApp},
    http::Watching,
};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, future::BoxFuture, stream};
use std::convert::Infallible;

/// A fragment as it is now.
#[derive(Debug)]
pub(super) struct Fragment {
    /// Its HTML.
    pub html: String,
    /// Whether it will not change any more.
    pub is_last: bool,
}

/// Renders the fragment anew for whoever watches; nothing when it cannot be had any more.
pub(super) type Render =
    Box<dyn Fn(SharedApp, Request) -> BoxFuture<'static, Option<Fragment>> + Send>;

/// Sends what `render` makes after every change. The last one is sent as `last`, so that the browser does not come back.
pub(super) fn stream(
    watching: Watching,
    render: Render,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watch = Watch {
        watching,
        render,
        sent: None,
        ended: false,
    };
    Sse::new(stream::unfold(watch, Watch::step)).keep_alive(KeepAlive::default())
}

struct Watch {
    watching: Watching,
    render: Render,
    sent: Option<String>,
    ended: bool,
}

impl Watch {
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.ended {
            return None;
        }
        let mut fragment = self.rendered().await?;
        while self.sent.as_ref() == Some(&fragment.html) {
            self.watching.again().await?;
            fragment = self.rendered().await?;
        }
        self.ended = fragment.is_last;
        let name = if self.ended { "last" } else { "fragment" };
        let event = Event::default()
            .event(name)
            .json_data(&fragment.html)
            .ok()?;
        self.sent = Some(fragment.html);
        Some((Ok(event), self))
    }

    fn rendered(&self) -> BoxFuture<'static, Option<Fragment>> {
        let Watching { app, request, .. } = &self.watching;
        (self.render)(app.clone(), request.clone())
    }
}
