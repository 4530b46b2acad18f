//! Which versions of procedures something was made with.

use super::ProcedureVersion;
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The procedures that something names, each with the version that was in force when it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MadeWith(pub BTreeMap<Name, u32>);

/// A procedure of which something was made with a version that is not in force any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// Which procedure.
    pub procedure: Name,
    /// The version that it was made with.
    pub version: u32,
    /// The one in force.
    pub in_force: u32,
}

impl MadeWith {
    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The version of a procedure that it was made with, if it names it.
    pub fn version(&self, procedure: &Name) -> Option<u32> {
        self.0.get(procedure).copied()
    }

    /// Those that are not in force any more, by the version in force of each. What only little was corrected in since is.
    pub fn older(&self, in_force: &BTreeMap<Name, ProcedureVersion>) -> Vec<Older> {
        let older = |(procedure, version): (&Name, &u32)| {
            let now = in_force.get(procedure)?;
            (*version < now.asks).then(|| Older {
                procedure: procedure.clone(),
                version: *version,
                in_force: now.number,
            })
        };
        self.0.iter().filter_map(older).collect()
    }

    /// What differs from `before`, in words, of the procedures that both name.
    pub fn changes(&self, before: &Self) -> Vec<String> {
        let change = |(procedure, now): (&Name, &u32)| {
            let was = before.version(procedure).filter(|was| was != now)?;
            Some(format!(
                "procedure `{procedure}`: version {was} became version {now}"
            ))
        };
        self.0.iter().filter_map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::document::tests::procedure, super::version::tests::stamp, *};
    use crate::procedure::{Origin, Procedure};

    fn made(versions: &[(&str, u32)]) -> MadeWith {
        let of = versions
            .iter()
            .map(|(name, number)| (name.parse().unwrap(), *number));
        MadeWith(of.collect())
    }

    #[test]
    fn what_was_made_with_a_version_before_the_last_that_asks_is_older() {
        let mut last: Option<ProcedureVersion> = None;
        for (text, minor) in [("a", false), ("b", false), ("c", true)] {
            let it = Procedure {
                minor,
                change: text.to_owned(),
                ..procedure(text)
            };
            last = ProcedureVersion::next(last.as_ref(), &it, stamp(Origin::File)).unwrap();
        }
        let last = last.unwrap();
        let in_force: BTreeMap<Name, ProcedureVersion> = [(last.name.clone(), last)].into();
        let older = |version| made(&[("go-back", version), ("gone", 1)]).older(&in_force);
        let expect = Older {
            procedure: "go-back".parse().unwrap(),
            version: 1,
            in_force: 3,
        };
        assert_eq!(older(1), [expect]);
        assert_eq!((older(2), older(3)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_became_of_versions_is_told() {
        let now = made(&[("a", 2), ("b", 1), ("new", 1)]);
        let before = made(&[("a", 1), ("b", 1), ("gone", 4)]);
        assert_eq!(
            now.changes(&before),
            ["procedure `a`: version 1 became version 2"]
        );
    }
}
