//! What is in a release: each component of the product at one version, by digest.

use crate::{digest::Digest, name::Name, version::Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Component → what of it.
pub type Contents = BTreeMap<Name, Content>;

/// One component at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The tag it was asked for by; for people.
    pub version: Version,
    /// The manifest the tag named when the release was drafted or sealed; this is what runs.
    pub digest: Digest,
}

/// The components whose digest differs between two contents, new ones included. Only these move.
pub fn changed<'a>(before: &Contents, after: &'a Contents) -> Vec<&'a Name> {
    let moved =
        |name: &&Name| before.get(*name).map(|c| c.digest) != after.get(*name).map(|c| c.digest);
    after.keys().filter(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_components_move() {
        let content = |version: &str| Content {
            version: version.parse().unwrap(),
            digest: Digest::of(version.as_bytes()),
        };
        let contents = |web: &str| -> Contents {
            [("web", content(web)), ("api", content("1.0.0"))]
                .map(|(name, content)| (name.parse().unwrap(), content))
                .into()
        };
        let (old, new) = (contents("1.0.0"), contents("1.1.0"));
        assert_eq!(changed(&old, &new), [&"web".parse::<Name>().unwrap()]);
        assert!(changed(&old, &old).is_empty());
    }
}
