//! What goes out when: what is open now, the windows, freezes and deployments of some weeks, everything that goes out, and what
//! is in whose way.

pub(in crate::web) mod addresses;
mod agenda;
mod asking;
mod headline;
mod lanes;
mod listing;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::DeploymentTable,
    visitor::{Query, Visitor},
};
use crate::{
    app::{
        Error, Request, SharedApp,
        agenda::AgendaFilter,
        field,
        query::{Bound, Place, Range},
    },
    http::access::State,
};
use agenda::Agenda;
use askama::Template;
use asking::Answer;
use axum::response::Response;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use lanes::Lanes;
use listing::{Now, Occasion};
use serde::Deserialize;
use tidegate_protocol::api::{AgendaView, CalendarView, DeploymentView, WhatIfRequest};

/// How many weeks are shown: the last one, this one and those that come.
const WEEKS: i64 = 5;
/// How many of the latest deployments are looked at.
const LATEST: u64 = 200;

#[derive(Template)]
#[template(path = "calendar.html")]
struct Page {
    frame: Frame,
    sentence: String,
    is_undeclared: bool,
    is_without_places: bool,
    period: String,
    time_zone: String,
    filter: Filter,
    earlier: String,
    today: String,
    later: String,
    lanes: Lanes,
    agenda: Agenda,
    answer: Option<Answer>,
    now: Vec<Now>,
    occasions: Vec<Occasion>,
    is_cut: bool,
    deployments: DeploymentTable,
}

/// Which weeks, and what of them.
#[derive(Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    from: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    lane: String,
    /// What is asked about: what moves, to which day, at what time.
    #[serde(default)]
    entry: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    time: String,
    /// So many days later, in place of day and time.
    #[serde(default)]
    days: String,
}

/// What the page is made of.
struct Views {
    calendar: CalendarView,
    agenda: AgendaView,
    deployments: Vec<DeploymentView>,
    answer: Option<Answer>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    let first = filter.first()?;
    let last = first.saturating_add(WEEKS.weeks());
    let range = Range {
        from: Some(Bound::Day(first)),
        to: Some(Bound::Day(last)),
    };
    let views = views(&app, &request, range, &filter).await?;
    let frame = Frame::new("Calendar", Section::Calendar, &request).twins(
        format!(
            "/api/v1/calendar/entries?from={first}&to={last}{}",
            filter.rest()
        ),
        format!(
            "tidegate calendar --from {first} --weeks {WEEKS}{}",
            filter.flags()
        ),
    );
    answer(&Page::of(frame, filter, first, views))
}

async fn views(
    app: &SharedApp,
    request: &Request,
    range: Range,
    filter: &Filter,
) -> Result<Views, Error> {
    let wanted = filter.wanted()?;
    let place = wanted.place.clone();
    let calendar = app.calendar(request, range, place.clone()).await?;
    let places = (place.product, place.environment);
    let mut deployments = app.deployment_list(request, None, LATEST, places).await?;
    deployments.retain(|d| (calendar.from..calendar.to).contains(&d.requested_at));
    let answer = match filter.asked() {
        Some(asked) => Some(Answer::of(&app.what_if(request, &asked).await?)),
        None => None,
    };
    Ok(Views {
        agenda: app.agenda(request, range, wanted).await?,
        calendar,
        deployments,
        answer,
    })
}

