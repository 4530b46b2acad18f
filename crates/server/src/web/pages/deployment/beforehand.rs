//! What was found out about the plan of a deployment before it began.

use super::super::super::state::State;
use crate::app::{Error, Request, SharedApp, query::AboutPlan};
use tidegate_protocol::api::DeploymentView;

/// How many preflights are looked through for one with the same configuration.
const LOOKED_AT: u64 = 20;

/// The latest of each kind, of the same plan of the same release to the same place.
#[derive(Debug, Default)]
pub(super) struct Beforehand {
    /// The number of the rehearsal.
    pub rehearsal: Option<u64>,
    /// The number of the preflight, and what it came to.
    pub preflight: Option<(u64, State)>,
    /// Whether its targets can be looked at.
    pub is_open: bool,
}

impl Beforehand {
    pub(super) async fn of(
        app: &SharedApp,
        request: &Request,
        view: &DeploymentView,
    ) -> Result<Self, Error> {
        let of = AboutPlan {
            plan: view.plan_hash.parse().ok(),
            product: view.product.parse().ok(),
            release: view.release.parse().ok(),
            environment: view.environment.parse().ok(),
        };
        let rehearsals = app.rehearsal_list(request, None, 1, of.clone()).await?;
        let preflights = app.preflight_list(request, None, LOOKED_AT, of).await?;
        let preflight = preflights.iter().find(|it| it.snapshot == view.snapshot);
        Ok(Self {
            rehearsal: rehearsals.first().map(|it| it.id),
            is_open: view.ended_at.is_none(),
            preflight: preflight.map(|it| (it.id, State::of_preflight(&it.verdict))),
        })
    }
}
