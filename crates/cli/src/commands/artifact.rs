//! `tidegate artifact`.

use super::{Context, parts::places};
use crate::{
    Error, ExitStatus, Ui,
    ui::{ago, table},
};
use clap::Subcommand;
use indicatif::{HumanBytes, ProgressBar};
use tidegate_protocol::api::{
    ArtifactCheckRequest, ArtifactCheckView, ArtifactView, BillView, RepositoryView,
    RetentionRequest, RetiredView, TestsView,
};

/// Look at what is known of an artifact.
#[derive(Debug, Subcommand)]
pub enum ArtifactCommand {
    /// List what lies in the registry, and what of it is in quarantine.
    List,
    /// Show who signed it, how it was built, what it is made of, how its tests went, and where it runs.
    Show {
        /// `PRODUCT/COMPONENT:VERSION`, or `PRODUCT/COMPONENT@DIGEST`.
        #[arg(value_name = "PRODUCT/COMPONENT:VERSION")]
        what: String,
    },
    /// Read everything in the registry again, and set aside what the disk has damaged. The exit status is 1 if anything is.
    Check,
    /// Show which tags are over by the retention that products declare. They go within an hour, or now.
    Retention {
        /// Take them away now.
        #[arg(long)]
        now: bool,
    },
}

impl ArtifactCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List => list(context).await,
            Self::Show { what } => show(context, &what).await,
            Self::Check => check(context).await,
            Self::Retention { now } => retention(context, now).await,
        }
    }
}

async fn list(context: &Context<'_>) -> Result<ExitStatus, Error> {
    let repositories: Vec<RepositoryView> = context.client.get("/api/v1/artifacts").await?;
    context.ui.data(&repositories, |repositories| {
        let tagged = repositories
            .iter()
            .flat_map(|it| it.tags.iter().map(move |tag| (&it.repository, tag)));
        let rows = tagged.map(|(repository, it)| {
            vec![
                format!("{repository}:{}", it.tag),
                it.digest.clone(),
                it.kept_for.clone().unwrap_or_default(),
                it.quarantine.clone().unwrap_or_default(),
                ago(it.moved_at),
            ]
        });
        table(
            &["artifact", "digest", "kept for", "in quarantine", "pushed"],
            rows,
        )
    });
    Ok(ExitStatus::Done)
}

async fn show(context: &Context<'_>, what: &str) -> Result<ExitStatus, Error> {
    let split = what.split_once('@').or_else(|| what.split_once(':'));
    let Some((repository, reference)) = split.filter(|(it, _)| it.contains('/')) else {
        let why =
            format!("`{what}` is neither PRODUCT/COMPONENT:VERSION nor PRODUCT/COMPONENT@DIGEST");
        return Err(Error::Usage(why));
    };
    let path = format!("/api/v1/artifacts/{repository}/{reference}");
    let artifact: ArtifactView = context.client.get(&path).await?;
    context.ui.data(&artifact, shown);
    if artifact.waiting > 0 {
        let waiting = artifact.waiting;
        context
            .ui
            .say(format!("{waiting} attachments are still being read"));
    }
    Ok(ExitStatus::Done)
}

async fn check(context: &Context<'_>) -> Result<ExitStatus, Error> {
    let mut all = ArtifactCheckView {
        blobs: 0,
        bytes: 0,
        damaged: Vec::new(),
        last: None,
    };
    let bar = if Ui::is_watched() {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::hidden()
    };
    loop {
        let wanted = ArtifactCheckRequest {
            after: all.last.take(),
        };
        let slice: ArtifactCheckView = context
            .client
            .post("/api/v1/artifacts/check", &wanted)
            .await?;
        all.blobs += slice.blobs;
        all.bytes += slice.bytes;
        all.damaged.extend(slice.damaged);
        bar.set_message(format!("{} blobs, {}", all.blobs, HumanBytes(all.bytes)));
        bar.tick();
        all.last = slice.last;
        if all.last.is_none() {
            break;
        }
    }
    bar.finish_and_clear();
    context.ui.data(&all, |all| match all.damaged.as_slice() {
        [] => format!("{} blobs are sound, {}", all.blobs, HumanBytes(all.bytes)),
        damaged => format!(
            "{} of {} blobs are damaged; push them again: {}",
            damaged.len(),
            all.blobs,
            damaged.join(", ")
        ),
    });
    Ok(match all.damaged.is_empty() {
        true => ExitStatus::Done,
        false => ExitStatus::Broken,
    })
}

