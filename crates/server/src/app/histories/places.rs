//! What each target runs of each product, beside what the record says.

use super::super::{Error, present};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Whether it was told that in the present history: then it follows, or is on its way.
    is_told: bool,
    /// Whether it has not said what it runs since the record was put back from a backup.
    is_silent: bool,
    pub(super) report: Option<Report>,
}

impl Place {
    /// How that compares.
    pub(super) fn standing(&self) -> Standing {
        let follows = |told| {
            let report = self.report.as_ref();
            report.is_some_and(|report| report.observed.follows(told))
        };
        match &self.told {
            _ if self.is_silent => Standing::Silent,
            Some(told) if self.is_told || follows(told) => Standing::Follows,
            Some(_) | None => Standing::Differs,
        }
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
    let (history, told) = (present::history(tx).await?, tx.all_desired().await?);
    let silent: BTreeSet<TargetKey> = tx.unheard().await?.into_iter().collect();
    let told = told.into_iter();
    let mut places: Vec<Place> = told
        .map(|(target, told)| {
            let product = told.product.clone();
            let report = reports.remove(&(target.clone(), product.clone()));
            Place {
                is_silent: silent.contains(&target),
                target,
                product,
                is_told: !present::is_over(history, &told),
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
                is_silent: silent.contains(&target),
                target,
                product,
                is_told: false,
                told: None,
                report: Some(report),
            }),
    );
    Ok(places)
}
