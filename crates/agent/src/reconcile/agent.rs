//! The agent's state, and what each event does to it.

use super::{perform::Fetching, traffic::Directed};
use crate::{
    drivers::{
        service::{Key, Order, Place, Report, Secrets, Surroundings, Task, specify, supervise},
        traffic,
    },
    link::Link,
    prepare::{Preparation, Progress},
    state::{Known, ProductState, State},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tidegate_domain::{
    converge::{
        DesiredState, Health, ObservedState, PrepareState,
        steps::{self, Offer, Waiting},
    },
    duration::Millis,
    name::Name,
    revision::{Revision, RevisionId},
};
use tidegate_protocol::agent::DesiredResponse;
use tokio::{
    sync::{Mutex, mpsc, watch},
    time::{Instant, sleep_until},
};

/// What could not be stored is stored after this, or with the next change.
const SAVE_AGAIN: Duration = Duration::from_secs(5);

/// What one of the agent's own tasks has to say.
#[derive(Debug)]
pub(super) enum Event {
    /// A preparation got on.
    Progress {
        product: Name,
        revision: RevisionId,
        progress: Progress,
    },
    /// A preparation ended.
    Prepared {
        product: Name,
        revision: RevisionId,
        state: PrepareState,
    },
}

/// Where the agent's own tasks leave word.
#[derive(Debug)]
pub(super) struct Inbox {
    events: mpsc::Receiver<Event>,
    reports: mpsc::Receiver<(Key, Report)>,
    routed: mpsc::Receiver<(Key, traffic::Report)>,
}

/// A component's supervisor.
pub(super) struct Supervised {
    pub(super) orders: watch::Sender<Order>,
    pub(super) report: Option<Report>,
    /// Since when every report said that the same start of the same workload is healthy.
    pub(super) healthy_since: Option<Instant>,
    /// The generation of the last instruction to try again what had failed.
    attempt: u64,
}

impl Supervised {
    /// When it has been healthy for `minimum`, if it stays so.
    pub(super) fn proof(&self, minimum: Millis) -> Option<Instant> {
        self.healthy_since?.checked_add(minimum.as_duration())
    }

    fn reported(&mut self, report: Report) {
        let unbroken = self
            .report
            .as_ref()
            .is_some_and(|r| r.workload == report.workload && r.starts == report.starts);
        let since = self.healthy_since.filter(|_| unbroken);
        let healthy = report.health == Health::Healthy;
        self.healthy_since = healthy.then(|| since.unwrap_or_else(Instant::now));
        self.report = Some(report);
    }
}

/// The agent.
pub(super) struct Agent {
    pub(super) surroundings: Surroundings,
    pub(super) state: State,
    pub(super) secrets: Secrets,
    pub(super) preparation: Preparation,
    pub(super) supervised: BTreeMap<Key, Supervised>,
    pub(super) fetching: BTreeMap<(Name, RevisionId), Fetching>,
    pub(super) waiting: BTreeMap<Name, BTreeMap<Name, Waiting>>,
    pub(super) directed: BTreeMap<Key, Directed>,
    pub(super) events: mpsc::Sender<Event>,
    reports: mpsc::Sender<(Key, Report)>,
    pub(super) routed: mpsc::Sender<(Key, traffic::Report)>,
    /// The state could not be stored: when it is tried again.
    save_at: Option<Instant>,
}

impl Agent {
    pub(super) fn new(surroundings: Surroundings, state: State, link: Arc<Link>) -> (Self, Inbox) {
        let (events, happened) = mpsc::channel(64);
        let (reports, reported) = mpsc::channel(64);
        let (routed, directors) = mpsc::channel(64);
        let layout = surroundings.layout.clone();
        let agent = Self {
            preparation: Preparation {
                link,
                layout,
                turn: Arc::new(Mutex::new(())),
            },
            surroundings,
            state,
            secrets: Secrets::default(),
            supervised: BTreeMap::new(),
            fetching: BTreeMap::new(),
            waiting: BTreeMap::new(),
            directed: BTreeMap::new(),
            events,
            reports,
            routed,
            save_at: None,
        };
        (
            agent,
            Inbox {
                events: happened,
                reports: reported,
                routed: directors,
            },
        )
    }

    /// Handles one event after the other, and says what is seen after each.
    pub(super) async fn live(
        mut self,
        mut desired: mpsc::Receiver<DesiredResponse>,
        mut inbox: Inbox,
        observed: watch::Sender<Vec<ObservedState>>,
    ) {
        self.resume();
        loop {
            // One moment for both: what is not proved yet is waited for.
            let now = Instant::now();
            self.publish(&observed, now);
            let proof = self.next_proof(now);
            let save_at = self.save_at;
            tokio::select! {
                Some(answer) = desired.recv() => self.told(answer),
                Some(event) = inbox.events.recv() => self.heard(event),
                Some((key, report)) = inbox.reports.recv() => self.reported(&key, report),
                Some((key, report)) = inbox.routed.recv() => self.directed(&key, report),
                () = sleep_until(proof.unwrap_or(now)), if proof.is_some() => {}
                () = sleep_until(save_at.unwrap_or_else(Instant::now)), if save_at.is_some() => self.save(),
                else => return,
            }
        }
    }

    /// Goes on where an earlier agent ended, without asking anybody.
    fn resume(&mut self) {
        let keys: Vec<Key> = self.active_keys();
        keys.iter().for_each(|key| self.order(key));
        let products: Vec<Name> = self.state.products.keys().cloned().collect();
        for product in &products {
            self.converge(product);
            self.direct(product);
        }
    }

    fn told(&mut self, answer: DesiredResponse) {
        self.secrets = Secrets::new(answer.secrets);
        let mut revisions: BTreeMap<RevisionId, Revision> =
            answer.revisions.into_iter().map(|r| (r.id(), r)).collect();
        for desired in answer.desired.into_iter().flatten() {
            let product = desired.product.clone();
            if self.take(desired, &mut revisions) {
                self.converge(&product);
                self.direct(&product);
            }
        }
        // A secret may have arrived that somebody was waiting for.
        self.active_keys().iter().for_each(|key| self.order(key));
    }

    /// Takes an instruction unless it is older than the one held.
    fn take(
        &mut self,
        desired: DesiredState,
        revisions: &mut BTreeMap<RevisionId, Revision>,
    ) -> bool {
        let held = self
            .state
            .products
            .get(&desired.product)
            .map(|p| p.desired.instruction);
        match steps::offer(held, desired.instruction) {
            Offer::Older => {
                tracing::warn!(agent.product = %desired.product, "refused an older instruction");
                return false;
            }
            // The revisions may have come only now.
            Offer::Same | Offer::Newer => {}
        }
        let product = desired.product.clone();
        let instruction = desired.instruction;
        let renewed = held != Some(instruction);
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
        if renewed {
            self.try_again(&product);
        }
        self.save();
        true
    }

    /// A new instruction is a reason to start anew what has failed, too. What is only unwell may still recover.
    fn try_again(&mut self, product: &Name) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let generation = state.desired.instruction.generation.0;
        let of_product = self
            .supervised
            .iter_mut()
            .filter(|(key, _)| key.product == *product);
        for (_, supervised) in of_product {
            let failed = supervised
                .report
                .as_ref()
                .is_some_and(|r| r.health == Health::Failed);
            if failed {
                supervised.attempt = generation;
                supervised.report = None;
            }
        }
    }

    fn heard(&mut self, event: Event) {
        match event {
            Event::Progress {
                product,
                revision,
                progress,
            } => {
                let (bytes_done, bytes_total) = (progress.done, progress.total);
                let state = PrepareState::Fetching {
                    bytes_done,
                    bytes_total,
                };
                if self.fetching.contains_key(&(product.clone(), revision)) {
                    self.set_prepared(&product, revision, Some(state));
                }
            }
            Event::Prepared {
                product,
                revision,
                state,
            } => {
                if self.fetching.remove(&(product.clone(), revision)).is_some() {
                    self.set_prepared(&product, revision, Some(state));
                    self.converge(&product);
                }
            }
        }
    }

    pub(super) fn set_prepared(
        &mut self,
        product: &Name,
        revision: RevisionId,
        state: Option<PrepareState>,
    ) {
        let product = self.state.products.get_mut(product);
        if let Some(known) = product.and_then(|p| p.revisions.get_mut(&revision)) {
            known.state = state;
        }
    }

    fn reported(&mut self, key: &Key, report: Report) {
        let Some(supervised) = self.supervised.get_mut(key) else {
            return;
        };
        let product = self.state.products.get_mut(&key.product);
        let active = product.and_then(|p| p.active.get_mut(&key.component));
        if report.workload.is_none() && active.is_none() {
            self.supervised.remove(key);
            return;
        }
        let memory = report.memory();
        supervised.reported(report);
        let Some(active) = active else { return };
        let essence =
            |m: &Option<crate::drivers::service::Memory>| m.as_ref().map(|m| (m.pid, m.health));
        if essence(&active.memory) != essence(&memory) {
            active.memory = memory;
            self.save();
        }
    }

    /// Has the component's supervisor see to what was activated.
    pub(super) fn order(&mut self, key: &Key) {
        let Some(task) = self.task(key) else { return };
        let order = Order::Run(Arc::new(task));
        match self.supervised.get(key) {
            Some(supervised) => {
                supervised.orders.send_if_modified(|held| {
                    let changed = differs(held, &order);
                    if changed {
                        *held = order;
                    }
                    changed
                });
            }
            None => self.supervise(key, order),
        }
    }

    fn task(&self, key: &Key) -> Option<Task> {
        let product = self.state.products.get(&key.product)?;
        let active = product.active.get(&key.component)?;
        let known = product.revisions.get(&active.revision)?;
        let component = known.revision.component(&key.component)?;
        let mut task = specify(&self.surroundings, &key.product, component, &self.secrets);
        task.memory.clone_from(&active.memory);
        task.attempt = self.supervised.get(key).map_or(0, |s| s.attempt);
        Some(task)
    }

    fn supervise(&mut self, key: &Key, order: Order) {
        let (orders, ordered) = watch::channel(order);
        let place = Place {
            key: key.clone(),
            directory: self
                .surroundings
                .layout
                .keeper(&key.product, &key.component),
            program: self.surroundings.program.clone(),
            reports: self.reports.clone(),
        };
        tokio::spawn(supervise(place, ordered));
        self.supervised.insert(
            key.clone(),
            Supervised {
                orders,
                report: None,
                healthy_since: None,
                attempt: 0,
            },
        );
    }

    fn active_keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (product, state) in &self.state.products {
            let key = |component: &Name| Key {
                product: product.clone(),
                component: component.clone(),
            };
            keys.extend(state.active.keys().map(key));
        }
        keys
    }

    /// Makes the state durable. A full disk must not stop what can still be done; it is tried again.
    pub(super) fn save(&mut self) {
        self.save_at = None;
        if let Err(error) = self.state.save(&self.surroundings.layout) {
            self.save_at = Some(Instant::now() + SAVE_AGAIN);
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the agent's state cannot be stored"
            );
        }
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

/// Orders are the same when they run the same and know equally much.
fn differs(held: &Order, new: &Order) -> bool {
    match (held, new) {
        (Order::Run(held), Order::Run(new)) => {
            held.workload != new.workload
                || held.attempt != new.attempt
                || held.specified.is_ok() != new.specified.is_ok()
        }
        (Order::Stop, Order::Stop) => false,
        (Order::Run(_), Order::Stop) | (Order::Stop, Order::Run(_)) => true,
    }
}
