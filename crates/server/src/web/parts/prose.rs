//! Words in which `backticks` mark what is typed or named exactly, and moments are told as people read them.

use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;

/// Words as pages show them.
#[derive(Debug, Template)]
#[template(
    source = "{% for piece in pieces %}{% match piece %}{% when Piece::Code with (text) %}<code>{{ text }}</code>\
        {% when Piece::Words with (text) %}{{ text }}\
        {% when Piece::Moment with { iso, words } %}<time datetime=\"{{ iso }}\" data-fixed>{{ words }}</time>{% endmatch %}{% endfor %}",
    ext = "html"
)]
pub(in crate::web) struct Prose {
    pieces: Vec<Piece>,
}

impl HtmlSafe for Prose {}

#[derive(Debug)]
enum Piece {
    Code(String),
    Words(String),
    Moment { iso: String, words: String },
}

impl Prose {
    /// Of a text such as "run `tidegate status`", as a sentence.
    pub(in crate::web) fn of(text: &str) -> Self {
        Self::exactly(&super::sentence(text))
    }

    /// Of a text that may begin with a name, as it is.
    pub(in crate::web) fn exactly(text: &str) -> Self {
        let mut pieces = Vec::new();
        for (i, text) in text.split('`').enumerate() {
            match i % 2 {
                1 => pieces.push(Piece::Code(text.to_owned())),
                _ => read(text, &mut pieces),
            }
        }
        Self { pieces }
    }
}

/// Words, and the moments among them: `2026-12-01T21:00:00Z`.
fn read(text: &str, pieces: &mut Vec<Piece>) {
    let mut words = String::new();
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let at = Some(bare).filter(|it| it.ends_with('Z'));
        let Some(at) = at.and_then(|it| it.parse::<Timestamp>().ok()) else {
            words.push_str(word);
            continue;
        };
        pieces.push(Piece::Words(std::mem::take(&mut words)));
        pieces.push(Piece::Moment {
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            words: at.strftime("%-d %B %Y, %H:%M UTC").to_string(),
        });
        words.push_str(&word[bare.len()..]);
    }
    pieces.push(Piece::Words(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_code_and_the_rest_is_escaped() {
        let html = Prose::of("run `tidegate status`, <b>").render().unwrap();
        assert_eq!(html, "Run <code>tidegate status</code>, &#60;b&#62;.");
    }

    #[test]
    fn moments_are_told_as_people_read_them() {
        for (text, expect) in [
            (
                "overdue since 2026-12-02T02:00:00.123456Z: never",
                "Overdue since <time datetime=\"2026-12-02T02:00:00Z\" data-fixed>2 December 2026, 02:00 UTC</time>: never.",
            ),
            (
                "from 2026-12-01T21:00:00Z to 2026-12-01T22:30:00Z",
                "From <time datetime=\"2026-12-01T21:00:00Z\" data-fixed>1 December 2026, 21:00 UTC</time> to \
                 <time datetime=\"2026-12-01T22:30:00Z\" data-fixed>1 December 2026, 22:30 UTC</time>.",
            ),
            (
                "`2026-12-01T21:00:00Z` is Z",
                "<code>2026-12-01T21:00:00Z</code> is Z.",
            ),
        ] {
            assert_eq!(Prose::of(text).render().unwrap(), expect);
        }
    }
}
