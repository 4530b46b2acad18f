//! What a text seems to be about. A person sees it before it counts for more than a guess.

use crate::{
    name::Name,
    supplier::{ChangeKind, Supplier},
    version::Version,
};
use std::collections::BTreeSet;

/// The words that tell of an end.
const ENDS: [&str; 6] = [
    "end of life",
    "end-of-life",
    "eol",
    "decommission",
    "sunset",
    "discontinu",
];

pub(super) fn kind(text: &str) -> ChangeKind {
    let text = text.to_lowercase();
    if ENDS.iter().any(|it| text.contains(it)) {
        ChangeKind::EndOfLife
    } else if text.contains("maintenance") || text.contains("downtime") {
        ChangeKind::Maintenance
    } else {
        ChangeKind::Change
    }
}

/// The first word that is a semantic version.
pub(super) fn version(text: &str) -> Option<Version> {
    let trimmed = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        word.parse::<Version>().ok()
    };
    let mut words = text.split_whitespace().filter_map(trimmed);
    words.find(|it| it.semantic().is_some())
}

/// The components of the supplier whose name stands in the text as a word, or whose title does.
pub(super) fn components(text: &str, supplier: &Supplier) -> BTreeSet<Name> {
    let text = text.to_lowercase();
    let words = words(&text);
    let is_named = |title: &str| !title.is_empty() && text.contains(&title.to_lowercase());
    let all = supplier.components.iter();
    let found = all.filter(|it| words.contains(it.name.as_str()) || is_named(&it.title));
    found.map(|it| it.name.clone()).collect()
}

/// The environments in which the supplier is used whose name stands in the text as a word.
pub(super) fn environments(text: &str, supplier: &Supplier) -> BTreeSet<Name> {
    let text = text.to_lowercase();
    let words = words(&text);
    let all = supplier
        .components
        .iter()
        .flat_map(|it| it.environments.keys());
    all.filter(|it| words.contains(it.as_str()))
        .cloned()
        .collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-';
    text.split(|c| !is_word(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_about_what_it_names() {
        for (text, expect) in [
            ("Gateway 2.5.0 goes live", ChangeKind::Change),
            ("Scheduled MAINTENANCE", ChangeKind::Maintenance),
            ("v1 is discontinued", ChangeKind::EndOfLife),
        ] {
            assert_eq!(kind(text), expect);
        }
        for (text, expect) in [
            ("Gateway (v2.5.0), from 10.0.0.1", Some("v2.5.0")),
            ("from 2.5 to 2.6.1-rc.1!", Some("2.6.1-rc.1")),
            ("on 2026-12-01", None),
        ] {
            assert_eq!(version(text).as_ref().map(Version::as_str), expect);
        }
        let supplier: Supplier = serde_json::from_str(
            r#"{"name":"acme","components":[{"name":"gateway","environments":{"live":{}}},{"name":"lg","title":"Ledger API","environments":{"live":{}}}]}"#,
        )
        .unwrap();
        let found = |text| {
            let all = components(text, &supplier);
            all.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(found("The Gateway: new"), "gateway");
        assert_eq!(found("gateways"), "");
        assert_eq!(found("our LEDGER API"), "lg");
        assert_eq!(environments("Live, staging", &supplier).len(), 1);
    }
}
