//! The facts of a test run.

use crate::remark::Remarks;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tidegate_domain::duration::Millis;

/// The most tests that did not pass which are kept by name.
pub const FAILED_MAX: usize = 1000;
/// The most properties that are kept.
pub const PROPERTIES_MAX: usize = 100;

/// What a test run found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// As counted from the tests that are listed.
    pub listed: Totals,
    /// As the outermost suites say, if they do.
    pub claimed: Option<Totals>,
    /// How many suites there are, with those inside others.
    pub suites: u64,
    /// The first [`FAILED_MAX`] tests that failed or broke, in the order of the report.
    pub failed: Vec<Failed>,
    /// Properties of suites; of one that is given twice the first counts.
    pub properties: BTreeMap<String, String>,
    /// What was odd.
    pub remarks: Remarks,
}

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// All of them, with those that were skipped.
    pub tests: u64,
    /// Those whose expectations did not hold.
    pub failures: u64,
    /// Those that broke on the way.
    pub errors: u64,
    /// Those that did not run.
    pub skipped: u64,
    /// Those that passed only when repeated.
    pub flaky: u64,
    /// How long they took together.
    pub time: Millis,
}

/// A test that failed or broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The innermost suite.
    pub suite: String,
    /// The class or module, as the runner names it.
    pub class: String,
    /// The name of the test.
    pub name: String,
    /// Which of the two.
    pub outcome: Outcome,
    /// What it said, cut off.
    pub message: String,
}

/// What became of a test; the worse is the greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It held.
    #[default]
    Passed,
    /// It did not run.
    Skipped,
    /// It did not hold.
    Failed,
    /// It broke.
    Error,
}

impl Totals {
    /// Those that ran and held.
    pub fn passed(&self) -> u64 {
        let others = self.failures.saturating_add(self.errors);
        self.tests
            .saturating_sub(others.saturating_add(self.skipped))
    }

    /// Whether any failed or broke.
    pub fn has_failed(&self) -> bool {
        self.failures > 0 || self.errors > 0
    }
}

impl Report {
    /// Whether a test passed, and none failed or broke, neither by the list nor by what the suites say.
    pub fn is_green(&self) -> bool {
        let claimed = self.claimed.is_some_and(|claimed| claimed.has_failed());
        self.listed.passed() > 0 && !self.listed.has_failed() && !claimed
    }
}
