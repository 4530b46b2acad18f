//! `CDEvents` (CD Foundation, specification 0.3 to 0.5): what they say of builds and tests.
//!
//! Read leniently: the versions differ in details that matter to nobody here. Strict where what is said would be kept wrong: a
//! digest that is none, an outcome that nobody knows. `customData` says what the specification has no field for: `digests`,
//! `kind`, `passed`, `failed`, `skipped`, `failures`, `outcome`, `link`.

use super::{
    BuildState, CloudEvent, EventError, FactKey, Mark, MarkError, Outcome, RunKey, SuiteState,
    Told, What, artifact_id, event,
};
use crate::{
    attachment::TestSummary, communication::WebAddress, digest::Digest, name::Name, text::Line,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The most tests that failed which are kept by name.
pub const FAILURES_MAX: usize = 20;

/// What an event turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Something of a build or a test.
    Fact(Box<Told>),
    /// Something else, in words: it is no fault.
    Other(String),
}

/// Why an event cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CdEventError {
    /// It lacks something.
    #[error("the event has no {0}")]
    Lacks(&'static str),
    /// It names no artifact where it should.
    #[error(transparent)]
    Artifact(#[from] artifact_id::ArtifactIdError),
    /// It names too many.
    #[error("the event names more than {} artifacts", Told::DIGESTS_MAX)]
    Many,
    /// An identifier that cannot be kept.
    #[error("{0}: {1}")]
    Mark(&'static str, MarkError),
    /// An outcome that nobody knows.
    #[error("outcome `{0}` is none: pass, fail, cancel and error are")]
    Outcome(String),
    /// A time that is none.
    #[error(transparent)]
    Time(EventError),
}

/// What is said of the subject, found as it is asked for.
struct Reader<'a> {
    event: &'a CloudEvent,
}

/// Reads what an event says.
///
/// # Errors
/// When it is of a build or a test and says something that cannot be kept.
pub fn read(event: &CloudEvent) -> Result<Heard, CdEventError> {
    let reader = Reader { event };
    let kind = reader.context("type").unwrap_or(event.kind.as_str());
    let Some(kind) = kind.strip_prefix("dev.cdevents.") else {
        return Ok(other(kind, "it is no CDEvent"));
    };
    let mut words = kind.split('.');
    let which = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    match which {
        ("build", "started") => reader.build(BuildState::Started),
        ("build", "finished") => reader.build(reader.build_state()?),
        ("artifact", "packaged") => reader.packaged(),
        ("testsuiterun", "started") => reader.suite(SuiteState::Started),
        ("testsuiterun", "finished") => reader.suite(reader.suite_state()?),
        ("testcaserun", "finished") => reader.case(Some(reader.outcome()?)),
        ("testcaserun", "skipped") => reader.case(None),
        _ => Ok(other(kind, "it says nothing of a build or a test that ran")),
    }
}

fn other(kind: &str, why: &str) -> Heard {
    let kind: String = kind.chars().take(100).collect();
    Heard::Other(format!("{kind} is ignored: {why}"))
}

impl Reader<'_> {
    fn build_state(&self) -> Result<BuildState, CdEventError> {
        // The specification has no outcome of a build yet; a build that made nothing finishes, too.
        Ok(match self.said_outcome()? {
            None | Some(Outcome::Passed) => BuildState::Finished,
            Some(Outcome::Failed | Outcome::Cancelled) => BuildState::Failed,
        })
    }

    fn suite_state(&self) -> Result<SuiteState, CdEventError> {
        let outcome = self.outcome()?;
        let tests = self.counts();
        Ok(SuiteState::Finished { outcome, tests })
    }

    fn build(&self, state: BuildState) -> Result<Heard, CdEventError> {
        self.told(self.run()?, What::Build { state })
    }

    fn packaged(&self) -> Result<Heard, CdEventError> {
        let state = BuildState::Finished;
        let heard = self.told(self.run()?, What::Build { state })?;
        Ok(match heard {
            Heard::Fact(told) if told.digests.is_empty() => {
                other("artifact.packaged", "its artifact is none of a registry")
            }
            heard @ (Heard::Fact(_) | Heard::Other(_)) => heard,
        })
    }

    fn suite(&self, state: SuiteState) -> Result<Heard, CdEventError> {
        let suite = self.content("testSuite");
        let name = suite.and_then(|it| text(it, "name").or_else(|| text(it, "id")));
        let (kind, name) = (self.kind(suite), Line::of(name.unwrap_or_default()));
        self.told(self.run()?, What::Suite { kind, name, state })
    }

    fn case(&self, outcome: Option<Outcome>) -> Result<Heard, CdEventError> {
        let case = self.content("testCase");
        let run = self.run()?;
        let name = case.and_then(|it| text(it, "name").or_else(|| text(it, "id")));
        let (kind, name) = (self.kind(case), Line::of(name.unwrap_or(run.id.as_str())));
        let Some(suite) = self.content("testSuiteRun") else {
            // It is a run of its own, of one test.
            let state = alone(outcome, &name);
            return self.told(run, What::Suite { kind, name, state });
        };
        let id = text(suite, "id").ok_or(CdEventError::Lacks("testSuiteRun.id"))?;
        let source = text(suite, "source").unwrap_or(run.source.as_str());
        let suite = RunKey {
            source: mark("testSuiteRun.source", source)?,
            id: mark("testSuiteRun.id", id)?,
        };
        self.told(
            suite,
            What::Case {
                kind,
                name,
                outcome,
            },
        )
    }

    fn told(&self, run: RunKey, what: What) -> Result<Heard, CdEventError> {
        let of = |name| self.context(name);
        let id = of("id").unwrap_or(self.event.id.as_str());
        let source = of("source").unwrap_or(self.event.source.as_str());
        let happened = match of("timestamp") {
            Some(said) => Some(event::time(said).map_err(CdEventError::Time)?),
            None => self.event.time,
        };
        let links = [self.custom("link"), self.content("uri")];
        let links = links.into_iter().flatten().filter_map(Value::as_str);
        Ok(Heard::Fact(Box::new(Told {
            key: FactKey {
                source: mark("context.source", source)?,
                id: mark("context.id", id)?,
            },
            run,
            link: links.filter_map(|it| it.parse::<WebAddress>().ok()).next(),
            digests: self.digests()?,
            happened,
            what,
        })))
    }

    /// The run that it is about: its subject.
    fn run(&self) -> Result<RunKey, CdEventError> {
        let id = self.subject("id").and_then(Value::as_str);
        let id = id.ok_or(CdEventError::Lacks("subject.id"))?;
        let source = self.subject("source").and_then(Value::as_str);
        let source = source.or_else(|| self.context("source"));
        let source = source.unwrap_or(self.event.source.as_str());
        Ok(RunKey {
            source: mark("subject.source", source)?,
            id: mark("subject.id", id)?,
        })
    }

    fn digests(&self) -> Result<BTreeSet<Digest>, CdEventError> {
        let of_subject = self.subject("id").and_then(Value::as_str);
        let of_subject = of_subject.filter(|id| id.starts_with("pkg:"));
        let named = [
            self.content("artifactId"),
            self.custom("artifactId"),
            self.custom("digest"),
            self.custom("artifactIds"),
            self.custom("digests"),
        ];
        let said = named
            .into_iter()
            .flatten()
            .flat_map(|it| match it.as_array() {
                Some(all) => all.iter().collect(),
                None => vec![it],
            });
        let mut digests = BTreeSet::new();
        for text in said.map(|it| it.as_str().unwrap_or("")).chain(of_subject) {
            digests.extend(artifact_id::digest_of(text)?);
            if digests.len() > Told::DIGESTS_MAX {
                return Err(CdEventError::Many);
            }
        }
        Ok(digests)
    }

    /// What it says that it is: of our own field, or the type of the test.
    fn kind(&self, definition: Option<&Value>) -> Option<Name> {
        let own = self.custom("kind").and_then(Value::as_str);
        let said = own.or_else(|| definition.and_then(|it| text(it, "type")));
        said?.to_ascii_lowercase().parse().ok()
    }

    fn counts(&self) -> Option<TestSummary> {
        let count = |name| self.custom(name).and_then(Value::as_u64);
        let (passed, failed, skipped) = (count("passed"), count("failed"), count("skipped"));
        let is_told = passed.or(failed).or(skipped).is_some();
        let named = self.custom("failures").and_then(Value::as_array);
        let named = named.into_iter().flatten().filter_map(Value::as_str);
        is_told.then(|| TestSummary {
            passed: passed.unwrap_or_default(),
            failed: failed.unwrap_or_default(),
            skipped: skipped.unwrap_or_default(),
            failures: named
                .take(FAILURES_MAX)
                .map(|it| Line::of(it).into())
                .collect(),
        })
    }

    fn outcome(&self) -> Result<Outcome, CdEventError> {
        self.said_outcome()?.ok_or(CdEventError::Lacks("outcome"))
    }

    /// `outcome` since 0.2 of the events of tests, `status` before.
    fn said_outcome(&self) -> Result<Option<Outcome>, CdEventError> {
        let places = [
            self.content("outcome"),
            self.content("status"),
            self.custom("outcome"),
        ];
        let Some(said) = places.into_iter().flatten().next() else {
            return Ok(None);
        };
        let said = said.as_str().unwrap_or_default();
        match said.to_ascii_lowercase().as_str() {
            "pass" | "passed" | "success" => Ok(Some(Outcome::Passed)),
            "fail" | "failed" | "failure" | "error" => Ok(Some(Outcome::Failed)),
            "cancel" | "cancelled" | "canceled" => Ok(Some(Outcome::Cancelled)),
            _ => Err(CdEventError::Outcome(said.chars().take(40).collect())),
        }
    }

    fn context(&self, name: &str) -> Option<&str> {
        self.event.data.get("context")?.get(name)?.as_str()
    }

    fn subject(&self, name: &str) -> Option<&Value> {
        self.event.data.get("subject")?.get(name)
    }

    fn content(&self, name: &str) -> Option<&Value> {
        self.subject("content")?.get(name)
    }

    fn custom(&self, name: &str) -> Option<&Value> {
        self.event.data.get("customData")?.get(name)
    }
}

/// A test that belongs to no suite.
fn alone(outcome: Option<Outcome>, name: &Line) -> SuiteState {
    let is = |it| u64::from(outcome == Some(it));
    let failures = match outcome {
        Some(Outcome::Failed) => vec![name.to_string()],
        Some(Outcome::Passed | Outcome::Cancelled) | None => Vec::new(),
    };
    SuiteState::Finished {
        outcome: outcome.unwrap_or(Outcome::Cancelled),
        tests: Some(TestSummary {
            passed: is(Outcome::Passed),
            failed: is(Outcome::Failed),
            skipped: u64::from(outcome.is_none()),
            failures,
        }),
    }
}

fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    let text = of.get(name).and_then(Value::as_str);
    text.filter(|it| !it.is_empty())
}

fn mark(what: &'static str, text: &str) -> Result<Mark, CdEventError> {
    text.parse().map_err(|why| CdEventError::Mark(what, why))
}
