//! Carrying out the domain's steps. Each is harmless when repeated; nothing here chooses.

use super::agent::{Agent, Event};
use crate::{
    drivers::service::Key,
    layout::sync_directory,
    prepare::{self, Progress},
    state::Activated,
};
use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};
use tidegate_domain::{
    converge::{
        PrepareState,
        steps::{self, Step},
    },
    digest::Digest,
    name::Name,
    revision::{Revision, RevisionId},
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
    time::Instant,
};

/// Progress is told no more often.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// A preparation under way; ends when dropped.
pub(super) struct Fetching(JoinHandle<()>);

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Agent {
    /// Lets the domain decide about one product, and does it.
    pub(super) fn converge(&mut self, product: &Name) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let convergence = match self.is_held_back(product) {
            true => steps::held_back(&state.desired, &state.local()),
            false => steps::steps(&state.desired, &state.local()),
        };
        for step in convergence.steps {
            tracing::info!(agent.product = %product, ?step, "performs");
            self.perform(product, step);
        }
        self.waiting.insert(product.clone(), convergence.waiting);
    }

    fn perform(&mut self, product: &Name, step: Step) {
        match step {
            Step::Prepare { revision } => self.prepare(product, revision),
            Step::Activate {
                component,
                slot,
                revision,
                instances,
                start,
            } => {
                let key = Key::first(product, &component, slot);
                self.activate(&key, (revision, instances), start);
            }
            Step::Relabel {
                component,
                slot,
                revision,
            } => {
                let key = Key::first(product, &component, slot);
                self.change(&key, |active| active.revision = revision);
            }
            Step::Scale {
                component,
                slot,
                instances,
            } => {
                let key = Key::first(product, &component, slot);
                self.change(&key, |active| active.scale(instances));
                self.order_all(&key);
            }
            Step::Restart {
                component,
                slot,
                start,
            } => {
                let key = Key::first(product, &component, slot);
                self.change(&key, |active| active.start_as(start));
                self.order_all(&key);
            }
            Step::Stop { component, slot } => self.stop(&Key::first(product, &component, slot)),
            Step::Forget { revision } => self.forget(product, revision),
        }
    }

    fn change(&mut self, key: &Key, change: impl FnOnce(&mut Activated)) {
        let state = self.state.products.get_mut(&key.product);
        let active = state.and_then(|s| s.in_slot_mut(key.slot).get_mut(&key.component));
        if let Some(active) = active {
            change(active);
        }
        self.save();
    }

    fn prepare(&mut self, product: &Name, id: RevisionId) {
        let Some(revision) = self.revision(product, id).cloned() else {
            return;
        };
        let beginning = PrepareState::Fetching {
            bytes_done: 0,
            bytes_total: 0,
        };
        self.set_prepared(product, id, Some(beginning));
        let (preparation, events) = (self.preparation.clone(), self.events.clone());
        let name = product.clone();
        let task = tokio::spawn(async move {
            let progress = teller(&name, id, &events);
            let done = prepare::prepare(&preparation, &revision, &progress).await;
            drop(progress);
            let state = match done {
                Ok(()) => PrepareState::Ready,
                Err(error) => PrepareState::Failed {
                    reason: error.with_causes(),
                },
            };
            // Closed only while the agent is ending.
            events
                .send(Event::Prepared {
                    product: name,
                    revision: id,
                    state,
                })
                .await
                .ok();
        });
        self.fetching.insert((product.clone(), id), Fetching(task));
    }

    /// Ends preparations that no instruction asks for any more.
    pub(super) fn abandon_unnamed(&mut self, product: &Name) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let named = steps::named(&state.desired);
        self.abandon(product, |id| !named.contains(&id));
    }

    /// Ends those preparations of a product.
    pub(super) fn abandon(&mut self, product: &Name, which: impl Fn(RevisionId) -> bool) {
        let those = |(p, id): &&(Name, RevisionId)| p == product && which(*id);
        let abandoned: Vec<_> = self.fetching.keys().filter(those).cloned().collect();
        for (product, revision) in abandoned {
            self.fetching.remove(&(product.clone(), revision));
            self.set_prepared(&product, revision, None);
        }
    }

    fn activate(&mut self, key: &Key, (id, instances): (RevisionId, u32), start: Option<u64>) {
        let revision = self.revision(&key.product, id);
        let Some(part) = revision.and_then(|r| r.component(&key.component)) else {
            return;
        };
        let (workload, artifact) = (part.workload(), part.artifact);
        let layout = &self.surroundings.layout;
        let link = layout.current(&key.product, &key.component, key.slot);
        if let Err(error) = switch(&link, workload) {
            // What runs does not depend on the link; it is for people and scripts.
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "`current` not switched"
            );
        }
        if let Some(state) = self.state.products.get_mut(&key.product) {
            let slot = state.in_slot_mut(key.slot);
            let replaced = slot.remove(&key.component);
            let mut activated = Activated::new((id, workload, artifact), replaced);
            activated.scale(instances);
            if let Some(start) = start {
                activated.start_as(start);
            }
            slot.insert(key.component.clone(), activated);
        }
        self.save();
        self.order_all(key);
    }

    fn stop(&mut self, key: &Key) {
        if let Some(state) = self.state.products.get_mut(&key.product) {
            state.in_slot_mut(key.slot).remove(&key.component);
        }
        self.save();
        self.order_all(key);
    }

    fn forget(&mut self, product: &Name, id: RevisionId) {
        let Some(state) = self.state.products.get_mut(product) else {
            return;
        };
        let Some(known) = state.revisions.remove(&id) else {
            return;
        };
        let layout = &self.surroundings.layout;
        let mut unneeded = Vec::new();
        for component in &known.revision.components {
            let workload = component.workload();
            if !state.workloads(&component.component).contains(&workload) {
                unneeded.push(layout.release(product, &component.component, workload));
            }
        }
        self.save();
        spawn_blocking(move || unneeded.iter().for_each(|path| remove(path)));
    }

    fn revision(&self, product: &Name, id: RevisionId) -> Option<&Revision> {
        self.state
            .products
            .get(product)?
            .revisions
            .get(&id)
            .map(|k| &k.revision)
    }
}

/// Tells the agent how far a preparation is, now and then.
fn teller(
    product: &Name,
    revision: RevisionId,
    events: &mpsc::Sender<Event>,
) -> impl Fn(Progress) + Send + Sync + use<> {
    let (product, events) = (product.clone(), events.clone());
    let last = Mutex::new(Instant::now());
    move |progress| {
        let Ok(mut last) = last.lock() else { return };
        if last.elapsed() >= PROGRESS_EVERY {
            *last = Instant::now();
            let product = product.clone();
            // When the agent is busy, the next one will do.
            events
                .try_send(Event::Progress {
                    product,
                    revision,
                    progress,
                })
                .ok();
        }
    }
}

/// Points the link of a slot to the workload, atomically.
fn switch(link: &Path, workload: Digest) -> io::Result<()> {
    let component = link.parent().ok_or(io::ErrorKind::InvalidInput)?;
    // Both slots of a component share it; only one of them is switched at a time.
    let fresh = component.join("current.partial");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    symlink(PathBuf::from("releases").join(workload.hex()), &fresh)?;
    fs::rename(&fresh, link)?;
    sync_directory(component)
}

/// Gone under its name first, so that a half-removed release is never taken for a whole one.
fn remove(release: &Path) {
    let doomed = release.with_extension("partial");
    let removed = fs::rename(release, &doomed).and_then(|()| fs::remove_dir_all(&doomed));
    if let Err(error) = removed {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "an old release stays on disk"
        );
    }
}
