//! rpm-version(7), as `rpmvercmp` compares.

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    numbers::compare(left.epoch, right.epoch)
        .then_with(|| segments(left.version, right.version))
        .then_with(|| segments(left.release, right.release))
}

/// rpm ignores the release when one side has none; here none is the oldest, so that the order is total.
struct Parts<'a> {
    epoch: &'a str,
    version: &'a str,
    release: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if numbers::is_number(epoch) => (epoch, rest),
            _ => ("", text),
        };
        let (version, release) = rest.split_once('-').unwrap_or((rest, ""));
        Self {
            epoch,
            version,
            release,
        }
    }
}

/// Runs of digits and of letters in turn; everything else only separates, but for `~` (older than the end) and `^`
/// (newer than the end, older than anything else).
fn segments(mut left: &str, mut right: &str) -> Ordering {
    let separates = |c: char| !c.is_ascii_alphanumeric() && c != '~' && c != '^';
    loop {
        left = left.trim_start_matches(separates);
        right = right.trim_start_matches(separates);
        if let Some(order) = by_mark(left, right) {
            if order.is_ne() {
                return order;
            }
            (left, right) = (&left[1..], &right[1..]);
            continue;
        }
        let order = match (left.is_empty(), right.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => by_run(&mut left, &mut right),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Where either side goes on with a mark; `Equal` if both do with the same.
fn by_mark(left: &str, right: &str) -> Option<Ordering> {
    let next = |text: &str| text.chars().next();
    match (next(left), next(right)) {
        (Some('~'), Some('~')) | (Some('^'), Some('^')) => Some(Ordering::Equal),
        (Some('~'), _) => Some(Ordering::Less),
        (_, Some('~')) => Some(Ordering::Greater),
        (Some('^'), None) => Some(Ordering::Greater),
        (None, Some('^')) => Some(Ordering::Less),
        (Some('^'), Some(_)) => Some(Ordering::Less),
        (Some(_), Some('^')) => Some(Ordering::Greater),
        _ => None,
    }
}

/// Takes a run off both sides; a number is newer than letters.
fn by_run(left: &mut &str, right: &mut &str) -> Ordering {
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let run = |text: &mut &str| {
        let (run, rest) = match number(text) {
            true => numbers::leading(text, |c| c.is_ascii_digit()),
            false => numbers::leading(text, |c| c.is_ascii_alphabetic()),
        };
        (run.to_owned(), rest.len())
    };
    let kinds = number(left).cmp(&number(right));
    let ((one, one_rest), (other, other_rest)) = (run(left), run(right));
    let order = kinds.then_with(|| match number(&one) {
        true => numbers::compare(&one, &other),
        false => one.cmp(&other),
    });
    *left = &left[left.len() - one_rest..];
    *right = &right[right.len() - other_rest..];
    order
}
