//! What a supplier runs in one of our environments, as the places of trains have it: needs of `acme/gateway` and of contracts are then
//! met by it like by a product.

use super::{Sighting, Supplier};
use crate::{
    catalog::ComponentName,
    digest::Digest,
    name::Name,
    train::{Part, Parts, Runs},
    version::Version,
};
use std::collections::BTreeMap;

/// What a supplier runs in an environment; none when it is not used there. `known`: what its components are believed to run there.
///
/// A version that nobody knows is `unknown`, which is no semantic version, so that no range admits it; the contracts of such a
/// component are known all the same.
pub fn runs(
    supplier: &Supplier,
    environment: &Name,
    known: &BTreeMap<Name, Sighting>,
) -> Option<Runs> {
    let all = supplier.components.iter();
    let here = all.filter(|it| it.environments.contains_key(environment));
    let parts: Parts = here
        .map(|it| {
            let name = ComponentName {
                product: supplier.name.clone(),
                component: it.name.clone(),
            };
            let (version, digest) = identity(&name, known.get(&it.name));
            let part = Part {
                version,
                digest,
                provides: it.provides.clone(),
                needs: Vec::new(),
            };
            (it.name.clone(), part)
        })
        .collect();
    (!parts.is_empty()).then_some(Runs::Known(parts))
}

/// What tells one thing that runs from another: nobody outside knows its digest, unless a tag named it.
fn identity(name: &ComponentName, seen: Option<&Sighting>) -> (Version, Digest) {
    let version = |text: &str| text.parse().expect("it is a version");
    match seen {
        Some(Sighting::Version(seen)) => {
            let digest = Digest::of(format!("{name} {seen}").as_bytes());
            (seen.clone(), digest)
        }
        Some(Sighting::Digest(digest)) => (version(&digest.hex()), *digest),
        None => (
            version("unknown"),
            Digest::of(format!("{name} unknown").as_bytes()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_used_runs_in_the_version_that_was_seen() {
        let supplier: Supplier = serde_json::from_value(json!({"name": "acme", "components": [
            {"name": "gateway", "provides": {"payments-api": "2.1.0"}, "environments": {"live": {}}},
            {"name": "image", "environments": {"live": {}}},
            {"name": "ledger", "environments": {"live": {}, "staging": {}}},
        ]}))
        .unwrap();
        let name = |text: &str| text.parse::<Name>().unwrap();
        let known = BTreeMap::from([
            (name("gateway"), Sighting::Version("2.4.1".parse().unwrap())),
            (name("image"), Sighting::Digest(Digest::of(b"image"))),
        ]);
        let Some(Runs::Known(parts)) = runs(&supplier, &name("live"), &known) else {
            panic!("it is used there");
        };
        let versions: Vec<_> = parts.values().map(|it| it.version.as_str()).collect();
        assert_eq!(versions, ["2.4.1", &Digest::of(b"image").hex(), "unknown"]);
        assert_eq!(parts[&name("gateway")].provides.len(), 1);
        assert_eq!(parts[&name("image")].digest, Digest::of(b"image"));
        assert_eq!(runs(&supplier, &name("moon"), &known), None);
    }
}
