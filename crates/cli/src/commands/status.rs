//! `tidegate status`.

use super::Context;
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::Args;
use tidegate_protocol::api::{EnvironmentStatus, StatusView};

/// Show what runs where.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Only this product.
    product: Option<String>,
    /// A line for each target.
    #[arg(long)]
    targets: bool,
}

impl StatusArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let mut view: StatusView = context.client.get("/api/v1/status").await?;
        if let Some(product) = &self.product {
            view.products.retain(|status| status.product == *product);
            if view.products.is_empty() {
                return Err(Error::Usage(format!("there is no product `{product}`")));
            }
        }
        context.ui.data(&view, |view| {
            if self.targets {
                by_target(view)
            } else {
                by_environment(view)
            }
        });
        Ok(ExitStatus::Done)
    }
}

/// One line for each product and environment.
fn by_environment(view: &StatusView) -> String {
    if view.products.is_empty() {
        return "nothing is declared yet; begin with `tidegate apply -f FILE`".to_owned();
    }
    let rows = view.products.iter().flat_map(|product| {
        product.environments.iter().map(|place| {
            vec![
                product.product.clone(),
                place.environment.clone(),
                place.release.clone().unwrap_or_else(|| mixed(place)),
                place.health.clone(),
                place.targets.len().to_string(),
                place.since.map(ago).unwrap_or_default(),
                place
                    .deployment
                    .as_ref()
                    .map(|d| format!("{}: {}", d.id, d.summary))
                    .unwrap_or_default(),
            ]
        })
    });
    table(
        &[
            "product",
            "environment",
            "release",
            "health",
            "targets",
            "since",
            "deployment",
        ],
        rows,
    )
}

fn mixed(place: &EnvironmentStatus) -> String {
    let mut releases: Vec<_> = place
        .targets
        .iter()
        .filter_map(|target| target.release.clone())
        .collect();
    releases.sort();
    releases.dedup();
    if releases.is_empty() {
        "-".to_owned()
    } else {
        releases.join(" and ")
    }
}

/// One line for each target.
fn by_target(view: &StatusView) -> String {
    let rows = view.products.iter().flat_map(|product| {
        product.environments.iter().flat_map(|place| {
            place.targets.iter().map(|target| {
                let components = target
                    .components
                    .iter()
                    .map(|c| format!("{} {}", c.component, c.version.as_deref().unwrap_or("?")));
                vec![
                    product.product.clone(),
                    format!("{}/{}", place.environment, target.target),
                    target.release.clone().unwrap_or_else(|| "-".to_owned()),
                    target.health.clone(),
                    if target.connected {
                        "in touch"
                    } else {
                        "out of touch"
                    }
                    .to_owned(),
                    components.collect::<Vec<_>>().join(", "),
                ]
            })
        })
    });
    table(
        &[
            "product",
            "target",
            "release",
            "health",
            "agent",
            "components",
        ],
        rows,
    )
}
