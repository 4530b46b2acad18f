//! What the agent says of its target, in the words of the contract.

use super::{agent::Agent, supervised::Supervised};
use crate::{
    drivers::service::{Key, Report},
    state::{Activated, Known, ProductState},
};
use std::collections::BTreeSet;
use tidegate_domain::{
    converge::{
        Attestation, CONTRACT, Health, ObservedState, PrepareState, Prepared, Slot, steps::Waiting,
    },
    name::Name,
    revision::RevisionId,
};
use tokio::{sync::watch, time::Instant};

impl Agent {
    /// Says what is seen, if it differs from what was said.
    pub(super) fn publish(&self, observed: &watch::Sender<Vec<ObservedState>>, now: Instant) {
        let seen: Vec<ObservedState> = self
            .state
            .products
            .iter()
            .map(|(name, state)| self.observe(name, state, now))
            .collect();
        observed.send_if_modified(|said| {
            let changed = *said != seen;
            if changed {
                *said = seen;
            }
            changed
        });
    }

    /// When the next component will have been healthy long enough.
    pub(super) fn next_proof(&self, now: Instant) -> Option<Instant> {
        let proof = |(key, supervised): (&Key, &Supervised)| {
            let state = self.state.products.get(&key.product)?;
            supervised.proof(state.desired.minimum_healthy)
        };
        let ahead = self.supervised.iter().filter_map(proof);
        ahead.filter(|at| *at > now).min()
    }

    fn observe(&self, product: &Name, state: &ProductState, now: Instant) -> ObservedState {
        let stopping = self.supervised.keys().filter(|key| key.product == *product);
        let ordered = state.desired.active.iter();
        let places: BTreeSet<(&Name, Slot)> = state
            .active()
            .map(|(place, _)| place)
            .chain(ordered.map(|a| (&a.component, a.slot)))
            .chain(stopping.map(|key| (&key.component, key.slot)))
            .collect();
        ObservedState {
            product: product.clone(),
            instruction: state.desired.instruction,
            active: places
                .into_iter()
                .map(|place| self.attest(place, state, now))
                .collect(),
            prepared: prepared(state),
            traffic: self.routes(product, state),
            jobs: self.job_reports(product, state),
            contract: CONTRACT,
        }
    }

    fn attest(
        &self,
        (component, slot): (&Name, Slot),
        state: &ProductState,
        now: Instant,
    ) -> Attestation {
        let key = Key {
            product: state.desired.product.clone(),
            component: component.clone(),
            slot,
        };
        let supervised = self.supervised.get(&key);
        let report = supervised.and_then(|s| s.report.as_ref());
        let Some(active) = state.in_slot(slot).get(component) else {
            return self.unactivated(key, report);
        };
        let (health, detail, starts) = verdict(active, report);
        let proof = supervised.and_then(|s| s.proof(state.desired.minimum_healthy));
        let proved = health == Health::Healthy && proof.is_some_and(|at| at <= now);
        let Key { component, .. } = key;
        let (revision, artifact) = (Some(active.revision), Some(active.artifact));
        Attestation {
            component,
            slot,
            revision,
            artifact,
            health,
            proved,
            detail,
            starts,
        }
    }

    /// A component that waits for its first activation, or that is being stopped.
    fn unactivated(&self, key: Key, report: Option<&Report>) -> Attestation {
        let Key {
            product,
            component,
            slot,
        } = key;
        let place = (component, slot);
        let waiting = self.waiting.get(&product).and_then(|w| w.get(&place));
        let (health, detail) = match (waiting, report) {
            (Some(waiting), _) => (health_while(waiting), waiting.to_string()),
            (None, Some(_)) => (Health::Unhealthy, "stopping".to_owned()),
            (None, None) => (Health::Starting, "about to start".to_owned()),
        };
        let (component, slot) = place;
        Attestation {
            component,
            slot,
            revision: None,
            artifact: None,
            health,
            proved: false,
            detail,
            starts: 0,
        }
    }
}

/// A report about another workload or attempt says nothing about this one.
fn verdict(active: &Activated, report: Option<&Report>) -> (Health, String, u32) {
    match (report, &active.memory) {
        (Some(r), _) if active.is_meant_by(r) => (r.health, r.detail.clone(), r.starts),
        // Until the keeper has been asked, what an earlier agent saw is the best there is.
        (None, Some(memory)) => (memory.health, memory.detail.clone(), 1),
        (Some(_) | None, _) => (Health::Starting, "about to start".to_owned(), 0),
    }
}

const fn health_while(waiting: &Waiting) -> Health {
    match waiting {
        Waiting::Revision | Waiting::Preparation => Health::Starting,
        Waiting::NotInRevision | Waiting::PreparationFailed { .. } => Health::Failed,
    }
}

fn prepared(state: &ProductState) -> Vec<Prepared> {
    let told = |(id, known): (&RevisionId, &Known)| {
        let state: PrepareState = known.state.clone()?;
        Some(Prepared {
            revision: *id,
            state,
        })
    };
    state.revisions.iter().filter_map(told).collect()
}
