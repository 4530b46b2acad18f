//! The escaper of every template: nothing of a text becomes HTML, and what deceives is marked.

use askama::filters::{Escaper, Html};
use std::fmt;
use tidegate_domain::appearance::shown;

/// Escapes HTML, and shows what would not be seen or looks like something else. The marks are plain text: a value may stand
/// in an attribute as well.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marked;

impl Escaper for Marked {
    fn write_escaped_str<W: fmt::Write>(&self, out: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(out, &shown(text))
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    #[derive(Template)]
    #[template(source = r#"<b title="{{ text }}">{{ text }}</b>"#, ext = "html")]
    struct Page<'a> {
        text: &'a str,
    }

    #[test]
    fn what_deceives_is_marked_in_every_place_of_a_page() {
        let marked = "user[U+202E]gpj.&#60;b&#62; p\u{430}[U+0430]ypal";
        let page = Page {
            text: "user\u{202e}gpj.<b> p\u{430}ypal",
        };
        let expect = format!("<b title=\"{marked}\">{marked}</b>");
        assert_eq!(page.render().unwrap(), expect);
    }
}
