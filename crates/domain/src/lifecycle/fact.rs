//! Facts: what was told of a build or a test run, as it came.

use crate::{
    appearance::is_hidden, attachment::TestSummary, canonical, communication::WebAddress,
    digest::Digest, name::Name, text::Line,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What another system calls something: 1 to 500 bytes, without characters that steer a terminal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Mark(String);

/// The text is no [`Mark`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no identifier: use 1 to {max} bytes, without control characters", max = Mark::LENGTH_MAX)]
pub struct MarkError(String);

/// A run of a build or of tests, by the system that ran it and what that calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunKey {
    /// The system.
    pub source: Mark,
    /// Its name for the run.
    pub id: Mark,
}

/// What makes a fact the same when it is told again: who tells it, and what they call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactKey {
    /// The system that tells it.
    pub source: Mark,
    /// Its name for the event.
    pub id: Mark,
}

/// What was told, before it is known who told it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What makes it the same when it is told again.
    pub key: FactKey,
    /// The run that it is about.
    pub run: RunKey,
    /// Where more is written.
    pub link: Option<WebAddress>,
    /// The artifacts that it names; others of the same run may name more.
    pub digests: BTreeSet<Digest>,
    /// When it happened, if that was told.
    pub happened: Option<Timestamp>,
    /// What happened.
    pub what: What,
}

/// Something that was told of a build or a test run. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What makes it the same when it is told again.
    pub key: FactKey,
    /// The run that it is about.
    pub run: RunKey,
    /// Where more is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<WebAddress>,
    /// The artifacts that it names.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub digests: BTreeSet<Digest>,
    /// Who told it here.
    pub by: Name,
    /// When it happened.
    pub happened: Timestamp,
    /// When it came.
    pub received: Timestamp,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum What {
    /// Something of a build.
    Build {
        /// What.
        state: BuildState,
    },
    /// Something of a run of a test suite.
    Suite {
        /// Such as `unit`, `integration`, `acceptance`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Name>,
        /// What the suite is called.
        #[serde(default, skip_serializing_if = "Line::is_empty")]
        name: Line,
        /// What.
        state: SuiteState,
    },
    /// A test of a suite ended.
    Case {
        /// What kind of test it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Name>,
        /// What it is called; one that ran again counts once.
        name: Line,
        /// How; none if it did not run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
    },
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildState {
    /// It began.
    Started,
    /// It made what it is to make.
    Finished,
    /// It did not.
    Failed,
}

/// How far the run of a suite is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SuiteState {
    /// It began.
    Started,
    /// It ended.
    Finished {
        /// How.
        outcome: Outcome,
        /// What each test came to, if that was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tests: Option<TestSummary>,
    },
}

/// How a run or a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Well.
    Passed,
    /// It found something, or broke.
    Failed,
    /// Somebody broke it off.
    Cancelled,
}

impl Mark {
    /// The longest one, in bytes.
    pub const LENGTH_MAX: usize = 500;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RunKey {
    /// A short name for databases.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }
}

impl FactKey {
    /// A short name for databases.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }
}

impl Told {
    /// The most artifacts that one fact names.
    pub const DIGESTS_MAX: usize = 64;

    /// As it is kept.
    pub fn kept(self, by: Name, (happened, received): (Timestamp, Timestamp)) -> Fact {
        Fact {
            key: self.key,
            run: self.run,
            link: self.link,
            digests: self.digests,
            by,
            happened,
            received,
            what: self.what,
        }
    }
}

impl What {
    /// What it is, in a few words.
    pub fn words(&self) -> String {
        match self {
            Self::Build { state } => match state {
                BuildState::Started => "build started".to_owned(),
                BuildState::Finished => "build finished".to_owned(),
                BuildState::Failed => "build failed".to_owned(),
            },
            Self::Suite { kind, name, state } => {
                let ended = match state {
                    SuiteState::Started => "started".to_owned(),
                    SuiteState::Finished { outcome, tests } => {
                        let tests = tests.as_ref().map(counted);
                        let counts = tests.map(|it| format!(": {it}")).unwrap_or_default();
                        format!("{outcome}{counts}")
                    }
                };
                format!("{} {ended}", called(kind.as_ref(), name))
            }
            Self::Case { name, outcome, .. } => match outcome {
                Some(outcome) => format!("test {name} {outcome}"),
                None => format!("test {name} skipped"),
            },
        }
    }
}

/// What a suite is called in a sentence.
pub(super) fn called(kind: Option<&Name>, name: &Line) -> String {
    match (kind, name.is_empty()) {
        (Some(kind), true) => format!("{kind} tests"),
        (Some(kind), false) => format!("{kind} tests {name}"),
        (None, true) => "tests".to_owned(),
        (None, false) => format!("tests {name}"),
    }
}

/// `12 passed, 1 failed, 2 skipped`.
pub(super) fn counted(tests: &TestSummary) -> String {
    let mut words = vec![format!("{} passed", tests.passed)];
    let others = [(tests.failed, "failed"), (tests.skipped, "skipped")];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    words.extend(others.map(|(count, word)| format!("{count} {word}")));
    words.join(", ")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Cancelled => "was broken off",
        })
    }
}

impl FromStr for Mark {
    type Err = MarkError;

    fn from_str(text: &str) -> Result<Self, MarkError> {
        let is_good = (1..=Self::LENGTH_MAX).contains(&text.len())
            && !text.chars().any(|c| c.is_control() || is_hidden(c));
        match is_good {
            true => Ok(Self(text.to_owned())),
            false => Err(MarkError(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for Mark {
    type Error = MarkError;
    fn try_from(text: String) -> Result<Self, MarkError> {
        text.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.0
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
