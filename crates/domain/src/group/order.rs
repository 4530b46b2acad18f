//! The order of a group run's members: whom they depend on comes first.

use crate::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Why members have no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Nothing to do.
    #[error("a group run has at least two members")]
    TooFew,
    /// Two of one place.
    #[error("{product} in {environment} is named twice")]
    Twice {
        /// The product.
        product: Name,
        /// Where.
        environment: Name,
    },
    /// A dependency that is no member.
    #[error("{member} comes after `{after}`, which is none of the products")]
    Unknown {
        /// Whose.
        member: Name,
        /// The dependency.
        after: Name,
    },
    /// A circle.
    #[error("these depend on each other in a circle: {}", names(.0))]
    Circle(Vec<Name>),
}

/// A member as it is asked for: product, environment, and the products that it comes after.
pub type Asked = (Name, Name, Vec<Name>);

/// The places of the members in the order in which they may change, with the places of those they come after, counted in that
/// order. Where nothing else decides, the order is the one they were given in.
///
/// # Errors
/// When there are too few, one is named twice, a dependency is no member, or they depend on each other in a circle.
pub fn in_order(asked: &[Asked]) -> Result<Vec<(usize, Vec<u32>)>, OrderError> {
    if asked.len() < 2 {
        return Err(OrderError::TooFew);
    }
    let mut seen = BTreeSet::new();
    if let Some((product, environment, _)) = asked.iter().find(|(p, e, _)| !seen.insert((p, e))) {
        return Err(OrderError::Twice {
            product: product.clone(),
            environment: environment.clone(),
        });
    }
    let wanted = asked.iter().map(|member| needs(member, asked));
    let needs: Vec<BTreeSet<usize>> = wanted.collect::<Result<_, _>>()?;
    let mut ordered: Vec<usize> = Vec::with_capacity(asked.len());
    while ordered.len() < asked.len() {
        let next = (0..asked.len()).find(|place| {
            !ordered.contains(place) && needs[*place].iter().all(|need| ordered.contains(need))
        });
        let Some(next) = next else {
            let left = (0..asked.len()).filter(|place| !ordered.contains(place));
            return Err(OrderError::Circle(
                left.map(|place| asked[place].0.clone()).collect(),
            ));
        };
        ordered.push(next);
    }
    let new: BTreeMap<usize, u32> = ordered.iter().copied().zip(0..).collect();
    let after = |place: &usize| {
        needs[*place]
            .iter()
            .filter_map(|need| new.get(need))
            .copied()
    };
    Ok(ordered
        .iter()
        .map(|place| (*place, after(place).collect()))
        .collect())
}

/// The places of those that one comes after: in its own environment where they are there, else wherever they are.
fn needs(
    (product, environment, after): &Asked,
    asked: &[Asked],
) -> Result<BTreeSet<usize>, OrderError> {
    let mut places = BTreeSet::new();
    for name in after {
        let of = |(_, (p, _, _)): &(usize, &Asked)| p == name;
        let all: Vec<(usize, &Asked)> = asked.iter().enumerate().filter(of).collect();
        if all.is_empty() {
            return Err(OrderError::Unknown {
                member: product.clone(),
                after: name.clone(),
            });
        }
        let here = all.iter().filter(|(_, (_, e, _))| e == environment);
        let here: Vec<usize> = here.map(|(place, _)| *place).collect();
        places.extend(match here.is_empty() {
            false => here,
            true => all.into_iter().map(|(place, _)| place).collect(),
        });
    }
    Ok(places)
}

fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Vec<Asked> {
        let name = |text: &str| text.parse::<Name>().unwrap();
        let member = |word: &str| {
            let (what, after) = word.split_once('<').unwrap_or((word, ""));
            let (product, place) = what.split_once('@').unwrap_or((what, "live"));
            let after = after.split(',').filter(|it| !it.is_empty());
            (name(product), name(place), after.map(name).collect())
        };
        text.split(' ').map(member).collect()
    }

    fn ordered(text: &str) -> String {
        let asked = asked(text);
        match in_order(&asked) {
            Ok(order) => {
                let member = |(place, after): &(usize, Vec<u32>)| {
                    let (product, environment, _) = &asked[*place];
                    format!("{product}@{environment}{after:?}")
                };
                order.iter().map(member).collect::<Vec<_>>().join(" ")
            }
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn whom_they_depend_on_comes_first() {
        for (given, expect) in [
            ("a b", "a@live[] b@live[]"),
            ("web<db db", "db@live[] web@live[0]"),
            ("c<b b<a a", "a@live[] b@live[0] c@live[1]"),
            (
                "d<b,c b<a c<a a",
                "a@live[] b@live[0] c@live[0] d@live[1, 2]",
            ),
            (
                "web@eu<db web@us<db db@eu db@us",
                "db@eu[] web@eu[0] db@us[] web@us[2]",
            ),
            ("web@eu<db web@us<db db@all", "db@all[] web@eu[0] web@us[0]"),
        ] {
            assert_eq!(ordered(given), expect);
        }
    }

    #[test]
    fn what_has_no_order_says_why() {
        for (given, expect) in [
            ("a", "a group run has at least two members"),
            ("a b a", "a in live is named twice"),
            ("a b<c", "b comes after `c`, which is none of the products"),
            ("a<b b<a c", "these depend on each other in a circle: a, b"),
            ("a<a b", "these depend on each other in a circle: a"),
        ] {
            assert_eq!(ordered(given), expect);
        }
    }
}
