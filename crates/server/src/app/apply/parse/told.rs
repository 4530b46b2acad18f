//! How faults are told: where they are, in people's words, and what was probably meant.

use super::super::super::{Error, Kind};
use tidegate_domain::{calendar::Zone, catalog::Kind as CatalogKind};

/// The message without its own mention of the place, and without advice for programmers.
pub(super) fn words(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(words, _)| words);
    message
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(message)
        .to_owned()
}

/// For "unknown field `x`, expected one of a, b": the nearest of those.
pub(super) fn meant(why: &str) -> Option<String> {
    let rest = why.strip_prefix("unknown field `")?;
    let (word, expected) = rest.split_once('`')?;
    let expected = expected
        .split_once("expected ")?
        .1
        .trim_start_matches("one of ");
    nearest(
        word,
        expected.split(", ").map(|name| name.trim_matches('`')),
    )
}

/// For a time zone that is none: the nearest one, by its whole name or only its place.
pub(super) fn zone(why: &str) -> Option<String> {
    let (word, rest) = why.strip_prefix('`')?.split_once('`')?;
    if !rest.starts_with(" is not a time zone") {
        return None;
    }
    let names = Zone::names();
    let place = |name: &&String| {
        let place = name
            .rsplit_once('/')
            .map_or(name.as_str(), |(_, place)| place);
        place.eq_ignore_ascii_case(word)
    };
    let named = names.iter().find(place).map(|name| did_you_mean(name));
    named.or_else(|| nearest(word, names.iter().map(String::as_str)))
}

pub(in crate::app) fn nearest<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str>,
) -> Option<String> {
    known
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, name)| did_you_mean(name))
}

pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

pub(super) fn kinds() -> String {
    CatalogKind::ALL.map(CatalogKind::as_str).join(", ")
}

pub(super) fn refuse(path: &str, line: usize, column: usize, why: &str) -> Error {
    Error::refused(
        Kind::BadRequest,
        "file-invalid",
        format!("{path}:{line}:{column}: {why}"),
    )
}
