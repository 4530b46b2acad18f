//! Words in which `backticks` mark what is typed or named exactly.

use askama::{Template, filters::HtmlSafe};

/// Words as pages show them.
#[derive(Debug, Template)]
#[template(
    source = "{% for piece in pieces %}{% if piece.is_code %}<code>{{ piece.text }}</code>{% else %}{{ piece.text }}{% endif %}{% endfor %}",
    ext = "html"
)]
pub(in crate::web) struct Prose {
    pieces: Vec<Piece>,
}

impl HtmlSafe for Prose {}

#[derive(Debug)]
struct Piece {
    is_code: bool,
    text: String,
}

impl Prose {
    /// Of a text such as "run `tidegate status`", as a sentence.
    pub(in crate::web) fn of(text: &str) -> Self {
        Self::exactly(&super::sentence(text))
    }

    /// Of a text that may begin with a name, as it is.
    pub(in crate::web) fn exactly(text: &str) -> Self {
        let piece = |(i, text): (usize, &str)| Piece {
            is_code: i % 2 == 1,
            text: text.to_owned(),
        };
        Self {
            pieces: text.split('`').enumerate().map(piece).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_code_and_the_rest_is_escaped() {
        let html = Prose::of("run `tidegate status`, <b>").render().unwrap();
        assert_eq!(html, "Run <code>tidegate status</code>, &#60;b&#62;.");
    }
}
