//! What every page goes through last: whatever deceives in a text that somebody wrote is marked.
//!
//! The whole of the HTML is looked at, so that no template can forget it: templates hold nothing that is marked, and the
//! escaper has left no `<` and no `>` in texts. What goes back to the server stays as it is: attributes, and what is to be edited.

use askama::Template;
use tidegate_domain::appearance::shown;

/// A page, or a part of one, as browsers get it.
///
/// # Errors
/// When it cannot be rendered.
pub(super) fn html(page: &impl Template) -> askama::Result<String> {
    let html = page.render()?;
    let mut marked = String::with_capacity(html.len());
    let mut is_edited = false;
    for piece in html.split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
        match is_edited {
            true => marked.push_str(text),
            false => marked.push_str(&shown(text)),
        }
        marked.push_str(tag);
        is_edited = tag.starts_with("<textarea");
    }
    Ok(marked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::filters::HtmlSafe;

    #[derive(Template)]
    #[template(source = r"<i>{{ text }}</i>", ext = "html")]
    struct Part<'a> {
        text: &'a str,
    }

    impl HtmlSafe for Part<'_> {}

    #[derive(Template)]
    #[template(
        source = r#"<input value="{{ text }}"><b>{{ text }}</b> · {{ part }}<textarea>{{ text }}</textarea>{{ text }}"#,
        ext = "html"
    )]
    struct Page<'a> {
        text: &'a str,
        part: Part<'a>,
    }

    #[test]
    fn what_deceives_is_marked_wherever_it_is_read_and_nowhere_else() {
        let page = Page {
            text: "user\u{202e}gpj.<b> p\u{430}ypal",
            part: Part {
                text: "\u{440}\u{430}\u{443}\u{440}\u{430}",
            },
        };
        let kept = "user\u{202e}gpj.&#60;b&#62; p\u{430}ypal";
        let marked = "user[U+202E]gpj.&#60;b&#62; p\u{430}[U+0430]ypal";
        let part = "\u{440}[U+0440]\u{430}[U+0430]\u{443}[U+0443]\u{440}[U+0440]\u{430}[U+0430]";
        let expect = format!(
            "<input value=\"{kept}\"><b>{marked}</b> · <i>{part}</i><textarea>{kept}</textarea>{marked}"
        );
        assert_eq!(html(&page).unwrap(), expect);
    }
}
