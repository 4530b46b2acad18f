//! Who gives what, found by its name. A graph asks that tens of thousands of times.
//!
//! Things are in the order of a number that is made of their names, and beside them stands where each part of the numbers begins: a
//! search looks at a few neighbours, and at names only where the numbers are the same. Nothing is random about the number. Whoever
//! finds names with one number makes a search compare names, as it would without.

use crate::{catalog::Needed, name::Name};

/// Who gives what.
#[derive(Debug)]
pub(super) struct Index<'a> {
    givers: Vec<Giver<'a>>,
    /// Where in it those begin whose number begins with so many in its first bits; at the end, how many there are.
    begins: Vec<usize>,
    /// How many bits of a number are not the first.
    shift: u32,
}

/// Compared field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Giver<'a> {
    number: u64,
    thing: Thing<'a>,
    node: usize,
}

/// What can be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing<'a> {
    /// A contract.
    Contract(&'a Name),
    /// A component itself, with whoever has it.
    Component(&'a Name, &'a Name),
}

impl<'a> Index<'a> {
    /// Of things, each with the number of the node that gives it.
    pub(super) fn of(given: impl Iterator<Item = (Thing<'a>, usize)>) -> Self {
        let giver = |(thing, node): (Thing<'a>, usize)| Giver {
            number: thing.number(),
            thing,
            node,
        };
        let mut givers: Vec<Giver<'a>> = given.map(giver).collect();
        givers.sort_unstable();
        // Between one and two of them begin alike.
        let bits = givers.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let begins = (0..=1_u64 << bits).scan(0, |at, first| {
            let before = givers[*at..].iter();
            *at += before.take_while(|it| it.number >> shift < first).count();
            Some(*at)
        });
        Self {
            begins: begins.collect(),
            givers,
            shift,
        }
    }

    /// The nodes that give something, in their order.
    pub(super) fn find<'b>(&'b self, thing: Thing<'b>) -> impl Iterator<Item = usize> + 'b {
        let number = thing.number();
        let first =
            usize::try_from(number >> self.shift).expect("it has at most as many bits as a length");
        let alike = &self.givers[self.begins[first]..self.begins[first + 1]];
        let begin = alike.partition_point(|it| (it.number, it.thing) < (number, thing));
        let all = alike[begin..].iter();
        all.take_while(move |it| it.thing == thing)
            .map(|it| it.node)
    }
}

impl Thing<'_> {
    /// FNV-1a of 64 bits, multiplied so that its first bits are as different as its last ones.
    fn number(self) -> u64 {
        let add = |number: u64, name: &Name| {
            name.as_str().bytes().fold(number, |number, byte| {
                (number ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
            })
        };
        let begin = 0xcbf2_9ce4_8422_2325;
        let number = match self {
            Self::Contract(name) => add(begin, name),
            Self::Component(owner, name) => add(add(begin, owner), name),
        };
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl<'a> From<&'a Needed> for Thing<'a> {
    fn from(needed: &'a Needed) -> Self {
        match needed {
            Needed::Contract(name) => Self::Contract(name),
            Needed::Component(name) => Self::Component(&name.product, &name.component),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A slow reader finds the same.
        #[test]
        fn all_that_give_a_thing_are_found(given in prop::collection::vec(("[ab]{1,2}", prop::option::of("[ab]{1,2}")), 0..30)) {
            let name = |text: &String| text.parse::<Name>().unwrap();
            let names: Vec<_> = given.iter().map(|(one, other)| (name(one), other.as_ref().map(name))).collect();
            let things: Vec<_> = names.iter().map(|(one, other)| match other {
                None => Thing::Contract(one),
                Some(other) => Thing::Component(one, other),
            }).collect();
            let index = Index::of(things.iter().copied().zip(0..));
            for thing in &things {
                let expect = things.iter().zip(0..).filter(|(it, _)| *it == thing).map(|(_, node)| node);
                prop_assert_eq!(index.find(*thing).collect::<Vec<_>>(), expect.collect::<Vec<_>>());
            }
        }
    }
}
