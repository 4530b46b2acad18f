//! Preflights as they are shown.

use super::super::{App, Error, Page, Request};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Resource},
    id::PreflightId,
    name::Name,
    preflight::{Finding, Preflight},
};
use tidegate_protocol::api::{PreflightFindingView, PreflightView};
use tidegate_store::{AboutPlan, Tx};

impl App {
    /// One preflight.
    ///
    /// # Errors
    /// When there is none.
    pub async fn preflight_view(
        &self,
        request: &Request,
        id: PreflightId,
    ) -> Result<PreflightView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let missing = || Error::not_found("preflight-not-found", "preflight", id);
                    let found = tx.preflight(*id).await?.ok_or_else(missing)?;
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

    /// At most `limit` preflights below number `before`, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn preflight_list(
        &self,
        request: &Request,
        before: Option<PreflightId>,
        limit: u64,
        of: AboutPlan,
    ) -> Result<Vec<PreflightView>, Error> {
        let before = before.unwrap_or(PreflightId(u64::MAX >> 1));
        let input = (request.clone(), (before, limit), of);
        let found = self
            .store
            .read(input, |tx, (request, page, of)| {
                seen(tx, request, *page, of).boxed()
            })
            .await?;
        Ok(found.iter().map(shown).collect())
    }
}

async fn seen(
    tx: &mut Tx,
    request: &Request,
    (mut before, limit): (PreflightId, u64),
    of: &AboutPlan,
) -> Result<Vec<Preflight>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut page = Page::new(limit);
    loop {
        let found = tx.preflights_before(before, limit, of).await?;
        let last = found.last().map(|it| it.id);
        let is_whole = page.take(found, |it: &Preflight| sight.shows(&it.product));
        match last {
            Some(last) if !is_whole => before = last,
            Some(_) | None => return Ok(page.rows),
        }
    }
}

fn shown(it: &Preflight) -> PreflightView {
    PreflightView {
        id: it.id.0,
        product: it.product.to_string(),
        release: it.release.to_string(),
        snapshot: it.snapshot.0,
        environment: it.environment.to_string(),
        plan_hash: it.plan.to_string(),
        targets: it.targets,
        verdict: it.verdict().word().to_owned(),
        passed: it.passed(),
        sentence: it.sentence(),
        requested_by: it.requested_by.to_string(),
        requested_at: it.requested_at,
        findings: it.findings.iter().map(finding).collect(),
    }
}

fn finding(it: &Finding) -> PreflightFindingView {
    PreflightFindingView {
        aspect: it.aspect.word().to_owned(),
        verdict: it.verdict.word().to_owned(),
        targets: it.targets.iter().map(Name::to_string).collect(),
        what: it.what.clone(),
        remedy: it.remedy.clone(),
    }
}
