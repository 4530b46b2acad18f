//! What an impact comes to for a product in an environment.

use super::{Harm, Impact, Touched};
use crate::name::Name;
use std::collections::{BTreeMap, btree_map::Entry};

/// A product that is touched in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Affected<'a> {
    /// Which.
    pub product: &'a Name,
    /// Where.
    pub environment: &'a Name,
    /// How badly its worst component is touched.
    pub harm: Harm,
    /// That component; the nearest one of several.
    pub worst: Touched<'a>,
    /// How many of its components are touched.
    pub components: usize,
}

impl<'a> Impact<'a> {
    /// The products that are touched in each environment, the worst first.
    pub fn products(&self) -> Vec<Affected<'a>> {
        let mut places: BTreeMap<(usize, &Name), usize> = BTreeMap::new();
        let mut all: Vec<Affected<'a>> = Vec::new();
        for touched in &self.touched {
            let Touched {
                environment,
                product,
                harm,
                graph,
                ..
            } = *touched;
            match places.entry((graph, product)) {
                Entry::Occupied(place) => all[*place.get()].components += 1,
                Entry::Vacant(place) => {
                    place.insert(all.len());
                    all.push(Affected {
                        product,
                        environment,
                        harm,
                        worst: *touched,
                        components: 1,
                    });
                }
            }
        }
        all
    }

    /// What it comes to for one product in one environment; none when that is not touched.
    pub fn product(&self, product: &Name, environment: &Name) -> Option<Affected<'a>> {
        let all = self.products().into_iter();
        let is_it = |it: &Affected<'a>| it.product == product && it.environment == environment;
        all.into_iter().find(is_it)
    }
}
