//! The tables of the calendar: the same values as the picture has.

use super::super::super::{moment::Moment, parts::sentence, state::State};
use askama::{Template, filters::HtmlSafe};
use jiff::{Timestamp, tz::TimeZone};
use tidegate_protocol::api::{CalendarEntryView, CalendarView, OpeningView, SpanView};

/// More lines are not shown.
const LINES_MAX: usize = 100;

/// Whether a product may be deployed to an environment now.
#[derive(Debug)]
pub(super) struct Now {
    pub(super) product: String,
    pub(super) environment: String,
    pub(super) state: State,
    pub(super) until: Option<Moment>,
    pub(super) why: String,
    pub(super) in_flight: String,
}

/// One time that a window or freeze is.
#[derive(Debug)]
pub(super) struct Occasion {
    pub(super) stretch: Stretch,
    pub(super) state: State,
    pub(super) title: String,
    pub(super) scope: String,
    pub(super) reason: String,
    pub(super) rule: Option<String>,
}

/// From when to when, in a time zone; the day of the end only when it is another.
#[derive(Debug, Template)]
#[template(
    source = r#"<time datetime="{{ start_iso }}" data-fixed>{{ start }}</time> – <time datetime="{{ end_iso }}" data-fixed>{{ end }}</time>"#,
    ext = "html"
)]
pub(super) struct Stretch {
    start_iso: String,
    start: String,
    end_iso: String,
    end: String,
}

impl HtmlSafe for Stretch {}

impl Now {
    pub(super) fn of(opening: &OpeningView, now: Timestamp) -> Self {
        let reasons = opening.reasons.iter().map(|r| sentence(&r.sentence));
        let in_flight = match opening.in_flight.as_deref() {
            Some("finish") => "finishes",
            Some("finish-wave-then-hold") => "finishes its wave, then holds",
            Some(_) => "holds at once",
            None => "",
        };
        Self {
            product: opening.product.clone(),
            environment: opening.environment.clone(),
            state: state(&opening.state),
            until: opening.until.map(|until| Moment::seen(until, now)),
            why: reasons.collect::<Vec<_>>().join(" "),
            in_flight: in_flight.to_owned(),
        }
    }
}

/// As a state: what is open, what is frozen, what is closed.
fn state(word: &str) -> State {
    let shape = match word {
        "open" => "steady",
        "frozen" => "held",
        _ => "waiting",
    };
    State::new(shape, word)
}

/// Every time that a window or freeze is, by its beginning.
pub(super) fn occasions(view: &CalendarView, zone: &TimeZone) -> Vec<Occasion> {
    let mut all: Vec<(&CalendarEntryView, &SpanView)> = Vec::new();
    for entry in &view.entries {
        all.extend(entry.spans.iter().map(|span| (entry, span)));
    }
    all.sort_by_key(|(_, span)| span.start);
    let occasion = |(entry, span): &(&CalendarEntryView, &SpanView)| Occasion {
        stretch: Stretch::of(span, zone),
        state: match entry.kind.as_str() {
            "freeze" => State::new("held", "freeze"),
            _ => State::new("steady", "window"),
        },
        title: entry.title.clone(),
        scope: scope(entry),
        reason: entry.reason.clone(),
        rule: entry.rule.clone(),
    };
    all.iter().take(LINES_MAX).map(occasion).collect()
}

/// Whether there are more than are listed.
pub(super) fn is_cut(view: &CalendarView) -> bool {
    let spans: usize = view.entries.iter().map(|entry| entry.spans.len()).sum();
    spans > LINES_MAX || view.entries.iter().any(|entry| entry.cut)
}

fn scope(entry: &CalendarEntryView) -> String {
    let one = entry.product.as_ref().or(entry.environment.as_ref());
    one.map_or_else(|| "everything".to_owned(), String::clone)
}

impl Stretch {
    pub(super) fn of(span: &SpanView, zone: &TimeZone) -> Self {
        let [start, end] = [span.start, span.end].map(|at| at.to_zoned(zone.clone()));
        let whole = "%a %-d %b %Y %H:%M";
        let rest = match start.date() == end.date() {
            true => "%H:%M",
            false => whole,
        };
        let iso = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self {
            start_iso: iso(span.start),
            start: start.strftime(whole).to_string(),
            end_iso: iso(span.end),
            end: end.strftime(rest).to_string(),
        }
    }
}
