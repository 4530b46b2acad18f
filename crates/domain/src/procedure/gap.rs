//! Who has read what they are bound by, and who has not.

use super::{Bound, ProcedureVersion};
use crate::{
    access::{Actor, Directory},
    name::Name,
};

/// How far somebody who is bound is with the version in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// They said that they have read it, or a version since which only little was corrected.
    Read(u32),
    /// They last read an older one.
    Older(u32),
    /// They never read it.
    Never,
}

impl Standing {
    /// By what somebody read last.
    pub const fn of(version: &ProcedureVersion, last: Option<u32>) -> Self {
        match last {
            Some(number) if version.is_met_by(number) => Self::Read(number),
            Some(number) => Self::Older(number),
            None => Self::Never,
        }
    }

    /// Whether they have to read it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Read(_) => false,
            Self::Older(_) | Self::Never => true,
        }
    }
}

/// Somebody who is bound, and how far they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub person: Name,
    /// How far.
    pub standing: Standing,
}

/// Everybody who is bound by a procedure, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gap {
    /// All of them.
    pub readers: Vec<Reader>,
}

impl Gap {
    /// Of everybody, by what each read last.
    pub fn of<'a>(
        (version, binds): (&ProcedureVersion, &[Bound]),
        (everybody, directory): (impl IntoIterator<Item = &'a Actor>, &Directory),
        last: impl Fn(&Name) -> Option<u32>,
    ) -> Self {
        let everybody = everybody.into_iter();
        let bound = everybody.filter(|it| binds.iter().any(|bound| bound.binds(it, directory)));
        let reader = |it: &Actor| Reader {
            person: it.name.clone(),
            standing: Standing::of(version, last(&it.name)),
        };
        let mut readers: Vec<Reader> = bound.map(reader).collect();
        readers.sort_by(|one, other| one.person.cmp(&other.person));
        Self { readers }
    }

    /// Those who have to read it.
    pub fn open(&self) -> impl Iterator<Item = &Reader> {
        self.readers.iter().filter(|it| it.standing.is_open())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::document::tests::procedure, super::version::tests::stamp, *};
    use crate::{
        access::{ActorKind, Level},
        id::PersonId,
        procedure::{Origin, Procedure},
    };
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn person(name: &str, level: Level) -> Actor {
        Actor {
            person: PersonId(Uuid::nil()),
            name: name.parse().unwrap(),
            kind: ActorKind::Person,
            level: Some(level),
            groups: std::collections::BTreeSet::new(),
            token: None,
        }
    }

    /// The last of so many versions; those of these numbers are minor.
    fn version(count: u32, minor: &[u32]) -> ProcedureVersion {
        let mut last = None;
        for number in 1..=count {
            let it = Procedure {
                minor: minor.contains(&number),
                change: format!("change {number}"),
                ..procedure(&format!("text {number}"))
            };
            last = ProcedureVersion::next(last.as_ref(), &it, stamp(Origin::File)).unwrap();
        }
        last.unwrap()
    }

    #[test]
    fn who_is_bound_and_has_not_read_what_is_in_force_is_the_gap() {
        let everybody = [
            person("dee", Level::Apply),
            person("ben", Level::Apply),
            person("cy", Level::Apply),
            person("eve", Level::Assist),
            person("ada", Level::Ensure),
        ];
        let read: BTreeMap<&str, u32> = [("ada", 3), ("ben", 2), ("dee", 1), ("eve", 1)].into();
        let binds = ["level:3".parse().unwrap()];
        let gap = Gap::of(
            (&version(3, &[3]), &binds),
            (&everybody, &Directory::default()),
            |name| read.get(name.as_str()).copied(),
        );
        let told: Vec<(&str, Standing)> = gap
            .readers
            .iter()
            .map(|it| (it.person.as_str(), it.standing))
            .collect();
        let expect = [
            ("ada", Standing::Read(3)),
            ("ben", Standing::Read(2)),
            ("cy", Standing::Never),
            ("dee", Standing::Older(1)),
        ];
        assert_eq!(
            told, expect,
            "who has read what a minor one corrected has read it"
        );
        let open: Vec<&str> = gap.open().map(|it| it.person.as_str()).collect();
        assert_eq!(open, ["cy", "dee"]);
    }

    proptest! {
        /// Everybody who is bound is in it once, and open is exactly who read nothing since the last version that asks.
        #[test]
        fn the_gap_is_who_read_nothing_since_the_last_version_that_asks(
            count in 1..6_u32,
            minor in proptest::collection::vec(2..6_u32, 0..4),
            read in proptest::collection::vec(proptest::option::of(1..6_u32), 1..6),
        ) {
            let version = version(count, &minor);
            let asks = (1..=count).rev().find(|it| *it == 1 || !minor.contains(it)).unwrap();
            let everybody: Vec<Actor> =
                (0..read.len()).map(|it| person(&format!("p{it}"), Level::Apply)).collect();
            let last = |name: &Name| {
                let place: usize = name.as_str()[1..].parse().unwrap();
                read[place].filter(|it| *it <= count)
            };
            let binds = ["level:2".parse().unwrap()];
            let gap = Gap::of((&version, &binds), (&everybody, &Directory::default()), last);
            prop_assert_eq!(gap.readers.len(), read.len());
            for reader in &gap.readers {
                let is_open = last(&reader.person).is_none_or(|it| it < asks);
                prop_assert_eq!(reader.standing.is_open(), is_open);
            }
        }
    }
}
