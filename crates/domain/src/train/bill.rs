//! The bill of a train: what each member brings, component by component. It is no bill of materials of an artifact.

use crate::{
    canonical,
    catalog::{Component, Need, Provides},
    digest::Digest,
    id::SnapshotNumber,
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
    /// The configuration that it is deployed with; none of a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotNumber>,
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
            snapshot: release.current_snapshot(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_digests_of_the_release_and_the_interfaces_of_its_configuration() {
        let digest = Digest::of(b"web");
        let text = format!(
            r#"{{"product":"shop","version":"2.1.0","number":3,"contents":{{"web":{{"version":"3.4.0","digest":"{digest}"}}}},
                "sealed":null,"created_at":"2026-12-01T12:00:00Z","created_by":"ada"}}"#
        );
        let mut release: Release = serde_json::from_str(&text).unwrap();
        let text = r#"[{"name":"web","driver":"service","provides":{"shop-events":"1.0.0"},
            "needs":[{"contract":"orders-api","versions":"^2"}]}]"#;
        let components: Vec<Component> = serde_json::from_str(text).unwrap();
        let line = Line::of(&release, &components);
        assert_eq!((line.release.as_str(), line.hash), ("2.1.0", None));
        let part = &line.parts[&"web".parse().unwrap()];
        assert_eq!((part.version.as_str(), part.digest), ("3.4.0", digest));
        assert_eq!(part.provides, components[0].provides);
        assert_eq!(part.needs, components[0].needs);
        release.sealed = Some(crate::release::Sealed {
            hash: digest,
            snapshot: SnapshotNumber(1),
            at: release.created_at,
            by: release.created_by.clone(),
        });
        let sealed = Line::of(&release, &components);
        assert_eq!(sealed.hash, Some(digest));
        let bill = |line| Bill(BTreeMap::from([("shop".parse().unwrap(), Some(line))]));
        assert_ne!(bill(sealed).hash(), bill(line).hash());
    }
}
