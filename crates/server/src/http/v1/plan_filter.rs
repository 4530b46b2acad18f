//! Which rehearsals, or preflights, are asked for.

use crate::app::{Error, optional, query::AboutPlan};
use serde::Deserialize;

/// Which part of the list.
#[derive(Debug, Deserialize)]
pub(super) struct PlanFilter {
    pub(super) before: Option<u64>,
    pub(super) limit: Option<u64>,
    plan: Option<String>,
    product: Option<String>,
    release: Option<String>,
    environment: Option<String>,
}

impl PlanFilter {
    /// What it is about.
    ///
    /// # Errors
    /// When a word is not what it should be.
    pub(super) fn about(&self) -> Result<AboutPlan, Error> {
        Ok(AboutPlan {
            plan: optional("plan", self.plan.as_deref())?,
            product: optional("product", self.product.as_deref())?,
            release: optional("release", self.release.as_deref())?,
            environment: optional("environment", self.environment.as_deref())?,
        })
    }
}
