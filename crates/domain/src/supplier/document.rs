//! A supplier, as a person writes it in a file.

use super::{Probe, ProbeError};
use crate::{
    calendar::{Interval, Length, Recurrence, When, Zone},
    catalog::{ComponentName, Provides},
    communication::MailAddress,
    name::Name,
    planning::Party,
};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody else who makes or deploys components that ours need.
///
/// ```yaml
/// name: acme
/// title: ACME Payments
/// owner: team:shop
/// contacts:
///   - { name: Eve, mail: eve@acme.example, for: [changes, incidents] }
/// time_zone: Europe/Berlin
/// components:
///   - name: gateway
///     provides: { payments-api: 2.1.0 }
///     environments:
///       staging: {}
///       live:
///         probe: { by: { header: { url: "https://pay.acme.example/", name: x-version } } }
/// obligations:
///   notice: { change: 10d, end-of-life: 180d }
///   windows:
///     - every: { starts: 2026-01-06T22:00, rule: FREQ=WEEKLY, lasts: 4h, time_zone: Europe/Berlin }
///   availability: 99.9
/// lead_times: { certificate: 5d }
/// ```
///
/// Our components name what they need of it as they do with each other: a contract that it provides, or `acme/gateway` by its
/// version. So no supplier may have the name of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplier {
    /// Unique among suppliers and products.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Who of us deals with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Party>,
    /// Who of them is asked and told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Where its local times are that say nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Zone>,
    /// What its calendars call time zones that have another name: `W. Europe Standard Time: Europe/Berlin`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub time_zones: BTreeMap<String, Zone>,
    /// What it makes or deploys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<SupplierComponent>,
    /// What it promised.
    #[serde(default, skip_serializing_if = "Obligations::is_empty")]
    pub obligations: Obligations,
    /// How long it takes to get something from it, by what people call that.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lead_times: BTreeMap<Name, Length>,
}

/// Somebody who works for a supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// For people.
    pub name: String,
    /// Where they are reached; also what they are known by.
    pub mail: MailAddress,
    /// What they are there for; for everything when nothing is named.
    #[serde(rename = "for", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub matters: BTreeSet<Matter>,
}

/// What somebody is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// What they change.
    Changes,
    /// What went wrong.
    Incidents,
    /// Vulnerabilities.
    Security,
    /// What was promised.
    Contract,
}

/// A component that a supplier makes or deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierComponent {
    /// Unique within the supplier.
    pub name: Name,
    /// For people; also found in what the supplier writes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The contracts that it provides now.
    #[serde(default, skip_serializing_if = "Provides::is_empty")]
    pub provides: Provides,
    /// Which of our environments use it, each with what is known of it there.
    pub environments: BTreeMap<Name, SupplierPlace>,
}

/// A component of a supplier as one of our environments uses it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierPlace {
    /// How its version is found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
}

/// What a supplier promised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligations {
    /// How long before each kind of change it says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notice: BTreeMap<ChangeKind, Length>,
    /// When it changes anything at all; at any time when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<AgreedWindow>,
    /// How much of the time its components are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
}

/// What kind of change a supplier plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Another version.
    Change,
    /// The same version, and not there for a while.
    Maintenance,
    /// Not there any more.
    EndOfLife,
}

/// When a supplier may change something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgreedWindow {
    /// One time.
    Once(Interval),
    /// Again and again.
    Every(Box<Recurrence>),
}

/// A part of the time in percent, to three places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Availability(u32);

/// What is wrong with a supplier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupplierError {
    /// A need could not tell them apart.
    #[error(
        "supplier `{0}` has the name of a product: give it another one, for needs name both as NAME/COMPONENT"
    )]
    LikeProduct(Name),
    /// Two of a name.
    #[error("supplier `{supplier}` has two components `{component}`: make one of them")]
    TwiceComponent {
        /// Whose.
        supplier: Name,
        /// Which.
        component: Name,
    },
    /// Two of an address.
    #[error("supplier `{supplier}` has two contacts with the address {mail}: make one of them")]
    TwiceContact {
        /// Whose.
        supplier: Name,
        /// Which.
        mail: MailAddress,
    },
    /// A place that is not there.
    #[error("`{component}` is in environment `{environment}`, which is not declared")]
    NoEnvironment {
        /// Which.
        component: ComponentName,
        /// Where.
        environment: Name,
    },
    /// It concerns nobody.
    #[error("`{0}` is in no environment: name those that use it under `environments`")]
    Nowhere(ComponentName),
    /// A probe that cannot be asked.
    #[error("the probe of `{component}` in `{environment}` cannot be asked")]
    Probe {
        /// Which.
        component: ComponentName,
        /// Where.
        environment: Name,
        /// Why not.
        source: ProbeError,
    },
}

/// The number is no part of the time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an availability is between 0 and 100, in percent: write for instance 99.9")]
pub struct AvailabilityError;

