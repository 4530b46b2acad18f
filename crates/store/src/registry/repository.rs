//! The name of a repository. May not: know whether it exists; the catalog does.

use std::{fmt, str::FromStr};
use tidegate_domain::name::Name;

/// `PRODUCT/COMPONENT`: the artifacts of one component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// The product that owns it.
    pub product: Name,
    /// The component whose artifacts it holds.
    pub component: Name,
}

/// The text is not a [`Repository`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "repository names are PRODUCT/COMPONENT, each of a-z, 0-9 and inner -, at most 63 characters"
)]
pub struct RepositoryError;

impl Repository {
    /// The repository of `component`.
    pub const fn new(product: Name, component: Name) -> Self {
        Self { product, component }
    }
}

impl FromStr for Repository {
    type Err = RepositoryError;

    fn from_str(text: &str) -> Result<Self, RepositoryError> {
        let (product, component) = text.split_once('/').ok_or(RepositoryError)?;
        Ok(Self {
            product: product.parse().map_err(|_| RepositoryError)?,
            component: component.parse().map_err(|_| RepositoryError)?,
        })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.product, self.component)
    }
}
