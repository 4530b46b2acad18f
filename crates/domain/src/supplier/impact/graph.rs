//! Who needs what of whom in one environment.

use super::{
    Breach, Cause, Harm,
    index::{Index, Thing},
};
use crate::{
    catalog::{Need, Needed, Provides},
    name::Name,
    range::{self, Misfit},
    supplier::{ChangeKind, Supplier},
    train::{Part, Place, Runs},
};
use std::{collections::BTreeSet, ops::Range};

/// Who needs what of whom in one environment, as it runs there now.
#[derive(Debug)]
pub struct Graph<'a> {
    /// Where.
    pub environment: &'a Name,
    /// Products of which nobody can say what they run, and why.
    pub unknown: Vec<(&'a Name, &'a str)>,
    /// In the order of their names.
    pub(super) nodes: Vec<Node<'a>>,
    index: Index<'a>,
    /// In the order of their givers.
    edges: Vec<Edge<'a>>,
    /// By the number of a node: where the edges begin that it is the giver of; at the end, how many there are.
    begins: Vec<usize>,
}

/// A component, ours or a supplier's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    /// The product, or the supplier.
    pub(super) owner: &'a Name,
    pub(super) name: &'a Name,
    provides: &'a Provides,
    /// Of our own: what runs.
    part: Option<&'a Part>,
}

/// Somebody needs something of somebody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge<'a> {
    /// The number of the node that gives it.
    pub(super) giver: usize,
    /// The number of the node that needs it.
    pub(super) dependent: usize,
    pub(super) need: &'a Need,
}

impl<'a> Graph<'a> {
    /// Who needs what of whom, where these products run and these suppliers are used.
    pub fn of(environment: &'a Name, place: &'a Place, suppliers: &'a [Supplier]) -> Self {
        let (mut nodes, mut unknown) = (Vec::new(), Vec::new());
        // Among what runs, suppliers may stand for those who look for what meets a need; here they count as declared.
        let others: BTreeSet<&Name> = suppliers.iter().map(|it| &it.name).collect();
        for (owner, runs) in place
            .runs
            .iter()
            .filter(|(owner, _)| !others.contains(owner))
        {
            match runs {
                Runs::Known(parts) => nodes.extend(parts.iter().map(|(name, part)| Node {
                    owner,
                    name,
                    provides: &part.provides,
                    part: Some(part),
                })),
                Runs::Unknown(why) => unknown.push((owner, why.as_str())),
            }
        }
        for supplier in suppliers {
            let all = supplier.components.iter();
            let here = all.filter(|it| it.environments.contains_key(environment));
            nodes.extend(here.map(|it| Node {
                owner: &supplier.name,
                name: &it.name,
                provides: &it.provides,
                part: None,
            }));
        }
        nodes.sort_by_key(|it| (it.owner, it.name));
        Self::joined(environment, nodes, unknown)
    }

    fn joined(
        environment: &'a Name,
        nodes: Vec<Node<'a>>,
        unknown: Vec<(&'a Name, &'a str)>,
    ) -> Self {
        let index = Index::of(nodes.iter().enumerate().flat_map(|(number, node)| {
            let contracts = node.provides.keys().map(Thing::Contract);
            let all = contracts.chain([Thing::Component(node.owner, node.name)]);
            all.map(move |thing| (thing, number))
        }));
        let mut edges = Vec::new();
        for (dependent, node) in nodes.iter().enumerate() {
            let needs = node.part.map_or(&[][..], |part| &part.needs);
            for need in needs {
                edges.extend(index.find(Thing::from(&need.of)).map(|giver| Edge {
                    giver,
                    dependent,
                    need,
                }));
            }
        }
        edges.sort_by_key(|it| it.giver);
        let begins = (0..=nodes.len()).scan(0, |at, giver| {
            *at += edges[*at..]
                .iter()
                .take_while(|it| it.giver < giver)
                .count();
            Some(*at)
        });
        Self {
            environment,
            unknown,
            begins: begins.collect(),
            nodes,
            index,
            edges,
        }
    }

    /// The edges that lead from a node to those who need something of it, by their numbers.
    pub(super) fn dependents(&self, node: usize) -> Range<usize> {
        self.begins[node]..self.begins[node + 1]
    }

    /// The edge with a number.
    pub(super) fn edge(&self, number: usize) -> Edge<'a> {
        self.edges[number]
    }

    /// The components that a cause concerns.
    pub(super) fn concerned(&self, cause: &Cause<'_>) -> Vec<usize> {
        let all = self.nodes.iter().enumerate();
        let is_concerned = |node: &Node<'_>| {
            node.part.is_none()
                && node.owner == cause.supplier
                && cause.concerns(node.name, self.environment)
        };
        all.filter(|(_, node)| is_concerned(node))
            .map(|(number, _)| number)
            .collect()
    }

    /// The components that give what is needed, in their order.
    pub(super) fn givers<'b>(&'b self, needed: &'b Needed) -> impl Iterator<Item = usize> + 'b {
        self.index.find(Thing::from(needed))
    }

    /// How badly somebody is touched who needs something of a component that a cause concerns.
    pub(super) fn judge(&self, need: &Need, cause: &Cause<'_>, concerned: &[usize]) -> Harm {
        let bare = match (cause.kind, &need.of) {
            (ChangeKind::EndOfLife, _) => gone(need),
            (ChangeKind::Maintenance, _) if need.optional => Harm::DoesWithout,
            (ChangeKind::Maintenance, _) => Harm::Interrupted,
            (ChangeKind::Change, Needed::Component(_)) => {
                let judged = cause.version.map(|it| need.versions.admits_tag(it));
                judged.map_or(Harm::NotKnown, |it| {
                    it.map_or_else(Harm::of, |()| Harm::Fits)
                })
            }
            (ChangeKind::Change, Needed::Contract(contract)) => cause
                .provides
                .map_or(Harm::NotKnown, |it| provided(need, contract, it)),
        };
        match bare > Harm::Fits && self.has_another(need, concerned) {
            true => Harm::Fits,
            false => bare,
        }
    }

    /// Whether somebody whom the cause does not concern gives what is needed, too.
    fn has_another(&self, need: &Need, concerned: &[usize]) -> bool {
        let Needed::Contract(contract) = &need.of else {
            return false;
        };
        let mut others = self
            .givers(&need.of)
            .filter(|it| concerned.binary_search(it).is_err());
        others.any(|it| serves(self.nodes[it].provides, contract, &need.versions).is_ok())
    }
}

fn provided(need: &Need, contract: &Name, provides: &Provides) -> Harm {
    match serves(provides, contract, &need.versions) {
        Ok(()) => Harm::Fits,
        Err(Some(misfit)) => Harm::of(misfit),
        Err(None) => gone(need),
    }
}

const fn gone(need: &Need) -> Harm {
    match need.optional {
        true => Harm::DoesWithout,
        false => Harm::Breaks(Breach::Gone),
    }
}

/// Whether one of the versions of a contract serves; or else what is nearest to it, if there is any.
fn serves(
    provides: &Provides,
    contract: &Name,
    range: &range::Range,
) -> Result<(), Option<Misfit>> {
    let versions = provides.get(contract).ok_or(None)?;
    let mut misfits = Vec::new();
    for version in versions.iter() {
        match range.admits(version) {
            Ok(()) => return Ok(()),
            Err(misfit) => misfits.push(misfit),
        }
    }
    Err(misfits.into_iter().min())
}
