//! Moments: how long ago in words, exactly on demand.

pub(super) use crate::app::query::length;

use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;

/// A moment as pages show it.
#[derive(Debug, Template)]
#[template(
    source = r#"<time datetime="{{ iso }}" title="{{ exact }}">{{ words }}</time>"#,
    ext = "html"
)]
pub(super) struct Moment {
    iso: String,
    exact: String,
    words: String,
}

impl HtmlSafe for Moment {}

impl Moment {
    /// `time`, seen from `now`.
    pub(super) fn seen(time: Timestamp, now: Timestamp) -> Self {
        Self {
            iso: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: time.strftime("%A, %-d %B %Y, %H:%M:%S UTC").to_string(),
            words: words(time, now),
        }
    }
}

fn words(time: Timestamp, now: Timestamp) -> String {
    let seconds = time.as_second() - now.as_second();
    match seconds {
        -1..=1 => "just now".to_owned(),
        2.. => format!("in {}", length(seconds)),
        _ => format!("{} ago", length(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_in_the_largest_unit() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let said = |second| words(Timestamp::from_second(second).unwrap(), now);
        assert_eq!(said(1_000_000), "just now");
        assert_eq!(said(999_958), "42 s ago");
        assert_eq!(said(1_000_300), "in 5 min");
        assert_eq!(said(990_000), "2 h ago");
        assert_eq!(said(100_000), "10 days ago");
        assert_eq!(said(100_000_000), "in 3 years");
    }
}
