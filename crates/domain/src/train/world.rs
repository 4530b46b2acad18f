//! One need, judged in what runs together. Nothing here knows of trains: [`World`] is a set of products.

use super::{Bill, Part, Parts, Place, Runs};
use crate::{
    catalog::{ComponentName, Need, Needed, Versions},
    digest::Digest,
    name::Name,
    range::{Misfit, Range},
    version::Version,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What is to be found for a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is met by these.
    Met(Vec<Given>),
    /// Nobody gives it.
    Absent,
    /// Who gives it gives versions that do not serve.
    Unfit(Vec<Given>, Misfit),
    /// Who gives it gives different versions, of which each would serve.
    Several(Vec<Given>),
    /// It cannot be told, because it is not known what a product runs.
    Unknown,
}

/// What a component gives to who needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    /// Which.
    pub component: ComponentName,
    /// As it is deployed.
    pub version: Version,
    /// What runs.
    pub digest: Digest,
    /// The versions of the contract; none where the component itself is needed.
    pub versions: Option<Versions>,
}

/// Products that run together.
pub(super) struct World<'a> {
    /// Product → what it runs; nothing where that is not known.
    products: BTreeMap<&'a Name, Option<&'a Parts>>,
    /// Contract → who provides which versions of it.
    providers: BTreeMap<&'a Name, Vec<(ComponentName, &'a Part, &'a Versions)>>,
}

impl<'a> World<'a> {
    /// What runs in a place.
    pub(super) fn now(place: &'a Place) -> Self {
        Self::of(standing(place).collect())
    }

    /// What will run in a place once the train is there.
    pub(super) fn arrived(bill: &'a Bill, place: &'a Place) -> Self {
        Self::of(standing(place).chain(brought(bill)).collect())
    }

    /// What the members bring, and nothing else.
    pub(super) fn aboard(bill: &'a Bill) -> Self {
        Self::of(brought(bill).collect())
    }

    fn of(products: BTreeMap<&'a Name, Option<&'a Parts>>) -> Self {
        let mut providers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (product, parts) in &products {
            for (name, part) in parts.iter().flat_map(|parts| parts.iter()) {
                let component = ComponentName {
                    product: (*product).clone(),
                    component: name.clone(),
                };
                for (contract, versions) in &part.provides {
                    let provider = (component.clone(), part, versions);
                    providers.entry(contract).or_default().push(provider);
                }
            }
        }
        Self {
            products,
            providers,
        }
    }

    /// What is to be found for a need.
    pub(super) fn answer(&self, need: &Need) -> Answer {
        match &need.of {
            Needed::Component(component) => self.component(component, &need.versions),
            Needed::Contract(contract) => self.contract(contract, &need.versions),
        }
    }

    fn component(&self, name: &ComponentName, range: &Range) -> Answer {
        let parts = match self.products.get(&name.product) {
            Some(Some(parts)) => parts,
            Some(None) => return Answer::Unknown,
            None => return Answer::Absent,
        };
        let Some(part) = parts.get(&name.component) else {
            return Answer::Absent;
        };
        let given = vec![Given {
            component: name.clone(),
            version: part.version.clone(),
            digest: part.digest,
            versions: None,
        }];
        match range.admits_tag(&part.version) {
            Ok(()) => Answer::Met(given),
            Err(why) => Answer::Unfit(given, why),
        }
    }

    fn contract(&self, contract: &Name, range: &Range) -> Answer {
        let providers = self.providers.get(contract).into_iter().flatten();
        let given = |(component, part, versions): &(ComponentName, &Part, &Versions)| Given {
            component: component.clone(),
            version: part.version.clone(),
            digest: part.digest,
            versions: Some((*versions).clone()),
        };
        let judged = providers.map(|it| (given(it), serving(it.2, range)));
        let (fit, unfit): (Vec<_>, Vec<_>) = judged.partition(|(_, it)| it.is_ok());
        let different: BTreeSet<_> = fit.iter().map(|(_, serving)| serving).collect();
        let several = different.len() > 1;
        let fit: Vec<Given> = fit.into_iter().map(|(given, _)| given).collect();
        let closest = unfit.iter().filter_map(|(_, it)| it.as_ref().err()).min();
        match (fit.is_empty(), closest) {
            (false, _) if several => Answer::Several(fit),
            (false, _) => Answer::Met(fit),
            (true, Some(why)) => {
                let why = *why;
                Answer::Unfit(unfit.into_iter().map(|(given, _)| given).collect(), why)
            }
            (true, None) if self.products.values().any(Option::is_none) => Answer::Unknown,
            (true, None) => Answer::Absent,
        }
    }
}

fn standing(place: &Place) -> impl Iterator<Item = (&Name, Option<&Parts>)> {
    place.runs.iter().map(|(product, runs)| match runs {
        Runs::Known(parts) => (product, Some(parts)),
        Runs::Unknown(_) => (product, None),
    })
}

fn brought(bill: &Bill) -> impl Iterator<Item = (&Name, Option<&Parts>)> {
    let all = bill.0.iter();
    all.map(|(product, line)| (product, line.as_ref().map(|line| &line.parts)))
}

/// The versions that serve, or why none does.
fn serving<'a>(versions: &'a Versions, range: &Range) -> Result<Vec<&'a semver::Version>, Misfit> {
    let (mut serve, mut closest) = (Vec::new(), Misfit::NotSemantic);
    for version in versions.iter() {
        match range.admits(version) {
            Ok(()) => serve.push(version),
            Err(why) => closest = closest.min(why),
        }
    }
    match serve.is_empty() {
        true => Err(closest),
        false => Ok(serve),
    }
}

/// `orders/api 3.4.0 gives 1.9.0`, or `catalogue/api is 1.3.0`.
impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            component, version, ..
        } = self;
        match &self.versions {
            Some(versions) => write!(f, "{component} {version} gives {versions}"),
            None => write!(f, "{component} is {version}"),
        }
    }
}
