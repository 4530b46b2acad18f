//! Which of what is kept about plans is listed: rehearsals, preflights.

use crate::client::query;
use clap::Args;

/// Which plans it is about.
#[derive(Debug, Args)]
pub struct AboutPlanArgs {
    /// Only those of this plan, by its hash.
    #[arg(long, value_name = "HASH")]
    plan: Option<String>,
    /// Only those of this product.
    #[arg(long)]
    product: Option<String>,
    /// Only those of this release.
    #[arg(long, value_name = "VERSION", requires = "product")]
    release: Option<String>,
    /// Only those to this environment.
    #[arg(long)]
    environment: Option<String>,
}

impl AboutPlanArgs {
    /// The address of the list.
    pub(super) fn path(&self, list: &str) -> String {
        let wanted = query([
            ("limit", Some("50")),
            ("plan", self.plan.as_deref()),
            ("product", self.product.as_deref()),
            ("release", self.release.as_deref()),
            ("environment", self.environment.as_deref()),
        ]);
        format!("/api/v1/{list}?{wanted}")
    }
}
