//! Versions of numbers and words: PHP's `version_compare`, and what is done where no rules are known.

use super::numbers;
use std::cmp::Ordering;

/// By the documented order of PHP: any other text < dev < alpha = a < beta = b < RC = rc < number < pl = p.
pub(super) fn compare_php(left: &str, right: &str) -> Ordering {
    by_weight(left, right, php_weight)
}

/// Words that mark an unfinished version come before the end; others, such as the letter of `1.1.1w`, behind it.
pub(super) fn compare_generic(left: &str, right: &str) -> Ordering {
    let plain = |text: &str| text.trim_start_matches(['v', 'V']).to_ascii_lowercase();
    by_weight(&plain(left), &plain(right), generic_weight)
}

/// What a word weighs; the end of a version weighs [`END`], a number [`NUMBER`].
type Weight = fn(&str) -> i8;

const END: i8 = 0;
const PATCH: i8 = 1;
const NUMBER: i8 = 2;

fn php_weight(word: &str) -> i8 {
    match word {
        _ if word.starts_with("dev") => -5,
        _ if word.starts_with('a') => -4,
        _ if word.starts_with('b') => -3,
        _ if word.starts_with("RC") || word.starts_with("rc") => -2,
        _ if word.starts_with('p') => 3,
        _ => -6,
    }
}

fn generic_weight(word: &str) -> i8 {
    match word {
        "dev" | "snapshot" | "nightly" => -5,
        "alpha" => -4,
        "beta" | "milestone" => -3,
        "pre" | "preview" | "rc" | "cr" => -2,
        "final" | "ga" | "release" => END,
        _ => PATCH,
    }
}

fn by_weight(left: &str, right: &str, weight: Weight) -> Ordering {
    let (mut left, mut right) = (left, right);
    loop {
        let (one, other) = (token(&mut left), token(&mut right));
        if one.is_none() && other.is_none() {
            return Ordering::Equal;
        }
        let weigh = |token: Option<&str>| match token {
            None => END,
            Some(token) if numbers::is_number(token) => NUMBER,
            Some(word) => weight(word),
        };
        let order = weigh(one)
            .cmp(&weigh(other))
            .then_with(|| by_value(weigh(one), one, other));
        if order.is_ne() {
            return order;
        }
    }
}

/// Tokens of the same weight: words that are known mean the same.
fn by_value(weight: i8, left: Option<&str>, right: Option<&str>) -> Ordering {
    match weight {
        NUMBER => numbers::compare(left.unwrap_or_default(), right.unwrap_or_default()),
        PATCH => left.cmp(&right),
        _ => Ordering::Equal,
    }
}

/// Takes the next run of digits or of other characters off the text.
fn token<'a>(text: &mut &'a str) -> Option<&'a str> {
    let rest = text.trim_start_matches(separates);
    let (token, rest) = match rest.starts_with(|c: char| c.is_ascii_digit()) {
        true => numbers::leading(rest, |c| c.is_ascii_digit()),
        false => numbers::leading(rest, |c| !c.is_ascii_digit() && !separates(c)),
    };
    *text = rest;
    (!token.is_empty()).then_some(token)
}

fn separates(c: char) -> bool {
    matches!(c, '.' | '-' | '_' | '+' | '~' | ':' | ' ')
}
