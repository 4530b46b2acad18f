//! Rehearsals as they are shown.

use super::super::{App, Error, Page, Request};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Resource},
    id::RehearsalId,
    rehearsal::{Exposure, Fault, Forecast, Forecasted, Rehearsal, Spread},
};
use tidegate_protocol::api::{ExposureView, RehearsalView, ScenarioView, SpreadView, WaitedView};
use tidegate_store::{AboutPlan, Tx};

impl App {
    /// One rehearsal with its curves.
    ///
    /// # Errors
    /// When there is none.
    pub async fn rehearsal_view(
        &self,
        request: &Request,
        id: RehearsalId,
    ) -> Result<RehearsalView, Error> {
        let input = (request.clone(), id);
        self.store
            .read(input, |tx, (request, id)| {
                async move {
                    let missing = || Error::not_found("rehearsal-not-found", "rehearsal", id);
                    let found = tx.rehearsal(*id).await?.ok_or_else(missing)?;
                    let resource = Resource::product(found.product.clone());
                    request
                        .permit(tx, (Action::Read, &resource), missing)
                        .await?;
                    Ok(shown(&found))
                }
                .boxed()
            })
            .await
    }

    /// At most `limit` rehearsals below number `before`, newest first; without curves.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rehearsal_list(
        &self,
        request: &Request,
        before: Option<RehearsalId>,
        limit: u64,
        of: AboutPlan,
    ) -> Result<Vec<RehearsalView>, Error> {
        let before = before.unwrap_or(RehearsalId(u64::MAX >> 1));
        let input = (request.clone(), before, limit, of);
        let found = self
            .store
            .read(input, |tx, (request, before, limit, of)| {
                seen(tx, request, (*before, *limit), of).boxed()
            })
            .await?;
        let mut views: Vec<RehearsalView> = found.iter().map(shown).collect();
        let scenarios = views.iter_mut().flat_map(|view| &mut view.scenarios);
        scenarios.for_each(|scenario| scenario.exposure.clear());
        Ok(views)
    }
}

async fn seen(
    tx: &mut Tx,
    request: &Request,
    (mut before, limit): (RehearsalId, u64),
    of: &AboutPlan,
) -> Result<Vec<Rehearsal>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut page = Page::new(limit);
    loop {
        let found = tx.rehearsals_before(before, limit, of).await?;
        let last = found.last().map(|rehearsal| rehearsal.id);
        let is_whole = page.take(found, |it: &Rehearsal| sight.shows(&it.product));
        match last {
            Some(last) if !is_whole => before = last,
            Some(_) | None => return Ok(page.rows),
        }
    }
}

fn shown(rehearsal: &Rehearsal) -> RehearsalView {
    let forecast = &rehearsal.forecast;
    RehearsalView {
        id: rehearsal.id.0,
        product: rehearsal.product.to_string(),
        release: rehearsal.release.to_string(),
        snapshot: rehearsal.snapshot.0,
        environment: rehearsal.environment.to_string(),
        plan_hash: rehearsal.plan.to_string(),
        strategy: rehearsal.strategy.clone(),
        sentence: rehearsal.sentence(),
        requested_by: rehearsal.requested_by.to_string(),
        requested_at: rehearsal.requested_at,
        seed: forecast.seed,
        runs: forecast.runs,
        targets: forecast.targets,
        basis: forecast.basis.clone(),
        scenarios: forecast
            .scenarios
            .iter()
            .map(|one| scenario(forecast, one))
            .collect(),
    }
}

fn scenario(forecast: &Forecast, found: &Forecasted) -> ScenarioView {
    let calm = || "nothing goes wrong on purpose".to_owned();
    let waited = found.waited.iter().map(|(kind, length)| WaitedView {
        kind: kind.clone(),
        length_ms: length.0,
    });
    ScenarioView {
        fault: found.fault.map(|fault| fault.to_string()),
        title: found.fault.map_or_else(calm, Fault::title),
        consequence: forecast.consequence(found),
        outcomes: found.outcomes.clone(),
        took: spread(found.took),
        exposed_max: found.exposed_max,
        unhealthy_max: found.unhealthy_max,
        exposed_runs: found.exposed_runs,
        restored_runs: found.restored_runs,
        restored: found.restored.map(spread),
        rollback: found.rollback.map(spread),
        waited: waited.collect(),
        exposure: found.exposure.iter().map(point).collect(),
    }
}

const fn spread(spread: Spread) -> SpreadView {
    SpreadView {
        p50_ms: spread.p50.0,
        p90_ms: spread.p90.0,
    }
}

const fn point(point: &Exposure) -> ExposureView {
    ExposureView {
        at_ms: point.at.0,
        usual: point.usual,
        most: point.most,
    }
}
