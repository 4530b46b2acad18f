//! Taking what the server says: the newest instruction of each product, and the revisions and secrets it needs.

use super::agent::Agent;
use crate::{
    drivers::service::Secrets,
    state::{Known, ProductState},
};
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{
        DesiredState, PrepareState,
        steps::{self, Offer},
    },
    revision::{Revision, RevisionId},
};
use tidegate_protocol::agent::DesiredResponse;

impl Agent {
    pub(super) fn told(&mut self, answer: DesiredResponse) {
        self.secrets = Secrets::new(answer.secrets);
        let mut revisions: BTreeMap<RevisionId, Revision> =
            answer.revisions.into_iter().map(|r| (r.id(), r)).collect();
        for desired in answer.desired.into_iter().flatten() {
            let product = desired.product.clone();
            let offer = self.take(desired, &mut revisions);
            if offer == Offer::Older {
                continue;
            }
            self.converge(&product);
            if offer == Offer::Newer {
                self.try_again(&product);
            }
            self.work(&product);
            self.direct(&product);
        }
        // A secret may have arrived that somebody was waiting for.
        self.active_keys().iter().for_each(|key| self.order(key));
    }

    /// Takes an instruction unless it is older than the one held.
    fn take(
        &mut self,
        desired: DesiredState,
        revisions: &mut BTreeMap<RevisionId, Revision>,
    ) -> Offer {
        let held = self
            .state
            .products
            .get(&desired.product)
            .map(|p| p.desired.instruction);
        let offer = steps::offer(held, desired.instruction);
        let renewed = match offer {
            Offer::Older => {
                tracing::warn!(agent.product = %desired.product, "refused an older instruction");
                return offer;
            }
            // The revisions may have come only now.
            Offer::Same => false,
            Offer::Newer => true,
        };
        let product = desired.product.clone();
        let instruction = desired.instruction;
        let named = steps::named(&desired);
        let slot = self.state.products.entry(product.clone());
        let state = slot.or_insert_with(|| ProductState::new(desired.clone()));
        state.desired = desired;
        for id in named {
            learn(state, id, revisions);
            let Some(known) = state.revisions.get_mut(&id) else {
                continue;
            };
            known.named = instruction;
            // A new instruction is a reason to try again what failed.
            let failed = matches!(known.state, Some(PrepareState::Failed { .. }));
            known.state = known.state.take().filter(|_| !(renewed && failed));
        }
        self.abandon_unnamed(&product);
        self.disown_jobs(&product);
        self.save();
        offer
    }
}

/// Adds a revision the state names, if it came along and is not known yet.
fn learn(state: &mut ProductState, id: RevisionId, revisions: &mut BTreeMap<RevisionId, Revision>) {
    let Some(revision) = revisions.remove(&id) else {
        return;
    };
    if revision.product == state.desired.product {
        let named = state.desired.instruction;
        state.revisions.entry(id).or_insert(Known {
            revision,
            named,
            state: None,
        });
    }
}
