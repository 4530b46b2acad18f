//! Test results: in-toto's attestation framework, `spec/predicates/test-result.md`, version 0.1.

use super::StatementError;
use serde::Deserialize;
use serde_json::Value;

/// How the tests of an artifact went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// All in all.
    pub result: Outcome,
    /// Where the run can be seen.
    #[serde(default)]
    pub url: Option<String>,
    /// The tests that passed.
    #[serde(default, rename = "passedTests")]
    pub passed: Vec<String>,
    /// Those that passed with a warning.
    #[serde(default, rename = "warnedTests")]
    pub warned: Vec<String>,
    /// Those that did not pass.
    #[serde(default, rename = "failedTests")]
    pub failed: Vec<String>,
}

/// How tests went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// Every test passed.
    Passed,
    /// None failed, some warn.
    Warned,
    /// Some failed.
    Failed,
}

impl TestResult {
    pub(super) fn read(value: Value) -> Result<Self, StatementError> {
        let refused = |why: String| StatementError::Predicate {
            kind: "a test result",
            why,
        };
        let read: Self = serde_json::from_value(value).map_err(|err| refused(err.to_string()))?;
        if read.result != Outcome::Failed && !read.failed.is_empty() {
            let why = format!(
                "it names {} failed tests and says none did",
                read.failed.len()
            );
            return Err(refused(why));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_contradicts_itself_is_refused() {
        for (json, result) in [
            (
                r#"{"result":"PASSED","configuration":[]}"#,
                Some(Outcome::Passed),
            ),
            (
                r#"{"result":"WARNED","warnedTests":["a"]}"#,
                Some(Outcome::Warned),
            ),
            (
                r#"{"result":"FAILED","failedTests":["a"]}"#,
                Some(Outcome::Failed),
            ),
            (r#"{"result":"PASSED","failedTests":["a"]}"#, None),
            (r#"{"result":"passed"}"#, None),
            (r#"{"result":"PASSED","passedTests":3}"#, None),
            ("{}", None),
        ] {
            let read = TestResult::read(serde_json::from_str(json).unwrap());
            assert_eq!(read.map(|it| it.result).ok(), result, "{json}");
        }
    }
}
