//! Runs of builds and tests: what all facts about one of them come to, whatever the order they came in.

use super::{
    BuildState, Fact, Outcome, RunKey, SuiteState, What,
    cdevent::FAILURES_MAX,
    fact::{called, counted},
};
use crate::{
    attachment::TestSummary, communication::WebAddress, digest::Digest, name::Name, text::Line,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A run of a build or of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What it is.
    pub kind: RunKind,
    /// How far it is.
    pub state: RunState,
    /// The system that ran it.
    pub source: String,
    /// What that calls it.
    pub id: String,
    /// The artifacts that it is about.
    pub digests: BTreeSet<Digest>,
    /// What its tests came to; nothing for builds.
    pub tests: TestSummary,
    /// When it began, if that was told.
    pub begun: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Where more is written.
    pub link: Option<WebAddress>,
    /// Who told of it.
    pub by: BTreeSet<String>,
    /// How it was told.
    pub means: Means,
}

/// What a run is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunKind {
    /// Of a build.
    Build,
    /// Of tests.
    Tests {
        /// Such as `unit`.
        kind: Option<Name>,
        /// What the suite is called.
        name: Line,
    },
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunState {
    /// It did not end.
    UnderWay,
    /// It ended well.
    Passed,
    /// It did not.
    Failed,
    /// Nothing came of it: it was broken off, or no test ran. That is no pass.
    Void,
}

/// How a run was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// By facts.
    Facts,
    /// By a report that is attached to the artifact.
    Report,
    /// By a statement that is attached and whose signer is believed.
    Statement,
}

impl RunState {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnderWay => "under-way",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Void => "void",
        }
    }
}

impl Means {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Facts => "told",
            Self::Report => "report",
            Self::Statement => "statement",
        }
    }
}

impl Run {
    /// The moment that orders runs: when it ended, else when it began.
    pub fn at(&self) -> Option<Timestamp> {
        self.ended.or(self.begun)
    }

    /// What it is and how it went, in words: `integration tests api failed: 3 passed, 1 failed`.
    pub fn words(&self) -> String {
        match &self.kind {
            RunKind::Build => format!("build {} {}", self.id, self.state.build()),
            RunKind::Tests { kind, name } => {
                let (is_told, counts) = (self.tests != none(), counted(&self.tests));
                let counts = if is_told {
                    format!(": {counts}")
                } else {
                    String::new()
                };
                format!(
                    "{} {}{counts}",
                    called(kind.as_ref(), name),
                    self.state.tests()
                )
            }
        }
    }

    /// The tests that failed, as far as they were named.
    pub fn failures(&self) -> String {
        self.tests.failures.join(", ")
    }
}

impl RunState {
    const fn build(self) -> &'static str {
        match self {
            Self::UnderWay => "is under way",
            Self::Passed => "finished",
            Self::Failed => "failed",
            Self::Void => "was broken off",
        }
    }

    const fn tests(self) -> &'static str {
        match self {
            Self::UnderWay => "are under way",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Void => "came to nothing",
        }
    }
}

/// Puts together what was told of each run, in the order of their systems and names.
pub fn runs(facts: &[Fact]) -> Vec<Run> {
    let mut of: BTreeMap<(bool, &RunKey), Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let is_build = matches!(fact.what, What::Build { .. });
        of.entry((!is_build, &fact.run)).or_default().push(fact);
    }
    let all = of.into_iter().map(|((_, key), mut facts)| {
        facts.sort_by_key(|it| (it.happened, &it.key));
        facts.dedup_by_key(|it| &it.key);
        one(key, &facts)
    });
    all.collect()
}

/// `facts` are in the order that they happened in.
fn one(key: &RunKey, facts: &[&Fact]) -> Run {
    let mut run = Run {
        kind: RunKind::Build,
        state: RunState::UnderWay,
        source: key.source.as_str().to_owned(),
        id: key.id.as_str().to_owned(),
        digests: facts
            .iter()
            .flat_map(|it| it.digests.iter().copied())
            .collect(),
        tests: none(),
        begun: None,
        ended: None,
        link: facts.iter().rev().find_map(|it| it.link.clone()),
        by: facts.iter().map(|it| it.by.to_string()).collect(),
        means: Means::Facts,
    };
    let mut cases: BTreeMap<&Line, Option<Outcome>> = BTreeMap::new();
    let mut ended: Option<(Outcome, Option<&TestSummary>)> = None;
    for fact in facts {
        match &fact.what {
            What::Build { state } => run.build(*state, fact.happened),
            What::Suite { kind, name, state } => {
                run.suite(kind.as_ref(), name);
                match state {
                    SuiteState::Started => run.begins(fact.happened),
                    SuiteState::Finished { outcome, tests } => {
                        run.ended = Some(fact.happened);
                        ended = Some((*outcome, tests.as_ref()));
                    }
                }
            }
            What::Case {
                kind,
                name,
                outcome,
            } => {
                run.suite(kind.as_ref(), &Line::default());
                cases.insert(name, *outcome);
            }
        }
    }
    if matches!(run.kind, RunKind::Tests { .. }) {
        let said = ended.and_then(|it| it.1);
        let is_counted = said.is_some() || !cases.is_empty();
        let tests = whole(said, sum(&cases));
        run.state = state(ended.map(|it| it.0), is_counted.then_some(&tests));
        run.tests = tests;
    }
    run
}

