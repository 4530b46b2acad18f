//! `tidegate apply`.

mod beside;

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use std::path::{Path, PathBuf};
use tidegate_protocol::api::{ApplyRequest, ApplyResponse, CatalogChange, SourceFile};

/// Declare products, environments, targets… from YAML files; shows the difference first.
///
/// A procedure may have its text in a Markdown file beside it, which it names by `file`; that lies in the directory that is applied.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// A YAML file, a directory of them, or `-` for standard input. May be repeated.
    #[arg(short, long = "file", required = true, value_name = "PATH")]
    files: Vec<PathBuf>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// Only show the difference.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

impl ApplyArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let mut request = ApplyRequest {
            files: read_all(&self.files)?,
            dry_run: true,
        };
        let planned: ApplyResponse = client.post("/api/v1/apply", &request).await?;
        let changes = planned
            .changes
            .iter()
            .any(|change| change.action != "unchanged");
        if self.dry_run || !changes {
            ui.data(&planned, text);
            return Ok(ExitStatus::Done);
        }
        if !self.yes {
            ui.say(text(&planned));
            ui.confirm("Apply these changes?")?;
        }
        request.dry_run = false;
        let applied: ApplyResponse = client.post("/api/v1/apply", &request).await?;
        ui.data(&applied, |applied| {
            if self.yes {
                text(applied)
            } else {
                let mut lines = vec![summary(applied)];
                lines.extend(waits(applied));
                lines.join("\n")
            }
        });
        Ok(ExitStatus::Done)
    }
}

fn text(response: &ApplyResponse) -> String {
    let mut lines = Vec::new();
    for change in &response.changes {
        lines.extend(told(change));
    }
    lines.push(summary(response));
    lines.extend(waits(response));
    lines.join("\n")
}

/// What waits for a second person, and how they agree.
pub(super) fn waits(response: &ApplyResponse) -> Vec<String> {
    let proposed = response.changes.iter().filter_map(|change| {
        let id = change.proposal?;
        Some(format!(
            "{} {} binds you too, so it waits for a second person: `tidegate policy agree {id}`",
            change.kind, change.name
        ))
    });
    proposed.collect()
}

/// What becomes of one declared thing, and under it what differs in it.
pub(super) fn told(change: &CatalogChange) -> Vec<String> {
    let mut lines = vec![format!("{} {} {}", mark(change), change.kind, change.name)];
    let is_told = matches!(change.action.as_str(), "change" | "remove");
    for difference in change.differences.iter().filter(|_| is_told) {
        let before = difference.before.as_deref().unwrap_or("nothing");
        let after = difference.after.as_deref().unwrap_or("nothing");
        lines.push(format!("    {}: {before} → {after}", difference.path));
    }
    lines
}

fn mark(change: &CatalogChange) -> &'static str {
    match change.action.as_str() {
        "create" => "+",
        "change" => "~",
        "remove" => "-",
        _ => "=",
    }
}

fn summary(response: &ApplyResponse) -> String {
    let count = |action: &str| {
        response
            .changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    };
    let (created, changed, unchanged) = (count("create"), count("change"), count("unchanged"));
    let verb = if response.applied { "" } else { "to be " };
    format!("{verb}created {created}, {verb}changed {changed}, unchanged {unchanged}")
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = yaml_files(path)?;
            inside.sort();
            if inside.is_empty() {
                return Err(Error::Usage(format!(
                    "{} holds no .yaml or .yml file",
                    path.display()
                )));
            }
            for file in inside {
                files.push(read(&file, Some(path))?);
            }
        } else {
            files.push(read(path, path.parent())?);
        }
    }
    Ok(files)
}

/// The YAML files of a directory and those below it; a link to a directory is not followed, so there is no circle.
fn yaml_files(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong = |source| Error::File {
        path: directory.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let path = entry.path();
        if entry.file_type().map_err(wrong)?.is_dir() {
            found.extend(yaml_files(&path)?);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Reads a file, with those beside it that it names: these lie in `root`.
fn read(path: &Path, root: Option<&Path>) -> Result<SourceFile, Error> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(SourceFile {
        path: path.display().to_string(),
        beside: beside::read(path, root, &text)?,
        text,
    })
}