impl Supplier {
    /// Whether it makes sense among the products and environments that are declared.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(
        &self,
        products: &BTreeSet<Name>,
        environments: &BTreeSet<Name>,
    ) -> Result<(), SupplierError> {
        if products.contains(&self.name) {
            return Err(SupplierError::LikeProduct(self.name.clone()));
        }
        self.check_names()?;
        let mut all = self.components.iter();
        all.try_for_each(|it| self.check_component(it, environments))
    }

    /// The component of that name.
    pub fn component(&self, name: &Name) -> Option<&SupplierComponent> {
        self.components.iter().find(|it| it.name == *name)
    }

    /// Where somebody looks what runs: each component with its environment and how that is found out.
    pub fn watched(&self) -> impl Iterator<Item = (&Name, &Name, &Probe)> {
        self.components.iter().flat_map(|component| {
            let places = component.environments.iter();
            places.filter_map(|(environment, place)| {
                Some((&component.name, environment, place.probe.as_ref()?))
            })
        })
    }

    /// The team of ours that deals with it, if it is one.
    pub fn team(&self) -> Option<&Name> {
        match self.owner.as_ref()? {
            Party::Team(team) => Some(team),
            Party::Person(_) => None,
        }
    }

    /// Those who are there for something, in the order that they were written in; everybody when nobody is.
    pub fn contacts_for(&self, matter: Matter) -> Vec<&Contact> {
        let is_for = |it: &&Contact| it.matters.is_empty() || it.matters.contains(&matter);
        let found: Vec<&Contact> = self.contacts.iter().filter(is_for).collect();
        match found.is_empty() {
            true => self.contacts.iter().collect(),
            false => found,
        }
    }

    /// The contact with that address.
    pub fn contact(&self, mail: &MailAddress) -> Option<&Contact> {
        self.contacts.iter().find(|it| it.mail == *mail)
    }

    /// When to ask for something at the latest, to have it by then; none when it is not said how long that takes.
    pub fn ask_by(&self, what: &Name, then: Timestamp) -> Option<Timestamp> {
        let length = self.lead_times.get(what)?;
        self.before(*length, then)
    }

    /// When something is there that is asked for now; none when it is not said how long that takes.
    pub fn there_by(&self, what: &Name, now: Timestamp) -> Option<Timestamp> {
        let length = self.lead_times.get(what)?;
        Some(length.after(&self.local(now))?.timestamp())
    }

    /// When a change of a kind that begins then is to be announced at the latest; none when nothing was promised.
    pub fn notice_by(&self, kind: ChangeKind, begins: Timestamp) -> Option<Timestamp> {
        let length = self.obligations.notice.get(&kind)?;
        self.before(*length, begins)
    }

    /// In the supplier's days.
    fn before(&self, length: Length, then: Timestamp) -> Option<Timestamp> {
        Some(length.before(&self.local(then))?.timestamp())
    }

    fn local(&self, at: Timestamp) -> Zoned {
        let zone = self.time_zone.clone().unwrap_or_default();
        at.to_zoned(zone.time_zone().clone())
    }

    fn check_names(&self) -> Result<(), SupplierError> {
        let mut names = BTreeSet::new();
        if let Some(twice) = self.components.iter().find(|it| !names.insert(&it.name)) {
            let (supplier, component) = (self.name.clone(), twice.name.clone());
            return Err(SupplierError::TwiceComponent {
                supplier,
                component,
            });
        }
        let mut mails = BTreeSet::new();
        if let Some(twice) = self.contacts.iter().find(|it| !mails.insert(&it.mail)) {
            let (supplier, mail) = (self.name.clone(), twice.mail.clone());
            return Err(SupplierError::TwiceContact { supplier, mail });
        }
        Ok(())
    }

    fn check_component(
        &self,
        component: &SupplierComponent,
        environments: &BTreeSet<Name>,
    ) -> Result<(), SupplierError> {
        let named = || ComponentName {
            product: self.name.clone(),
            component: component.name.clone(),
        };
        if component.environments.is_empty() {
            return Err(SupplierError::Nowhere(named()));
        }
        for (environment, place) in &component.environments {
            if !environments.contains(environment) {
                return Err(SupplierError::NoEnvironment {
                    component: named(),
                    environment: environment.clone(),
                });
            }
            let probed = place.probe.as_ref().map_or(Ok(()), Probe::check);
            probed.map_err(|source| SupplierError::Probe {
                component: named(),
                environment: environment.clone(),
                source,
            })?;
        }
        Ok(())
    }
}

impl Obligations {
    /// Whether nothing was promised.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something may be changed at some moment between the two; none when no windows were agreed.
    pub fn allows(&self, after: Timestamp, by: Timestamp) -> Option<bool> {
        let has_one = |it: &AgreedWindow| it.when().spans(after, by).next().is_some();
        (!self.windows.is_empty()).then(|| self.windows.iter().any(has_one))
    }
}

impl AgreedWindow {
    fn when(&self) -> When {
        match self {
            Self::Once(interval) => When::Once(interval.clone()),
            Self::Every(recurrence) => When::Every(recurrence.clone()),
        }
    }
}

impl ChangeKind {
    /// As files and pages say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Maintenance => "maintenance",
            Self::EndOfLife => "end of life",
        }
    }
}

impl TryFrom<f64> for Availability {
    type Error = AvailabilityError;
    fn try_from(percent: f64) -> Result<Self, AvailabilityError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 0 and 100,000"
        )]
        match (0.0..=100.0).contains(&percent) {
            true => Ok(Self((percent * 1000.0).round() as u32)),
            false => Err(AvailabilityError),
        }
    }
}

impl From<Availability> for f64 {
    fn from(availability: Availability) -> Self {
        Self::from(availability.0) / 1000.0
    }
}

#[cfg(test)]
mod tests;
