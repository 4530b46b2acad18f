//! The picture of the calendar: a lane for each environment, or for each product in it where they differ. Along it what
//! is open and what is frozen, and what was deployed.
//!
//! Places are shares of the whole width in per cent, so that the picture fits any window.

use super::super::super::{parts::counted, state::State};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned, civil::Weekday, tz::TimeZone};
use std::collections::BTreeMap;
use tidegate_protocol::api::{CalendarEntryView, CalendarView, DeploymentView, OpeningView};

/// More lanes are not drawn.
const LANES_MAX: usize = 30;
/// More bars of a lane are not drawn.
const DRAWN_MAX: usize = 300;
/// The least width of a bar, so that a short one is seen.
const WIDTH_MIN: f64 = 0.2;
/// Pixels of the head.
const HEAD: usize = 30;
/// Pixels of a lane.
const LANE: usize = 48;
/// About how many letters of a label fit in one per cent of the width.
const LETTERS: f64 = 1.1;

/// The picture.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) lanes: Vec<Lane>,
    /// How many lanes are left out.
    pub(super) left_out: usize,
    pub(super) height: usize,
    pub(super) weeks: Vec<Tick>,
    pub(super) weekends: Vec<Bar>,
    /// Where now is, when it is in the picture.
    pub(super) now: Option<String>,
    /// What it shows, in words.
    pub(super) description: String,
}

/// One lane.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) label: String,
    /// Where it begins, in pixels, and things in it.
    pub(super) top: usize,
    pub(super) band: usize,
    pub(super) text: usize,
    pub(super) open: Vec<Bar>,
    pub(super) frozen: Vec<Bar>,
    pub(super) marks: Vec<Mark>,
}

/// A stretch of time in a lane.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
    /// As much of its title as fits.
    pub(super) label: String,
    /// Where that stands.
    pub(super) label_x: String,
    /// All of it, on demand.
    pub(super) title: String,
}

/// A deployment.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) x: String,
    pub(super) state: State,
    pub(super) title: String,
}

/// The beginning of a week.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) label: String,
}

impl Lanes {
    /// Of what is declared and was deployed, with the days of `zone`.
    pub(super) fn of(view: &CalendarView, deployments: &[DeploymentView], zone: &TimeZone) -> Self {
        let scale = Scale {
            from: view.from,
            to: view.to,
        };
        let groups = groups(&view.openings);
        let drawn = groups.iter().take(LANES_MAX).enumerate();
        let lanes: Vec<Lane> = drawn
            .map(|(i, group)| lane(i, group, (view, deployments), &scale))
            .collect();
        Self {
            left_out: groups.len() - lanes.len(),
            height: HEAD + lanes.len() * LANE,
            weeks: weeks(&scale, zone),
            weekends: weekends(&scale, zone),
            now: scale.holds(view.now).then(|| scale.x(view.now)),
            description: description(&lanes),
            lanes,
        }
    }
}

/// Places of one environment to which the same applies.
struct Group<'a> {
    label: String,
    environment: &'a str,
    products: Vec<&'a str>,
    windows: &'a [String],
    freezes: &'a [String],
}

/// Environments in the order of the paths, and in each the products that are alike.
fn groups(openings: &[OpeningView]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut order: BTreeMap<&str, usize> = BTreeMap::new();
    for opening in openings {
        let next = order.len();
        order.entry(&opening.environment).or_insert(next);
        let is_alike = |group: &&mut Group<'_>| {
            group.environment == opening.environment
                && group.windows == opening.windows
                && group.freezes == opening.freezes
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.products.push(&opening.product),
            None => groups.push(Group {
                label: String::new(),
                environment: &opening.environment,
                products: vec![&opening.product],
                windows: &opening.windows,
                freezes: &opening.freezes,
            }),
        }
    }
    groups.sort_by_key(|group| order.get(group.environment).copied());
    let of_environment = |name: &str| groups.iter().filter(|g| g.environment == name).count();
    let labels: Vec<String> = groups
        .iter()
        .map(|group| match group.products.as_slice() {
            _ if of_environment(group.environment) == 1 => group.environment.to_owned(),
            [only] => format!("{only} in {}", group.environment),
            several => {
                let products = counted(several.len(), "product");
                format!("{products} in {}", group.environment)
            }
        })
        .collect();
    for (group, label) in groups.iter_mut().zip(labels) {
        group.label = label;
    }
    groups
}

fn lane(
    i: usize,
    group: &Group<'_>,
    (view, deployments): (&CalendarView, &[DeploymentView]),
    scale: &Scale,
) -> Lane {
    let bars = |kind: &str, names: &[String]| {
        let entries = view.entries.iter();
        let mine = entries.filter(|e| e.kind == kind && names.contains(&e.name));
        let all = mine.flat_map(|entry| bars(entry, scale));
        all.take(DRAWN_MAX).collect::<Vec<_>>()
    };
    let is_here = |d: &&DeploymentView| {
        d.environment == group.environment && group.products.contains(&&*d.product)
    };
    // The newest is drawn last, over what it covers.
    let marks = deployments.iter().rev().filter(is_here);
    let top = HEAD + i * LANE;
    let open = match group.windows.is_empty() {
        true => vec![scale.bar(scale.from, scale.to, "no window applies: always open")],
        false => bars("window", group.windows),
    };
    Lane {
        label: group.label.clone(),
        top,
        band: top + 18,
        text: top + 33,
        open,
        frozen: bars("freeze", group.freezes),
        marks: marks.map(|d| mark(d, scale)).collect(),
    }
}

