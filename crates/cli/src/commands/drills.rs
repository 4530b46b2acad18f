//! `tidegate drills`.

use super::Context;
use crate::{
    Error, ExitStatus,
    client::query,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use tidegate_domain::duration::Millis;
use tidegate_protocol::api::{DrillLegView, DrillView};

/// Look at rollback drills, or end one.
#[derive(Debug, Subcommand)]
pub enum DrillsCommand {
    List(ListArgs),
    Show(ShowArgs),
    Cancel(CancelArgs),
}

/// List drills, newest first.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those of this product.
    #[arg(long)]
    product: Option<String>,
    /// Only those in this environment.
    #[arg(long)]
    environment: Option<String>,
}

/// Show one drill.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its number.
    drill: u64,
}

/// End a drill now, with what of it is under way; targets stay as they are.
#[derive(Debug, Args)]
pub struct CancelArgs {
    /// Its number.
    drill: u64,
}

impl DrillsCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List(args) => {
                let views: Vec<DrillView> = client.get(&args.path()).await?;
                ui.data(&views, |views| listed(views));
            }
            Self::Show(ShowArgs { drill }) => {
                let view: DrillView = client.get(&format!("/api/v1/drills/{drill}")).await?;
                ui.data(&view, drawn);
            }
            Self::Cancel(CancelArgs { drill }) => {
                let path = format!("/api/v1/drills/{drill}/cancel");
                let view: DrillView = client.post(&path, &()).await?;
                ui.data(&view, drawn);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl ListArgs {
    fn path(&self) -> String {
        let wanted = query([
            ("limit", Some("50")),
            ("product", self.product.as_deref()),
            ("environment", self.environment.as_deref()),
        ]);
        format!("/api/v1/drills?{wanted}")
    }
}

fn listed(views: &[DrillView]) -> String {
    let row = |view: &DrillView| {
        vec![
            view.id.to_string(),
            view.status.clone(),
            view.sentence.clone(),
            ago(view.requested_at),
        ]
    };
    table(&["#", "status", "what", "when"], views.iter().map(row))
}

/// A drill for people: a sentence, and a line for each leg.
pub(super) fn drawn(view: &DrillView) -> String {
    let head = ["leg", "deployment", "took"];
    let legs = table(&head, view.legs.iter().map(row));
    format!("drill {}: {}\n{legs}", view.id, view.sentence)
}

fn row(leg: &DrillLegView) -> Vec<String> {
    let took = leg.took_ms.map(|took| Millis(took).rough());
    vec![
        leg.title.clone(),
        leg.deployment.to_string(),
        took.unwrap_or_else(|| "under way".to_owned()),
    ]
}
