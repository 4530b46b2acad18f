//! Reports of the shape that runners write, and hostile ones.

use super::*;
use proptest::prelude::*;
use std::io::BufReader;
use tidegate_domain::duration::Millis;

fn report(text: &str) -> Report {
    // A small buffer, so that events go over its end.
    read(BufReader::with_capacity(16, text.as_bytes())).unwrap()
}

fn names(report: &Report) -> Vec<String> {
    let failed = report.failed.iter();
    failed
        .map(|test| {
            format!(
                "{}/{}/{}: {}",
                test.suite, test.class, test.name, test.message
            )
        })
        .collect()
}

fn totals(tests: u64, failures: u64, errors: u64, skipped: u64) -> Totals {
    Totals {
        tests,
        failures,
        errors,
        skipped,
        ..Totals::default()
    }
}

/// Numbers without times.
fn counted(totals: Totals) -> Totals {
    Totals {
        time: Millis(0),
        ..totals
    }
}

#[test]
fn surefire() {
    let report = report(
        r#"<?xml version="1.0" encoding="UTF-8"?>
        <testsuite name="com.acme.WebTest" time="1,234.5" tests="4" errors="1" skipped="1" failures="1">
          <properties><property name="java.version" value="21"/><property name="java.version" value="17"/></properties>
          <testcase name="a" classname="com.acme.WebTest" time="0.25"/>
          <testcase name="b" classname="com.acme.WebTest" time="0.5">
            <failure message="expected: &lt;1&gt;&#10;but was: &lt;2&gt;" type="AssertionError"><![CDATA[trace <x>]]></failure>
            <system-out><![CDATA[</testcase> not one]]></system-out>
          </testcase>
          <testcase name="c" classname="com.acme.WebTest"><skipped message="later"/></testcase>
          <testcase name="d" classname="com.acme.WebTest"><error type="NullPointerException">at line 1</error></testcase>
        </testsuite>"#,
    );
    assert_eq!(counted(report.listed), totals(4, 1, 1, 1));
    assert_eq!(counted(report.claimed.unwrap()), totals(4, 1, 1, 1));
    assert_eq!(
        (report.listed.time, report.claimed.unwrap().time),
        (Millis(750), Millis(1_234_500))
    );
    assert_eq!(
        names(&report),
        [
            "com.acme.WebTest/com.acme.WebTest/b: expected: <1> but was: <2>",
            "com.acme.WebTest/com.acme.WebTest/d: at line 1",
        ]
    );
    assert_eq!(report.properties["java.version"], "21");
    assert!(!report.is_green());
    assert_eq!(report.remarks.count(), 0);
}

#[test]
fn suites_inside_suites_are_claimed_once() {
    let report = report(
        r#"<testsuites>
          <testsuite name="outer" tests="2"><testsuite name="inner" tests="2"><testcase name="a"/></testsuite>
            <testcase name="b"/></testsuite>
          <testsuite name="other" tests="1"><testcase name="c"/></testsuite>
        </testsuites>"#,
    );
    assert_eq!(
        (report.suites, counted(report.claimed.unwrap())),
        (3, totals(3, 0, 0, 0))
    );
    assert!(report.is_green());
}

/// nextest and Surefire list the tries before the one that passed, or behind the one that failed.
#[test]
fn repeated_tests_count_once() {
    let report = report(
        r#"<testsuites name="nextest-run" tests="2" failures="1" errors="0" time="0.1">
          <testsuite name="crate" tests="2" disabled="0" errors="0" failures="1">
            <testcase name="flaky" classname="crate"><flakyFailure type="test failure">no</flakyFailure></testcase>
            <testcase name="bad" classname="crate"><failure type="test failure">no</failure>
              <rerunFailure type="test failure">no</rerunFailure></testcase>
          </testsuite></testsuites>"#,
    );
    assert_eq!(
        counted(report.listed),
        Totals {
            flaky: 1,
            ..totals(2, 1, 0, 0)
        }
    );
    assert_eq!(names(&report), ["crate/crate/bad: no"]);
    assert_eq!(report.remarks.count(), 0);
}

/// pytest: the root claims nothing; a failure and an error of one test are one test.
#[test]
fn the_worst_outcome_of_a_test_counts() {
    let report = report(
        r#"<testsuites><testsuite name="pytest" errors="1" failures="0" skipped="0" tests="1">
          <testcase classname="tests.x" name="y[&#x41;]"><failure message="f"/><error message="e"/></testcase>
        </testsuite></testsuites>"#,
    );
    assert_eq!(counted(report.listed), totals(1, 0, 1, 0));
    assert_eq!(names(&report), ["pytest/tests.x/y[A]: e"]);
}

