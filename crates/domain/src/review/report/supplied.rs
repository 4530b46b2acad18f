//! What suppliers did in the time of a release: those that its product needs, and those that reach it through other products.

use super::super::Past;
use crate::{
    catalog::Product,
    digest::Digest,
    name::Name,
    supplier::{Cause, Graph, Harm, Impact, Notice, Observation, Supplier, notice::Match},
    train::{Part, Parts, Place, Runs},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a supplier did in its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub supplier: Name,
    /// In a line.
    pub told: String,
    /// Whether nobody had announced it.
    pub surprise: bool,
    /// How it reaches the product through others; none where the product needs the supplier itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// What a supplier did that reaches the product through others.
#[derive(Debug, Clone)]
pub struct Further {
    /// What it did.
    pub did: Did,
    /// How it reaches the product.
    pub through: String,
}

/// What a supplier does.
#[derive(Debug, Clone)]
pub enum Did {
    /// It announced a change.
    Announced(Box<Notice>),
    /// It was seen to have changed something.
    Changed(Box<Observation>),
}

/// Who is declared to need what, as far as it decides whether a supplier reaches a product.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// The product.
    pub product: &'a Name,
    /// The environments of its path.
    pub environments: &'a [Name],
    /// All products.
    pub products: &'a [Product],
    /// All suppliers.
    pub suppliers: &'a [Supplier],
}

impl Declared<'_> {
    /// Of what suppliers did, that which reaches the product through others, with how. It names no other product: whoever reads it
    /// may not see it.
    pub fn further(&self, all: Vec<Did>) -> Vec<Further> {
        let place = self.place();
        let graphs: Vec<Graph<'_>> = self
            .environments
            .iter()
            .map(|it| Graph::of(it, &place, self.suppliers))
            .collect();
        let further = all.into_iter().filter_map(|did| {
            let through = self.through(&graphs, &did)?;
            Some(Further { did, through })
        });
        further.collect()
    }

    fn through(&self, graphs: &[Graph<'_>], did: &Did) -> Option<String> {
        let mut suppliers = self.suppliers.iter();
        let supplier = suppliers.find(|it| it.name == *did.supplier())?;
        let cause = match did {
            Did::Announced(notice) => Cause::announced(supplier, &notice.current().announcement),
            Did::Changed(observation) => Cause::observed(&observation.deployed),
        };
        let impact = Impact::of(graphs, &cause);
        let own = impact.touched.iter();
        let mut own = own.filter(|it| it.product == self.product);
        let worst = own.next().filter(|it| it.harm > Harm::Fits)?;
        let path = impact.path(worst);
        let (first, last) = (path.0.first()?, path.0.last()?);
        let (_, component) = first.component;
        let (owner, giver) = last.giver;
        Some(format!(
            "{component} needs {}, which needs {owner}/{giver} in the end: {}",
            first.need.of, worst.harm
        ))
    }

    /// Every product as it is declared: what a release needs is asked, not what happens to run.
    fn place(&self) -> Place {
        let runs = self.products.iter().map(|product| {
            let parts: Parts = product
                .components
                .iter()
                .map(|it| {
                    let part = Part {
                        version: "declared".parse().expect("it is a version"),
                        digest: Digest::of(format!("{}/{}", product.name, it.name).as_bytes()),
                        provides: it.provides.clone(),
                        needs: it.needs.clone(),
                    };
                    (it.name.clone(), part)
                })
                .collect();
            (product.name.clone(), Runs::Known(parts))
        });
        Place {
            runs: runs.collect(),
            past: Vec::new(),
        }
    }
}

impl Did {
    /// Who did it.
    fn supplier(&self) -> &Name {
        match self {
            Self::Announced(notice) => &notice.supplier,
            Self::Changed(observation) => &observation.deployed.supplier,
        }
    }
}

impl Further {
    fn event(&self) -> SupplierEvent {
        let event = match &self.did {
            Did::Announced(notice) => announced(notice),
            Did::Changed(observation) => changed(observation),
        };
        SupplierEvent {
            through: Some(self.through.clone()),
            ..event
        }
    }
}

/// Everything that suppliers did, the oldest first.
pub(super) fn suppliers(past: &Past) -> Vec<SupplierEvent> {
    let notices = past.notices.iter().map(announced);
    let seen = past.observations.iter().map(changed);
    let further = past.further.iter().map(Further::event);
    let mut all: Vec<SupplierEvent> = notices.chain(seen).chain(further).collect();
    all.sort_by_key(|it| it.at);
    all
}

fn announced(notice: &Notice) -> SupplierEvent {
    let first = notice.original();
    SupplierEvent {
        at: first.at,
        supplier: notice.supplier.clone(),
        told: format!("announced: {}", first.announcement.title),
        surprise: false,
        through: None,
    }
}

fn changed(observation: &Observation) -> SupplierEvent {
    let deployed = &observation.deployed;
    SupplierEvent {
        at: deployed.change.by,
        supplier: deployed.supplier.clone(),
        told: format!(
            "{} in {}: {}",
            deployed.component, deployed.environment, observation.matched
        ),
        surprise: matches!(observation.matched, Match::Surprise),
        through: None,
    }
}
