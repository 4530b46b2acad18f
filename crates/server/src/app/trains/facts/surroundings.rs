//! An environment as the record has it, read at once for all products: a thousand of them would be asked for by ten thousand
//! questions.

use super::super::super::{
    Error, balancing,
    leftovers::{self, Around, Leftovers},
    present,
};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::Target,
    converge::{DesiredState, Present},
    deployment::{Deployment, facts::Report},
    generation::Incarnation,
    id::DeploymentId,
    name::Name,
};
use tidegate_store::Tx;

/// By product, then by target.
type Told = BTreeMap<Name, BTreeMap<Name, DesiredState>>;
type Said = BTreeMap<Name, BTreeMap<Name, Report>>;

/// What is on record of an environment.
pub(super) struct Surroundings {
    history: Incarnation,
    targets: Vec<Target>,
    /// Who said nothing since the history began.
    unheard: BTreeSet<Name>,
    told: Told,
    said: Said,
    /// The newest deployment of each product.
    last: BTreeMap<Name, Deployment>,
    /// What changes a product now.
    pub(super) running: BTreeMap<Name, DeploymentId>,
}

impl Surroundings {
    pub(super) async fn of(tx: &mut Tx, environment: &Name) -> Result<Self, Error> {
        let (mut told, mut said) = (Told::new(), Said::new());
        for (product, target, state) in tx.desired_by_product(environment).await? {
            told.entry(product).or_default().insert(target, state);
        }
        for (product, target, report) in tx.reports_by_product(environment).await? {
            said.entry(product).or_default().insert(target, report);
        }
        let last = tx.last_deployments(environment).await?.into_iter();
        let running = tx.running_by_place().await?.into_iter();
        let here = running.filter(|((_, place), _)| place == environment);
        Ok(Self {
            history: present::history(tx).await?,
            targets: tx.targets_in(environment).await?,
            unheard: present::unheard(tx, environment).await?,
            told,
            said,
            last: last.map(|it| (it.product.clone(), it)).collect(),
            running: here.map(|((product, _), id)| (product, id)).collect(),
        })
    }

    /// The products that some target is told about, or said something about.
    pub(super) fn products(&self) -> BTreeSet<&Name> {
        self.told.keys().chain(self.said.keys()).collect()
    }

    /// What each target runs of a product.
    pub(super) fn present(&self, product: &Name) -> BTreeMap<Name, Present> {
        let (told, said) = (BTreeMap::new(), BTreeMap::new());
        let told = self.told.get(product).unwrap_or(&told);
        let said = self.said.get(product).unwrap_or(&said);
        present::among(self.history, (told, said), &self.unheard)
    }

    /// What the last deployment of a product left.
    ///
    /// # Errors
    /// When requests are still being moved between two slots.
    pub(super) fn leftovers(&self, product: &Name) -> Result<Leftovers, Error> {
        let Some(last) = self.last.get(product) else {
            return Ok(Leftovers::default());
        };
        let (told, said) = (BTreeMap::new(), BTreeMap::new());
        let around = Around {
            history: self.history,
            told: self.told.get(product).unwrap_or(&told),
            said: self.said.get(product).unwrap_or(&said),
            balancers: &balancing::among(&self.targets, product),
        };
        leftovers::after(last, &around)
    }
}
