//! Whom a text names: `@ada`, `@team:shop`.

use crate::planning::Party;
use std::collections::BTreeSet;

/// The most that one text names; those after them are text like any other.
const MENTIONS_MAX: usize = 20;

/// People and teams that a text names with `@`, as far as they are written like names; whether there are such is not looked at.
///
/// An `@` inside a word is none, so that addresses of mail name nobody.
pub fn mentions(text: &str) -> BTreeSet<Party> {
    let is_part = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    let mut found = BTreeSet::new();
    for (place, _) in text.match_indices('@') {
        let before = text.get(..place).and_then(|it| it.chars().next_back());
        let after = text.get(place + 1..).unwrap_or_default();
        if before.is_some_and(|c| is_part(c) || c == '@') || found.len() >= MENTIONS_MAX {
            continue;
        }
        let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
        let word = after.get(..end).unwrap_or_default();
        // A sentence ends behind a name.
        let word = word.trim_end_matches(['.', ':']);
        found.extend(word.parse::<Party>().ok());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_and_addresses_are_not() {
        for (text, named) in [
            ("@ada, please look. And @team:shop.", "ada team:shop"),
            ("(@ben) @ben: again", "ben"),
            ("mail ada@example.com or @@ada", ""),
            ("@ @- @Ada @robot:x", ""),
            ("é@ada", ""),
            ("@ada\n@cleo", "ada cleo"),
        ] {
            let found: Vec<String> = mentions(text).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), named, "{text}");
        }
        let many: String = (0..100).map(|n| format!("@p{n} ")).collect();
        assert_eq!(mentions(&many).len(), MENTIONS_MAX);
    }

    proptest! {
        /// Whatever is written, looking for names ends and finds only what is there.
        #[test]
        fn what_is_found_is_in_the_text(text in "[@a-c:. é\n-]{0,60}") {
            for party in mentions(&text) {
                let written = format!("@{party}");
                let at_length = written.replace('@', "@person:");
                prop_assert!(text.contains(&written) || text.contains(&at_length), "{}", written);
            }
        }
    }
}
