//! The elements of `JUnit` reports, and their attributes.
//!
//! There is no standard; this is what the schema of Maven Surefire,
//! <https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd>, and the llg/junit schema have
//! in common with what runners write.

use crate::remark::shown;
use quick_xml::{XmlVersion, events::BytesStart};
use std::time::Duration;
use tidegate_domain::duration::Millis;

/// The elements that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Suites,
    Suite,
    Case,
    Failure,
    Error,
    Skipped,
    /// A try that failed before one that passed.
    Flaky,
    Property,
    /// Output, and whatever else.
    Other,
}

impl Element {
    pub(super) fn of(tag: &BytesStart<'_>) -> Self {
        match tag.local_name().as_ref() {
            "testsuites" => Self::Suites,
            "testsuite" => Self::Suite,
            "testcase" => Self::Case,
            "failure" => Self::Failure,
            "error" => Self::Error,
            "skipped" | "ignored" => Self::Skipped,
            "flakyFailure" | "flakyError" => Self::Flaky,
            "property" => Self::Property,
            _ => Self::Other,
        }
    }
}

/// The longest text that is kept, in characters.
pub(super) const TEXT_MAX: usize = 300;

/// The value of an attribute, for people; the first counts. Only the five entities of XML itself are resolved: a value
/// with others stays as it is.
pub(super) fn text(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    // The check for doubles takes quadratic time.
    let found = attributes.with_checks(false).flatten();
    let found = found
        .into_iter()
        .find(|attribute| attribute.key.as_ref() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0);
    Some(shown(value.as_deref().unwrap_or(&found.value), TEXT_MAX))
}

pub(super) fn number(tag: &BytesStart<'_>, name: &str) -> Option<u64> {
    text(tag, name)?.trim().parse().ok()
}

/// Seconds, with or without commas between thousands; nonsense is no time.
pub(super) fn time(tag: &BytesStart<'_>) -> Duration {
    let seconds = text(tag, "time").and_then(|text| text.trim().replace(',', "").parse().ok());
    let time = seconds.and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok());
    time.unwrap_or_default().min(Millis::MAX.as_duration())
}

/// In whole milliseconds.
pub(super) fn millis(time: Duration) -> Millis {
    Millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
