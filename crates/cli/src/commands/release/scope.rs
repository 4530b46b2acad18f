//! `tidegate release scope`.

use super::WhichArgs;
use crate::{
    Error, ExitStatus,
    commands::Context,
    ui::{ago, table},
};
use clap::{Args, Subcommand, ValueEnum};
use tidegate_protocol::api::{AdjustmentRequest, ScopeChangeView, ScopeItemView, ScopeView};

/// See which changes a release brings, take some out and add others.
#[derive(Debug, Subcommand)]
pub enum ScopeCommand {
    Show(ShowArgs),
    TakeOut(TakeOutArgs),
    Add(AddArgs),
    Write(WriteArgs),
}

/// Show the changes that a release brings to an environment since what runs there.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The environment; the last of the product's promotion path unless set.
    #[arg(long, value_name = "ENVIRONMENT")]
    to: Option<String>,
    /// How many changes to show under each heading.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    most: u64,
}

/// Take a change out of a release: it is no part of it, with a reason that stays.
#[derive(Debug, Args)]
pub struct TakeOutArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The first digits of its commit, at least 7, or +NAME.
    change: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// Add a commit to a release that was not found, or was taken out.
#[derive(Debug, Args)]
pub struct AddArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The first digits of the commit, at least 7.
    commit: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The component whose source has it, where several have sources.
    #[arg(long)]
    component: Option<String>,
}

/// Write down a change that no commit brings.
#[derive(Debug, Args)]
pub struct WriteArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// What to call it by.
    name: String,
    /// What it does, in one line; work items that it names are linked.
    description: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// What kind of change it is.
    #[arg(long, value_enum, default_value_t = Kind::Other)]
    kind: Kind,
}

/// A kind of change.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Feature,
    Fix,
    Performance,
    Operations,
    Documentation,
    Other,
}

impl ScopeCommand {
    pub(in crate::commands) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (which, request) = match self {
            Self::Show(args) => return args.run(context).await,
            Self::TakeOut(args) => (args.which, asked("take-out", args.change, args.reason)),
            Self::Add(args) => {
                let asked = asked("add", args.commit, args.reason);
                let request = AdjustmentRequest {
                    component: args.component,
                    ..asked
                };
                (args.which, request)
            }
            Self::Write(args) => {
                let asked = asked("write", format!("+{}", args.name), args.reason);
                let kind = args.kind.to_possible_value();
                let request = AdjustmentRequest {
                    kind: kind.map(|it| it.get_name().to_owned()),
                    description: Some(args.description),
                    ..asked
                };
                (args.which, request)
            }
        };
        let path = format!("{}/scope/adjustments", which.path());
        context.client.tell(&path, &request).await?;
        context.ui.say(format!(
            "done; `tidegate release scope show {} {}` shows what it comes to",
            which.product, which.version
        ));
        Ok(ExitStatus::Done)
    }
}

fn asked(act: &str, change: String, reason: String) -> AdjustmentRequest {
    AdjustmentRequest {
        act: act.to_owned(),
        change,
        reason,
        component: None,
        kind: None,
        description: None,
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let mut path = format!("{}/scope?limit={}", self.which.path(), self.most);
        if let Some(environment) = &self.to {
            path = format!("{path}&environment={environment}");
        }
        let view: ScopeView = context.client.get(&path).await?;
        context.ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

fn told(view: &ScopeView) -> String {
    let mut parts = vec![view.sentence.clone()];
    if let [_, .., _] = view.releases.as_slice() {
        parts.push(format!("Put together from {}.", view.releases.join(", ")));
    }
    for unread in &view.unread {
        let (component, why, hint) = (&unread.component, &unread.why, &unread.hint);
        parts.push(format!("{component} is missing: {why}; {hint}"));
    }
    for lost in &view.lost {
        let more = match lost.more {
            0 => String::new(),
            n => format!("\n  and {n} more"),
        };
        let commits = lost.commits.join("\n  ");
        parts.push(format!(
            "It would take away what runs now of {}:\n  {commits}{more}",
            lost.component
        ));
    }
    for group in &view.groups {
        let shown = group.changes.len();
        let more = usize::try_from(group.count).map_or(0, |count| count.saturating_sub(shown));
        let more = match more {
            0 => String::new(),
            n => format!("\n  and {n} more; `--most` shows them"),
        };
        let lines: Vec<String> = group.changes.iter().map(line).collect();
        parts.push(format!("{}\n{}{more}", group.title, lines.join("\n")));
    }
    if !view.items.is_empty() {
        parts.push(items(&view.items));
    }
    if !view.contributors.is_empty() {
        let names = view.contributors.iter();
        let names: Vec<String> = names
            .map(|it| format!("{} ({})", it.name, it.changes))
            .collect();
        parts.push(format!("By {}", names.join(", ")));
    }
    for it in &view.unmatched {
        parts.push(format!(
            "What {} decided about {} does nothing: {}",
            it.by, it.change, it.why
        ));
    }
    if view.left_out > 0 {
        parts.push(format!("{} older commits were left out.", view.left_out));
    }
    parts.join("\n\n")
}

fn line(change: &ScopeChangeView) -> String {
    let area = change.area.as_ref().map(|area| format!("{area}: "));
    let items = match change.items.is_empty() {
        true => String::new(),
        false => format!("  {}", change.items.join(", ")),
    };
    let told = change.told.as_ref().map(|told| format!("\n    {told}"));
    let breaking = change
        .breaking
        .as_ref()
        .map(|it| format!("\n    breaks: {it}"));
    let by = match (change.authors.is_empty(), change.at) {
        (true, _) => String::new(),
        (false, Some(at)) => format!("  ({}, {})", change.authors.join(", "), ago(at)),
        (false, None) => format!("  ({})", change.authors.join(", ")),
    };
    format!(
        "  {} {}{}{items}{by}{}{}",
        change.short,
        area.unwrap_or_default(),
        change.description,
        breaking.unwrap_or_default(),
        told.unwrap_or_default(),
    )
}

fn items(items: &[ScopeItemView]) -> String {
    let row = |it: &ScopeItemView| {
        vec![
            it.key.clone(),
            it.title
                .clone()
                .unwrap_or_else(|| "not imported".to_owned()),
            it.state.clone().unwrap_or_default(),
            it.changes.to_string(),
            if it.closes {
                "closed by them".to_owned()
            } else {
                String::new()
            },
        ]
    };
    table(
        &["work item", "about", "state", "changes", ""],
        items.iter().map(row),
    )
}
