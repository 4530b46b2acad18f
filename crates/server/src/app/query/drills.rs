//! Rollback drills as they are shown.

use super::super::{App, Error, Request};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    drill::{Drill, Leg},
    id::DrillId,
};
use tidegate_protocol::api::{DrillLegView, DrillView};
use tidegate_store::DrillsOf;

impl App {
    /// One drill.
    ///
    /// # Errors
    /// When there is none.
    pub async fn drill_view(&self, request: &Request, id: DrillId) -> Result<DrillView, Error> {
        request.permit(Action::Read)?;
        let found = self.store.read(id, |tx, id| tx.drill(*id).boxed()).await?;
        let missing = || Error::not_found("drill-not-found", "drill", id);
        found.as_ref().map(shown).ok_or_else(missing)
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
        request.permit(Action::Read)?;
        let before = before.unwrap_or(DrillId(u64::MAX >> 1));
        let found = self
            .store
            .read((before, limit, of), |tx, (before, limit, of)| {
                tx.drills_before(*before, *limit, of).boxed()
            })
            .await?;
        Ok(found.iter().map(shown).collect())
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
