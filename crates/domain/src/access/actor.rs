//! Whoever asks, and what the token in their hand is good for.

use super::{Action, Level};
use crate::{id::PersonId, id::TokenId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Whoever asks, as the server knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person, or the service account.
    pub person: PersonId,
    /// Their name, for records.
    pub name: Name,
    /// Whether a human being or a program.
    pub kind: ActorKind,
    /// Their level in the whole organisation; none where only their teams give them one.
    pub level: Option<Level>,
    /// The groups that identity providers named when they signed in.
    pub groups: BTreeSet<String>,
    /// The token used, if any.
    pub token: Option<UsedToken>,
}

/// A human being or a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A human being.
    Person,
    /// A program.
    Service,
}

/// A token in somebody's hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedToken {
    /// Which.
    pub id: TokenId,
    /// The most it may do, whatever its holder may.
    pub level: Level,
    /// What it is good for.
    pub scope: Scope,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What a token is good for; an empty one is good for whatever its holder may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The only product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Name>,
    /// The only component of that product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Name>,
    /// The only actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<BTreeSet<Action>>,
}

impl Scope {
    /// Whether it narrows nothing.
    pub const fn is_whole(&self) -> bool {
        self.product.is_none() && self.component.is_none() && self.actions.is_none()
    }

    /// Whether everything that is good for `inner` is good for this one, too.
    pub fn contains(&self, inner: &Self) -> bool {
        let product = self.product.is_none() || self.product == inner.product;
        let component = self.component.is_none() || self.component == inner.component;
        let actions = match (&self.actions, &inner.actions) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(outer), Some(inner)) => inner.is_subset(outer),
        };
        product && component && actions
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.product, &self.component) {
            (Some(product), Some(component)) => write!(f, "{product}/{component}")?,
            (Some(product), None) => write!(f, "{product}")?,
            (None, _) => f.write_str("every product")?,
        }
        if let Some(actions) = &self.actions {
            let words: Vec<&str> = actions.iter().map(|action| action.word()).collect();
            write!(f, ", {} only", words.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_contains_what_is_narrower() {
        let scope = |product: &str, component: &str, actions: Option<&[Action]>| Scope {
            product: product.parse().ok(),
            component: component.parse().ok(),
            actions: actions.map(|actions| actions.iter().copied().collect()),
        };
        let check = |outer: &Scope, inner: &Scope, expect: bool| {
            assert_eq!(outer.contains(inner), expect, "{outer} contains {inner}");
        };
        let (whole, shop) = (scope("", "", None), scope("shop", "", None));
        let web = scope("shop", "web", None);
        let push = scope("shop", "web", Some(&[Action::Push, Action::Pull]));
        let pull = scope("shop", "web", Some(&[Action::Pull]));
        for inner in [&whole, &shop, &web, &push] {
            check(&whole, inner, true);
        }
        check(&shop, &whole, false);
        check(&shop, &web, true);
        check(&web, &shop, false);
        check(&web, &push, true);
        check(&push, &web, false);
        check(&push, &pull, true);
        check(&pull, &push, false);
        check(&shop, &scope("bank", "", None), false);
    }
}
