//! `tidegate calendar`.

mod lanes;
mod what_if;

use super::{Context, argument};
use crate::{Error, ExitStatus, client::query, ui::table};
use clap::{Args, Subcommand};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use tidegate_protocol::api::{
    AgendaView, CalendarEntryView, CalendarView, FeedView, OpeningView, SpanView,
};

/// More spans are not listed for people.
const LISTED: usize = 40;

/// Show what is open now, which windows and freezes come, what goes out when, and what is in whose way.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CalendarArgs {
    #[command(subcommand)]
    command: Option<CalendarCommand>,
    /// Only what concerns this product.
    #[arg(long)]
    product: Option<String>,
    /// Only what concerns this environment.
    #[arg(long)]
    environment: Option<String>,
    /// Only what concerns this team, its tasks among it.
    #[arg(long)]
    team: Option<String>,
    /// Only what concerns this person or one of their teams, their tasks among it.
    #[arg(long)]
    person: Option<String>,
    /// Only this lane: releases, trains, suppliers, tasks, or environment:NAME.
    #[arg(long)]
    lane: Option<String>,
    /// The first day, such as 2026-12-24; today unless set.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// How many weeks.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=52))]
    weeks: u8,
    /// Print everything as iCalendar.
    #[arg(long)]
    ics: bool,
    /// Print an address that calendar programs can subscribe to. It reads the calendar only, and ends with the token.
    #[arg(long, conflicts_with = "ics")]
    subscribe: bool,
}

/// What else is asked of the calendar.
#[derive(Debug, Subcommand)]
pub(super) enum CalendarCommand {
    WhatIf(what_if::WhatIfArgs),
}

/// What is open, and what happens.
#[derive(Debug, Serialize)]
struct Both {
    #[serde(flatten)]
    calendar: CalendarView,
    agenda: AgendaView,
}

impl CalendarArgs {
    pub(super) async fn run(mut self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        if let Some(CalendarCommand::WhatIf(args)) = self.command.take() {
            return args.run(context).await;
        }
        let place = self.filter();
        if self.ics {
            let answer = client
                .open(&format!("/api/v1/calendar.ics?{place}"))
                .await?;
            ui.line(&answer.text().await.map_err(Error::Answer)?);
            return Ok(ExitStatus::Done);
        }
        if self.subscribe {
            let feed: FeedView = client
                .get(&format!("/api/v1/calendar/feed?{place}"))
                .await?;
            ui.line(&format!("{}{}", client.server(), feed.path));
            return Ok(ExitStatus::Done);
        }
        let (from, to) = self.range()?;
        let range = format!("from={from}&to={to}");
        let calendar = format!("/api/v1/calendar?{range}&{}", self.place());
        let agenda = format!("/api/v1/calendar/entries?{range}&{place}");
        let both = Both {
            calendar: client.get(&calendar).await?,
            agenda: client.get(&agenda).await?,
        };
        // Unless somebody asks for a day, what is over today is of no interest.
        let since = self.from.map_or(both.calendar.now, |_| both.calendar.from);
        ui.data(&both, |both| {
            let lanes = lanes::drawn(&both.agenda);
            format!("{}\n\n{lanes}", text(&both.calendar, since))
        });
        Ok(ExitStatus::Done)
    }

    /// Which windows and freezes, as a part of an address.
    fn place(&self) -> String {
        query([
            ("product", self.product.as_deref()),
            ("environment", self.environment.as_deref()),
        ])
    }

    /// All of the filter, as a part of an address.
    fn filter(&self) -> String {
        query([
            ("product", self.product.as_deref()),
            ("environment", self.environment.as_deref()),
            ("team", self.team.as_deref()),
            ("person", self.person.as_deref()),
            ("lane", self.lane.as_deref()),
        ])
    }

    fn range(&self) -> Result<(Date, Date), Error> {
        let from: Date = match &self.from {
            Some(text) => argument("--from", text)?,
            None => Timestamp::now().to_zoned(TimeZone::system()).date(),
        };
        let weeks = i64::from(self.weeks).weeks();
        let to = from.checked_add(weeks);
        let to = to.map_err(|why| Error::Usage(format!("--weeks: {why}")))?;
        Ok((from, to))
    }
}

fn text(view: &CalendarView, since: Timestamp) -> String {
    if view.openings.is_empty() {
        return "nothing is declared yet; begin with `tidegate apply -f FILE`".to_owned();
    }
    let head = ["product", "environment", "now"];
    let now = table(&head, view.openings.iter().map(place));
    if view.entries.is_empty() {
        return format!("{now}\n\nno window and no freeze is declared");
    }
    let zone = TimeZone::get(&view.time_zone).unwrap_or(TimeZone::UTC);
    let mut coming: Vec<(&CalendarEntryView, &SpanView)> = Vec::new();
    for entry in &view.entries {
        let spans = entry.spans.iter().filter(|span| span.end > since);
        coming.extend(spans.map(|span| (entry, span)));
    }
    coming.sort_by_key(|(_, span)| span.start);
    let lines = coming.iter().take(LISTED).map(|(entry, span)| {
        vec![
            said(span, &zone),
            entry.kind.clone(),
            entry.title.clone(),
            scope(entry),
            entry.reason.clone(),
        ]
    });
    let head = [
        &*format!("when ({})", view.time_zone),
        "what",
        "title",
        "for",
        "reason",
    ];
    format!(
        "{now}\n\n{}{}",
        table(&head, lines),
        rest(view, coming.len())
    )
}

fn place(opening: &OpeningView) -> Vec<String> {
    vec![
        opening.product.clone(),
        opening.environment.clone(),
        opening.sentence.clone(),
    ]
}

/// From when to when; the day of the end only when it is another.
fn said(span: &SpanView, zone: &TimeZone) -> String {
    let [start, end] = [span.start, span.end].map(|at| at.to_zoned(zone.clone()));
    let form = match start.date() == end.date() {
        true => "%H:%M",
        false => "%a %-d %b %Y %H:%M",
    };
    let start = start.strftime("%a %-d %b %Y %H:%M").to_string();
    format!("{start} – {}", end.strftime(form))
}

/// What it applies to.
fn scope(entry: &CalendarEntryView) -> String {
    let one = entry.product.as_ref().or(entry.environment.as_ref());
    one.map_or_else(|| "everything".to_owned(), String::clone)
}

/// What is not listed.
fn rest(view: &CalendarView, spans: usize) -> String {
    let cut = view.entries.iter().any(|entry| entry.cut);
    match spans.saturating_sub(LISTED) {
        0 => String::new(),
        more if cut => format!("\nand more than {more} others; ask for fewer `--weeks`"),
        more => format!("\nand {more} more; `--output json` lists them"),
    }
}
