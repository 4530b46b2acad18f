//! What scripts tell of builds and tests: by a body of our own, or by a `JUnit` file.

use super::super::{App, Error, Kind, Request, field, optional};
use std::collections::BTreeMap;
use tidegate_domain::{
    attachment::{AttachedContent, TESTS_TYPE, TestSummary},
    communication::WebAddress,
    digest::Digest,
    lifecycle::{
        BuildState, FactKey, Mark, Outcome, RunKey, SuiteState, Told, What,
        cdevent::{FAILURES_MAX, Heard},
        digest_of,
    },
    text::Line,
};
use tidegate_protocol::api::{FactRequest, FactsHeardView, TestsTold};
use tidegate_trust::attached::{Found, read};

/// What a `JUnit` file is of, in words.
#[derive(Debug, Clone)]
pub struct ReportOf {
    /// The artifact.
    pub digest: String,
    /// Such as `unit`.
    pub kind: Option<String>,
    /// What the suite is called.
    pub suite: Option<String>,
    /// The run.
    pub run: Option<String>,
    /// The system that ran it.
    pub source: Option<String>,
    /// Where more is written.
    pub link: Option<String>,
    /// When it ended.
    pub at: Option<jiff::Timestamp>,
}

impl App {
    /// Keeps what a script tells of a build or of tests.
    ///
    /// # Errors
    /// When it says something that cannot be kept, or there is no room for it.
    pub async fn tell_fact(
        &self,
        request: Request,
        product: &str,
        wanted: &FactRequest,
    ) -> Result<FactsHeardView, Error> {
        let told = told(&request, wanted)?;
        let id = told.key.id.to_string();
        self.keep(request, product, vec![(id, Heard::Fact(Box::new(told)))])
            .await
    }

    /// Keeps what a `JUnit` file says of the tests of an artifact.
    ///
    /// # Errors
    /// When it is none, or there is no room for it.
    pub async fn tell_report(
        &self,
        request: Request,
        product: &str,
        (of, file): (&ReportOf, Vec<u8>),
    ) -> Result<FactsHeardView, Error> {
        let digest: Digest = field("digest", &of.digest)?;
        // The same file again is the same fact.
        let own = Digest::of(&[digest.as_bytes().as_slice(), &file].concat());
        let tests = tokio::task::spawn_blocking(move || summary(digest, &file));
        let tests = tests
            .await
            .map_err(|why| Error::Broken(why.to_string()))??;
        let wanted = FactRequest {
            about: "tests".to_owned(),
            state: "finished".to_owned(),
            artifacts: vec![digest.to_string()],
            run: Some(
                of.run
                    .clone()
                    .unwrap_or_else(|| format!("junit-{}", own.short())),
            ),
            source: of.source.clone(),
            link: of.link.clone(),
            at: of.at,
            tests: Some(TestsTold {
                kind: of.kind.clone(),
                suite: of.suite.clone(),
                passed: tests.passed,
                failed: tests.failed,
                skipped: tests.skipped,
                failures: tests.failures,
            }),
        };
        self.tell_fact(request, product, &wanted).await
    }
}

fn summary(artifact: Digest, file: &[u8]) -> Result<TestSummary, Error> {
    let found = Found {
        media_type: TESTS_TYPE,
        annotations: &BTreeMap::new(),
        bytes: file,
        artifact,
    };
    let why = match read(found).into_iter().next().map(|it| it.content) {
        Some(AttachedContent::Tests { tests }) => return Ok(tests),
        Some(AttachedContent::Unreadable { why }) => why,
        Some(
            AttachedContent::Signature { .. }
            | AttachedContent::Bill { .. }
            | AttachedContent::Other
            | AttachedContent::Beyond { .. },
        )
        | None => "it is no test report".to_owned(),
    };
    Err(Error::refused(Kind::BadRequest, "invalid-report", why)
        .hint("post the JUnit XML that the test runner wrote"))
}

fn told(request: &Request, wanted: &FactRequest) -> Result<Told, Error> {
    let mut digests = std::collections::BTreeSet::new();
    for text in &wanted.artifacts {
        let digest = digest_of(text).map_err(|why| Error::invalid("artifacts", why))?;
        let digest = digest.ok_or_else(|| {
            Error::invalid("artifacts", format!("`{text}` is none of a registry"))
        })?;
        digests.insert(digest);
    }
    if digests.len() > Told::DIGESTS_MAX {
        let why = format!("there are more than {}", Told::DIGESTS_MAX);
        return Err(Error::invalid("artifacts", why));
    }
    let own = request.actor.name.as_str();
    let source: Mark = field("source", wanted.source.as_deref().unwrap_or(own))?;
    let run: Mark = field("run", wanted.run.as_deref().unwrap_or(&request.id))?;
    let id: Mark = field("run", &format!("{run}/{}/{}", wanted.about, wanted.state))?;
    Ok(Told {
        key: FactKey {
            source: source.clone(),
            id,
        },
        run: RunKey { source, id: run },
        link: optional::<WebAddress>("link", wanted.link.as_deref())?,
        digests,
        happened: wanted.at,
        what: what(wanted)?,
    })
}

fn what(wanted: &FactRequest) -> Result<What, Error> {
    let tests = wanted.tests.clone().unwrap_or_default();
    let state = match (wanted.about.as_str(), wanted.state.as_str()) {
        ("build", state) => {
            let state = match state {
                "started" => BuildState::Started,
                "finished" => BuildState::Finished,
                "failed" => BuildState::Failed,
                other => {
                    let why = format!("`{other}` is none of started, finished and failed");
                    return Err(Error::invalid("state", why));
                }
            };
            return Ok(What::Build { state });
        }
        ("tests", "started") => SuiteState::Started,
        ("tests", "finished") if tests.failed > 0 => finished(Outcome::Failed, &tests),
        ("tests", "finished") => finished(Outcome::Passed, &tests),
        ("tests", "failed") => finished(Outcome::Failed, &tests),
        ("tests", "cancelled") => finished(Outcome::Cancelled, &tests),
        ("tests", other) => {
            let why = format!("`{other}` is none of started, finished, failed and cancelled");
            return Err(Error::invalid("state", why));
        }
        (other, _) => {
            let why = format!("`{other}` is neither build nor tests");
            return Err(Error::invalid("about", why));
        }
    };
    Ok(What::Suite {
        kind: optional("kind", tests.kind.as_deref())?,
        name: Line::of(tests.suite.as_deref().unwrap_or_default()),
        state,
    })
}

fn finished(outcome: Outcome, tests: &TestsTold) -> SuiteState {
    let named = tests.failures.iter().take(FAILURES_MAX);
    SuiteState::Finished {
        outcome,
        tests: Some(TestSummary {
            passed: tests.passed,
            failed: tests.failed,
            skipped: tests.skipped,
            failures: named.map(|it| Line::of(it).into()).collect(),
        }),
    }
}
