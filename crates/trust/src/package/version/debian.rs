//! deb-version(7), as dpkg compares.

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    numbers::compare(left.epoch, right.epoch)
        .then_with(|| alternating(left.upstream, right.upstream))
        .then_with(|| alternating(left.revision, right.revision))
}

struct Parts<'a> {
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if numbers::is_number(epoch) => (epoch, rest),
            _ => ("", text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Self {
            epoch,
            upstream,
            revision,
        }
    }
}

/// Texts and numbers in turn: "letters sort earlier than all non-letters, and a tilde sorts before everything, even
/// the end".
fn alternating(mut left: &str, mut right: &str) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let (text, rest) = numbers::leading(left, |c| !c.is_ascii_digit());
        let (other_text, other_rest) = numbers::leading(right, |c| !c.is_ascii_digit());
        let (number, rest) = numbers::leading(rest, |c| c.is_ascii_digit());
        let (other_number, other_rest) = numbers::leading(other_rest, |c| c.is_ascii_digit());
        let order =
            by_weight(text, other_text).then_with(|| numbers::compare(number, other_number));
        if order.is_ne() {
            return order;
        }
        (left, right) = (rest, other_rest);
    }
    Ordering::Equal
}

fn by_weight(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.chars(), right.chars());
    loop {
        let (one, other) = (left.next(), right.next());
        if one.is_none() && other.is_none() {
            return Ordering::Equal;
        }
        let order = weight(one).cmp(&weight(other));
        if order.is_ne() {
            return order;
        }
    }
}

fn weight(letter: Option<char>) -> u32 {
    match letter {
        Some('~') => 0,
        None => 1,
        Some(c) if c.is_ascii_alphabetic() => 2 + u32::from(c),
        Some(c) => 1000 + u32::from(c),
    }
}
