//! What an action is about.

use crate::name::Name;
use std::fmt;

/// What an action is about. Everything of a product, its releases, deployments, artifacts and records, is asked about
/// as that product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The organisation: people, policies, environments, targets, and whatever belongs to no product.
    Organisation,
    /// A team and its members.
    Team(Name),
    /// A supplier, with what it announces and what is known of it.
    Supplier(Name),
    /// A product, or a part of it.
    Product {
        /// Its name.
        product: Name,
        /// The environment that it is about, if it is about one.
        environment: Option<Name>,
        /// The component that it is about, if it is about one.
        component: Option<Name>,
    },
}

impl Resource {
    /// A product as a whole.
    pub const fn product(product: Name) -> Self {
        Self::Product {
            product,
            environment: None,
            component: None,
        }
    }

    /// A product in one environment.
    pub const fn place(product: Name, environment: Name) -> Self {
        Self::Product {
            product,
            environment: Some(environment),
            component: None,
        }
    }

    /// The repository of a component.
    pub const fn component(product: Name, component: Name) -> Self {
        Self::Product {
            product,
            environment: None,
            component: Some(component),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation => f.write_str("the organisation"),
            Self::Team(team) => write!(f, "team {team}"),
            Self::Supplier(supplier) => write!(f, "supplier {supplier}"),
            Self::Product {
                product,
                environment,
                component,
            } => {
                write!(f, "{product}")?;
                if let Some(component) = component {
                    write!(f, "/{component}")?;
                }
                if let Some(environment) = environment {
                    write!(f, " in {environment}")?;
                }
                Ok(())
            }
        }
    }
}