impl Run {
    fn begins(&mut self, at: Timestamp) {
        self.begun = Some(self.begun.map_or(at, |begun| begun.min(at)));
    }

    fn build(&mut self, state: BuildState, at: Timestamp) {
        match state {
            BuildState::Started => return self.begins(at),
            BuildState::Finished => self.state = RunState::Passed,
            BuildState::Failed => self.state = RunState::Failed,
        }
        self.ended = Some(at);
    }

    /// What the suite says of itself counts; tests only say what kind they are where it does not.
    fn suite(&mut self, said: Option<&Name>, called: &Line) {
        let (kind, name) = match std::mem::replace(&mut self.kind, RunKind::Build) {
            RunKind::Build => (None, Line::default()),
            RunKind::Tests { kind, name } => (kind, name),
        };
        let is_own = !called.is_empty();
        self.kind = RunKind::Tests {
            kind: match is_own {
                true => said.cloned().or(kind),
                false => kind.or_else(|| said.cloned()),
            },
            name: if is_own { called.clone() } else { name },
        };
    }
}

fn none() -> TestSummary {
    TestSummary {
        passed: 0,
        failed: 0,
        skipped: 0,
        failures: Vec::new(),
    }
}

fn sum(cases: &BTreeMap<&Line, Option<Outcome>>) -> TestSummary {
    let mut tests = none();
    for (name, outcome) in cases {
        match outcome {
            Some(Outcome::Passed) => tests.passed += 1,
            Some(Outcome::Failed) => {
                tests.failed += 1;
                if tests.failures.len() < FAILURES_MAX {
                    tests.failures.push(name.to_string());
                }
            }
            Some(Outcome::Cancelled) | None => tests.skipped += 1,
        }
    }
    tests
}

/// What the suite says of itself counts, unless one of its tests says worse.
fn whole(said: Option<&TestSummary>, cases: TestSummary) -> TestSummary {
    match said {
        None => cases,
        Some(said) if said.failed < cases.failed => TestSummary {
            failed: cases.failed,
            failures: cases.failures,
            ..said.clone()
        },
        Some(said) => said.clone(),
    }
}

/// One that failed is enough, whatever the suite says; and a suite of which nothing ran passed nothing. Without counts its own word is
/// all there is.
fn state(ended: Option<Outcome>, tests: Option<&TestSummary>) -> RunState {
    if tests.is_some_and(|it| it.failed > 0) {
        return RunState::Failed;
    }
    match ended {
        None => RunState::UnderWay,
        Some(Outcome::Failed) => RunState::Failed,
        Some(Outcome::Cancelled) => RunState::Void,
        Some(Outcome::Passed) if tests.is_some_and(|it| it.passed == 0) => RunState::Void,
        Some(Outcome::Passed) => RunState::Passed,
    }
}

impl Run {
    /// A report or a statement of tests that is attached to an artifact.
    pub fn attached(
        (digest, manifest): (Digest, &str),
        tests: TestSummary,
        (means, by, at): (Means, String, Option<Timestamp>),
    ) -> Self {
        Self {
            kind: RunKind::Tests {
                kind: None,
                name: Line::default(),
            },
            state: state(Some(Outcome::Passed), Some(&tests)),
            source: "registry".to_owned(),
            id: manifest.to_owned(),
            digests: [digest].into(),
            tests,
            begun: None,
            ended: at,
            link: None,
            by: [by].into_iter().filter(|it| !it.is_empty()).collect(),
            means,
        }
    }

    /// A build that a believed statement tells of.
    pub fn stated(
        digest: Digest,
        (builder, by): (&str, String),
        (begun, ended): (Option<Timestamp>, Option<Timestamp>),
    ) -> Self {
        Self {
            kind: RunKind::Build,
            state: RunState::Passed,
            source: builder.to_owned(),
            id: "provenance".to_owned(),
            digests: [digest].into(),
            tests: none(),
            begun,
            ended,
            link: None,
            by: [by].into(),
            means: Means::Statement,
        }
    }
}
