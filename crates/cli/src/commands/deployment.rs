//! `tidegate deployment`.

use super::Context;
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::Subcommand;
use tidegate_protocol::api::DeploymentView;

/// Look at deployments.
#[derive(Debug, Subcommand)]
pub enum DeploymentCommand {
    /// List deployments, newest first.
    List {
        /// Only of this product.
        #[arg(long, default_value = "")]
        product: String,
        /// Only to this environment.
        #[arg(long = "to", value_name = "ENVIRONMENT", default_value = "")]
        environment: String,
    },
    /// Show one with its waves.
    Show {
        /// Its number.
        deployment: u64,
    },
}

impl DeploymentCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List {
                product,
                environment,
            } => {
                let place = [("product", product), ("environment", environment)];
                let wanted = place.into_iter().filter(|(_, value)| !value.is_empty());
                let filter: String = wanted
                    .map(|(name, value)| format!("&{name}={value}"))
                    .collect();
                let path = format!("/api/v1/deployments?limit=50{filter}");
                let views: Vec<DeploymentView> = client.get(&path).await?;
                ui.data(&views, |views| list(views));
            }
            Self::Show { deployment } => {
                let view: DeploymentView = client
                    .get(&format!("/api/v1/deployments/{deployment}"))
                    .await?;
                ui.data(&view, show);
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn list(views: &[DeploymentView]) -> String {
    let row = |view: &DeploymentView| {
        let what = format!("{} {}", view.product, view.release);
        vec![
            view.id.to_string(),
            what,
            view.environment.clone(),
            view.status.clone(),
            ago(view.requested_at),
        ]
    };
    table(
        &[
            "deployment",
            "release",
            "environment",
            "status",
            "requested",
        ],
        views.iter().map(row),
    )
}

fn show(view: &DeploymentView) -> String {
    let rows = view.waves.iter().flat_map(|wave| {
        wave.targets.iter().map(|run| {
            vec![
                wave.title.clone(),
                run.target.clone(),
                run.stage.clone(),
                run.detail.clone(),
            ]
        })
    });
    let table = table(&["wave", "target", "stage", "detail"], rows);
    format!(
        "{}\n{}, plan {}\n{table}",
        view.summary, view.strategy, view.plan_hash
    )
}
