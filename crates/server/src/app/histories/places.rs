//! What each target runs of each product, beside what the record says.

use super::super::Error;
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::DesiredState, deployment::facts::Report, name::Name, revision::RevisionId,
};
use tidegate_protocol::api::{Standing, StandingView};
use tidegate_store::{TargetKey, Tx};

/// What is so of one product on one target.
pub(super) struct Place {
    pub(super) target: TargetKey,
    pub(super) product: Name,
    told: Option<DesiredState>,
    pub(super) report: Option<Report>,
}

impl Place {
    /// How that compares.
    pub(super) fn standing(&self) -> Standing {
        match (&self.told, &self.report) {
            (_, None) => Standing::Silent,
            (Some(told), Some(report)) => {
                let said = &report.observed;
                match said.instruction == told.instruction || said.follows(told) {
                    true => Standing::Follows,
                    false => Standing::Differs,
                }
            }
            (None, Some(_)) => Standing::Differs,
        }
    }

    /// What may be told again, because nothing changes by it.
    pub(super) fn again(&self) -> Option<&DesiredState> {
        let (told, report) = (self.told.as_ref()?, self.report.as_ref()?);
        report.observed.follows(told).then_some(told)
    }

    /// All that are named.
    pub(super) fn revisions(&self) -> Vec<RevisionId> {
        self.recorded().chain(self.running()).collect()
    }

    fn recorded(&self) -> impl Iterator<Item = RevisionId> {
        let told = self.told.iter().flat_map(|told| &told.active);
        told.map(|it| it.revision)
    }

    fn running(&self) -> impl Iterator<Item = RevisionId> {
        let runs = self.report.iter().flat_map(|it| &it.observed.active);
        runs.filter_map(|it| it.revision)
    }

    /// The same for people, by the names of releases.
    pub(super) fn view(&self, names: &BTreeMap<RevisionId, String>) -> StandingView {
        let named = |ids: Vec<RevisionId>| {
            let mut said: Vec<String> =
                ids.iter().filter_map(|id| names.get(id)).cloned().collect();
            said.sort();
            said.dedup();
            said
        };
        StandingView {
            target: self.target.to_string(),
            product: self.product.to_string(),
            standing: self.standing(),
            recorded: named(self.recorded().collect()),
            runs: named(self.running().collect()),
        }
    }
}

/// All that was told, and all that was said.
pub(super) async fn places(tx: &mut Tx) -> Result<Vec<Place>, Error> {
    let reports = tx.reports(None).await?.into_iter();
    let mut reports: BTreeMap<(TargetKey, Name), Report> = reports
        .map(|(target, product, report)| ((target, product), report))
        .collect();
    let told = tx.all_desired().await?.into_iter();
    let mut places: Vec<Place> = told
        .map(|(target, told)| {
            let product = told.product.clone();
            let report = reports.remove(&(target.clone(), product.clone()));
            Place {
                target,
                product,
                told: Some(told),
                report,
            }
        })
        .collect();
    // Who joined after the backup was made runs what the record knows nothing of.
    places.extend(
        reports
            .into_iter()
            .map(|((target, product), report)| Place {
                target,
                product,
                told: None,
                report: Some(report),
            }),
    );
    Ok(places)
}
