//! What was found out about the plan of a deployment before it began.

use super::super::super::state::State;
use crate::app::{Error, Request, SharedApp, query::AboutPlan};
use tidegate_protocol::api::DeploymentView;

/// The latest of each kind, of the same plan of the same release to the same place.
#[derive(Debug, Default)]
pub(super) struct Beforehand {
    /// The number of the rehearsal.
    pub rehearsal: Option<u64>,
    /// The number of the preflight, and what it came to.
    pub preflight: Option<(u64, State)>,
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
        let preflights = app.preflight_list(request, None, 1, of).await?;
        let preflight = preflights.first();
        Ok(Self {
            rehearsal: rehearsals.first().map(|it| it.id),
            preflight: preflight.map(|it| (it.id, State::of_preflight(&it.verdict))),
        })
    }
}