async fn retention(context: &Context<'_>, now: bool) -> Result<ExitStatus, Error> {
    let wanted = RetentionRequest { dry_run: !now };
    let retired: Vec<RetiredView> = context
        .client
        .post("/api/v1/artifacts/retention", &wanted)
        .await?;
    context.ui.data(&retired, |retired| {
        if retired.is_empty() {
            return "nothing is over: no product declares a `retention`, or all is needed or young"
                .to_owned();
        }
        let row = |it: &RetiredView| {
            vec![
                format!("{}:{}", it.repository, it.tag),
                it.digest.clone(),
                ago(it.since),
            ]
        };
        table(&["over", "digest", "since"], retired.iter().map(row))
    });
    if !now && !retired.is_empty() {
        context
            .ui
            .say("they go within an hour; `tidegate artifact retention --now` does not wait");
    }
    Ok(ExitStatus::Done)
}

fn shown(it: &ArtifactView) -> String {
    let mut rows = vec![
        row("artifact", format!("{}@{}", it.repository, it.digest)),
        row("tags", it.tags.join(", ")),
        row("kept for", it.kept_for.clone().unwrap_or_default()),
        row("runs", places(&it.runs)),
    ];
    rows.extend(it.quarantine.iter().flat_map(|quarantine| {
        let since = quarantine.since.map(|it| format!(", since {}", ago(it)));
        let since = since.unwrap_or_default();
        quarantine.lacks.iter().map(move |lack| {
            let (what, remedy) = (&lack.what, &lack.remedy);
            let by = match lack.control.as_str() {
                "" => String::new(),
                control => format!("control {control}: "),
            };
            row("in quarantine", format!("{by}{what} ({remedy}){since}"))
        })
    }));
    rows.push(row("signed", signed(it)));
    rows.extend(
        it.signatures
            .iter()
            .map(|signature| row(&signature.key_set, signature.verdict.clone())),
    );
    rows.extend(it.statements.iter().map(|statement| {
        let built = statement
            .builder
            .as_ref()
            .map(|builder| format!("built by {builder} from {}", statement.sources.join(", ")));
        let said = built.unwrap_or_else(|| statement.predicate_type.clone());
        row(&statement.by, said)
    }));
    rows.extend(it.bills.iter().map(|it| row("bill", bill(it))));
    rows.extend(it.tests.iter().map(|it| row("tests", tests(it))));
    rows.extend(it.attached.iter().filter_map(|attached| {
        let why = attached.why.as_ref()?;
        let when = ago(attached.received_at);
        Some(row(
            "unreadable",
            format!("{} of {when}: {why}", attached.media_type),
        ))
    }));
    rows.retain(|row| row.last().is_some_and(|text| !text.is_empty()));
    let mut text = table(&["what", ""], rows);
    let vulnerabilities = it
        .bills
        .iter()
        .filter_map(|bill| bill.vulnerabilities.as_ref());
    let rows: Vec<Vec<String>> = vulnerabilities
        .flatten()
        .map(|it| {
            vec![
                it.severity.clone(),
                it.advisory.clone(),
                format!("{} {}", it.part, it.version.as_deref().unwrap_or("?")),
                it.fixed_in.clone().unwrap_or_default(),
                it.summary.clone(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let header = ["severity", "advisory", "part", "fixed in", "what"];
        text = format!("{text}\n\n{}", table(&header, rows));
    }
    text
}

fn row(what: &str, text: String) -> Vec<String> {
    vec![what.to_owned(), text]
}

fn signed(it: &ArtifactView) -> String {
    match &it.unsigned_because {
        None => "yes".to_owned(),
        Some(why) => format!("no: {why}"),
    }
}

fn bill(it: &BillView) -> String {
    let about = if it.about_it {
        "about this artifact"
    } else {
        "does not say that it is about this artifact"
    };
    let known = match &it.vulnerabilities {
        None => "not matched against advisories".to_owned(),
        Some(known) => {
            let count = known.len() as u64 + it.untold;
            let unmatched = match it.unmatched.as_slice() {
                [] => String::new(),
                some => format!(", nothing known of {}", some.join(", ")),
            };
            format!("{count} known vulnerabilities{unmatched}")
        }
    };
    let cut = match it.cut {
        true => ", of which not all are looked at",
        false => "",
    };
    let mut text = format!("{}, {} parts{cut}, {about}, {known}", it.format, it.parts);
    if !it.remarks.is_empty() {
        text = format!("{text}; odd: {}", it.remarks.join("; "));
    }
    text
}

fn tests(it: &TestsView) -> String {
    let mut text = format!(
        "{} passed, {} failed, {} skipped",
        it.passed, it.failed, it.skipped
    );
    if !it.failures.is_empty() {
        text = format!("{text}: {}", it.failures.join(", "));
    }
    text
}
