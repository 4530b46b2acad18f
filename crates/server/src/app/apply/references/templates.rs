//! Whether a release template names only what is declared, now or by the same files.

use super::super::{super::Error, parse::Located};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Document, Kind},
    planning::{Nameable, ReleasePlan},
};
use tidegate_policy::Controls;
use tidegate_store::Tx;

/// What there is of each kind that plans may name.
#[derive(Default)]
pub(super) struct Prepared(BTreeMap<Nameable, BTreeSet<String>>);

impl Prepared {
    /// Looked up only where these files declare release templates.
    pub(super) async fn load(
        tx: &mut Tx,
        documents: &[(Document, &Located)],
    ) -> Result<Self, Error> {
        let is_template = |(it, _): &(Document, &Located)| it.kind() == Kind::ReleaseTemplate;
        let mut all = BTreeMap::new();
        if !documents.iter().any(is_template) {
            return Ok(Self(all));
        }
        for what in Nameable::ALL {
            let known: Vec<Value> = tx.documents(what.kind()).await?;
            let known = known.iter().filter_map(|it| it["name"].as_str());
            let new = documents.iter().filter(|(it, _)| it.kind() == what.kind());
            let new = new.map(|(it, _)| it.key());
            all.insert(what, known.map(str::to_owned).chain(new).collect());
        }
        let shipped = Controls::new(&[]);
        let shipped = shipped.iter().map(|(control, _)| control.name.to_string());
        let controls: &mut BTreeSet<String> = all.entry(Nameable::Control).or_default();
        controls.extend(shipped);
        Ok(Self(all))
    }

    /// What is wrong with the plan that a template begins.
    pub(super) fn fault(&self, plan: &ReleasePlan) -> Option<String> {
        let is_known = |what: Nameable, name: &str| {
            let names = self.0.get(&what);
            names.is_some_and(|names| names.contains(name))
        };
        let mut named = plan.named();
        let (what, name) = named.find(|(what, name)| !is_known(*what, name.as_str()))?;
        Some(format!("{} `{name}` is not declared", what.noun()))
    }
}