/// node writes tests of no suite beside the suites, and times of less than a millisecond.
#[test]
fn tests_outside_of_suites_count() {
    let report = report(
        r#"<testsuites><testsuite name="s" tests="1" failures="0"><testcase name="a" time="0.0006"/></testsuite>
          <testcase name="b" classname="test" time="0.0006"/></testsuites>"#,
    );
    assert_eq!((report.listed.tests, report.listed.time), (2, Millis(1)));
    assert!(report.is_green() && report.remarks.count() == 0);
}

#[test]
fn what_the_suites_say_counts_against_the_list() {
    let report = report(r#"<testsuites tests="2" failures="1"><testcase name="a"/></testsuites>"#);
    assert!(!report.listed.has_failed() && !report.is_green());
    assert_eq!(
        report.remarks.texts(),
        ["the suites say 2 tests and 1 failed; 1 and 0 are listed"]
    );
    // jest: a suite that could not be loaded.
    let broken = self::report(r#"<testsuite name="s"><error message="cannot load"/></testsuite>"#);
    assert_eq!(names(&broken), ["s//: cannot load"]);
    assert!(!self::report("<testsuites/>").is_green());
}

#[test]
fn what_is_broken_says_where() {
    for (text, line, column, fault) in [
        (
            "",
            1,
            1,
            "the outermost element is neither testsuites nor testsuite: is this JUnit XML?",
        ),
        (
            "<html></html>",
            1,
            1,
            "the outermost element is neither testsuites nor testsuite: is this JUnit XML?",
        ),
        (
            "<testsuite>\n  <testcase></testsuite>",
            2,
            13,
            "the XML is malformed",
        ),
        (
            "<testsuite>\n<testcase/>",
            2,
            12,
            "the report ends before its last element does",
        ),
        ("<testsuite\n", 1, 1, "the XML is malformed"),
        ("<testsuite>\n\u{e9}<", 2, 3, "the XML is malformed"),
        (
            "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]>\n<testsuite/>",
            2,
            1,
            "a document type is not permitted",
        ),
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{text}: {:?}",
            error.fault
        );
        assert_eq!(error.fault.to_string(), fault, "{text}");
    }
    let error = read(b"<testsuite name='\xff'/>".as_slice()).unwrap_err();
    assert!(matches!(error.fault, Fault::Malformed(_)));
}

#[test]
fn entities_are_not_expanded() {
    let report = report(
        r#"<testsuite name="&boom;"><testcase name="a"><failure>&boom;</failure></testcase></testsuite>"#,
    );
    assert_eq!(names(&report), ["&boom;//a: "]);
}

#[test]
fn bounds_hold() {
    let nested = "<testsuite>".repeat(DEPTH_MAX + 1);
    assert!(matches!(
        read(nested.as_bytes()).unwrap_err().fault,
        Fault::Deep
    ));
    let text = "x".repeat(usize::try_from(EVENT_MAX).unwrap() + (128 << 10));
    let large = format!("<testsuite><system-out>{text}</system-out></testsuite>");
    assert!(matches!(
        read(large.as_bytes()).unwrap_err().fault,
        Fault::LargeEvent
    ));
    let many = format!(
        "<testsuite>{}</testsuite>",
        "<testcase><error/></testcase>".repeat(FAILED_MAX + 5)
    );
    let report = report(&many);
    assert_eq!(
        (report.failed.len(), report.listed.errors),
        (FAILED_MAX, 1005)
    );
    let attributes = format!(
        "<testsuite {} tests='99999999999999999999' time='1e999'/>",
        "a='b' ".repeat(200_000)
    );
    assert_eq!(self::report(&attributes).claimed, None);
}

#[test]
fn names_show_as_what_they_are() {
    let report =
        report("<testsuite><testcase name='a\u{202e}b\u{0}'><error/></testcase></testsuite>");
    assert_eq!(names(&report), ["//a\u{fffd}b\u{fffd}: "]);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(read(bytes.as_slice()));
        drop(read([b"<testsuite><testcase>".as_slice(), &bytes].concat().as_slice()));
    }

    #[test]
    fn no_document_panics(pieces in prop::collection::vec(prop::sample::select(vec![
        "<testsuites>", "</testsuites>", "<testsuite tests='1'>", "</testsuite>", "<testcase time='-1'>", "</testcase>",
        "<failure/>", "<error>", "</error>", "x", "&amp;", "&x;", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>", "\n",
    ]), 0..30)) {
        drop(read(BufReader::with_capacity(3, pieces.concat().as_bytes())));
        drop(read(format!("<testsuite>{}</testsuite>", pieces.concat()).as_bytes()));
    }
}
