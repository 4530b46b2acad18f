//! Through whom something is touched.

use crate::{
    catalog::{Need, Needed},
    name::Name,
};
use std::fmt;

/// From a component of ours to the supplier's, need by need. Written `shop/web needs payments-api of acme/gateway`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'a>(pub Vec<Step<'a>>);

/// Who needs what of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// The product and its component.
    pub component: (&'a Name, &'a Name),
    /// What it needs.
    pub need: &'a Need,
    /// The product or supplier, and its component, that gives it.
    pub giver: (&'a Name, &'a Name),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match place {
                0 => write!(f, "{}/{}", step.component.0, step.component.1)?,
                _ => f.write_str(", which")?,
            }
            let (owner, name) = step.giver;
            match &step.need.of {
                Needed::Contract(contract) => write!(f, " needs {contract} of {owner}/{name}")?,
                Needed::Component(_) => write!(f, " needs {owner}/{name}")?,
            }
        }
        Ok(())
    }
}
