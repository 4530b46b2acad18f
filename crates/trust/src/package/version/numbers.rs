//! Numbers of any length, compared as the digits that they are written with.

use std::cmp::Ordering;

/// Compares two runs of ASCII digits by value; the empty one is zero.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (significant(left), significant(right));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The digits without the zeros in front.
pub(super) fn significant(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Whether the text is a number: one digit at least, and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits off the longest beginning of which every character satisfies `belongs`.
pub(super) fn leading(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}
