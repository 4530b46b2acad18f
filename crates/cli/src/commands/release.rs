//! `tidegate release`.

mod notes;
mod plan;
mod scope;

use super::{Context, handover, lifecycle, pair};
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{
    BlockRequest, ContentsRequest, EvidenceRequest, EvidenceView, ReleaseRequest, ReleaseView,
};

/// Plan, draft, seal and look at releases.
#[derive(Debug, Subcommand)]
pub enum ReleaseCommand {
    Create(CreateArgs),
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    #[command(subcommand)]
    Scope(scope::ScopeCommand),
    #[command(subcommand)]
    Notes(notes::NotesCommand),
    Contents(ContentsArgs),
    /// Seal a draft: its contents, configuration and hash never change again.
    Seal(WhichArgs),
    /// Take a new configuration snapshot for a sealed release; the next deployment of it uses that.
    Configure(WhichArgs),
    Block(BlockArgs),
    Evidence(EvidenceArgs),
    /// Let a blocked release be deployed again.
    Unblock(WhichArgs),
    /// Show one release.
    Show(WhichArgs),
    /// List the releases of a product.
    List {
        /// The product.
        product: String,
    },
}

/// Make a release of component versions and seal it.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// A component and its version or digest. One for each component of the product.
    #[arg(long = "component", value_name = "COMPONENT=VERSION", value_parser = pair)]
    components: Vec<(String, String)>,
    /// Leave it open; seal it later.
    #[arg(long)]
    draft: bool,
}

/// Set components of a draft; those that are not named stay as they are.
#[derive(Debug, Args)]
pub struct ContentsArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// A component and its version or digest.
    #[arg(long = "component", value_name = "COMPONENT=VERSION", value_parser = pair, required = true)]
    components: Vec<(String, String)>,
}

/// Keep a release from being deployed anywhere; what deploys it holds.
#[derive(Debug, Args)]
pub struct BlockArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why; shown to whoever wants to deploy it.
    #[arg(long)]
    reason: String,
}

/// Keep something with a release, such as the customer's word; without a kind, list what is kept.
#[derive(Debug, Args)]
pub struct EvidenceArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Of which kind, such as `customer-approval` or `handover`.
    kind: Option<String>,
    /// In words.
    #[arg(long, default_value = "", requires = "kind")]
    note: String,
    /// Where more is written.
    #[arg(long, requires = "kind", value_name = "URL")]
    link: Option<String>,
}

/// A release.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
}

impl WhichArgs {
    fn path(&self) -> String {
        format!(
            "/api/v1/products/{}/releases/{}",
            self.product, self.version
        )
    }
}

impl ReleaseCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let nothing = serde_json::json!({});
        let view: ReleaseView = match self {
            Self::Create(args) => {
                let request = ReleaseRequest {
                    version: args.version,
                    components: args.components.into_iter().collect(),
                    draft: args.draft,
                };
                client
                    .post(
                        &format!("/api/v1/products/{}/releases", args.product),
                        &request,
                    )
                    .await?
            }
            Self::Plan(command) => return command.run(context).await,
            Self::Scope(command) => return command.run(context).await,
            Self::Notes(command) => return command.run(context).await,
            Self::Contents(args) => {
                let components = args.components.into_iter().collect();
                let request = ContentsRequest { components };
                let path = format!("{}/contents", args.which.path());
                client.post(&path, &request).await?
            }
            Self::Seal(which) => {
                client
                    .post(&format!("{}/seal", which.path()), &nothing)
                    .await?
            }
            Self::Configure(which) => {
                client
                    .post(&format!("{}/configure", which.path()), &nothing)
                    .await?
            }
            Self::Block(args) => {
                let reason = args.reason;
                client
                    .post(
                        &format!("{}/block", args.which.path()),
                        &BlockRequest { reason },
                    )
                    .await?
            }
            Self::Evidence(args) => return args.run(context).await,
            Self::Unblock(which) => {
                client
                    .post(&format!("{}/unblock", which.path()), &nothing)
                    .await?
            }
            Self::Show(which) => client.get(&which.path()).await?,
            Self::List { product } => {
                let views: Vec<ReleaseView> = client
                    .get(&format!("/api/v1/products/{product}/releases"))
                    .await?;
                ui.data(&views, |views| list(views));
                return Ok(ExitStatus::Done);
            }
        };
        ui.data(&view, text);
        Ok(ExitStatus::Done)
    }
}

impl EvidenceArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = format!("{}/evidence", self.which.path());
        let kept: Vec<EvidenceView> = match self.kind {
            None => context.client.get(&path).await?,
            Some(kind) => {
                let request = EvidenceRequest {
                    kind,
                    note: self.note,
                    link: self.link,
                };
                context.client.post(&path, &request).await?
            }
        };
        context.ui.data(&kept, |kept| evidence(kept));
        Ok(ExitStatus::Done)
    }
}

fn evidence(kept: &[EvidenceView]) -> String {
    if kept.is_empty() {
        return "nothing is kept with it".to_owned();
    }
    let row = |it: &EvidenceView| {
        let link = it.link.clone().unwrap_or_default();
        vec![
            it.kind.clone(),
            it.by.clone(),
            ago(it.at),
            it.note.clone(),
            link,
        ]
    };
    table(
        &["evidence", "by", "given", "says", "more"],
        kept.iter().map(row),
    )
}

fn text(view: &ReleaseView) -> String {
    let by = ago(view.sealed_at.unwrap_or(view.created_at));
    let mut lines = vec![format!(
        "{} {} is {} ({by}, by {})",
        view.product, view.version, view.state, view.created_by
    )];
    if let (Some(hash), Some(snapshot)) = (&view.hash, view.snapshot) {
        lines.push(format!("{hash}, configuration {snapshot}"));
    }
    if let Some(why) = &view.blocked {
        lines.push(format!("It must not go out: {why}"));
    }
    lines.extend(view.availability.iter().map(handover::dates));
    let rows = view.components.iter().map(|content| {
        let moved = match (&content.quarantine, content.changed) {
            (Some(why), _) => format!("in quarantine: {why}"),
            (None, true) => "changed".to_owned(),
            (None, false) => String::new(),
        };
        vec![
            content.component.clone(),
            content.version.clone(),
            content.digest.clone(),
            moved,
        ]
    });
    lines.push(table(&["component", "version", "digest", ""], rows));
    lines.extend(view.lifecycle.iter().map(lifecycle::stages));
    lines.join("\n")
}

fn list(views: &[ReleaseView]) -> String {
    if views.is_empty() {
        return "no releases yet; `tidegate release create PRODUCT VERSION --component C=V` makes one".to_owned();
    }
    let row = |view: &ReleaseView| {
        let contents: Vec<_> = view
            .components
            .iter()
            .map(|c| format!("{} {}", c.component, c.version))
            .collect();
        vec![
            view.version.clone(),
            match view.blocked {
                Some(_) => "blocked".to_owned(),
                None => view.state.clone(),
            },
            contents.join(", "),
            ago(view.created_at),
        ]
    };
    table(
        &["release", "state", "contents", "created"],
        views.iter().map(row),
    )
}
