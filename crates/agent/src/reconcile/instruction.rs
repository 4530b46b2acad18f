//! Taking what the server says: the newest instruction of each product, and the revisions and secrets it needs.

use super::{agent::Agent, belief::Believed};
use crate::{
    link::Told,
    state::{Known, ProductState},
};
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{
        DesiredState, PrepareState,
        steps::{self, Offer},
    },
    digest::Digest,
    revision::{Revision, RevisionId},
};
use tidegate_protocol::agent::DesiredResponse;

impl Agent {
    pub(super) fn told(&mut self, told: Told) {
        match told {
            Told::Signatures(signed) => self.signed_anew(&signed),
            Told::States { answer, hashes } => self.instructed(answer, hashes),
        }
    }

    fn instructed(&mut self, answer: DesiredResponse, hashes: Vec<Digest>) {
        self.heed(&answer.signed);
        let mut revisions: BTreeMap<RevisionId, Revision> =
            answer.revisions.into_iter().map(|r| (r.id(), r)).collect();
        let states = answer.desired.into_iter().flatten();
        for (desired, hash) in states.zip(hashes) {
            let product = desired.product.clone();
            // Each is judged when those before it are taken: one answer may name a product twice.
            let believed = match self.believe((&desired, hash), &answer.signed) {
                Ok(believed) => believed,
                Err(refusal) => {
                    self.refuse(product, refusal);
                    continue;
                }
            };
            self.refused.remove(&product);
            let known = self.state.products.get(&product);
            self.secrets
                .replace(&product, &answer.secrets, |reference| {
                    known.is_some_and(|known| known.refers_to(reference))
                });
            let newer = believed.offer == Offer::Newer;
            self.take(desired, believed, &mut revisions);
            self.converge(&product);
            if newer {
                self.try_again(&product);
            }
            self.work(&product);
            self.direct(&product);
        }
        // A secret may have arrived that somebody was waiting for.
        self.active_keys().iter().for_each(|key| self.order(key));
    }

    /// Takes an instruction that is believed.
    fn take(
        &mut self,
        desired: DesiredState,
        believed: Believed,
        revisions: &mut BTreeMap<RevisionId, Revision>,
    ) {
        let renewed = match believed.offer {
            // The revisions may have come only now.
            Offer::Same | Offer::Older => false,
            Offer::Newer => true,
        };
        let product = desired.product.clone();
        let instruction = desired.instruction;
        let named = steps::named(&desired);
        let slot = self.state.products.entry(product.clone());
        let state = slot.or_insert_with(|| ProductState::new(desired.clone()));
        state.desired = desired;
        if renewed || believed.signed.is_some() {
            state.signed = believed.signed;
        }
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
