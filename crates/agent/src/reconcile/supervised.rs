//! Who sees to each component in each slot, what was ordered of them, and what they report.

use super::agent::Agent;
use crate::drivers::{
    service::{Key, Memory, Order, Place, Report, Task, specify, supervise},
    teller::Teller,
};
use std::sync::Arc;
use tidegate_domain::{
    converge::{Health, Slot},
    duration::Millis,
    name::Name,
};
use tokio::{sync::watch, time::Instant};

/// The supervisor of a component in one slot.
pub(super) struct Supervised {
    pub(super) orders: watch::Sender<Order>,
    pub(super) report: Option<Report>,
    /// Since when every report said that the same start of the same workload is healthy.
    pub(super) healthy_since: Option<Instant>,
}

impl Supervised {
    /// When it has been healthy for `minimum`, if it stays so.
    pub(super) fn proof(&self, minimum: Millis) -> Option<Instant> {
        self.healthy_since?.checked_add(minimum.as_duration())
    }

    fn reported(&mut self, report: Report) {
        let start = |r: &Report| (r.workload, r.attempt, r.starts);
        let unbroken = self.report.as_ref().map(start) == Some(start(&report));
        let since = self.healthy_since.filter(|_| unbroken);
        let healthy = report.health == Health::Healthy;
        self.healthy_since = healthy.then(|| since.unwrap_or_else(Instant::now));
        self.report = Some(report);
    }
}

impl Agent {
    pub(super) fn reported(&mut self, key: &Key, report: Report) {
        let Some(supervised) = self.supervised.get_mut(key) else {
            return;
        };
        let product = self.state.products.get_mut(&key.product);
        let active = product.and_then(|p| p.in_slot_mut(key.slot).get_mut(&key.component));
        if report.workload.is_none() && active.is_none() {
            self.supervised.remove(key);
            return;
        }
        let active = active.filter(|active| active.is_meant_by(&report));
        let memory = report.memory();
        supervised.reported(report);
        let Some(active) = active else { return };
        let essence = |m: &Option<Memory>| m.as_ref().map(|m| (m.pid, m.health));
        if essence(&active.memory) != essence(&memory) {
            active.memory = memory;
            self.save();
        }
    }

    /// A new instruction is a reason to start anew what has failed, too. What is only unwell may still recover.
    pub(super) fn try_again(&mut self, product: &Name) {
        let Some(state) = self.state.products.get_mut(product) else {
            return;
        };
        for (key, supervised) in &self.supervised {
            let failed = supervised.report.as_ref();
            let failed = failed.filter(|r| key.product == *product && r.health == Health::Failed);
            let active = state.in_slot_mut(key.slot).get_mut(&key.component);
            if let Some(active) = active.filter(|a| failed.is_some_and(|r| a.is_meant_by(r))) {
                active.start_anew();
            }
        }
        self.save();
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
        let active = product.in_slot(key.slot).get(&key.component)?;
        let known = product.revisions.get(&active.revision)?;
        let component = known.revision.component(&key.component)?;
        let mut task = specify(&self.surroundings, key, component, &self.secrets);
        task.memory.clone_from(&active.memory);
        task.attempt = active.attempt;
        Some(task)
    }

    fn supervise(&mut self, key: &Key, order: Order) {
        let (orders, ordered) = watch::channel(order);
        let place = Place {
            directory: self
                .surroundings
                .layout
                .keeper(&key.product, &key.component, key.slot),
            program: self.surroundings.program.clone(),
            teller: Teller::new(key.clone(), self.reports.clone()),
        };
        tokio::spawn(supervise(place, ordered));
        self.supervised.insert(
            key.clone(),
            Supervised {
                orders,
                report: None,
                healthy_since: None,
            },
        );
    }

    pub(super) fn active_keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (product, state) in &self.state.products {
            let key = |(component, slot): (&Name, Slot)| Key {
                product: product.clone(),
                component: component.clone(),
                slot,
            };
            keys.extend(state.active().map(|(place, _)| key(place)));
        }
        keys
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
