//! What a message says, to whom and when, as people write it.

use super::{
    Filling, Language, Placeholder, PlaceholderError, Schedule,
    draft::{Part, one_line},
    markdown,
    placeholder::{Piece, pieces},
};
use crate::{appearance::is_hidden, name::Name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest subject, in characters; a line of a mail ends at 998 (RFC 5322 §2.1.1), however it is encoded.
pub(super) const SUBJECT_MAX: usize = 200;
/// The longest body, in bytes.
pub(super) const BODY_MAX: usize = 256 * 1024;
/// The most audiences of one message.
const AUDIENCES_MAX: usize = 20;

/// What a message says, to whom and when; nothing to nobody at first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writing {
    /// One line of plain text.
    pub subject: String,
    /// Markdown.
    pub body: String,
    /// The language of both.
    #[serde(default, skip_serializing_if = "Language::is_english")]
    pub language: Language,
    /// Whom it is for. Who is in several of them gets it once, by the first.
    pub audiences: Vec<Name>,
    /// What it waits for, once it is sanctioned.
    #[serde(default, skip_serializing_if = "Schedule::is_by_hand")]
    pub on: Schedule,
    /// Whether quiet hours do not hold it up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

/// What goes out: subject and body with everything filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line of plain text.
    pub subject: String,
    /// The body as plain text.
    pub plain: String,
    /// The body as a piece of HTML.
    pub html: String,
}

/// Why what is written could not be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WritingError {
    /// One of the texts says nothing.
    #[error("the {0} is empty: write something")]
    Empty(Part),
    /// Longer than anybody reads.
    #[error("the {part} is longer than {max} {unit}: shorten it")]
    Long {
        /// Which text.
        part: Part,
        /// How long it may be.
        max: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A character that nobody sees, such as the end of a line, which would begin another header of a mail.
    #[error("the {part} has a character in it that nobody sees (U+{code:04X}): take it out")]
    Hidden {
        /// Which text.
        part: Part,
        /// The character.
        code: u32,
    },
    /// Braces that are no open place.
    #[error("{part}, {why}")]
    Placeholder {
        /// Which text.
        part: Part,
        /// Why.
        why: PlaceholderError,
    },
    /// It leaves open what is never known.
    #[error(
        "`{open}` stays open, and is never known of `{on}`: take it out, or wait for something else"
    )]
    NeverFilled {
        /// What.
        open: Placeholder,
        /// What it waits for.
        on: Schedule,
    },
    /// It is for nobody.
    #[error("it is for nobody: name audiences")]
    Nobody,
    /// One audience twice, or too many.
    #[error("it names an audience twice, or more than {AUDIENCES_MAX}")]
    Audiences,
}

impl Writing {
    /// A subject, as much of it as a subject holds, and a body for one audience.
    pub fn to(audience: Name, (subject, body): (&str, String)) -> Self {
        Self {
            subject: subject.chars().take(SUBJECT_MAX).collect(),
            body,
            audiences: vec![audience],
            ..Self::default()
        }
    }

    /// Whether it could be sent, and what it leaves open until then.
    ///
    /// # Errors
    /// The first reason why it could not.
    pub fn open(&self) -> Result<BTreeSet<Placeholder>, WritingError> {
        self.check_texts()?;
        let audiences: BTreeSet<&Name> = self.audiences.iter().collect();
        if audiences.is_empty() {
            return Err(WritingError::Nobody);
        }
        if audiences.len() < self.audiences.len() || audiences.len() > AUDIENCES_MAX {
            return Err(WritingError::Audiences);
        }
        let mut open = open(Part::Subject, &self.subject)?;
        open.append(&mut self::open(Part::Body, &self.body)?);
        let filled = self.on.fills();
        match open.iter().find(|open| !filled.contains(open)) {
            None => Ok(open),
            Some(open) => Err(WritingError::NeverFilled {
                open: *open,
                on: self.on.clone(),
            }),
        }
    }

    /// What goes out, with what is known filled in. What is not is shown as it is written, as previews do.
    pub fn rendered(&self, filling: &Filling) -> Rendered {
        let piece = |piece: Piece<'_>| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Open(open) => match filling.get(open) {
                Some(value) => value.to_owned(),
                None => open.to_string(),
            },
        };
        let subject = pieces(&self.subject).map_or_else(
            |_| self.subject.clone(),
            |all| all.into_iter().map(piece).collect(),
        );
        // Markdown has other ways to write a character; nothing is filled in that was not sanctioned by its name.
        let open = Placeholder::all_in(&self.body).unwrap_or_default();
        let filling = filling.only(&open);
        Rendered {
            subject: one_line(&subject),
            plain: markdown::plain(&self.body, &filling),
            html: markdown::html(&self.body, &filling),
        }
    }

    fn check_texts(&self) -> Result<(), WritingError> {
        let (subject, body) = (&self.subject, &self.body);
        let hidden = |part, c: char| WritingError::Hidden {
            part,
            code: u32::from(c),
        };
        let is_hidden_in_line = |c: &char| is_hidden(*c) || matches!(c, '\n' | '\t');
        let is_hidden_in_body = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        let long = |part, max, unit| Err(WritingError::Long { part, max, unit });
        if let Some(c) = subject.chars().find(is_hidden_in_line) {
            return Err(hidden(Part::Subject, c));
        }
        if let Some(c) = body.chars().find(is_hidden_in_body) {
            return Err(hidden(Part::Body, c));
        }
        for (part, text) in [(Part::Subject, subject), (Part::Body, body)] {
            if text.trim().is_empty() {
                return Err(WritingError::Empty(part));
            }
        }
        if subject.chars().count() > SUBJECT_MAX {
            return long(Part::Subject, SUBJECT_MAX, "characters");
        }
        match body.len() > BODY_MAX {
            true => long(Part::Body, BODY_MAX, "bytes"),
            false => Ok(()),
        }
    }
}

