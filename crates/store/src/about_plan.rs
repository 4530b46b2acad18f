//! Which of what is kept about plans: rehearsals, preflights.

use crate::Value;
use tidegate_domain::{digest::Digest, name::Name, version::Version};

/// Which rehearsals, or preflights: those of everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AboutPlan {
    /// Of a plan.
    pub plan: Option<Digest>,
    /// Of a product.
    pub product: Option<Name>,
    /// Of a release.
    pub release: Option<Version>,
    /// To an environment.
    pub environment: Option<Name>,
}

impl AboutPlan {
    /// The values `$1` to `$6` of a list that ends before a number: that, how many, plan, product, release and environment.
    pub(crate) fn values(&self, (before, limit): (u64, u64)) -> [Value; 6] {
        let name = |name: Option<&Name>| Value::from(name.map_or("", Name::as_str));
        let plan = self.plan.map(|plan| plan.to_string()).unwrap_or_default();
        [
            before.into(),
            limit.into(),
            plan.into(),
            name(self.product.as_ref()),
            self.release.as_ref().map_or("", Version::as_str).into(),
            name(self.environment.as_ref()),
        ]
    }
}
