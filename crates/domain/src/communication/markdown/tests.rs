//! Markdown becomes HTML in which nothing foreign means anything.

use super::{source::is_followed, *};
use crate::communication::{Filling, Placeholder};
use proptest::prelude::*;

fn both(source: &str) -> (String, String) {
    let filling = Filling::default()
        .with(Placeholder::Began, "noon")
        .with(Placeholder::Reason, "<b>[a](https://x) {{ began }} `*c*`");
    (html(source, &filling), plain(source, &filling))
}

#[test]
fn markdown_is_written_out_twice() {
    for (source, page, text) in [
        ("", "", ""),
        (
            "# A & b\n\nSome *words*\nand **more**.",
            "<h1>A &amp; b</h1>\n<p>Some <em>words</em>\nand <strong>more</strong>.</p>\n",
            "A & b\n\nSome words\nand more.",
        ),
        (
            "- one\n- two\n  1. a\n  2. b\n- three\n\nend",
            "<ul><li>one</li>\n<li>two<ol><li>a</li>\n<li>b</li>\n</ol>\n</li>\n<li>three</li>\n</ul>\n<p>end</p>\n",
            "- one\n- two\n  1. a\n  2. b\n- three\n\nend",
        ),
        (
            "- one\n\n  more\n\n- two",
            "<ul><li><p>one</p>\n<p>more</p>\n</li>\n<li><p>two</p>\n</li>\n</ul>\n",
            "- one\n\n  more\n- two",
        ),
        (
            "> said\n>\n> twice",
            "<blockquote><p>said</p>\n<p>twice</p>\n</blockquote>\n",
            "> said\n>\n> twice",
        ),
        (
            "```\na < b\nc\n```\n\n---",
            "<pre>a &lt; b\nc\n</pre>\n<hr>\n",
            "a < b\nc\n\n--------",
        ),
        (
            "[here](https://a.example/?b=1&c=2) <https://b.example/> <a@b.example>",
            "<p><a href=\"https://a.example/?b=1&amp;c=2\" rel=\"noreferrer\">here</a> <a href=\"https://b.example/\" rel=\"noreferrer\">https://b.example/</a> a@b.example</p>\n",
            "here (https://a.example/?b=1&c=2) https://b.example/ a@b.example",
        ),
        (
            "[x](javascript:alert) ![pixel](https://spy.example/1.gif) <script>x</script>",
            "<p>x pixel &lt;script&gt;x&lt;/script&gt;</p>\n",
            "x pixel <script>x</script>",
        ),
        (
            "<div onclick=\"x\">\na\n</div>",
            "<p>&lt;div onclick=&quot;x&quot;&gt;\na\n&lt;/div&gt;</p>\n",
            "<div onclick=\"x\">\na\n</div>",
        ),
        (
            "It began at {{ began }}, `{{ began }}`, \\{\\{ began \\}\\}, {{ ended }}.",
            "<p>It began at noon, <code>noon</code>, {{ began }}, {{ ended }}.</p>\n",
            "It began at noon, noon, {{ began }}, {{ ended }}.",
        ),
        (
            "Because: {{ reason }}",
            "<p>Because: &lt;b&gt;[a](https://x) {{ began }} `*c*`</p>\n",
            "Because: <b>[a](https://x) {{ began }} `*c*`",
        ),
        (
            "a\u{e000}b\u{202e}c",
            "<p>a\u{fffd}b[U+202E]c</p>\n",
            "a\u{fffd}b[U+202E]c",
        ),
        ("{{ what", "<p>{{ what</p>\n", "{{ what"),
    ] {
        assert_eq!(both(source), (page.to_owned(), text.to_owned()), "{source}");
    }
}

/// The elements that are there, each with how it begins.
fn elements(page: &str) -> Vec<&str> {
    let inside = page.split('<').skip(1);
    inside.map(|it| it.split('>').next().unwrap()).collect()
}

fn is_ours(element: &str) -> bool {
    const NAMES: [&str; 15] = [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "blockquote",
        "pre",
        "ol",
        "ul",
        "li",
        "em",
        "strong",
        "code",
        "br",
        "hr",
    ];
    let link = element
        .strip_prefix("a href=\"")
        .and_then(|rest| rest.strip_suffix("\" rel=\"noreferrer\""));
    let leads = |to: &str| is_followed(to) && !to.contains(['"', '<']);
    let name = element.strip_prefix('/').unwrap_or(element);
    NAMES.contains(&name)
        || name == "a"
        || element.starts_with("ol start=\"")
        || link.is_some_and(leads)
}

const PIECES: &str = "(<|>|\\[|\\]|\\(|\\)|!|`|\\*|_|~|#|-|\\+|=|\\||&|;|:|/|\\\\|\\$|\\^|\"|'|\n|\n\n| |    |1\\.|a|javascript:x|http://a|b@c|<b>|&lt;|---|```|\\[x\\]: /u|\\{\\{ began \\}\\}|<!--|\u{e000}|\u{202e}|\u{0}){0,30}";

proptest! {
    /// Whatever is written, only elements of the list come out.
    #[test]
    fn only_elements_of_the_list_come_out(source in PIECES, value in PIECES) {
        let filling = Filling::default().with(Placeholder::Began, &value);
        let page = html(&source, &filling);
        for element in elements(&page) {
            prop_assert!(is_ours(element), "{element} in {page}");
        }
        plain(&source, &filling);
    }

    /// A document on a page has the same elements, and no heading of the first two ranks.
    #[test]
    fn a_document_stands_below_the_headings_of_its_page(source in PIECES) {
        let page = document(&source);
        for element in elements(&page) {
            let own = if element == "pre tabindex=\"0\"" { "pre" } else { element };
            let lowered = ["h5", "h6"].contains(&own.trim_start_matches('/'));
            prop_assert!(lowered || is_ours(own), "{element} in {page}");
            prop_assert!(!["h1", "h2"].contains(&own.trim_start_matches('/')), "{element} in {page}");
        }
    }

    /// A value that is escaped is the same text again, wherever it stands, and no element comes of it.
    #[test]
    fn nothing_escaped_means_anything(value in PIECES) {
        let text = html("x", &Filling::default());
        let escaped = escaped(&value);
        for (before, behind) in [("", ""), ("a ", " b"), ("# ", ""), ("- ", ""), ("**", "**"), ("[a](<", ">)"), ("`", "`"), ("> ", "")] {
            let page = html(&format!("{before}x{escaped}x{behind}"), &Filling::default());
            let frame = html(&format!("{before}xx{behind}"), &Filling::default());
            let count = |page: &str| elements(page).len();
            prop_assert_eq!(count(&page), count(&frame), "{} of {}", page, text);
        }
    }

    /// A filled value is a text again: it adds no element and no line.
    #[test]
    fn nothing_filled_in_means_anything(value in PIECES) {
        let filling = Filling::default().with(Placeholder::Began, &value);
        for source in ["{{ began }}", "`{{ began }}`", "[{{ began }}](https://a.example/)", "# {{ began }}", "- {{ began }}"] {
            let page = html(source, &filling);
            let frame = html(source, &Filling::default());
            prop_assert_eq!(elements(&page), elements(&frame));
            prop_assert!(!plain(source, &filling).contains('\n'));
        }
    }
}
