//! Templates are begun, and those that would never end do.

use super::*;
use proptest::prelude::*;

fn body(source: &str) -> String {
    let values = Values::examples().with(Variable::Milestone, "<b>[a](javascript:x) `{{ ended }}`");
    match rendered(Part::Body, source, &values) {
        Ok(text) => text,
        Err(why) => why.to_string(),
    }
}

#[test]
fn a_template_comes_to_markdown_in_which_values_mean_nothing() {
    for (source, expect) in [
        (
            "**{{ release }}** for {{ audience }}",
            "**Shop 1.4.0** for Customers",
        ),
        ("{{ version }} is here", "1\\.4.0 is here"),
        (
            "{{ milestone }}",
            "\\<b\\>\\[a\\]\\(javascript:x\\) '\\{\\{ ended \\}\\}'",
        ),
        (
            "{{ 'a' ~ milestone }}",
            "a\\<b\\>\\[a\\]\\(javascript:x\\) '\\{\\{ ended \\}\\}'",
        ),
        ("It began at {{ began }}.", "It began at {{ began }}."),
        ("{{ 'At ' ~ began ~ '*' }}", "At {{ began }}\\*"),
        (
            "Read [more]({{ release_link }}) or {{ status_link }}.",
            "Read [more](<https://tidegate.example/shop/1.4.0>) or <https://tidegate.example/shop/1.4.0>.",
        ),
        (
            "# News\n\n{{ notes }}\nBye",
            "# News\n\n## New\n\n- Pay by bank transfer.\n\nBye",
        ),
        (
            "a\n{% if train %}\nby {{ train }}\n{% endif %}\nb",
            "a\nby autumn\nb",
        ),
        (
            "{% for c in 'ab' %}{{ loop.index }}{{ c }} {% endfor %}",
            "1a 2b",
        ),
        (
            "{% autoescape false %}{{ milestone }}{% endautoescape %}",
            "\\<b\\>\\[a\\]\\(javascript:x\\) '\\{\\{ ended \\}\\}'",
        ),
        (
            "{% set x %}{{ milestone }}*{% endset %}{{ x }}",
            "\\<b\\>\\[a\\]\\(javascript:x\\) '\\{\\{ ended \\}\\}'*",
        ),
    ] {
        assert_eq!(body(source), expect, "{source}");
    }
}

#[test]
fn what_is_no_template_says_where_and_what_to_do() {
    let known = "a template may name product, version, release, train, environment, milestone, audience, notes, release_link, status_link, began, ended, reached, reason, target";
    for (source, expect) in [
        ("a\n  b {{ producd }}", format!("body, line 2, column 8: `producd` stands for nothing: {known}")),
        ("{% if what %}a{% endif %}", format!("body, line 1, column 7: `what` stands for nothing: {known}")),
        ("{{ product.title }}", format!("body, line 1, column 4: `product.title` stands for nothing: {known}")),
        ("a {{ product", "body, line 1, column 6: unexpected end of input, expected end of variable block: see that every `{{` and `{%` is closed and every `if` and `for` has its end".to_owned()),
        ("{{ product | upper }}", "body, line 1, column 14: filter upper is unknown: a template has variables, `if` and `for`, and no filters, functions or macros".to_owned()),
        ("{{ range(3) }}", "body, line 1, column 4: range is unknown: a template has variables, `if` and `for`, and no filters, functions or macros".to_owned()),
        ("{{ [1, 2] }}", "body, line 1, column 4: a sequence cannot be written: write texts and numbers only, lists by `for`".to_owned()),
        ("{{ 1 / 0 }}", "body, line 1, column 4: unable to calculate 1 / 0: write texts and numbers only, lists by `for`".to_owned()),
        (" ", "body: it comes to nothing: write something".to_owned()),
        ("{% include 'a' %}", "body, line 1, column 4: unknown statement include: a template has variables, `if` and `for`, and no filters, functions or macros".to_owned()),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "body, line 1, column 4: unknown statement macro: a template has variables, `if` and `for`, and no filters, functions or macros".to_owned()),
        (&"{{ 1 }}".repeat(500), "body, line 1, column 2801: it has more than 400 tags, or one of more than 100 words: shorten it".to_owned()),
        (&"a".repeat(40_000), "body: it is longer than 32768 bytes: shorten it".to_owned()),
        ("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", "body, line 1, column 13: it nests too deep: take out loops within loops, and `recursive`".to_owned()),
        ("a\n{{ 'a' * 3000000 }}", "body, line 2, column 4: it does not end, or not soon enough: take loops out or make them shorter".to_owned()),
    ] {
        assert_eq!(body(source), expect, "{source}");
    }
    let values = Values::default();
    let why = rendered(Part::Subject, "{{ train }}", &values).unwrap_err();
    assert_eq!(
        why.to_string(),
        "subject, line 1, column 4: `train` has no value in this message: write it within `{% if train %}`"
    );
}

