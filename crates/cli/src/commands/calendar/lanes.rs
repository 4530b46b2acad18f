//! Everything that happens, drawn with letters: a line for each entry, in its lane, along the days.

use jiff::{Timestamp, ToSpan, Zoned, civil::Weekday, tz::TimeZone};
use std::collections::BTreeSet;
use tidegate_protocol::api::{AgendaConflictView, AgendaEntryView, AgendaView};

/// About how many letters the days are wide.
const WIDTH: usize = 56;
/// Longer titles are cut.
const TITLE: usize = 44;
/// More entries of a lane are not drawn.
const LANE_MAX: usize = 25;
/// More conflicts are not told.
const CONFLICTS_MAX: usize = 25;

/// The lanes, and the conflicts below.
pub(super) fn drawn(view: &AgendaView) -> String {
    let zone = TimeZone::get(&view.time_zone).unwrap_or(TimeZone::UTC);
    if view.entries.iter().all(|it| it.lane == "windows") {
        return "nothing else is planned for this time".to_owned();
    }
    let scale = Scale::of(view, &zone);
    let in_the_way: BTreeSet<&str> = view
        .conflicts
        .iter()
        .flat_map(|it| [Some(it.one.as_str()), it.other.as_deref()])
        .flatten()
        .collect();
    let mut lines = vec![format!("{:TITLE$}    {}", "", scale.head())];
    for lane in view.lanes.iter().filter(|it| *it != "windows") {
        lines.push(lane.trim_start_matches("environment:").to_uppercase());
        let entries = view.entries.iter().filter(|it| it.lane == *lane);
        let all: Vec<&AgendaEntryView> = entries.collect();
        for entry in all.iter().take(LANE_MAX) {
            let mark = match in_the_way.contains(entry.id.as_str()) {
                true => "!",
                false => " ",
            };
            let title = cut(&entry.title);
            lines.push(format!("{mark} {title:TITLE$}  {}", scale.bar(entry)));
        }
        let more = all.len().saturating_sub(LANE_MAX);
        if more > 0 {
            lines.push(format!("  and {more} more; `--output json` lists them"));
        }
    }
    lines.push(String::new());
    lines.push(conflicts(view, &zone));
    lines.join("\n")
}

/// What is in whose way, by which rule, and what helps.
fn conflicts(view: &AgendaView, zone: &TimeZone) -> String {
    let all = view.conflicts.iter().take(CONFLICTS_MAX);
    let mut lines: Vec<String> = all.map(|it| told(it, zone)).collect();
    let more = view.conflicts.len().saturating_sub(CONFLICTS_MAX) as u64;
    let more = more + view.conflicts_left_out;
    if lines.is_empty() {
        lines.push("no conflicts".to_owned());
    }
    if more > 0 {
        lines.push(format!("and {more} more conflicts"));
    }
    if view.cut {
        lines.push(
            "there is more than was looked at; ask for fewer `--weeks`, or one `--product`"
                .to_owned(),
        );
    }
    lines.join("\n")
}

/// A conflict, in two lines.
pub(super) fn told(conflict: &AgendaConflictView, zone: &TimeZone) -> String {
    let moment = |at: Timestamp| {
        at.to_zoned(zone.clone())
            .strftime("%a %-d %b %Y %H:%M")
            .to_string()
    };
    let from = conflict.fits_from;
    let from = from.map_or_else(String::new, |at| {
        format!(" It fits from {} on.", moment(at))
    });
    format!(
        "! {} {}: {}\n      {}{from}",
        moment(conflict.start),
        conflict.rule,
        conflict.sentence,
        conflict.remedy
    )
}

fn cut(title: &str) -> String {
    match title.chars().count() > TITLE {
        true => title.chars().take(TITLE - 1).chain(['…']).collect(),
        false => title.to_owned(),
    }
}

/// From time to letters.
struct Scale {
    from: Timestamp,
    seconds: i64,
    width: usize,
    /// The midnights, and where they are.
    days: Vec<(Zoned, usize)>,
}

