//! `tidegate artifact`.

use super::{Context, parts::places};
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::Subcommand;
use tidegate_protocol::api::{ArtifactView, BillView, TestsView};

/// Look at what is known of an artifact.
#[derive(Debug, Subcommand)]
pub enum ArtifactCommand {
    /// Show who signed it, how it was built, what it is made of, how its tests went, and where it runs.
    Show {
        /// `PRODUCT/COMPONENT:VERSION`, or `PRODUCT/COMPONENT@DIGEST`.
        #[arg(value_name = "PRODUCT/COMPONENT:VERSION")]
        what: String,
    },
}

impl ArtifactCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::Show { what } = self;
        let split = what.split_once('@').or_else(|| what.split_once(':'));
        let Some((repository, reference)) = split.filter(|(it, _)| it.contains('/')) else {
            let why = format!(
                "`{what}` is neither PRODUCT/COMPONENT:VERSION nor PRODUCT/COMPONENT@DIGEST"
            );
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
}

fn shown(it: &ArtifactView) -> String {
    let mut rows = vec![
        row("artifact", format!("{}@{}", it.repository, it.digest)),
        row("tags", it.tags.join(", ")),
        row("kept for", it.kept_for.clone().unwrap_or_default()),
        row("runs", places(&it.runs)),
        row("signed", signed(it)),
    ];
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
        Some(known) => format!("{} known vulnerabilities", known.len() as u64 + it.untold),
    };
    format!("{}, {} parts, {about}, {known}", it.format, it.parts)
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
