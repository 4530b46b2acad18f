//! Who needs what of whom in one environment.

use super::{Breach, Cause, Harm};
use crate::{
    catalog::{ComponentName, Need, Needed, Provides},
    name::Name,
    range::{Misfit, Range},
    supplier::{ChangeKind, Supplier},
    train::{Part, Place, Runs},
};
use std::collections::{BTreeMap, BTreeSet};

/// Who needs what of whom in one environment, as it runs there now.
#[derive(Debug)]
pub struct Graph<'a> {
    /// Where.
    pub environment: &'a Name,
    /// Products of which nobody can say what they run, and why.
    pub unknown: Vec<(&'a Name, &'a str)>,
    /// In the order of their names.
    pub(super) nodes: Vec<Node<'a>>,
    /// By the number of a node: who needs something of it, and what.
    dependents: Vec<Vec<(usize, &'a Need)>>,
    providers: BTreeMap<&'a Name, Vec<usize>>,
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
        let mut providers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (number, node) in nodes.iter().enumerate() {
            for contract in node.provides.keys() {
                providers.entry(contract).or_default().push(number);
            }
        }
        let mut graph = Self {
            environment,
            unknown,
            dependents: vec![Vec::new(); nodes.len()],
            nodes,
            providers,
        };
        for number in 0..graph.nodes.len() {
            let needs = graph.nodes[number].part.map_or(&[][..], |part| &part.needs);
            for need in needs {
                for giver in graph.givers(&need.of) {
                    graph.dependents[giver].push((number, need));
                }
            }
        }
        graph
    }

    /// Who needs something of a node.
    pub(super) fn dependents(&self, node: usize) -> &[(usize, &'a Need)] {
        &self.dependents[node]
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

    /// The components that give what is needed.
    pub(super) fn givers(&self, needed: &Needed) -> Vec<usize> {
        match needed {
            Needed::Contract(contract) => self.providers.get(contract).cloned().unwrap_or_default(),
            Needed::Component(name) => self.number(name).into_iter().collect(),
        }
    }

    fn number(&self, name: &ComponentName) -> Option<usize> {
        let key = (&name.product, &name.component);
        self.nodes
            .binary_search_by_key(&key, |it| (it.owner, it.name))
            .ok()
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
        let givers = self.givers(&need.of).into_iter();
        let mut others = givers.filter(|it| concerned.binary_search(it).is_err());
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
fn serves(provides: &Provides, contract: &Name, range: &Range) -> Result<(), Option<Misfit>> {
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
