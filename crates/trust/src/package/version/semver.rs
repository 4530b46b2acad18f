//! Semantic Versioning 2.0.0 §11, read tolerantly: `v` in front, any count of numbers, texts among them.

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    let core = by_number(left.core, right.core);
    core.then_with(|| match (left.pre, right.pre) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) => by_identifier(left, right),
    })
}

/// A version without its build metadata, which §10 has ignored.
struct Parts<'a> {
    core: &'a str,
    pre: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim_start_matches(['v', 'V', '=', ' ']);
        let text = text.split_once('+').map_or(text, |(version, _)| version);
        match text.split_once('-') {
            Some((core, pre)) => Self {
                core,
                pre: Some(pre),
            },
            None => Self {
                core: text,
                pre: None,
            },
        }
    }
}

/// The numbers of the core; one that is missing is zero.
fn by_number(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (one, other) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => (one.unwrap_or("0"), other.unwrap_or("0")),
        };
        let order = by_kind(one, other);
        if order.is_ne() {
            return order;
        }
    }
}

/// The identifiers of a pre-release: "a larger set has a higher precedence than a smaller set".
fn by_identifier(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => by_kind(one, other),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// "Numeric identifiers always have lower precedence than non-numeric identifiers".
fn by_kind(left: &str, right: &str) -> Ordering {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (number(left), number(right)) {
        (true, true) => numbers::compare(left, right),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.cmp(right),
    }
}