impl Scale {
    fn of(view: &AgendaView, zone: &TimeZone) -> Self {
        let seconds = view.to.duration_since(view.from).as_secs().max(1);
        let mut it = Self {
            from: view.from,
            seconds,
            width: WIDTH,
            days: Vec::new(),
        };
        let mut day = view.from.to_zoned(zone.clone());
        while day.timestamp() < view.to {
            let next = day.checked_add(1.day());
            let at = it.place(day.timestamp());
            it.days.push((day, at));
            match next {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        it
    }

    /// Which letter.
    fn place(&self, at: Timestamp) -> usize {
        let away = at
            .duration_since(self.from)
            .as_secs()
            .clamp(0, self.seconds);
        let share = i128::from(away) * self.width as i128 / i128::from(self.seconds);
        usize::try_from(share)
            .unwrap_or_default()
            .min(self.width - 1)
    }

    /// The days of some Mondays, as many as there is room for.
    fn head(&self) -> String {
        let mut line = String::new();
        for (day, at) in &self.days {
            let is_first = line.is_empty() || day.weekday() == Weekday::Monday;
            let length = line.chars().count();
            if is_first && (length == 0 || *at > length) {
                line.extend(std::iter::repeat_n(' ', at - length));
                line.push_str(&day.strftime("%-d %b").to_string());
            }
        }
        line
    }

    fn bar(&self, entry: &AgendaEntryView) -> String {
        // What ends with a day does not reach into the next.
        let end = entry.end.saturating_sub(1.second()).unwrap_or(entry.end);
        let first = self.place(entry.start);
        let last = self.place(end).max(first);
        let letter = |at: usize| match (first..=last).contains(&at) {
            true => '█',
            false => '·',
        };
        (0..self.width).map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn entry(id: &str, lane: &str, start: &str, end: &str) -> AgendaEntryView {
        AgendaEntryView {
            id: id.to_owned(),
            kind: "release".to_owned(),
            lane: lane.to_owned(),
            title: format!("{id} {}", "long ".repeat(10)),
            progress: "planned".to_owned(),
            start: at(start),
            end: at(end),
            products: Vec::new(),
            environments: Vec::new(),
            people: Vec::new(),
            components: Vec::new(),
        }
    }

    fn conflict() -> AgendaConflictView {
        AgendaConflictView {
            rule: "freeze".to_owned(),
            says: String::new(),
            sentence: "a falls into b.".to_owned(),
            remedy: "Move it.".to_owned(),
            fits_from: Some(at("2026-12-09T06:00:00Z")),
            one: "a".to_owned(),
            other: None,
            start: at("2026-12-08T00:00:00Z"),
            end: at("2026-12-08T01:00:00Z"),
            environments: Vec::new(),
            components: Vec::new(),
            people: Vec::new(),
        }
    }

    #[test]
    fn bars_stand_under_their_days_and_conflicts_say_what_helps() {
        let view = AgendaView {
            now: at("2026-12-01T00:00:00Z"),
            from: at("2026-12-07T00:00:00Z"),
            to: at("2026-12-21T00:00:00Z"),
            time_zone: "UTC".to_owned(),
            lanes: vec!["releases".to_owned(), "environment:live".to_owned()],
            entries: vec![
                entry(
                    "a",
                    "releases",
                    "2026-12-08T00:00:00Z",
                    "2026-12-08T01:00:00Z",
                ),
                entry(
                    "b",
                    "environment:live",
                    "2026-12-14T00:00:00Z",
                    "2027-01-14T00:00:00Z",
                ),
            ],
            conflicts: vec![conflict()],
            conflicts_left_out: 3,
            cut: false,
        };
        let told = drawn(&view);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0].trim_start(), "7 Dec                       14 Dec");
        assert_eq!(lines[1], "RELEASES");
        assert!(lines[2].starts_with("! a long long"), "{told}");
        assert!(lines[2].contains("…  ····█·····"), "{told}");
        assert_eq!(lines[3], "LIVE");
        let bar = format!("{}{}", "·".repeat(28), "█".repeat(28));
        assert!(
            lines[4].starts_with("  b long") && lines[4].ends_with(&bar),
            "{told}"
        );
        let below = [
            "",
            "! Tue 8 Dec 2026 00:00 freeze: a falls into b.",
            "      Move it. It fits from Wed 9 Dec 2026 06:00 on.",
            "and 3 more conflicts",
        ];
        assert_eq!(lines[5..], below);
    }
}