fn open(part: Part, text: &str) -> Result<BTreeSet<Placeholder>, WritingError> {
    Placeholder::all_in(text).map_err(|why| WritingError::Placeholder { part, why })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::communication) fn writing(subject: &str, body: &str, on: &str) -> Writing {
        Writing {
            subject: subject.to_owned(),
            body: body.to_owned(),
            language: Language::default(),
            audiences: vec!["customers".parse().unwrap()],
            on: on.parse().unwrap(),
            urgent: false,
        }
    }

    fn said(writing: &Writing) -> String {
        match writing.open() {
            Ok(open) => open.iter().map(ToString::to_string).collect(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn what_could_not_be_sent_says_why() {
        let on = "milestone ready";
        for (subject, body, expect) in [
            (
                "a {{ reached }}",
                "b {{ target }}",
                "{{ reached }}{{ target }}",
            ),
            (
                "a\r\nBcc: x@y.example",
                "b",
                "the subject has a character in it that nobody sees (U+000D): take it out",
            ),
            (
                "a\u{202e}",
                "b",
                "the subject has a character in it that nobody sees (U+202E): take it out",
            ),
            (
                "a",
                "b\u{0}",
                "the body has a character in it that nobody sees (U+0000): take it out",
            ),
            ("a", "b\r\nc", ""),
            (" ", "b", "the subject is empty: write something"),
            ("a", "\n", "the body is empty: write something"),
            (
                &"a".repeat(201),
                "b",
                "the subject is longer than 200 characters: shorten it",
            ),
            (
                "a",
                &"b".repeat(262_145),
                "the body is longer than 262144 bytes: shorten it",
            ),
            (
                "a",
                "b\n{{ c }}",
                "body, line 2, column 1: `{{ c }}` stands for nothing: what stays open is one of began, ended, reached, reason, target",
            ),
            (
                "{{ began }}",
                "b",
                "`{{ began }}` stays open, and is never known of `milestone ready`: take it out, or wait for something else",
            ),
        ] {
            assert_eq!(said(&writing(subject, body, on)), expect);
        }
        let mut it = writing("a", "b", on);
        it.audiences.clear();
        assert_eq!(said(&it), "it is for nobody: name audiences");
        it.audiences = vec!["a".parse().unwrap(); 2];
        assert_eq!(said(&it), "it names an audience twice, or more than 20");
    }

    #[test]
    fn what_goes_out_has_everything_filled_in() {
        let it = writing(
            "Since {{ reached }}",
            "At **{{ reached }}**, before {{ target }}.",
            "milestone ready",
        );
        let filling = Filling::default().with(Placeholder::Reached, "noon\r\nBcc: x <b>");
        let Rendered {
            subject,
            plain,
            html,
        } = it.rendered(&filling);
        assert_eq!(subject, "Since noon Bcc: x <b>");
        assert_eq!(plain, "At noon Bcc: x <b>, before {{ target }}.");
        assert_eq!(
            html,
            "<p>At <strong>noon Bcc: x &lt;b&gt;</strong>, before {{ target }}.</p>\n"
        );
    }

    #[test]
    fn nothing_is_filled_in_that_is_not_open() {
        let it = writing("a", "&#xE003; {{ began }}", "deployment failed in live");
        let filling = Filling::default()
            .with(Placeholder::Began, "noon")
            .with(Placeholder::Reason, "a secret");
        assert_eq!(it.rendered(&filling).plain, "{{ reason }} noon");
    }

    proptest! {
        /// A subject that goes out is one line without controls, whatever is filled in.
        #[test]
        fn a_subject_is_one_line(subject in "\\PC{0,20}", value in "(\r\n|\n|\r|\u{0}|\u{2028}|\u{85}|a|Bcc: b|\\{\\{ ended \\}\\}){0,8}") {
            let it = writing(&format!("{subject}{{{{ began }}}}"), "b", "deployment began in live");
            let filling = Filling::default().with(Placeholder::Began, &value);
            let subject = it.rendered(&filling).subject;
            prop_assert!(!subject.contains(|c: char| c.is_control() || c == '\u{2028}'), "{subject:?}");
        }
    }
}
