//! The promotion path: the environments a release passes, in order.

use super::{Environment, Product};
use crate::name::Name;
use std::collections::BTreeMap;

/// Why a product has no usable promotion path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// A named environment is not declared.
    #[error("environment `{0}` is not declared")]
    Unknown(Name),
    /// Environments come after each other in a circle.
    #[error("environment `{0}` comes after itself")]
    Cycle(Name),
    /// An environment is named twice.
    #[error("environment `{0}` is named twice in the path")]
    Twice(Name),
}

/// The environments of `product` in promotion order: its own `path`, or every environment in the order of `after`
/// (those without one first; ties by name).
///
/// # Errors
/// When an environment is unknown, named twice, or comes after itself.
pub fn of(
    product: &Product,
    environments: &BTreeMap<Name, Environment>,
) -> Result<Vec<Name>, PathError> {
    let Some(path) = &product.path else {
        return in_order(environments);
    };
    for (i, name) in path.iter().enumerate() {
        if !environments.contains_key(name) {
            return Err(PathError::Unknown(name.clone()));
        }
        if path[..i].contains(name) {
            return Err(PathError::Twice(name.clone()));
        }
    }
    Ok(path.clone())
}

/// Every environment, each behind the one it comes after.
///
/// # Errors
/// When one is unknown or comes after itself.
pub fn in_order(environments: &BTreeMap<Name, Environment>) -> Result<Vec<Name>, PathError> {
    let mut ranked = environments
        .keys()
        .map(|name| Ok((depth(name, environments)?, name.clone())))
        .collect::<Result<Vec<_>, PathError>>()?;
    ranked.sort();
    Ok(ranked.into_iter().map(|(_, name)| name).collect())
}

/// The environment that a release must have reached before `environment`, on the path of `product`.
///
/// # Errors
/// As [`of`]; also when the environment is not on the path.
pub fn before(
    environment: &Name,
    product: &Product,
    environments: &BTreeMap<Name, Environment>,
) -> Result<Option<Name>, PathError> {
    let path = of(product, environments)?;
    let at = path
        .iter()
        .position(|name| name == environment)
        .ok_or_else(|| PathError::Unknown(environment.clone()))?;
    if product.path.is_some() {
        return Ok(at.checked_sub(1).map(|i| path[i].clone()));
    }
    Ok(environments.get(environment).and_then(|e| e.after.clone()))
}

fn depth(name: &Name, environments: &BTreeMap<Name, Environment>) -> Result<usize, PathError> {
    let mut at = name;
    for steps in 0..=environments.len() {
        let environment = environments
            .get(at)
            .ok_or_else(|| PathError::Unknown(at.clone()))?;
        match &environment.after {
            None => return Ok(steps),
            Some(after) => at = after,
        }
    }
    Err(PathError::Cycle(name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environments(pairs: &[(&str, Option<&str>)]) -> BTreeMap<Name, Environment> {
        pairs
            .iter()
            .map(|(name, after)| {
                let name: Name = name.parse().unwrap();
                let after = after.map(|a| a.parse().unwrap());
                let environment = Environment {
                    approvals: Vec::new(),
                    change_request: false,
                    name: name.clone(),
                    title: String::new(),
                    after,
                    vars: BTreeMap::new(),
                    strategy: None,
                };
                (name, environment)
            })
            .collect()
    }

    fn check(pairs: &[(&str, Option<&str>)], expect: Result<&[&str], PathError>) {
        let order = in_order(&environments(pairs));
        let expect = expect.map(|names| {
            names
                .iter()
                .map(|n| n.parse().unwrap())
                .collect::<Vec<Name>>()
        });
        assert_eq!(order, expect);
    }

    #[test]
    fn environments_follow_what_they_come_after() {
        check(
            &[
                ("live", Some("staging")),
                ("staging", Some("testing")),
                ("testing", None),
            ],
            Ok(&["testing", "staging", "live"]),
        );
        check(&[("b", None), ("a", None)], Ok(&["a", "b"]));
    }

    #[test]
    fn circles_and_strangers_are_named() {
        let name = |n: &str| n.parse::<Name>().unwrap();
        check(
            &[("a", Some("b")), ("b", Some("a"))],
            Err(PathError::Cycle(name("a"))),
        );
        check(&[("a", Some("x"))], Err(PathError::Unknown(name("x"))));
    }
}
