//! Whether what is declared names only what exists, now or by the same files.

use super::{super::Error, parse::Located};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Document, Environment, Kind, NamedStrategy, Product, Target, path},
    name::Name,
};
use tidegate_store::Tx;

/// # Errors
/// The first reference to something that is not declared, at the document that makes it.
pub(super) async fn check(tx: &mut Tx, documents: &[(Document, &Located)]) -> Result<(), Error> {
    let environments = environments(tx, documents).await?;
    let targets = keys(tx, documents, Kind::Target, |target: Target| {
        Document::Target(target)
    })
    .await?;
    let strategies = keys(tx, documents, Kind::Strategy, |strategy: NamedStrategy| {
        Document::Strategy(Box::new(strategy))
    })
    .await?;
    for (document, at) in documents {
        let fault = match document {
            Document::Organisation(_) | Document::Team(_) | Document::Programme(_) => None,
            Document::Strategy(strategy) => strategy.strategy().err().map(|why| why.to_string()),
            Document::Environment(environment) => circle(environment, &environments)
                .or_else(|| undeclared(environment.strategy.as_ref(), &strategies)),
            Document::Target(target) => unknown(&target.environment, &environments),
            Document::Ring(ring) => unknown(&ring.environment, &environments).or_else(|| {
                let missing = ring
                    .targets
                    .iter()
                    .find(|name| !targets.contains(&format!("{}/{name}", ring.environment)));
                missing.map(|name| {
                    format!(
                        "target `{name}` is not declared in environment `{}`",
                        ring.environment
                    )
                })
            }),
            Document::Product(product) => product_fault(product, &environments).or_else(|| {
                let mut named = product.environments.values().map(|e| e.strategy.as_ref());
                named.find_map(|name| undeclared(name, &strategies))
            }),
        };
        if let Some(fault) = fault {
            return Err(at.error(fault));
        }
    }
    Ok(())
}

async fn environments(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<BTreeMap<Name, Environment>, Error> {
    let mut all = tx.environments().await?;
    for (document, _) in documents {
        if let Document::Environment(environment) = document {
            all.insert(environment.name.clone(), environment.clone());
        }
    }
    Ok(all)
}

/// The keys of everything of a kind that is declared, now or by these files.
async fn keys<D: DeserializeOwned>(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
    kind: Kind,
    document: impl Fn(D) -> Document,
) -> Result<BTreeSet<String>, Error> {
    let known: Vec<D> = tx.documents(kind).await?;
    let known = known.into_iter().map(|d| document(d).key());
    let new = documents.iter().filter(|(d, _)| d.kind() == kind);
    Ok(known.chain(new.map(|(d, _)| d.key())).collect())
}

fn undeclared(strategy: Option<&Name>, strategies: &BTreeSet<String>) -> Option<String> {
    let name = strategy.filter(|name| !strategies.contains(name.as_str()))?;
    Some(format!("strategy `{name}` is not declared"))
}

fn unknown(name: &Name, environments: &BTreeMap<Name, Environment>) -> Option<String> {
    (!environments.contains_key(name)).then(|| format!("environment `{name}` is not declared"))
}

fn circle(environment: &Environment, environments: &BTreeMap<Name, Environment>) -> Option<String> {
    let after = environment.after.as_ref()?;
    unknown(after, environments).or_else(|| {
        path::in_order(environments)
            .err()
            .map(|why| why.to_string())
    })
}

fn product_fault(product: &Product, environments: &BTreeMap<Name, Environment>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let twice = product.components.iter().find(|c| !seen.insert(&c.name));
    if let Some(component) = twice {
        return Some(format!("component `{}` is declared twice", component.name));
    }
    let bare = product.components.iter().find(|c| c.service.is_none());
    if let Some(component) = bare {
        return Some(format!(
            "component `{}` has driver `service` and no settings under `service`",
            component.name
        ));
    }
    let stranger = product
        .environments
        .keys()
        .find(|name| !environments.contains_key(*name));
    let stranger = stranger.and_then(|name| unknown(name, environments));
    stranger.or_else(|| {
        path::of(product, environments)
            .err()
            .map(|why| why.to_string())
    })
}
