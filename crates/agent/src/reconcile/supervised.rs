//! Who sees to each instance of each component in each slot, what was ordered of them, and what they report.

use super::agent::Agent;
use crate::{
    drivers::{
        service::{Key, Memory, Order, Place, Report, Task, specify, supervise},
        teller::Teller,
    },
    state::Activated,
};
use std::{path::PathBuf, sync::Arc};
use tidegate_domain::{converge::Health, duration::Millis, name::Name};
use tokio::{sync::watch, time::Instant};

/// The supervisor of one instance of a component.
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
        let is_meant = active
            .as_ref()
            .map(|a| a.is_meant_by(key.instance, &report));
        let instance = active.and_then(|active| active.instance_mut(key.instance));
        if report.workload.is_none() && instance.is_none() {
            self.supervised.remove(key);
            return;
        }
        let memory = report.memory();
        supervised.reported(report);
        let Some(instance) = instance.filter(|_| is_meant == Some(true)) else {
            return;
        };
        let essence = |m: &Option<Memory>| m.as_ref().map(|m| (m.pid, m.health));
        if essence(&instance.memory) != essence(&memory) {
            instance.memory = memory;
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
            let is_meant = |a: &Activated| failed.is_some_and(|r| a.is_meant_by(key.instance, r));
            let active = active.filter(|active| is_meant(active));
            if let Some(instance) = active.and_then(|active| active.instance_mut(key.instance)) {
                instance.start_anew();
            }
        }
        self.save();
    }

    /// Has the supervisors of all instances see to what was activated, and those of instances that should not be, stop.
    pub(super) fn order_all(&mut self, first: &Key) {
        let product = self.state.products.get(&first.product);
        let active = product.and_then(|p| p.in_slot(first.slot).get(&first.component));
        let instances = active.map_or(0, Activated::instances);
        (1..=instances).for_each(|number| self.order(&first.numbered(number)));
        let beside = self
            .supervised
            .iter()
            .filter(|(key, _)| key.is_beside(first));
        for (_, supervised) in beside.filter(|(key, _)| key.instance > instances) {
            supervised.orders.send_replace(Order::Stop);
        }
    }

    /// Has the supervisor of one instance see to what was activated.
    pub(super) fn order(&mut self, key: &Key) {
        let Some(task) = self.task(key) else { return };
        let order = Order::Run(Arc::new(task));
        match self.supervised.get_mut(key) {
            Some(supervised) => {
                if matches!(*supervised.orders.borrow(), Order::Stop) {
                    // What was said of what was to stop says nothing about this.
                    (supervised.report, supervised.healthy_since) = (None, None);
                }
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
        let instance = active.instance(key.instance)?;
        task.memory.clone_from(&instance.memory);
        task.attempt = instance.attempt;
        Some(task)
    }

    fn supervise(&mut self, key: &Key, order: Order) {
        let (orders, ordered) = watch::channel(order);
        let place = Place {
            directory: self.keeper(key),
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

    /// Where the keeper of an instance lives.
    pub(super) fn keeper(&self, key: &Key) -> PathBuf {
        let place = (key.slot, key.instance);
        let layout = &self.surroundings.layout;
        layout.keeper(&key.product, &key.component, place)
    }

    pub(super) fn active_keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (product, state) in &self.state.products {
            for ((component, slot), active) in state.active() {
                let first = Key::first(product, component, slot);
                keys.extend((1..=active.instances()).map(|number| first.numbered(number)));
            }
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
