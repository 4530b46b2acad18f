//! What a supplier changes, announced or observed.

use crate::{
    catalog::Provides,
    name::Name,
    supplier::{Announcement, ChangeKind, Deployed, Supplier, notice::Times},
    version::Version,
};

/// What a supplier changes.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// Who.
    pub supplier: &'a Name,
    /// What kind of change.
    pub kind: ChangeKind,
    /// The version that its components then have, if that is known.
    pub version: Option<&'a Version>,
    /// The contracts that they then provide, if that is known.
    pub provides: Option<&'a Provides>,
    /// When, if that is known; nothing for what has happened.
    pub times: Option<&'a Times>,
    about: About<'a>,
}

#[derive(Debug, Clone, Copy)]
enum About<'a> {
    Announced(&'a Announcement),
    Observed(&'a Deployed),
}

impl<'a> Cause<'a> {
    /// What is announced.
    pub const fn announced(supplier: &'a Supplier, announcement: &'a Announcement) -> Self {
        Self {
            supplier: &supplier.name,
            kind: announcement.kind,
            version: announcement.version.as_ref(),
            provides: announcement.provides.as_ref(),
            times: announcement.times.as_ref(),
            about: About::Announced(announcement),
        }
    }

    /// What was observed. Which contracts the component provides now no probe says.
    pub const fn observed(deployed: &'a Deployed) -> Self {
        Self {
            supplier: &deployed.supplier,
            kind: ChangeKind::Change,
            version: deployed.change.to.version(),
            provides: None,
            times: None,
            about: About::Observed(deployed),
        }
    }

    /// Whether it concerns a component of the supplier in an environment.
    pub fn concerns(&self, component: &Name, environment: &Name) -> bool {
        match self.about {
            About::Announced(announcement) => announcement.concerns(component, environment),
            About::Observed(deployed) => {
                deployed.component == *component && deployed.environment == *environment
            }
        }
    }
}
