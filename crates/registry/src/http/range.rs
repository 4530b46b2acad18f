//! Ranges: of what is read (RFC 9110 §14) and of what is uploaded (distribution specification, §Chunks).

use crate::error::Error;
use axum::http::{HeaderMap, header};
use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: there is no range, or one that this server does not serve.
    Whole,
    Part(Range<u64>),
    /// Nothing of it lies inside.
    Outside,
}

/// Reads a `Range` header for content of `size` bytes. Several ranges at once are answered with the whole.
pub(super) fn wanted(text: Option<&str>, size: u64) -> Wanted {
    let Some((first, last)) = text
        .and_then(|text| text.strip_prefix("bytes="))
        .and_then(|text| text.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.trim().is_empty() => first..size,
        (None, Some(length)) if first.trim().is_empty() => size.saturating_sub(length)..size,
        _ => return Wanted::Whole,
    };
    if range.start < range.end {
        Wanted::Part(range)
    } else {
        Wanted::Outside
    }
}

/// Where a chunk of an upload begins and how long it is, from `Content-Range: START-END`. Docker's form with `bytes`
/// and a total is read too.
pub(super) fn chunk(headers: &HeaderMap) -> Result<Option<Range<u64>>, Error> {
    let Some(value) = headers.get(header::CONTENT_RANGE) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let plain = text
        .trim_start_matches("bytes ")
        .split('/')
        .next()
        .unwrap_or_default();
    plain
        .split_once('-')
        .and_then(|(first, last)| Some(number(first)?..number(last)?.checked_add(1)?))
        .filter(|range| range.start < range.end)
        .map(Some)
        .ok_or_else(|| Error::ContentRange(text.chars().take(80).collect()))
}

/// Digits only: `parse` would also take a sign.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (text, expect) in [
            (None, Wanted::Whole),
            (Some("bytes=0-0"), Wanted::Part(0..1)),
            (Some("bytes=2-5"), Wanted::Part(2..6)),
            (Some("bytes=5-"), Wanted::Part(5..10)),
            (Some("bytes=-3"), Wanted::Part(7..10)),
            (Some("bytes=-30"), Wanted::Part(0..10)),
            (Some("bytes=8-99"), Wanted::Part(8..10)),
            (Some("bytes=8-18446744073709551615"), Wanted::Part(8..10)),
            (Some("bytes=10-"), Wanted::Outside),
            (Some("bytes=10-12"), Wanted::Outside),
            (Some("bytes=-0"), Wanted::Outside),
            (Some("bytes=5-2"), Wanted::Whole),
            (Some("bytes=1-2,4-5"), Wanted::Whole),
            (Some("bytes=+1-2"), Wanted::Whole),
            (Some("bytes=-"), Wanted::Whole),
            (Some("lines=1-2"), Wanted::Whole),
        ] {
            assert_eq!(wanted(text, 10), expect, "{text:?}");
        }
    }

    #[test]
    fn chunks_are_read_or_refused() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_RANGE, text.parse().unwrap());
            chunk(&headers).ok().flatten()
        };
        assert_eq!(read("0-9"), Some(0..10));
        assert_eq!(read("bytes 5-9/10"), Some(5..10));
        for bad in ["", "9-0", "x-y", "-5", "5-", "0-18446744073709551615"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(chunk(&HeaderMap::new()).unwrap().is_none());
    }
}
