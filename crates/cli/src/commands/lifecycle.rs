//! `tidegate lifecycle`.

mod told;

use super::{Context, argument};
use crate::{Error, ExitStatus, client::query};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tidegate_protocol::api::{
    FactHeardView, FactRequest, FactView, FactsHeardView, ReleaseView, TestsTold,
};
pub(super) use told::stages;
use told::{facts, heard, whole};

/// The longest file that is posted, in bytes; the server takes no more.
const REPORT_MAX: u64 = 16 << 20;

/// Say how far a release is from build to review, and tell of builds and tests.
#[derive(Debug, Subcommand)]
pub enum LifecycleCommand {
    /// Show how far a release is: build, testing, staging, live, reviewed, and what shows it.
    Show {
        /// The product.
        product: String,
        /// The release's version.
        version: String,
    },
    Build(BuildArgs),
    Tests(TestsArgs),
    Report(ReportArgs),
    /// Send `CDEvents` from a JSON file: one, or a list, as `CloudEvents` or as they are.
    Event {
        /// The product.
        product: String,
        /// The file.
        file: PathBuf,
    },
    /// List what was told of builds and tests of a product, the newest first.
    Facts {
        /// The product.
        product: String,
        /// How many.
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=500))]
        limit: u64,
    },
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BuildWord {
    /// It began.
    Started,
    /// It made the artifacts.
    Finished,
    /// It did not.
    Failed,
}

/// How far tests are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TestsWord {
    /// They began.
    Started,
    /// They ended: well, unless some failed.
    Finished,
    /// They broke.
    Failed,
    /// Somebody broke them off.
    Cancelled,
}

/// Tell how far a build is. The artifact may be pushed later.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The product.
    product: String,
    /// How far it is.
    #[arg(value_enum)]
    state: BuildWord,
    #[command(flatten)]
    run: RunArgs,
    /// An artifact that it made: `sha256:…` or `pkg:oci/NAME@sha256:…`.
    #[arg(long = "artifact", value_name = "DIGEST")]
    artifacts: Vec<String>,
}

/// Tell how tests went.
#[derive(Debug, Args)]
pub struct TestsArgs {
    /// The product.
    product: String,
    /// How far they are.
    #[arg(value_enum)]
    state: TestsWord,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    which: SuiteArgs,
    /// An artifact that they tested: `sha256:…` or `pkg:oci/NAME@sha256:…`.
    #[arg(long = "artifact", value_name = "DIGEST")]
    artifacts: Vec<String>,
    /// How many passed.
    #[arg(long, default_value_t = 0, value_name = "N")]
    passed: u64,
    /// How many failed.
    #[arg(long, default_value_t = 0, value_name = "N")]
    failed: u64,
    /// How many did not run.
    #[arg(long, default_value_t = 0, value_name = "N")]
    skipped: u64,
    /// The name of a test that failed.
    #[arg(long = "failure", value_name = "NAME")]
    failures: Vec<String>,
}

/// Post what a test run found, as `JUnit` XML, about an artifact that may be pushed later. The file itself is not kept: `tidegate
/// attach tests` attaches it to an artifact that is there.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The product.
    product: String,
    /// The file.
    file: PathBuf,
    /// The artifact, `sha256:…`.
    #[arg(long)]
    digest: String,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    which: SuiteArgs,
}

/// What tests are. The same kind and suite again take the place of what was told before.
#[derive(Debug, Args)]
pub(super) struct SuiteArgs {
    /// Such as `unit`, `integration`, `acceptance`.
    #[arg(long)]
    kind: Option<String>,
    /// What the suite is called.
    #[arg(long)]
    suite: Option<String>,
}

