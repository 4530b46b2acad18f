//! What was told of builds and tests.

use super::{digest, name, time};
use tidegate_domain::{
    attachment::TestSummary,
    lifecycle::{BuildState, Fact, FactKey, Outcome, RunKey, SuiteState, Told, What},
    text::Line,
};

/// What makes a fact the same.
pub(crate) fn key(id: &str) -> FactKey {
    FactKey {
        source: "https://ci.example.com/shop".parse().unwrap(),
        id: id.parse().unwrap(),
    }
}

/// A fact of a run about some artifacts.
pub(crate) fn fact(id: &str, run: &str, about: &[&str], what: What) -> Fact {
    let told = Told {
        key: key(id),
        run: RunKey {
            source: key(id).source,
            id: run.parse().unwrap(),
        },
        link: Some("https://ci.example.com/shop/7".parse().unwrap()),
        digests: about.iter().map(|it| digest(it)).collect(),
        happened: None,
        what,
    };
    told.kept(name("robot"), (time(100), time(200)))
}

/// A build that finished.
pub(crate) fn built() -> What {
    What::Build {
        state: BuildState::Finished,
    }
}

/// A suite that failed.
pub(crate) fn tested() -> What {
    What::Suite {
        kind: Some(name("integration")),
        name: Line::of("shop"),
        state: SuiteState::Finished {
            outcome: Outcome::Failed,
            tests: Some(TestSummary {
                passed: 3,
                failed: 1,
                skipped: 2,
                failures: vec!["pays with a card".to_owned()],
            }),
        },
    }
}

/// A suite that began.
pub(crate) fn begun() -> What {
    What::Suite {
        kind: None,
        name: Line::default(),
        state: SuiteState::Started,
    }
}

/// A test of a suite.
pub(crate) fn case() -> What {
    What::Case {
        kind: Some(name("integration")),
        name: Line::of("pays with a card"),
        outcome: Some(Outcome::Passed),
    }
}
