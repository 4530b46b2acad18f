//! Releases of distributions: a package of Debian 11 has other versions than that of Debian 12.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of a release: `12`, `22.04`, `3.18`, `15.4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Release(String);

impl Release {
    /// The first number in texts such as `debian-12`, `v3.18`, `22.04:LTS`, `enterprise_linux:8::baseos` or
    /// `Linux Enterprise Server 15 SP4`; code names say nothing here.
    pub fn found_in(text: &str) -> Option<Self> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let mut words = words.map(str::to_ascii_lowercase).peekable();
        let number = loop {
            let word = words.next()?;
            let number = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            if number.starts_with(|c: char| c.is_ascii_digit()) {
                break number.to_owned();
            }
        };
        let pack = words.peek().and_then(|word| word.strip_prefix("sp"));
        Some(Self(match pack {
            Some(pack) => format!("{number}.{pack}"),
            None => number,
        }))
    }

    /// Whether one is the other, or a minor release of it: 8 and 8.6, 3.18 and 3.18.4.
    pub fn is_kin(&self, other: &Self) -> bool {
        let (left, right) = (self.0.split('.'), other.0.split('.'));
        left.zip(right).all(|(one, other)| one == other)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_is_the_release() {
        for (text, expect) in [
            ("debian-12", Some("12")),
            ("v3.18", Some("3.18")),
            ("22.04:LTS", Some("22.04")),
            ("Pro:18.04:LTS", Some("18.04")),
            ("enterprise_linux:8::baseos", Some("8")),
            ("Linux Enterprise Server 15 SP4", Some("15.4")),
            ("sles-15.4", Some("15.4")),
            ("bookworm", None),
            ("", None),
        ] {
            let found = Release::found_in(text).map(|release| release.to_string());
            assert_eq!(found.as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn a_minor_release_is_of_the_major_one() {
        let release = |text| Release::found_in(text).unwrap();
        assert!(release("8").is_kin(&release("8.6")));
        assert!(release("v3.18").is_kin(&release("alpine-3.18.4")));
        assert!(!release("11").is_kin(&release("12")));
        assert!(!release("22.04").is_kin(&release("22.10")));
    }
}