/// A run of a build or of tests.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// What its system calls the run; one of its own unless set.
    #[arg(long)]
    run: Option<String>,
    /// The system that ran it; whoever you are unless set.
    #[arg(long)]
    source: Option<String>,
    /// Where more is written.
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// When it happened, such as `2026-11-28T12:00:00Z`; now unless set.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl LifecycleCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let view: FactsHeardView = match self {
            Self::Show { product, version } => {
                let path = format!("/api/v1/products/{product}/releases/{version}");
                let release: ReleaseView = client.get(&path).await?;
                let lifecycle = release.lifecycle.ok_or(Error::Usage(
                    "the server knows no lifecycle: it is older than this command".to_owned(),
                ))?;
                ui.data(&lifecycle, whole);
                return Ok(ExitStatus::Done);
            }
            Self::Facts { product, limit } => {
                let path = format!("/api/v1/products/{product}/facts?limit={limit}");
                let views: Vec<FactView> = client.get(&path).await?;
                ui.data(&views, |views| facts(views));
                return Ok(ExitStatus::Done);
            }
            Self::Build(args) => {
                let path = format!("/api/v1/products/{}/facts", args.product);
                client.post(&path, &args.fact()?).await?
            }
            Self::Tests(args) => {
                let path = format!("/api/v1/products/{}/facts", args.product);
                client.post(&path, &args.fact()?).await?
            }
            Self::Report(args) => args.post(context).await?,
            Self::Event { product, file } => send(context, &product, &file).await?,
        };
        ui.data(&view, heard);
        Ok(ExitStatus::Done)
    }
}

impl RunArgs {
    fn fact(self, about: &str, state: &str) -> Result<FactRequest, Error> {
        Ok(FactRequest {
            about: about.to_owned(),
            state: state.to_owned(),
            artifacts: Vec::new(),
            run: self.run,
            source: self.source,
            link: self.link,
            at: self.at.map(|at| argument("--at", &at)).transpose()?,
            tests: None,
        })
    }
}

impl BuildArgs {
    fn fact(self) -> Result<FactRequest, Error> {
        let state = match self.state {
            BuildWord::Started => "started",
            BuildWord::Finished => "finished",
            BuildWord::Failed => "failed",
        };
        Ok(FactRequest {
            artifacts: self.artifacts,
            ..self.run.fact("build", state)?
        })
    }
}

impl TestsArgs {
    fn fact(self) -> Result<FactRequest, Error> {
        let state = match self.state {
            TestsWord::Started => "started",
            TestsWord::Finished => "finished",
            TestsWord::Failed => "failed",
            TestsWord::Cancelled => "cancelled",
        };
        Ok(FactRequest {
            artifacts: self.artifacts,
            tests: Some(TestsTold {
                kind: self.which.kind,
                suite: self.which.suite,
                passed: self.passed,
                failed: self.failed,
                skipped: self.skipped,
                failures: self.failures,
            }),
            ..self.run.fact("tests", state)?
        })
    }
}

impl ReportArgs {
    async fn post(self, context: &Context<'_>) -> Result<FactsHeardView, Error> {
        let fault = |source| Error::File {
            path: self.file.clone(),
            source,
        };
        let length = std::fs::metadata(&self.file).map_err(fault)?.len();
        if length > REPORT_MAX {
            let file = self.file.display();
            let why = format!(
                "{file} has {length} bytes, and a report may have {} MiB: post the file of each suite by itself",
                REPORT_MAX >> 20
            );
            return Err(Error::Usage(why));
        }
        let bytes = std::fs::read(&self.file).map_err(fault)?;
        let asked = query([
            ("digest", Some(self.digest.as_str())),
            ("kind", self.which.kind.as_deref()),
            ("suite", self.which.suite.as_deref()),
            ("run", self.run.run.as_deref()),
            ("source", self.run.source.as_deref()),
            ("link", self.run.link.as_deref()),
            ("at", self.run.at.as_deref()),
        ]);
        let path = format!("/api/v1/products/{}/test-reports?{asked}", self.product);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        context.client.upload(&path, bytes.into(), length).await
    }
}

/// Sends what a file holds, one event after the other.
async fn send(context: &Context<'_>, product: &str, file: &Path) -> Result<FactsHeardView, Error> {
    let bytes = std::fs::read(file).map_err(|source| Error::File {
        path: file.to_owned(),
        source,
    })?;
    let wrong = |why| Error::Usage(format!("{} is no JSON: {why}", file.display()));
    let events = match serde_json::from_slice(&bytes).map_err(wrong)? {
        Value::Array(all) => all,
        one @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => vec![one],
    };
    let path = format!("/api/v1/products/{product}/events");
    let mut all: Vec<FactHeardView> = Vec::new();
    for event in events {
        let view: FactsHeardView = context.client.post(&path, &event).await?;
        all.extend(view.events);
    }
    Ok(FactsHeardView { events: all })
}
