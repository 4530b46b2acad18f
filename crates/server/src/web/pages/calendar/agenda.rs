//! What goes out, in lanes over the days, and what is in whose way.
//!
//! In a lane bars stand in tracks, so that none covers another or its name. Places are shares of the width in per cent.

use super::{
    super::super::{parts::counted, state::State},
    lanes::Scale,
    listing::Stretch,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use tidegate_protocol::api::{AgendaConflictView, AgendaEntryView, AgendaView, SpanView};

/// More tracks of a lane are not drawn.
const TRACKS_MAX: usize = 6;
/// Pixels of a track.
const TRACK: usize = 24;
/// Pixels of the head, and around the tracks of a lane.
const HEAD: usize = 30;
const ROOM: usize = 12;
/// More letters of a name are not drawn.
const NAME_MAX: usize = 34;
/// About how much of the width a letter takes up, in per cent.
const LETTER: f64 = 0.95;
/// More lines of a table are not shown.
const LINES_MAX: usize = 100;

/// Everything that goes out.
#[derive(Debug)]
pub(super) struct Agenda {
    pub(super) sentence: String,
    pub(super) lanes: Vec<Lane>,
    pub(super) height: usize,
    pub(super) days: i64,
    pub(super) entries: Vec<Line>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) movable: Vec<(String, String)>,
    /// How many entries and conflicts are not listed.
    pub(super) entries_left_out: usize,
    pub(super) conflicts_left_out: u64,
    pub(super) is_cut: bool,
}

/// A lane of the picture.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) label: String,
    pub(super) tracks: usize,
    pub(super) top: usize,
    pub(super) bars: Vec<Bar>,
    /// How many are not drawn.
    pub(super) left_out: usize,
}

/// Something that happens.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) x: String,
    pub(super) y: usize,
    pub(super) width: String,
    pub(super) name: String,
    pub(super) name_x: String,
    pub(super) name_y: usize,
    /// Whether the name stands before the bar.
    pub(super) is_before: bool,
    pub(super) title: String,
    pub(super) clashes: bool,
    /// Whether it can be asked what moving it would change.
    pub(super) can_move: bool,
}

/// Something that happens, in the table.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stretch: Stretch,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) href: Option<String>,
    pub(super) environments: String,
    pub(super) people: String,
    pub(super) state: State,
    /// By which rules something is in its way.
    pub(super) rules: String,
}

/// Two in each other's way.
#[derive(Debug)]
pub(super) struct Conflict {
    pub(super) stretch: Stretch,
    pub(super) rule: String,
    pub(super) says: String,
    pub(super) sentence: String,
    pub(super) remedy: String,
    pub(super) fits: Option<String>,
    pub(super) links: Vec<(String, String)>,
}

impl Agenda {
    /// What is shown of it, with the days of `zone`.
    pub(super) fn of(view: &AgendaView, zone: &TimeZone) -> Self {
        let scale = Scale {
            from: view.from,
            to: view.to,
        };
        let happens = || view.entries.iter().filter(|it| it.lane != "windows");
        let clashes = by_entry(view);
        let mut lanes = Vec::new();
        let mut top = HEAD;
        for name in view.lanes.iter().filter(|it| *it != "windows") {
            // What is over in an environment is among the deployments.
            let is_drawn = |it: &&AgendaEntryView| {
                it.lane == *name && !(it.kind == "deployment" && it.progress == "over")
            };
            let entries: Vec<&AgendaEntryView> = happens().filter(is_drawn).collect();
            if entries.is_empty() {
                continue;
            }
            let lane = lane(name, top, &entries, (&scale, &clashes));
            top += lane.tracks * TRACK + ROOM;
            lanes.push(lane);
        }
        let count = happens().count();
        let drawn = happens().take(LINES_MAX);
        let conflicts = view.conflicts.iter();
        Self {
            sentence: sentence(count, view),
            height: top,
            days: (view.to.duration_since(view.from).as_hours() + 12) / 24,
            entries: drawn.map(|it| line(it, zone, &clashes)).collect(),
            movable: happens().filter_map(movable).take(LINES_MAX).collect(),
            entries_left_out: count.saturating_sub(LINES_MAX),
            conflicts: conflicts
                .take(LINES_MAX)
                .map(|it| conflict(it, zone))
                .collect(),
            conflicts_left_out: view.conflicts_left_out
                + view.conflicts.len().saturating_sub(LINES_MAX) as u64,
            is_cut: view.cut,
            lanes,
        }
    }

    /// Whether nothing goes out.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The rules by which something is in the way of each entry.
type Clashes<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn by_entry(view: &AgendaView) -> Clashes<'_> {
    let mut all: Clashes<'_> = BTreeMap::new();
    for conflict in &view.conflicts {
        let ids = [Some(conflict.one.as_str()), conflict.other.as_deref()];
        for id in ids.into_iter().flatten() {
            let rules = all.entry(id).or_default();
            if !rules.contains(&conflict.rule.as_str()) {
                rules.push(&conflict.rule);
            }
        }
    }
    all
}

