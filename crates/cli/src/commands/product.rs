//! `tidegate product`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use tidegate_protocol::api::ProductView;

/// Look at products.
#[derive(Debug, Subcommand)]
pub enum ProductCommand {
    /// List products with their promotion paths and components.
    List,
}

impl ProductCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::List = self;
        let views: Vec<ProductView> = context.client.get("/api/v1/products").await?;
        context.ui.data(&views, |views| {
            let row = |view: &ProductView| {
                vec![
                    view.name.clone(),
                    view.team.clone(),
                    view.path.join(" → "),
                    view.components.join(", "),
                ]
            };
            table(
                &["product", "team", "path", "components"],
                views.iter().map(row),
            )
        });
        Ok(ExitStatus::Done)
    }
}
