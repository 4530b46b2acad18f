//! Whether a release template names only what is declared, now or by the same files.

use super::{
    super::{super::Error, parse::Located},
    keys, unknown,
};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Document, Environment, Kind},
    communication::{Audience, MessageTemplate, Schedule},
    control::Control,
    name::Name,
    planning::{Concerned, ReleasePlan},
    supplier::Supplier,
};
use tidegate_policy::Controls;
use tidegate_store::Tx;

/// What plans name that templates begin.
#[derive(Default)]
pub(super) struct Prepared {
    controls: BTreeSet<String>,
    messages: BTreeSet<String>,
    audiences: BTreeSet<String>,
    suppliers: BTreeSet<String>,
    stakeholders: BTreeSet<String>,
}

impl Prepared {
    /// Looked up only where these files declare release templates.
    pub(super) async fn load(
        tx: &mut Tx,
        documents: &[(Document, &Located)],
    ) -> Result<Self, Error> {
        let is_template = |(it, _): &(Document, &Located)| it.kind() == Kind::ReleaseTemplate;
        if !documents.iter().any(is_template) {
            return Ok(Self::default());
        }
        let control = |it: Control| Document::Control(Box::new(it));
        let message = |it: MessageTemplate| Document::MessageTemplate(Box::new(it));
        let audience = |it: Audience| Document::Audience(Box::new(it));
        let supplier = |it: Supplier| Document::Supplier(Box::new(it));
        let mut controls = keys(tx, documents, Kind::Control, control).await?;
        let shipped = Controls::new(&[]);
        controls.extend(shipped.iter().map(|(control, _)| control.name.to_string()));
        Ok(Self {
            controls,
            messages: keys(tx, documents, Kind::MessageTemplate, message).await?,
            audiences: keys(tx, documents, Kind::Audience, audience).await?,
            suppliers: keys(tx, documents, Kind::Supplier, supplier).await?,
            stakeholders: keys(tx, documents, Kind::Stakeholder, Document::Stakeholder).await?,
        })
    }

    /// What is wrong with what a template begins.
    pub(super) fn fault(
        &self,
        plan: &ReleasePlan,
        environments: &BTreeMap<Name, Environment>,
    ) -> Option<String> {
        let controls = plan.controls.iter().map(|it| ("control", it));
        let templates = plan.messages.iter();
        let templates = templates.map(|it| ("message template", &it.template));
        let audiences = plan.messages.iter().flat_map(|it| &it.audiences);
        let audiences = audiences.map(|it| ("audience", it));
        let concerned = plan.involved.others().filter_map(|it| match it {
            Concerned::Party(_) => None,
            Concerned::Supplier(name) => Some(("supplier", name)),
            Concerned::Stakeholder(name) => Some(("stakeholder", name)),
        });
        let mut named = controls.chain(templates).chain(audiences).chain(concerned);
        let undeclared = named.find(|(what, name)| !self.known(what).contains(name.as_str()));
        let undeclared = undeclared.map(|(what, name)| format!("{what} `{name}` is not declared"));
        undeclared.or_else(|| {
            let awaited = plan.messages.iter().filter_map(|it| match &it.on {
                Some(Schedule::Deployment(_, environment)) => Some(environment),
                Some(Schedule::ByHand | Schedule::Milestone(_) | Schedule::At(_)) | None => None,
            });
            let deployed = plan.runbooks.iter().map(|it| &it.environment);
            let mut places = awaited.chain(deployed);
            places.find_map(|name| unknown(name, environments))
        })
    }

    fn known(&self, what: &str) -> &BTreeSet<String> {
        match what {
            "control" => &self.controls,
            "message template" => &self.messages,
            "audience" => &self.audiences,
            "supplier" => &self.suppliers,
            _ => &self.stakeholders,
        }
    }
}
