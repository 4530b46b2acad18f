//! Whose signatures count, as people write it in files.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Keys and identities, and what they are trusted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The products whose artifacts it is about; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// What it is trusted with.
    #[serde(default)]
    pub purpose: KeyPurpose,
    /// Threshold, keys, identities and trusted root. What they have to be is checked before this is kept.
    pub signers: Value,
}

/// What a key set is trusted with. A key that signs whatever it is handed must not be able to let an artifact go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPurpose {
    /// Their signatures let an artifact go.
    #[default]
    Release,
    /// Their statements of how an artifact came to be are believed: provenance and test results.
    Build,
}

impl KeySet {
    /// Whether it is about the artifacts of a product.
    pub fn is_about(&self, product: &Name) -> bool {
        self.products.is_empty() || self.products.contains(product)
    }
}
