//! What the journal says of the deployments of a train, in the order in which it happened.

use super::scene::holds;
use crate::demo::{DemoError, fleet::Fleet};
use std::collections::BTreeMap;
use tidegate_protocol::api::JournalPage;

/// Deployments by their products, and what happened to them.
pub(super) struct Record<'a> {
    deployments: &'a BTreeMap<String, u64>,
    /// Action and subject, the oldest first.
    happened: Vec<(String, String)>,
}

impl<'a> Record<'a> {
    pub(super) async fn of(
        fleet: &Fleet,
        deployments: &'a BTreeMap<String, u64>,
    ) -> Result<Self, DemoError> {
        let page: JournalPage = fleet.client().get("/api/v1/journal?limit=500").await?;
        let entries = page.entries.into_iter().rev();
        Ok(Self {
            deployments,
            happened: entries.map(|it| (it.action, it.subject)).collect(),
        })
    }

    /// Nothing changed before every target of every product lay ready. Answers how many that were.
    pub(super) fn prepared(&self) -> Result<usize, DemoError> {
        let all = || self.deployments.values().copied();
        let ready: Vec<usize> = all()
            .flat_map(|id| self.places("deployment.target_prepared", id))
            .collect();
        let changed = all().filter_map(|id| self.places("deployment.wave_started", id).next());
        let (last, first) = (ready.iter().max(), changed.min());
        holds(last.is_some() && last < first.as_ref(), || {
            "all lay ready before anything changed".to_owned()
        })?;
        Ok(ready.len())
    }

    /// The products in the order in which they changed, each on all targets before the next one began.
    pub(super) fn order(&self) -> Result<Vec<String>, DemoError> {
        let mut spans = Vec::new();
        for (product, id) in self.deployments {
            let begun = self.places("deployment.wave_started", *id).next();
            let passed = self.places("deployment.target_passed", *id).last();
            let unknown = || DemoError::Fact(format!("{product} changed"));
            spans.push((begun.zip(passed).ok_or_else(unknown)?, product.clone()));
        }
        spans.sort();
        let apart = spans.windows(2).all(|pair| match pair {
            [((_, passed), _), ((begun, _), _)] => passed < begun,
            _ => true,
        });
        holds(apart, || {
            format!("they changed one after the other: {spans:?}")
        })?;
        Ok(spans.into_iter().map(|(_, product)| product).collect())
    }

    /// Where in the journal something happened to a deployment.
    fn places(&self, action: &str, deployment: u64) -> impl Iterator<Item = usize> {
        let subject = format!("deployment/{deployment}");
        let all = self.happened.iter().enumerate();
        all.filter(move |(_, (what, whose))| what == action && *whose == subject)
            .map(|(place, _)| place)
    }
}
