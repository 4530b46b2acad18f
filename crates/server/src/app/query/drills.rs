//! Rollback drills as they are shown.

use super::super::{App, Error, Page, Request};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Resource},
    drill::{Drill, Leg},
    id::DrillId,
};
use tidegate_protocol::api::{DrillLegView, DrillView};
use tidegate_store::{DrillsOf, Tx};

impl App {
    /// One drill.
    ///
    /// # Errors
    /// When there is none.
    pub async fn drill_view(&self, request: &Request, id: DrillId) -> Result<DrillView, Error> {
        let input = (request.clone(), id);
        self.store
            .read(input, |tx, (request, id)| {
                async move {
                    let missing = || Error::not_found("drill-not-found", "drill", id);
                    let found = tx.drill(*id).await?.ok_or_else(missing)?;
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

    /// At most `limit` drills below number `before`, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drill_list(
        &self,
        request: &Request,
        before: Option<DrillId>,
        limit: u64,
        of: DrillsOf,
    ) -> Result<Vec<DrillView>, Error> {
        let before = before.unwrap_or(DrillId(u64::MAX >> 1));
        let input = (request.clone(), before, limit, of);
        let found = self
            .store
            .read(input, |tx, (request, before, limit, of)| {
                seen(tx, request, (*before, *limit), of).boxed()
            })
            .await?;
        Ok(found.iter().map(shown).collect())
    }
}

async fn seen(
    tx: &mut Tx,
    request: &Request,
    (mut before, limit): (DrillId, u64),
    of: &DrillsOf,
) -> Result<Vec<Drill>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut page = Page::new(limit);
    loop {
        let found = tx.drills_before(before, limit, of).await?;
        let last = found.last().map(|drill| drill.id);
        let is_whole = page.take(found, |drill: &Drill| sight.shows(&drill.product));
        match last {
            Some(last) if !is_whole => before = last,
            Some(_) | None => return Ok(page.rows),
        }
    }
}

fn shown(drill: &Drill) -> DrillView {
    DrillView {
        id: drill.id.0,
        product: drill.product.to_string(),
        release: drill.release.to_string(),
        environment: drill.environment.to_string(),
        status: drill.word().to_owned(),
        sentence: drill.sentence(),
        requested_by: drill.requested_by.to_string(),
        requested_at: drill.requested_at,
        ended_at: drill.ended.as_ref().map(|ended| ended.0),
        back_in_ms: drill.back_in().map(|back| back.0),
        legs: drill.legs.iter().map(leg).collect(),
    }
}

fn leg(leg: &Leg) -> DrillLegView {
    DrillLegView {
        kind: leg.kind.word().to_owned(),
        title: leg.kind.title().to_owned(),
        deployment: leg.deployment.0,
        began_at: leg.began_at,
        took_ms: leg.took().map(|took| took.0),
    }
}
