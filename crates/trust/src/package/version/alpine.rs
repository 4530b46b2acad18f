//! The versions of Alpine's packages: `digits{.digits}{letter}{_suffix{digits}}{-rN}`, APKBUILD(5).

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    match (Version::read(left), Version::read(right)) {
        (Some(left), Some(right)) => left.compare(&right),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => left.cmp(right),
    }
}

struct Version<'a> {
    numbers: Vec<&'a str>,
    letter: &'a str,
    suffixes: Vec<(Suffix, &'a str)>,
    build: &'a str,
}

/// In their order; the end of a version lies between those of unfinished and those of patched versions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Suffix {
    Alpha,
    Beta,
    Pre,
    Candidate,
    End,
    Cvs,
    Svn,
    Git,
    Mercurial,
    Patch,
}

const SUFFIXES: [(&str, Suffix); 9] = [
    ("alpha", Suffix::Alpha),
    ("beta", Suffix::Beta),
    ("pre", Suffix::Pre),
    ("rc", Suffix::Candidate),
    ("cvs", Suffix::Cvs),
    ("svn", Suffix::Svn),
    ("git", Suffix::Git),
    ("hg", Suffix::Mercurial),
    ("p", Suffix::Patch),
];

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (text, build) = text.rsplit_once("-r").unwrap_or((text, "0"));
        let mut pieces = text.split('_');
        let core = pieces.next().unwrap_or_default();
        let core_end = core
            .trim_end_matches(|c: char| c.is_ascii_lowercase())
            .len();
        let (digits, letter) = core.split_at(core_end);
        let version = Self {
            numbers: digits.split('.').collect(),
            letter,
            suffixes: pieces.map(suffix).collect::<Option<_>>()?,
            build,
        };
        let whole = version.numbers.iter().all(|part| numbers::is_number(part));
        (whole && letter.len() < 2 && numbers::is_number(build)).then_some(version)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.compare_numbers(other)
            .then_with(|| self.letter.cmp(other.letter))
            .then_with(|| self.compare_suffixes(other))
            .then_with(|| numbers::compare(self.build, other.build))
    }

    /// Behind the first dot a number that begins with zero is a decimal fraction: 1.02 is older than 1.1.
    fn compare_numbers(&self, other: &Self) -> Ordering {
        let pairs = self.numbers.iter().zip(&other.numbers);
        let orders = pairs.enumerate().map(|(at, (one, other))| {
            match at > 0 && (one.starts_with('0') || other.starts_with('0')) {
                true => one.trim_end_matches('0').cmp(other.trim_end_matches('0')),
                false => numbers::compare(one, other),
            }
        });
        let differing = orders.into_iter().find(|order| order.is_ne());
        differing.unwrap_or_else(|| self.numbers.len().cmp(&other.numbers.len()))
    }

    fn compare_suffixes(&self, other: &Self) -> Ordering {
        let end = (Suffix::End, "");
        let longer = self.suffixes.len().max(other.suffixes.len());
        let orders = (0..longer).map(|at| {
            let (suffix, number) = self.suffixes.get(at).unwrap_or(&end);
            let (other, other_number) = other.suffixes.get(at).unwrap_or(&end);
            suffix
                .cmp(other)
                .then_with(|| numbers::compare(number, other_number))
        });
        orders
            .into_iter()
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

fn suffix(text: &str) -> Option<(Suffix, &str)> {
    let (word, number) = numbers::leading(text, |c| c.is_ascii_lowercase());
    let known = SUFFIXES.iter().find(|(known, _)| *known == word)?;
    let whole = number.bytes().all(|byte| byte.is_ascii_digit());
    whole.then_some((known.1, number))
}
