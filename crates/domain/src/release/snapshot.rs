//! A configuration snapshot: everything but artifacts and target values that decides what a component runs with.

use crate::{
    canonical,
    catalog::{Component, Environment, Product, Variables},
    digest::Digest,
    name::Name,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Templates, and product and environment values, as they were when the snapshot was taken. It is numbered within
/// its product. Secrets are named in it, never held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The product's components with their templates, in the order of their names.
    pub components: Vec<Component>,
    /// Values of the product.
    pub product: Variables,
    /// Values per environment: the environment's own, overlaid with what the product says for it.
    pub environments: BTreeMap<Name, Variables>,
}

impl Snapshot {
    /// What the catalog says now.
    pub fn take(product: &Product, environments: &BTreeMap<Name, Environment>) -> Self {
        let mut components = product.components.clone();
        components.sort_by(|a, b| a.name.cmp(&b.name));
        // Where a history is read changes nothing of what runs.
        components.iter_mut().for_each(|it| it.source = None);
        let values = |(name, environment): (&Name, &Environment)| {
            let mut values = environment.vars.clone();
            values.extend(
                product
                    .environments
                    .get(name)
                    .map(|e| e.vars.clone())
                    .unwrap_or_default(),
            );
            (name.clone(), values)
        };
        Self {
            components,
            product: product.vars.clone(),
            environments: environments.iter().map(values).collect(),
        }
    }

    /// The hash of the whole snapshot.
    pub fn digest(&self) -> Digest {
        canonical::hash(self)
    }
}
