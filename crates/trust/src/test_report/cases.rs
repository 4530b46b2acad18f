//! Putting a report together from elements as they open and close.

use super::{
    elements::{self, Element},
    report::{FAILED_MAX, Failed, Outcome, PROPERTIES_MAX, Report},
};
use crate::remark::shown;
use quick_xml::events::BytesStart;
use std::time::Duration;

/// A report in the making.
#[derive(Default)]
pub(super) struct Cases {
    report: Report,
    suites: Vec<String>,
    case: Option<Case>,
    listed_time: Duration,
    claimed_time: Duration,
    /// Whether the root has said how many tests there are.
    root_claims: bool,
}

/// The test that is open.
#[derive(Default)]
struct Case {
    class: String,
    name: String,
    time: Duration,
    outcome: Outcome,
    message: String,
    flaky: bool,
}

impl Cases {
    /// An element opens inside of `depth` others.
    pub(super) fn open(&mut self, element: Element, tag: &BytesStart<'_>, depth: usize) {
        match element {
            Element::Suites => {
                self.root_claims = depth == 0 && self.claim(tag);
            }
            Element::Suite => {
                self.report.suites += 1;
                if self.suites.is_empty() && !self.root_claims {
                    self.claim(tag);
                }
                self.suites
                    .push(elements::text(tag, "name").unwrap_or_default());
            }
            Element::Case => self.open_case(tag),
            Element::Failure => self.note(Outcome::Failed, tag),
            Element::Error => self.note(Outcome::Error, tag),
            Element::Skipped => self.note(Outcome::Skipped, tag),
            Element::Flaky => {
                if let Some(case) = &mut self.case {
                    case.flaky = true;
                }
            }
            Element::Property => self.keep_property(tag),
            Element::Other => {}
        }
    }

    pub(super) fn close(&mut self, element: Element) {
        match element {
            Element::Suite => drop(self.suites.pop()),
            Element::Case => self.close_case(),
            Element::Suites
            | Element::Failure
            | Element::Error
            | Element::Skipped
            | Element::Flaky
            | Element::Property
            | Element::Other => {}
        }
    }

    /// Text in a failure or error: what it says where the attribute is missing.
    pub(super) fn text(&mut self, element: Element, text: &str) {
        let says = matches!(element, Element::Failure | Element::Error);
        if let Some(case) = self
            .case
            .as_mut()
            .filter(|case| says && case.message.is_empty())
        {
            case.message = shown(text.trim(), elements::TEXT_MAX);
        }
    }

    /// Fewer tests in the list than the suites say may be tests that are missing.
    pub(super) fn finish(mut self) -> Report {
        let report = &mut self.report;
        report.listed.time = elements::millis(self.listed_time);
        let Some(claimed) = &mut report.claimed else {
            return self.report;
        };
        claimed.time = elements::millis(self.claimed_time);
        let (said, said_failed) = (claimed.tests, claimed.failures + claimed.errors);
        let (listed, failed) = (
            report.listed.tests,
            report.listed.failures + report.listed.errors,
        );
        if said > listed || said_failed != failed {
            report.remarks.note(|| {
                format!("the suites say {said} tests and {said_failed} failed; {listed} and {failed} are listed")
            });
        }
        self.report
    }

    /// Adds what an outermost element says of all that is inside; whether it says anything.
    fn claim(&mut self, tag: &BytesStart<'_>) -> bool {
        let number = |name| elements::number(tag, name).map(|number| number.min(NUMBER_MAX));
        let Some(tests) = number("tests") else {
            return false;
        };
        let claimed = self.report.claimed.get_or_insert_default();
        claimed.tests += tests;
        claimed.failures += number("failures").unwrap_or_default();
        claimed.errors += number("errors").unwrap_or_default();
        let skipped = number("skipped").or_else(|| number("disabled"));
        claimed.skipped += skipped.unwrap_or_default();
        self.claimed_time = self.claimed_time.saturating_add(elements::time(tag));
        true
    }

    fn open_case(&mut self, tag: &BytesStart<'_>) {
        // A test inside another is odd, but no reason to lose the outer one.
        self.close_case();
        self.case = Some(Case {
            class: elements::text(tag, "classname").unwrap_or_default(),
            name: elements::text(tag, "name").unwrap_or_default(),
            time: elements::time(tag),
            ..Case::default()
        });
    }

    /// The worst outcome of a test counts, with its message. A suite may also break as a whole.
    fn note(&mut self, outcome: Outcome, tag: &BytesStart<'_>) {
        let message = elements::text(tag, "message").unwrap_or_default();
        match &mut self.case {
            Some(case) if outcome > case.outcome => {
                case.outcome = outcome;
                case.message = message;
            }
            Some(_) => {}
            None if outcome > Outcome::Skipped => {
                self.open_case(tag);
                if let Some(case) = &mut self.case {
                    (case.outcome, case.message) = (outcome, message);
                }
                self.close_case();
            }
            None => {}
        }
    }

    fn close_case(&mut self) {
        let Some(case) = self.case.take() else {
            return;
        };
        let listed = &mut self.report.listed;
        listed.tests += 1;
        self.listed_time = self.listed_time.saturating_add(case.time);
        match case.outcome {
            Outcome::Passed => listed.flaky += u64::from(case.flaky),
            Outcome::Skipped => listed.skipped += 1,
            Outcome::Failed => listed.failures += 1,
            Outcome::Error => listed.errors += 1,
        }
        let failed = case.outcome > Outcome::Skipped;
        if failed && self.report.failed.len() < FAILED_MAX {
            self.report.failed.push(Failed {
                suite: self.suites.last().cloned().unwrap_or_default(),
                class: case.class,
                name: case.name,
                outcome: case.outcome,
                message: case.message,
            });
        }
    }

    fn keep_property(&mut self, tag: &BytesStart<'_>) {
        let properties = &mut self.report.properties;
        if let (None, Some(name)) = (&self.case, elements::text(tag, "name"))
            && properties.len() < PROPERTIES_MAX
        {
            let value = elements::text(tag, "value").unwrap_or_default();
            properties.entry(name).or_insert(value);
        }
    }
}

/// Beyond every number of tests, and far from where sums overflow.
const NUMBER_MAX: u64 = 1 << 32;
