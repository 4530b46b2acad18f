//! The versions of a procedure: each text that differs is one, and none is ever changed.

use super::Procedure;
use crate::name::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A text of a procedure with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureVersion {
    /// Of which procedure.
    pub name: Name,
    /// Counted from 1.
    pub number: u32,
    /// Its title then.
    pub title: String,
    /// What it says, in Markdown.
    pub body: String,
    /// What is new in it.
    pub change: String,
    /// Whether that is so small that nobody was asked to read it again.
    pub minor: bool,
    /// The last version that asked people to read it: this one, unless it is minor.
    pub asks: u32,
    /// When that was.
    pub asked_at: Timestamp,
    /// Where it was written.
    pub origin: Origin,
    /// Who brought it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// Where a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In a file, which was applied.
    File,
    /// On the page, or in the terminal.
    Page,
}

/// Who brings a text, when and how.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// How.
    pub origin: Origin,
}

/// Why a text is not the next version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Nobody has read anything yet.
    #[error("its first version cannot be `minor`: nobody has read one before")]
    FirstIsMinor,
    /// Whoever left the word in the file by mistake would ask nobody to read what is new.
    #[error(
        "a `minor` version says by `change` what is new, in other words than version {0} did: say it, or take `minor` out"
    )]
    Silent(u32),
    /// Others wrote in between.
    #[error(
        "version {newest} was written on the page since the text of this file: take it over first, or say `base: {newest}` to replace it"
    )]
    Behind {
        /// The newest version.
        newest: u32,
    },
}

impl ProcedureVersion {
    /// The version that a procedure makes after `last`; none if its text is the same.
    ///
    /// # Errors
    /// When it would take the place of what it was not made from, or ask nobody to read it without a word of why.
    pub fn next(
        last: Option<&Self>,
        procedure: &Procedure,
        stamp: Stamp,
    ) -> Result<Option<Self>, VersionError> {
        let is_same =
            |it: &&Self| it.title == procedure.title && same_text(&it.body, &procedure.body);
        if last.filter(is_same).is_some() {
            return Ok(None);
        }
        let number = last.map_or(1, |it| it.number.saturating_add(1));
        let asks = match (last, procedure.minor) {
            (_, false) => number,
            (None, true) => return Err(VersionError::FirstIsMinor),
            (Some(last), true) if says_nothing_new(last, procedure) => {
                return Err(VersionError::Silent(last.number));
            }
            (Some(last), true) => last.asks,
        };
        if let Some(last) = last
            && last.origin == Origin::Page
            && stamp.origin == Origin::File
            && procedure.base != Some(last.number)
        {
            return Err(VersionError::Behind {
                newest: last.number,
            });
        }
        Ok(Some(Self {
            name: procedure.name.clone(),
            number,
            title: procedure.title.clone(),
            body: procedure.body.clone(),
            change: procedure.change.trim().to_owned(),
            minor: procedure.minor,
            asks,
            asked_at: last
                .filter(|_| procedure.minor)
                .map_or(stamp.at, |it| it.asked_at),
            origin: stamp.origin,
            by: stamp.by,
            at: stamp.at,
        }))
    }

    /// The title, or its name.
    pub fn title(&self) -> &str {
        match self.title.trim() {
            "" => self.name.as_str(),
            title => title,
        }
    }

    /// Whether whoever has read `number` has read all that they were asked to.
    pub const fn is_met_by(&self, number: u32) -> bool {
        number >= self.asks && number <= self.number
    }
}

/// Ends of lines, and whatever is blank at the end, differ between editors and mean nothing.
fn same_text(one: &str, other: &str) -> bool {
    one.trim_end().lines().eq(other.trim_end().lines())
}

fn says_nothing_new(last: &ProcedureVersion, procedure: &Procedure) -> bool {
    let change = procedure.change.trim();
    change.is_empty() || change == last.change
}

