//! A deployment as a stream of server-sent events: its view whenever it changes, until it has ended.

use super::super::{
    ApiError, Watching,
    access::{Caller, Path, State},
};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, stream};
use std::{convert::Infallible, time::Duration};
use tidegate_domain::id::DeploymentId;
use tidegate_protocol::api::{DeploymentEvent, DeploymentView, Problem};

/// Views follow each other at this distance at least, however much happens.
const PACE: Duration = Duration::from_millis(100);

/// The view of a deployment, sent as `deployment` events whenever it changes, until it has ended.
#[utoipa::path(get, path = "/api/v1/deployments/{id}/stream", params(("id" = u64, Path)),
    responses((status = 200, body = DeploymentEvent, content_type = "text/event-stream"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn deployment(
    app: State,
    Caller(request): Caller,
    Path(id): Path<u64>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let id = DeploymentId(id);
    let watching = Watching::new(app.0.clone(), request, PACE);
    let first = app.deployment_view(&watching.request, id).await?;
    let watch = Watch {
        watching,
        id,
        last: None,
        next: Some(first),
    };
    Ok(Sse::new(stream::unfold(watch, Watch::step)).keep_alive(KeepAlive::default()))
}

struct Watch {
    watching: Watching,
    id: DeploymentId,
    last: Option<DeploymentView>,
    next: Option<DeploymentView>,
}

impl Watch {
    /// The next view that differs from the last; nothing after the end.
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.last.as_ref().is_some_and(DeploymentView::has_ended) {
            return None;
        }
        while self.next.is_none() || self.next == self.last {
            self.watching.again().await?;
            let Watching { app, request, .. } = &self.watching;
            self.next = Some(app.deployment_view(request, self.id).await.ok()?);
        }
        self.last = self.next.take();
        let event = Event::default()
            .event("deployment")
            .json_data(self.last.as_ref()?)
            .ok()?;
        Some((Ok(event), self))
    }
}