impl Page {
    fn of(frame: Frame, filter: Filter, first: Date, views: Views) -> Self {
        let Views {
            calendar: view,
            agenda,
            deployments,
            ..
        } = &views;
        let zone = TimeZone::get(&view.time_zone).unwrap_or(TimeZone::UTC);
        let at = |days: i64| filter.address(Some(first.saturating_add(days.days())));
        let last = first.saturating_add((7 * WEEKS - 1).days());
        Self {
            frame,
            sentence: headline::of(view),
            is_undeclared: view.entries.is_empty(),
            is_without_places: view.openings.is_empty(),
            period: format!(
                "{} to {}",
                first.strftime("%-d %B"),
                last.strftime("%-d %B %Y")
            ),
            time_zone: view.time_zone.clone(),
            earlier: at(-7),
            today: filter.address(None),
            later: at(7),
            lanes: Lanes::of(view, deployments, &zone),
            agenda: Agenda::of(agenda, &zone),
            now: view.openings.iter().map(|o| Now::of(o, view.now)).collect(),
            occasions: listing::occasions(view, &zone),
            is_cut: listing::is_cut(view),
            deployments: DeploymentTable::of(deployments, view.now),
            answer: views.answer,
            filter,
        }
    }
}

impl Filter {
    /// The Monday that is asked for; that of last week unless it is said.
    fn first(&self) -> Result<Date, Error> {
        let day: Date = match self.from.as_str() {
            "" => Timestamp::now()
                .to_zoned(TimeZone::UTC)
                .date()
                .saturating_sub(7.days()),
            text => field("from", text)?,
        };
        let since = i64::from(day.weekday().to_monday_zero_offset());
        Ok(day.saturating_sub(since.days()))
    }

    fn wanted(&self) -> Result<AgendaFilter, Error> {
        let name = |what, text: &str| match text {
            "" => Ok(None),
            _ => field(what, text).map(Some),
        };
        Ok(AgendaFilter {
            place: Place {
                product: name("product", &self.product)?,
                environment: name("environment", &self.environment)?,
            },
            team: name("team", &self.team)?,
            person: name("person", &self.person)?,
            lane: match self.lane.as_str() {
                "" => None,
                lane => Some(field("lane", lane)?),
            },
        })
    }

    /// What somebody asks: what would change if an entry were at another time.
    fn asked(&self) -> Option<WhatIfRequest> {
        let days: Option<i32> = self.days.parse().ok();
        let to = match (days, self.day.as_str(), self.time.as_str()) {
            (Some(days), _, _) => format!("{days:+}d"),
            (None, "", _) => return None,
            (None, day, "") => day.to_owned(),
            (None, day, time) => format!("{day}T{time}"),
        };
        let entry = self.entry.clone();
        (!entry.is_empty()).then_some(WhatIfRequest { entry, to })
    }

    /// The weeks and the filter, as fields of a form.
    fn kept(&self) -> Vec<(&'static str, &str)> {
        let from = [("from", self.from.as_str())];
        let from = from.into_iter().filter(|(_, value)| !value.is_empty());
        from.chain(self.parts()).collect()
    }

    /// The page from that Monday on, or from the usual one.
    fn address(&self, first: Option<Date>) -> String {
        let rest = self.rest();
        match first {
            Some(first) => format!("/calendar?from={first}{rest}"),
            None if rest.is_empty() => "/calendar".to_owned(),
            None => format!("/calendar?{}", rest.trim_start_matches('&')),
        }
    }

    /// The page of addresses for other calendars, with the same filter.
    fn subscription(&self) -> String {
        match self.rest() {
            rest if rest.is_empty() => "/calendar/addresses".to_owned(),
            rest => format!("/calendar/addresses?{}", rest.trim_start_matches('&')),
        }
    }

    /// The filter as the last part of an address.
    fn rest(&self) -> String {
        let parts = self.parts();
        parts.fold(String::new(), |all, (name, value)| {
            format!("{all}&{name}={value}")
        })
    }

    /// The filter as flags of the command.
    fn flags(&self) -> String {
        let parts = self.parts();
        parts.fold(String::new(), |all, (name, value)| {
            format!("{all} --{name} {value}")
        })
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let parts = [
            ("product", self.product.as_str()),
            ("environment", self.environment.as_str()),
            ("team", self.team.as_str()),
            ("person", self.person.as_str()),
            ("lane", self.lane.as_str()),
        ];
        parts.into_iter().filter(|(_, value)| !value.is_empty())
    }
}
