//! `tidegate tracker`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use form_urlencoded::byte_serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tidegate_protocol::api::{FeedView, ItemsImportedView, TrackerView, WorkItemView};

/// How many items are sent in one go.
const BATCH: usize = 1_000;

/// Bring in what trackers know of work items.
#[derive(Debug, Subcommand)]
pub enum TrackerCommand {
    /// List all trackers.
    List,
    /// Import work items from a JSON file, or `-` for standard input. What was imported before stays, and is replaced where the
    /// file is newer.
    ///
    /// It may be what the tracker itself answers or prints: `gh issue list --json number,title,state,labels,url,updatedAt`,
    /// issues of GitLab's API, a search of Jira; or a list of objects with `key` and `title`, and perhaps `kind`, `state`, `url`
    /// and `labels`.
    Import {
        /// The tracker, as it is declared.
        tracker: String,
        /// The file.
        file: PathBuf,
    },
    /// Print the address for a webhook of GitHub, GitLab or Jira, by which the tracker tells of its items itself. It does nothing
    /// else, and ends with the token. As content type take JSON.
    Hook {
        /// The tracker.
        tracker: String,
    },
    /// List imported work items in the order of their keys.
    Items {
        /// The tracker.
        tracker: String,
        /// Only those behind this key.
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
        limit: u64,
    },
}

impl TrackerCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List => {
                let views: Vec<TrackerView> = context.client.get("/api/v1/trackers").await?;
                context.ui.data(&views, |views| listed(views));
            }
            Self::Import { tracker, file } => import(context, &tracker, &file).await?,
            Self::Hook { tracker } => {
                let path = format!("/api/v1/trackers/{tracker}/hook");
                let feed: FeedView = context.client.get(&path).await?;
                let address = format!("{}{}", context.client.server(), feed.path);
                context.ui.line(&address);
            }
            Self::Items {
                tracker,
                after,
                limit,
            } => {
                let mut path = format!("/api/v1/trackers/{tracker}/items?limit={limit}");
                if let Some(after) = after {
                    let after: String = byte_serialize(after.as_bytes()).collect();
                    path = format!("{path}&after={after}");
                }
                let items: Vec<WorkItemView> = context.client.get(&path).await?;
                context.ui.data(&items, |items| list(items));
            }
        }
        Ok(ExitStatus::Done)
    }
}

async fn import(context: &Context<'_>, tracker: &str, file: &Path) -> Result<(), Error> {
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    };
    let text = text.map_err(|source| Error::File {
        path: file.to_owned(),
        source,
    })?;
    let written: Value = serde_json::from_str(&text)
        .map_err(|why| Error::Usage(format!("{} is not JSON: {why}", file.display())))?;
    let items = match written {
        Value::Array(items) => items,
        Value::Object(mut fields) => match fields.remove("issues") {
            Some(Value::Array(items)) => items,
            Some(_) | None => vec![Value::Object(fields)],
        },
        one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => vec![one],
    };
    let path = format!("/api/v1/trackers/{tracker}/items");
    let mut all = ItemsImportedView {
        items: 0,
        changed: 0,
    };
    for (part, from) in items.chunks(BATCH).zip((0..).step_by(BATCH)) {
        let body = serde_json::json!({ "items": part });
        let view: Result<ItemsImportedView, Error> = context.client.post(&path, &body).await;
        if view.is_err() && from > 0 {
            context.ui.say(format!(
                "the first {from} items are imported; the part after them was refused"
            ));
        }
        let view = view?;
        all.items += view.items;
        all.changed += view.changed;
    }
    context.ui.data(&all, |all| {
        let noun = if all.items == 1 { "item" } else { "items" };
        format!(
            "{} work {noun} read, {} new or changed",
            all.items, all.changed
        )
    });
    Ok(())
}

fn listed(trackers: &[TrackerView]) -> String {
    if trackers.is_empty() {
        return "none is declared; `tidegate apply` declares them (`kind: Tracker`)".to_owned();
    }
    let row = |it: &TrackerView| {
        vec![
            it.name.clone(),
            it.system.clone(),
            it.projects.join(", "),
            it.example.clone(),
        ]
    };
    table(
        &["tracker", "system", "projects", "a key is such as"],
        trackers.iter().map(row),
    )
}

fn list(items: &[WorkItemView]) -> String {
    if items.is_empty() {
        return "none are imported; `tidegate tracker import TRACKER FILE` brings them".to_owned();
    }
    let row = |it: &WorkItemView| {
        vec![
            it.key.clone(),
            it.title.clone(),
            it.kind.clone(),
            it.state.clone(),
            it.labels.join(", "),
        ]
    };
    table(
        &["item", "about", "kind", "state", "labels"],
        items.iter().map(row),
    )
}
