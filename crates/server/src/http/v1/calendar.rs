//! Windows and freezes, and everything that happens beside them, for people and for other calendars.

use super::super::{
    ApiError,
    access::{Caller, Json, Narrowed, Query, State, Subscriber},
};
use crate::app::{
    Error, SharedApp,
    agenda::AgendaFilter,
    optional,
    query::{Place, Range},
};
use axum::{
    Router, extract,
    http::{HeaderName, header},
    routing::{get, post},
};
use serde::Deserialize;
use tidegate_protocol::api::{
    AgendaView, CalendarView, FeedView, Problem, WhatIfRequest, WhatIfView,
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .route("/api/v1/calendar", get(show))
        .route("/api/v1/calendar/entries", get(entries))
        .route("/api/v1/calendar/what-if", post(what_if))
        .route("/api/v1/calendar/feed", get(address))
        .route("/api/v1/calendar.ics", get(feed))
}

/// Which stretch of time, and where.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    from: Option<String>,
    to: Option<String>,
    product: Option<String>,
    environment: Option<String>,
    team: Option<String>,
    person: Option<String>,
    lane: Option<String>,
}

impl Filter {
    fn of(narrowed: &Narrowed) -> Self {
        let Narrowed {
            product,
            environment,
            team,
            person,
            lane,
        } = narrowed;
        Self {
            product: product.clone(),
            environment: environment.clone(),
            team: team.clone(),
            person: person.clone(),
            lane: lane.clone(),
            ..Self::default()
        }
    }

    fn agenda(&self) -> Result<AgendaFilter, Error> {
        Ok(AgendaFilter {
            place: self.place()?,
            team: optional("team", self.team.as_deref())?,
            person: optional("person", self.person.as_deref())?,
            lane: optional("lane", self.lane.as_deref())?,
        })
    }

    fn range(&self) -> Result<Range, Error> {
        Ok(Range {
            from: optional("from", self.from.as_deref())?,
            to: optional("to", self.to.as_deref())?,
        })
    }

    fn place(&self) -> Result<Place, Error> {
        Ok(Place {
            product: optional("product", self.product.as_deref())?,
            environment: optional("environment", self.environment.as_deref())?,
        })
    }
}

/// What is open now, and when windows and freezes are: for four weeks from today, unless said. A day such as 2026-12-24
/// begins in the calendar's time zone; a moment is 2026-12-24T18:00:00Z.
#[utoipa::path(get, path = "/api/v1/calendar",
    params(("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("product" = Option<String>, Query), ("environment" = Option<String>, Query)),
    responses((status = 200, body = CalendarView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<Filter>,
) -> Result<extract::Json<CalendarView>, ApiError> {
    let (range, place) = (filter.range()?, filter.place()?);
    Ok(extract::Json(app.calendar(&request, range, place).await?))
}

/// Everything that happens, and what is in whose way: for four weeks from today, unless said. `person` means their teams as well;
/// `lane` is `releases`, `trains`, `windows`, `suppliers`, `tasks` or `environment:NAME`. Tasks are those of a team or person.
#[utoipa::path(get, path = "/api/v1/calendar/entries",
    params(("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("product" = Option<String>, Query), ("environment" = Option<String>, Query),
        ("team" = Option<String>, Query), ("person" = Option<String>, Query), ("lane" = Option<String>, Query)),
    responses((status = 200, body = AgendaView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn entries(
    app: State,
    Caller(request): Caller,
    Query(filter): Query<Filter>,
) -> Result<extract::Json<AgendaView>, ApiError> {
    let (range, wanted) = (filter.range()?, filter.agenda()?);
    Ok(extract::Json(app.agenda(&request, range, wanted).await?))
}

/// What would change if something were at another time: conflicts, and tasks that are late. Nothing is moved.
#[utoipa::path(post, path = "/api/v1/calendar/what-if", request_body = WhatIfRequest,
    responses((status = 200, body = WhatIfView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn what_if(
    app: State,
    Caller(request): Caller,
    Json(wanted): Json<WhatIfRequest>,
) -> Result<extract::Json<WhatIfView>, ApiError> {
    Ok(extract::Json(app.what_if(&request, &wanted).await?))
}

/// The address of the calendar for programs that send no headers, narrowed to what is asked for. It holds a key that reads
/// exactly that and ends with the caller's token.
#[utoipa::path(get, path = "/api/v1/calendar/feed",
    params(("product" = Option<String>, Query), ("environment" = Option<String>, Query), ("team" = Option<String>, Query),
        ("person" = Option<String>, Query), ("lane" = Option<String>, Query)),
    responses((status = 200, body = FeedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn address(
    app: State,
    Caller(request): Caller,
    Query(narrowed): Query<Narrowed>,
) -> Result<extract::Json<FeedView>, ApiError> {
    let filter = Filter::of(&narrowed).agenda()?;
    let view = app.feed(&request, (filter, &narrowed.words())).await?;
    Ok(extract::Json(view))
}

/// Every window and freeze, and what happens from four weeks ago until a year from now, as iCalendar. The key in the address takes
/// the place of a token.
#[utoipa::path(get, path = "/api/v1/calendar.ics",
    params(("key" = Option<String>, Query), ("product" = Option<String>, Query), ("environment" = Option<String>, Query),
        ("team" = Option<String>, Query), ("person" = Option<String>, Query), ("lane" = Option<String>, Query)),
    responses((status = 200, body = String, content_type = "text/calendar"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn feed(
    app: State,
    Subscriber(request): Subscriber,
    Query(filter): Query<Filter>,
) -> Result<([(HeaderName, &'static str); 1], String), ApiError> {
    let text = app.agenda_text(&request, filter.agenda()?).await?;
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    Ok(([kind], text))
}