fn bars<'a>(entry: &'a CalendarEntryView, scale: &'a Scale) -> impl Iterator<Item = Bar> + 'a {
    entry.spans.iter().map(|span| Bar {
        label: scale.fitting(span.start, span.end, &entry.title),
        title: format!("{}: {}", entry.title, entry.reason),
        ..scale.bar(span.start, span.end, "")
    })
}

fn mark(deployment: &DeploymentView, scale: &Scale) -> Mark {
    Mark {
        x: scale.x(deployment.requested_at),
        state: State::of_deployment(&deployment.status, deployment.held.is_some()),
        title: format!("{}: {}", deployment.id, deployment.summary),
    }
}

fn weeks(scale: &Scale, zone: &TimeZone) -> Vec<Tick> {
    let days = days(scale, zone).into_iter();
    let mondays = days.filter(|day| day.weekday() == Weekday::Monday);
    let tick = |day: Zoned| Tick {
        x: scale.x(day.timestamp()),
        label: day.strftime("%-d %b").to_string(),
    };
    mondays.map(tick).collect()
}

fn weekends(scale: &Scale, zone: &TimeZone) -> Vec<Bar> {
    let days = days(scale, zone).into_iter();
    let saturdays = days.filter(|day| day.weekday() == Weekday::Saturday);
    let bar = |day: Zoned| {
        let end = day.saturating_add(2.days()).timestamp();
        scale.bar(day.timestamp(), end, "")
    };
    saturdays.map(bar).collect()
}

/// The midnights of the picture.
fn days(scale: &Scale, zone: &TimeZone) -> Vec<Zoned> {
    let mut days = Vec::new();
    let mut day = scale.from.to_zoned(zone.clone());
    while day.timestamp() < scale.to {
        let next = day.checked_add(1.day());
        days.push(day);
        match next {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    days
}

fn description(lanes: &[Lane]) -> String {
    let said = |lane: &Lane| {
        let [open, frozen, marks] = [lane.open.len(), lane.frozen.len(), lane.marks.len()];
        let label = &lane.label;
        format!("{label}: {open} open, {frozen} frozen, {marks} deployed")
    };
    lanes.iter().map(said).collect::<Vec<_>>().join("; ")
}

/// From time to place.
pub(super) struct Scale {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Scale {
    fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// The share of the width, in per cent.
    pub(super) fn share(&self, at: Timestamp) -> f64 {
        let whole = self.to.duration_since(self.from);
        let part = at.clamp(self.from, self.to).duration_since(self.from);
        100.0 * part.as_secs_f64() / whole.max(SignedDuration::from_secs(1)).as_secs_f64()
    }

    fn x(&self, at: Timestamp) -> String {
        format!("{:.2}%", self.share(at))
    }

    pub(super) fn width(&self, start: Timestamp, end: Timestamp) -> f64 {
        (self.share(end) - self.share(start)).max(WIDTH_MIN)
    }

    fn bar(&self, start: Timestamp, end: Timestamp, title: &str) -> Bar {
        Bar {
            x: self.x(start),
            width: format!("{:.2}%", self.width(start, end)),
            label: String::new(),
            label_x: format!("{:.2}%", self.share(start) + 0.6),
            title: title.to_owned(),
        }
    }

    /// As much of a title as fits into a bar; nothing when that says nothing.
    fn fitting(&self, start: Timestamp, end: Timestamp, title: &str) -> String {
        let room = (self.width(start, end) - 1.0) * LETTERS;
        let length = title.chars().count();
        let fits = |letters: usize| letters as f64 <= room;
        match (1..=length).rev().find(|letters| fits(*letters)) {
            Some(letters) if letters == length => title.to_owned(),
            Some(letters) if letters >= 6 => {
                let part: String = title.chars().take(letters - 1).collect();
                format!("{}…", part.trim_end())
            }
            Some(_) | None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(product: &str, environment: &str, freezes: &[&str]) -> OpeningView {
        OpeningView {
            product: product.into(),
            environment: environment.into(),
            state: "open".into(),
            sentence: "open".into(),
            until: None,
            reasons: Vec::new(),
            in_flight: None,
            windows: Vec::new(),
            freezes: freezes.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn lanes_are_environments_and_products_only_where_they_differ() {
        let openings = [
            opening("desk", "testing", &[]),
            opening("desk", "live", &[]),
            opening("mail", "testing", &[]),
            opening("mail", "live", &[]),
            opening("shop", "testing", &[]),
            opening("shop", "live", &["closing"]),
        ];
        let labels: Vec<_> = groups(&openings).into_iter().map(|g| g.label).collect();
        assert_eq!(labels, ["testing", "2 products in live", "shop in live"]);
    }

    #[test]
    fn places_are_shares_of_the_width() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let scale = Scale {
            from: at("2026-11-23T00:00:00Z"),
            to: at("2026-12-03T00:00:00Z"),
        };
        let [early, inside, late] =
            ["2026-11-01", "2026-11-24", "2026-12-31"].map(|day| at(&format!("{day}T00:00:00Z")));
        assert_eq!(scale.x(early), "0.00%");
        assert_eq!(scale.x(inside), "10.00%");
        assert_eq!(scale.bar(inside, late, "").width, "90.00%");
        assert_eq!(scale.bar(inside, inside, "").width, "0.20%");
        assert_eq!(scale.fitting(early, inside, "Closing"), "Closing");
        assert_eq!(
            scale.fitting(early, inside, "Year-end closing"),
            "Year-end…"
        );
        assert_eq!(scale.fitting(inside, inside, "Closing"), "");
        assert!(scale.holds(inside) && !scale.holds(late));
    }
}
