//! `tidegate parts`.

use super::Context;
use crate::{Error, ExitStatus, client::query, ui::table};
use clap::Args;
use tidegate_protocol::api::{BillPartView, BillPartsView, PlaceView};

/// Find parts in bills of materials, and where they run: `tidegate parts 'log4j-core 2.14'`.
#[derive(Debug, Args)]
pub struct PartsArgs {
    /// A name with or without versions (`openssl <3.0.7`), behind an ecosystem or not (`npm:lodash`), or a package URL.
    #[arg(required = true, value_name = "PART")]
    question: Vec<String>,
    /// Only those that run.
    #[arg(long)]
    running: bool,
}

impl PartsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let question = self.question.join(" ");
        let wanted = query([("q", Some(question.as_str()))]);
        let path = format!("/api/v1/parts?{wanted}");
        let mut found: BillPartsView = context.client.get(&path).await?;
        if self.running {
            found.parts.retain(|part| !part.runs.is_empty());
        }
        context.ui.data(&found, |found| listed(found, &question));
        if found.more {
            context.ui.say("there are more: ask more narrowly");
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(found: &BillPartsView, question: &str) -> String {
    if found.parts.is_empty() {
        return format!(
            "no bill of materials names {question}. `tidegate attach sbom` attaches one"
        );
    }
    let row = |part: &BillPartView| {
        vec![
            part.name.clone(),
            part.version.clone().unwrap_or_else(|| "unknown".to_owned()),
            artifact(&part.repository, &part.tags, &part.digest),
            places(&part.runs),
        ]
    };
    table(
        &["part", "version", "in", "runs"],
        found.parts.iter().map(row),
    )
}

/// An artifact by its tags, or else by its digest.
pub(super) fn artifact(repository: &str, tags: &[String], digest: &str) -> String {
    match tags {
        [] => format!("{repository}@{digest}"),
        tags => format!("{repository}:{}", tags.join(", ")),
    }
}

/// Where something runs: the targets of each release in each environment.
pub(super) fn places(runs: &[PlaceView]) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut rest = runs;
    while let Some(first) = rest.first() {
        let same = |it: &&PlaceView| {
            (&it.environment, &it.product, &it.release)
                == (&first.environment, &first.product, &first.release)
        };
        let count = rest.iter().take_while(same).count().max(1);
        let (some, behind) = rest.split_at(count);
        let targets: Vec<&str> = some.iter().map(|it| it.target.as_str()).collect();
        texts.push(format!(
            "{} {} in {} on {}",
            first.product,
            first.release,
            first.environment,
            targets.join(", ")
        ));
        rest = behind;
    }
    texts.join("; ")
}
