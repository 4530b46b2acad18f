//! PEP 440, read with the normalisations of its appendix B.

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (small_left, small_right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
    match (Version::read(&small_left), Version::read(&small_right)) {
        (Some(left), Some(right)) => left.compare(&right),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => left.cmp(right),
    }
}

/// The digits of each part; the empty ones are zero, whatever is missing is `None`.
struct Version<'a> {
    epoch: &'a str,
    release: Vec<&'a str>,
    pre: Option<(Stage, &'a str)>,
    post: Option<&'a str>,
    dev: Option<&'a str>,
    local: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Alpha,
    Beta,
    Candidate,
}

const STAGES: [(&str, Stage); 8] = [
    ("alpha", Stage::Alpha),
    ("a", Stage::Alpha),
    ("beta", Stage::Beta),
    ("b", Stage::Beta),
    ("preview", Stage::Candidate),
    ("pre", Stage::Candidate),
    ("rc", Stage::Candidate),
    ("c", Stage::Candidate),
];

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(local)),
            None => (text, None),
        };
        let mut rest = public;
        let epoch = epoch(&mut rest);
        let release = release(&mut rest)?;
        let version = Self {
            epoch,
            release,
            pre: pre(&mut rest),
            post: post(&mut rest),
            dev: labelled(&mut rest, &["dev"]),
            local,
        };
        (rest.is_empty() && local.is_none_or(is_local)).then_some(version)
    }

    fn compare(&self, other: &Self) -> Ordering {
        numbers::compare(self.epoch, other.epoch)
            .then_with(|| compare_releases(&self.release, &other.release))
            .then_with(|| self.compare_pre(other))
            .then_with(|| compare_optional(self.post, other.post, Ordering::Less))
            .then_with(|| compare_optional(self.dev, other.dev, Ordering::Greater))
            .then_with(|| compare_locals(self.local, other.local))
    }

    fn compare_pre(&self, other: &Self) -> Ordering {
        let rank = |version: &Self| match version.pre {
            None if version.post.is_none() && version.dev.is_some() => 0,
            Some(_) => 1,
            None => 2,
        };
        rank(self)
            .cmp(&rank(other))
            .then_with(|| match (self.pre, other.pre) {
                (Some((stage, number)), Some((other_stage, other_number))) => stage
                    .cmp(&other_stage)
                    .then_with(|| numbers::compare(number, other_number)),
                (None, _) | (_, None) => Ordering::Equal,
            })
    }
}

fn epoch<'a>(rest: &mut &'a str) -> &'a str {
    match rest.split_once('!') {
        Some((epoch, behind)) if numbers::is_number(epoch) => {
            *rest = behind;
            epoch
        }
        _ => "",
    }
}

/// The numbers without zeros at the end.
fn release<'a>(rest: &mut &'a str) -> Option<Vec<&'a str>> {
    let first = digits(rest);
    if first.is_empty() {
        return None;
    }
    let mut release = vec![first];
    while let Some(behind) = rest.strip_prefix('.') {
        let mut behind = behind;
        let number = digits(&mut behind);
        if number.is_empty() {
            break;
        }
        release.push(number);
        *rest = behind;
    }
    while release
        .pop_if(|last| numbers::significant(last).is_empty())
        .is_some()
    {}
    Some(release)
}

fn pre<'a>(rest: &mut &'a str) -> Option<(Stage, &'a str)> {
    STAGES
        .iter()
        .find_map(|(label, stage)| Some((*stage, labelled(rest, &[label])?)))
}

/// Also as a dash and a number, "implicit post releases".
fn post<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let implicit = rest.strip_prefix('-').map(|mut behind| {
        let number = digits(&mut behind);
        (number, behind)
    });
    match implicit {
        Some((number, behind)) if !number.is_empty() => {
            *rest = behind;
            Some(number)
        }
        _ => labelled(rest, &["post", "rev", "r"]),
    }
}

/// A label with an optional separator on each side and an optional number.
fn labelled<'a>(rest: &mut &'a str, labels: &[&str]) -> Option<&'a str> {
    let separator = ['.', '-', '_'];
    let text = rest.strip_prefix(separator).unwrap_or(rest);
    let behind = labels.iter().find_map(|label| text.strip_prefix(label))?;
    *rest = behind.strip_prefix(separator).unwrap_or(behind);
    Some(digits(rest))
}

fn digits<'a>(rest: &mut &'a str) -> &'a str {
    let (digits, behind) = numbers::leading(rest, |c| c.is_ascii_digit());
    *rest = behind;
    digits
}

fn is_local(local: &str) -> bool {
    let piece = |piece: &str| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_alphanumeric());
    local.split(['.', '-', '_']).all(piece)
}

fn compare_releases(left: &[&str], right: &[&str]) -> Ordering {
    let common = left.iter().zip(right);
    let differing = common
        .map(|(one, other)| numbers::compare(one, other))
        .find(|order| order.is_ne());
    differing.unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// `missing` says what a version without the part is to one that has it.
fn compare_optional(left: Option<&str>, right: Option<&str>, missing: Ordering) -> Ordering {
    match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => missing,
        (Some(_), None) => missing.reverse(),
        (Some(left), Some(right)) => numbers::compare(left, right),
    }
}

/// Segment by segment; a number is newer than a text, and a longer version newer than its beginning.
fn compare_locals(left: Option<&str>, right: Option<&str>) -> Ordering {
    let (Some(left), Some(right)) = (left, right) else {
        return left.is_some().cmp(&right.is_some());
    };
    let separators = ['.', '-', '_'];
    let (mut left, mut right) = (left.split(separators), right.split(separators));
    loop {
        let (one, other) = match (left.next(), right.next()) {
            (Some(one), Some(other)) => (one, other),
            (one, other) => return one.is_some().cmp(&other.is_some()),
        };
        let order = match (numbers::is_number(one), numbers::is_number(other)) {
            (true, true) => numbers::compare(one, other),
            (false, false) => one.cmp(other),
            (one, other) => one.cmp(&other),
        };
        if order.is_ne() {
            return order;
        }
    }
}
