//! What the agent says of its target, in the words of the contract.

use super::{agent::Agent, supervised::Supervised};
use crate::{
    drivers::service::{Key, Report},
    keeper::clock,
    link::Seen,
    state::{Activated, Known, ProductState},
};
use std::{collections::BTreeSet, sync::Arc};
use tidegate_domain::{
    converge::{
        Attestation, CONTRACT, DesiredState, Health, ObservedState, PrepareState, Prepared, Slot,
        steps::Waiting,
    },
    duration::Millis,
    generation::Incarnation,
    name::Name,
    revision::RevisionId,
};
use tokio::{sync::watch, time::Instant};

impl Agent {
    /// Says what is seen, if it differs from what was said.
    pub(super) fn publish(&self, observed: &watch::Sender<Option<Seen>>, now: Instant) {
        let known = self.state.products.iter();
        let known = known.map(|(name, state)| self.observe(name, state, now));
        let strange = self.refused.keys();
        let strange = strange.filter(|name| !self.state.products.contains_key(*name));
        let strange = strange.map(|name| {
            // Nothing of it was ever taken; that is said, too.
            let nothing = DesiredState::nothing(name.clone(), Millis(0));
            self.observe(name, &ProductState::new(nothing), now)
        });
        let seen: Vec<ObservedState> = known.chain(strange).collect();
        let running = || self.state.products.values().flat_map(ProductState::running);
        observed.send_if_modified(|said| {
            let ids = running().map(|(id, _)| id).collect::<BTreeSet<_>>();
            let last = said.as_ref().map(|said| &said.running);
            let last = last.filter(|last| last.keys().eq(&ids)).cloned();
            let is_same = last.is_some() && said.as_ref().is_some_and(|it| it.observed == seen);
            if !is_same {
                *said = Some(Seen {
                    observed: seen,
                    running: last.unwrap_or_else(|| {
                        Arc::new(running().map(|(id, it)| (id, it.clone())).collect())
                    }),
                });
            }
            !is_same
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
            refused: self.refusal(product, &clock::moment()),
            contract: CONTRACT,
            history: Some(self.history()).filter(|it| *it > Incarnation::default()),
        }
    }

    fn attest(
        &self,
        (component, slot): (&Name, Slot),
        state: &ProductState,
        now: Instant,
    ) -> Attestation {
        let first = Key::first(&state.desired.product, component, slot);
        let Some(active) = state.in_slot(slot).get(component) else {
            return self.unactivated(first);
        };
        let minimum = state.desired.minimum_healthy;
        let instances = active.instances();
        let seen: Vec<Instance> = (1..=instances)
            .map(|number| self.see(&first.numbered(number), active, (minimum, now)))
            .collect();
        let health = seen.iter().map(|seen| seen.health).max();
        Attestation {
            component: first.component,
            slot,
            revision: Some(active.revision),
            artifact: Some(active.artifact),
            instances,
            health: health.unwrap_or(Health::Starting),
            proved: seen.iter().all(|seen| seen.proved),
            detail: together(&seen),
            starts: seen.iter().map(|seen| seen.starts).sum(),
        }
    }

    fn see(&self, key: &Key, active: &Activated, (minimum, now): (Millis, Instant)) -> Instance {
        let supervised = self.supervised.get(key);
        let report = supervised.and_then(|s| s.report.as_ref());
        let (health, detail, starts) = verdict(active, key.instance, report);
        let proof = supervised.and_then(|s| s.proof(minimum));
        Instance {
            health,
            detail,
            starts,
            proved: health == Health::Healthy && proof.is_some_and(|at| at <= now),
        }
    }

    /// A component that waits for its first activation, or that is being stopped.
    fn unactivated(&self, first: Key) -> Attestation {
        let place = (first.component.clone(), first.slot);
        let waiting = self.waiting.get(&first.product);
        let waiting = waiting.and_then(|w| w.get(&place));
        let mut beside = self.supervised.iter();
        let is_stopping = beside.any(|(key, seen)| key.is_beside(&first) && seen.report.is_some());
        let (health, detail) = match (waiting, is_stopping) {
            (Some(waiting), _) => (health_while(waiting), waiting.to_string()),
            (None, true) => (Health::Unhealthy, "stopping".to_owned()),
            (None, false) => (Health::Starting, "about to start".to_owned()),
        };
        Attestation {
            component: first.component,
            slot: first.slot,
            revision: None,
            artifact: None,
            instances: 1,
            health,
            proved: false,
            detail,
            starts: 0,
        }
    }
}

/// What is seen of one instance.
struct Instance {
    health: Health,
    detail: String,
    starts: u32,
    proved: bool,
}

/// What is seen of all instances of a component, in a sentence: how many do well, and how the worst of the others does.
fn together(seen: &[Instance]) -> String {
    let backwards = seen.iter().enumerate().rev();
    let Some((place, worst)) = backwards.max_by_key(|(_, seen)| seen.health) else {
        return String::new();
    };
    let (well, detail) = (
        seen.iter().filter(|seen| seen.health == Health::Healthy),
        &worst.detail,
    );
    match (seen.len(), well.count()) {
        (1, _) => detail.clone(),
        (all, well) if well == all => format!("{all} instances: {detail}"),
        (all, well) => {
            let number = place + 1;
            format!("{well} of {all} instances are healthy; instance {number}: {detail}")
        }
    }
}

/// A report about another workload or attempt says nothing about this one.
fn verdict(active: &Activated, instance: u32, report: Option<&Report>) -> (Health, String, u32) {
    let memory = active.instance(instance).and_then(|it| it.memory.as_ref());
    match (report, memory) {
        (Some(r), _) if active.is_meant_by(instance, r) => (r.health, r.detail.clone(), r.starts),
        // Until the keeper has been asked, what an earlier agent saw is the best there is.
        (None, Some(memory)) => (memory.health, memory.detail.clone(), 1),
        (Some(_) | None, _) => (Health::Starting, "about to start".to_owned(), 0),
    }
}

const fn health_while(waiting: &Waiting) -> Health {
    match waiting {
        Waiting::Revision | Waiting::Preparation | Waiting::Expired => Health::Starting,
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
