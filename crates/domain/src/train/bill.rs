//! The bill of a train: what each member brings, component by component. It is no bill of materials of an artifact.

use crate::{
    canonical,
    catalog::{Component, Need, Provides},
    digest::Digest,
    name::Name,
    release::Release,
    version::Version,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Product → what it brings; nothing while its release is not made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bill(pub BTreeMap<Name, Option<Line>>);

/// What one member brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its release.
    pub release: Version,
    /// The hash of the sealed release; none of a draft.
    pub hash: Option<Digest>,
    /// What is in it.
    pub parts: Parts,
}

/// The components of one product as they are deployed.
pub type Parts = BTreeMap<Name, Part>;

/// A component as it is deployed, with what others may rely on and what it relies on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// For people, and for those who need the component itself.
    pub version: Version,
    /// This is what runs.
    pub digest: Digest,
    /// The contracts that it provides.
    #[serde(default, skip_serializing_if = "Provides::is_empty")]
    pub provides: Provides,
    /// What it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
}

impl Bill {
    /// The hash of all of it.
    pub fn hash(&self) -> Digest {
        canonical::hash(self)
    }

    /// What a member brings, if its release is made.
    pub fn line(&self, product: &Name) -> Option<&Line> {
        self.0.get(product)?.as_ref()
    }

    /// The members whose release is made, and what they bring.
    pub fn lines(&self) -> impl Iterator<Item = (&Name, &Line)> {
        let all = self.0.iter();
        all.filter_map(|(product, line)| Some((product, line.as_ref()?)))
    }
}

impl Line {
    /// What a release brings, with the components of the configuration snapshot that it was sealed with; of a draft, with those
    /// of the catalog.
    pub fn of(release: &Release, components: &[Component]) -> Self {
        let sealed = release.sealed.as_ref();
        Self {
            release: release.version.clone(),
            hash: sealed.map(|it| it.hash),
            parts: parts(release, components),
        }
    }
}

/// The components of a release with their interfaces.
pub fn parts(release: &Release, components: &[Component]) -> Parts {
    let part = |(name, content): (&Name, &crate::release::Content)| {
        let component = components.iter().find(|it| it.name == *name);
        let part = Part {
            version: content.version.clone(),
            digest: content.digest,
            provides: component.map(|it| it.provides.clone()).unwrap_or_default(),
            needs: component.map(|it| it.needs.clone()).unwrap_or_default(),
        };
        (name.clone(), part)
    };
    release.contents.iter().map(part).collect()
}