#[cfg(test)]
pub(super) mod tests {
    use super::{super::document::tests::procedure, *};
    use proptest::prelude::*;

    pub(in crate::procedure) fn stamp(origin: Origin) -> Stamp {
        Stamp {
            by: "ada".parse().unwrap(),
            at: Timestamp::UNIX_EPOCH,
            origin,
        }
    }

    fn next(
        last: Option<&ProcedureVersion>,
        text: &str,
        change: &str,
        minor: bool,
    ) -> Result<Option<ProcedureVersion>, VersionError> {
        let it = Procedure {
            change: change.to_owned(),
            minor,
            ..procedure(text)
        };
        ProcedureVersion::next(last, &it, stamp(Origin::File))
    }

    #[test]
    fn a_text_that_differs_is_the_next_version_and_a_minor_one_asks_nobody_again() {
        let first = next(None, "a\n", "", false).unwrap().unwrap();
        assert_eq!((first.number, first.asks), (1, 1));
        assert_eq!(next(Some(&first), "a\r\n\n", "again", false), Ok(None));
        let second = next(Some(&first), "a\nb", "Also b.", true)
            .unwrap()
            .unwrap();
        assert_eq!((second.number, second.asks), (2, 1));
        assert!(second.is_met_by(1) && second.is_met_by(2) && !second.is_met_by(3));
        let third = next(Some(&second), "c", "", false).unwrap().unwrap();
        assert_eq!((third.number, third.asks), (3, 3));
        assert!(!third.is_met_by(2));
    }

    #[test]
    fn a_minor_version_says_what_is_new_each_time() {
        assert_eq!(next(None, "a", "A.", true), Err(VersionError::FirstIsMinor));
        let first = next(None, "a", "A typo.", false).unwrap().unwrap();
        for change in ["", " ", "A typo. "] {
            let why = next(Some(&first), "b", change, true);
            assert_eq!(why, Err(VersionError::Silent(1)), "{change:?}");
        }
    }

    #[test]
    fn a_file_replaces_nothing_that_was_written_on_the_page_unseen() {
        let it = |text: &str, base| Procedure {
            base,
            ..procedure(text)
        };
        let made = |last: Option<&ProcedureVersion>, text: &str, base, origin| {
            ProcedureVersion::next(last, &it(text, base), stamp(origin))
        };
        let first = made(None, "a", None, Origin::File).unwrap().unwrap();
        let second = made(Some(&first), "b", None, Origin::Page)
            .unwrap()
            .unwrap();
        let behind = Err(VersionError::Behind { newest: 2 });
        assert_eq!(made(Some(&second), "a", None, Origin::File), behind);
        assert_eq!(made(Some(&second), "a", Some(1), Origin::File), behind);
        assert_eq!(made(Some(&second), "b", None, Origin::File), Ok(None));
        let third = made(Some(&second), "a", Some(2), Origin::File);
        assert_eq!(third.unwrap().unwrap().number, 3);
    }

    proptest! {
        /// Whatever is saved in a row: numbers go up by one, and each asks for itself or for the last that did.
        #[test]
        fn versions_count_up_and_ask_for_the_last_that_is_not_minor(
            saved in proptest::collection::vec(("[a-c]", any::<bool>()), 1..12)
        ) {
            let mut all: Vec<ProcedureVersion> = Vec::new();
            for (count, (text, minor)) in saved.iter().enumerate() {
                let change = format!("change {count}");
                let made = next(all.last(), text, &change, *minor && !all.is_empty()).unwrap();
                prop_assert_eq!(made.is_none(), all.last().is_some_and(|it| it.body == *text));
                all.extend(made);
            }
            for (place, it) in all.iter().enumerate() {
                prop_assert_eq!(it.number as usize, place + 1);
                let asks = all[..=place].iter().rev().find(|it| !it.minor).unwrap();
                prop_assert_eq!(it.asks, asks.number);
            }
        }
    }
}