fn sentence(count: usize, view: &AgendaView) -> String {
    let conflicts =
        view.conflicts.len() + usize::try_from(view.conflicts_left_out).unwrap_or_default();
    let things = match count {
        0 => return "Nothing goes out in these weeks".to_owned(),
        1 => "1 thing happens in these weeks".to_owned(),
        count => format!("{count} things happen in these weeks"),
    };
    match conflicts {
        0 => format!("{things}, and nothing is in its way"),
        conflicts => format!("{things}, with {}", counted(conflicts, "conflict")),
    }
}

fn lane(
    name: &str,
    top: usize,
    entries: &[&AgendaEntryView],
    (scale, clashes): (&Scale, &Clashes<'_>),
) -> Lane {
    // Where each track is free again, in per cent of the width.
    let mut free: Vec<f64> = Vec::new();
    let (mut bars, mut left_out) = (Vec::new(), 0);
    let mut places: Vec<(f64, f64, &AgendaEntryView)> = entries
        .iter()
        .map(|it| {
            let (from, until) = taken(it, scale);
            (from, until, *it)
        })
        .collect();
    places.sort_by(|one, other| one.0.total_cmp(&other.0));
    for (from, until, entry) in places {
        let track = free
            .iter()
            .position(|end| *end <= from)
            .unwrap_or(free.len());
        if track == TRACKS_MAX {
            left_out += 1;
            continue;
        }
        match free.get_mut(track) {
            Some(end) => *end = until,
            None => free.push(until),
        }
        let is_clashing = clashes.contains_key(entry.id.as_str());
        bars.push(bar(
            entry,
            top + ROOM / 2 + track * TRACK,
            (scale, is_clashing),
        ));
    }
    Lane {
        label: name.trim_start_matches("environment:").to_owned(),
        tracks: free.len(),
        top,
        bars,
        left_out,
    }
}

/// What a bar and its name take up, in per cent.
fn taken(entry: &AgendaEntryView, scale: &Scale) -> (f64, f64) {
    let (from, width) = (
        scale.share(entry.start),
        scale.width(entry.start, entry.end),
    );
    let name = length(entry);
    match is_before(from, width, name) {
        true => (from - name, from + width + 0.4),
        false => (
            from,
            from + width.max(name) + if width < name { width } else { 0.4 },
        ),
    }
}

/// How long the name is, in per cent.
fn length(entry: &AgendaEntryView) -> f64 {
    let letters = entry.title.chars().count().min(NAME_MAX);
    letters as f64 * LETTER + 1.5
}

/// Whether the name stands before the bar, because there is no room in it or behind it.
fn is_before(from: f64, width: f64, name: f64) -> bool {
    width < name && from + width + name > 100.0
}

fn bar(entry: &AgendaEntryView, y: usize, (scale, clashes): (&Scale, bool)) -> Bar {
    let (from, width) = (
        scale.share(entry.start),
        scale.width(entry.start, entry.end),
    );
    let name = length(entry);
    let is_before = is_before(from, width, name);
    let at = match (is_before, width < name) {
        (true, _) => from - 0.4,
        (false, true) => from + width + 0.4,
        (false, false) => from + 0.6,
    };
    Bar {
        id: entry.id.clone(),
        kind: format!("{} {}", entry.kind, entry.progress),
        x: format!("{from:.2}%"),
        y,
        width: format!("{width:.2}%"),
        name: cut(&entry.title),
        name_x: format!("{at:.2}%"),
        name_y: y + 14,
        is_before,
        title: entry.title.clone(),
        clashes,
        can_move: movable(entry).is_some(),
    }
}

fn cut(title: &str) -> String {
    match title.chars().count() > NAME_MAX {
        true => title.chars().take(NAME_MAX - 1).chain(['…']).collect(),
        false => title.to_owned(),
    }
}

/// What one can ask about: its id and its title.
fn movable(entry: &AgendaEntryView) -> Option<(String, String)> {
    let is_ahead = matches!(entry.progress.as_str(), "planned" | "under-way");
    let can_move = matches!(
        entry.kind.as_str(),
        "release" | "train" | "booking" | "notice"
    );
    (is_ahead && can_move).then(|| (entry.id.clone(), entry.title.clone()))
}

fn line(entry: &AgendaEntryView, zone: &TimeZone, clashes: &Clashes<'_>) -> Line {
    let rules = clashes.get(entry.id.as_str()).map(|it| it.join(", "));
    let rules = rules.unwrap_or_default();
    let state = match (rules.is_empty(), entry.progress.as_str()) {
        (false, _) => State::new("held", "conflict"),
        (true, "under-way") => State::new("moving", "under way"),
        (true, "over") => State::new("steady", "over"),
        (true, "called-off") => State::new("unknown", "called off"),
        (true, _) => State::new("waiting", "planned"),
    };
    Line {
        stretch: stretch(entry, zone),
        kind: entry.kind.clone(),
        title: entry.title.clone(),
        href: href(&entry.id),
        environments: entry.environments.join(", "),
        people: entry.people.join(", "),
        state,
        rules,
    }
}

fn stretch(entry: &AgendaEntryView, zone: &TimeZone) -> Stretch {
    let span = SpanView {
        start: entry.start,
        end: entry.end,
    };
    Stretch::of(&span, zone)
}

pub(super) fn conflict(view: &AgendaConflictView, zone: &TimeZone) -> Conflict {
    let span = SpanView {
        start: view.start,
        end: view.end,
    };
    let ids = [Some(view.one.as_str()), view.other.as_deref()];
    let links = ids.into_iter().flatten();
    let fits = view.fits_from.map(|at| {
        let at = at.to_zoned(zone.clone());
        at.strftime("%a %-d %b %Y %H:%M").to_string()
    });
    Conflict {
        stretch: Stretch::of(&span, zone),
        rule: view.rule.clone(),
        says: view.says.clone(),
        sentence: view.sentence.clone(),
        remedy: view.remedy.clone(),
        fits,
        links: links
            .filter_map(|id| Some((id.to_owned(), href(id)?)))
            .collect(),
    }
}

/// The page of an entry, if it has one.
fn href(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        ["release", product, version] => Some(format!("/products/{product}/releases/{version}")),
        ["booking", product, version, _] => {
            Some(format!("/products/{product}/releases/{version}/planning"))
        }
        ["train", train, _] => Some(format!("/trains/{train}")),
        ["deployment", id] => Some(format!("/deployments/{id}")),
        ["notice", id, _] => Some(format!("/supplier-notices/{id}")),
        ["task", id] => Some(format!("/tasks/{id}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn entry(id: &str, (start, end): (&str, &str)) -> AgendaEntryView {
        let at = |day: &str| -> Timestamp { format!("{day}:00:00Z").parse().unwrap() };
        AgendaEntryView {
            id: id.to_owned(),
            kind: id.split('/').next().unwrap().to_owned(),
            lane: "releases".to_owned(),
            title: format!("{id} is to be live"),
            progress: "planned".to_owned(),
            start: at(start),
            end: at(end),
            products: Vec::new(),
            environments: vec!["live".to_owned()],
            people: vec!["team:shop".to_owned()],
            components: Vec::new(),
        }
    }

    fn view(entries: Vec<AgendaEntryView>) -> AgendaView {
        AgendaView {
            now: "2026-11-23T00:00:00Z".parse().unwrap(),
            from: "2026-11-23T00:00:00Z".parse().unwrap(),
            to: "2026-12-28T00:00:00Z".parse().unwrap(),
            time_zone: "UTC".to_owned(),
            lanes: vec!["releases".to_owned(), "windows".to_owned()],
            entries,
            conflicts: Vec::new(),
            conflicts_left_out: 0,
            cut: false,
        }
    }

    #[test]
    fn bars_with_their_names_cover_no_other_and_stay_in_the_picture() {
        let days = [
            "2026-11-24T20",
            "2026-11-24T22",
            "2026-11-25T20",
            "2026-12-27T20",
        ];
        let entries = days.iter().enumerate().map(|(i, day)| {
            let end = day.replace("T20", "T21").replace("T22", "T23");
            entry(&format!("release/shop/1.{i}.0"), (day, &end))
        });
        let agenda = Agenda::of(&view(entries.collect()), &TimeZone::UTC);
        let [lane] = agenda.lanes.as_slice() else {
            panic!("windows have a picture of their own: {:?}", agenda.lanes)
        };
        assert_eq!((lane.tracks, lane.left_out), (3, 0));
        let mut rows: Vec<usize> = lane.bars.iter().map(|bar| bar.y).collect();
        assert_eq!(rows, [36, 60, 84, 36]);
        rows.dedup();
        assert!(lane.bars[3].is_before && !lane.bars[0].is_before);
        assert!(lane.bars[0].can_move);
        assert_eq!(agenda.height, HEAD + 3 * TRACK + ROOM);
        assert_eq!(
            agenda.sentence,
            "4 things happen in these weeks, and nothing is in its way"
        );
        let crowd = (0..20).map(|i| {
            entry(
                &format!("release/shop/1.{i}.0"),
                ("2026-11-24T20", "2026-11-24T21"),
            )
        });
        let crowded = Agenda::of(&view(crowd.collect()), &TimeZone::UTC);
        assert_eq!(
            (crowded.lanes[0].tracks, crowded.lanes[0].left_out),
            (6, 14)
        );
        assert!(Agenda::of(&view(Vec::new()), &TimeZone::UTC).is_empty());
    }

    #[test]
    fn entries_lead_to_their_pages() {
        for (id, path) in [
            ("release/shop/1.0.0", Some("/products/shop/releases/1.0.0")),
            ("train/autumn/live", Some("/trains/autumn")),
            ("deployment/7", Some("/deployments/7")),
            ("notice/3/1", Some("/supplier-notices/3")),
            ("task/9", Some("/tasks/9")),
            ("freeze/closing/2026-12-20T17:00:00Z", None),
        ] {
            assert_eq!(href(id).as_deref(), path);
        }
    }
}