#[test]
fn a_template_that_never_ends_or_grows_ends_in_a_named_error() {
    let doubled = format!(
        "{{% set a = '0123456789' %}}{}{{{{ a }}}}",
        "{% set a = a ~ a %}".repeat(40)
    );
    let loops = format!(
        "{}x{}",
        "{% for a in '0123456789' %}".repeat(8),
        "{% endfor %}".repeat(8)
    );
    let nested = |count| {
        format!(
            "{}x{}",
            "{% if true %}".repeat(count),
            "{% endif %}".repeat(count)
        )
    };
    let (deep_if, deeper_if) = (nested(100), nested(180));
    let sum = format!("{{{{ 1{} }}}}", "+1".repeat(10_000));
    let brackets = format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
    let nots = format!("{{{{ {}1 }}}}", "not ".repeat(6_000));
    let minus = format!("{{{{ {}1 }}}}", "-".repeat(20_000));
    let dots = format!("{{{{ product{} }}}}", ".a".repeat(10_000));
    let ifs = format!(
        "{{% if false %}}a{}{{% endif %}}",
        "{% elif false %}".repeat(1_800)
    );
    let ternary = format!("{{{{ {}1 }}}}", "1 if true else ".repeat(2_000));
    // As much as is allowed, and nested as deep as it can be.
    let long = "+1".repeat(40);
    let most = format!(
        "{{% if false %}}a{}{{% endif %}}{{{{ product }}}}",
        format!("{{% elif not 1{long} %}}").repeat(250)
    );
    for (source, expect) in [
        ("{{ 'a' * 1000000000 }}", "endless"),
        ("{{ 'a' * 100000 * 100000 }}", "endless"),
        ("{% for a in [1] * 1000000000 %}{% endfor %}", "unfit"),
        ("{% for a in [1] * 100000 %}{% endfor %}", "endless"),
        (
            "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "deep",
        ),
        (
            "{% for a in '0123456789' %}{% for b in '0123456789' %}{% for c in '0123456789' %}{% for d in '0123456789' %}{% for e in '0123456789' %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
            "endless",
        ),
        (&doubled, "endless"),
        (&loops, "endless"),
        (&deep_if, "fine"),
        (&deeper_if, "deep"),
        (&sum, "crowded"),
        (&brackets, "crowded"),
        (&nots, "crowded"),
        (&minus, "crowded"),
        (&dots, "crowded"),
        (&ifs, "crowded"),
        (&ternary, "crowded"),
        (&most, "fine"),
        ("{{ 'a' * 3000000 }}", "endless"),
        ("{{ 'a' * 300000 }}", "long"),
    ] {
        assert_eq!(ends(source), expect, "{}", &source[..source.len().min(60)]);
    }
}

/// How a template ends on the smallest stack that a thread of the server has.
fn ends(source: &str) -> &'static str {
    let source = source.to_owned();
    let run = move || rendered(Part::Body, &source, &Values::examples());
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let came = thread.spawn(run).unwrap().join().unwrap();
    match came.map_err(|why| why.fault) {
        Ok(_) => "fine",
        Err(DraftFault::Endless) => "endless",
        Err(DraftFault::Deep) => "deep",
        Err(DraftFault::Crowded) => "crowded",
        Err(DraftFault::Long { .. }) => "long",
        Err(DraftFault::Unfit(_)) => "unfit",
        Err(other) => panic!("{other}"),
    }
}

proptest! {
    /// Whatever a template is, it ends, within its bounds.
    #[test]
    fn every_template_ends(source in "(\\{\\{|\\}\\}|\\{%|%\\}|\\{#|#\\}| if | for | in | endif | endfor | set | recursive |loop|\\(|\\)|\\[|\\]|product|notes|'a'|1|9999|\\*|\\+|~|\\||\\.|=|,| |\n|-){0,40}") {
        if let Ok(text) = rendered(Part::Body, &source, &Values::examples()) {
            prop_assert!(text.len() <= BODY_MAX);
        }
    }

    /// Nothing that a value brings is Markdown, HTML or an open place.
    #[test]
    fn values_stay_text(value in "(<b>|\\[a\\]\\(http://x\\)|`|\\*|_|#|\n|\\{\\{ ended \\}\\}|&lt;|a| ){0,12}") {
        let values = Values::default().with(Variable::Product, &value);
        let source = "a {{ product }} b {{ product ~ began }} `{{ product }}`";
        let text = rendered(Part::Body, source, &values).unwrap();
        let open = Placeholder::all_in(&text).unwrap();
        prop_assert_eq!(open.len(), 1);
        let html = markdown::html(&text, &super::super::Filling::default());
        let tags = html.matches('<').count();
        let is_blank = value.trim().is_empty();
        prop_assert!(tags == 4 || (is_blank && tags == 2), "{}", html);
        let subject = rendered(Part::Subject, "a {{ product }}", &values).unwrap();
        prop_assert!(Placeholder::all_in(&subject).unwrap().is_empty());
    }
}

#[test]
fn braces_that_a_value_brings_to_a_subject_are_no_open_place() {
    for braces in ["{{ ended }}", "{{{ ended }}}", "{{{{ ended }}}}"] {
        let values = Values::examples().with(Variable::Milestone, braces);
        let subject = rendered(Part::Subject, "{{ milestone }}", &values).unwrap();
        assert!(!subject.contains("{{"), "{subject}");
    }
}
