//! The agent's state, and what each event does to it.

use super::{jobs::Working, perform::Fetching, supervised::Supervised, traffic::Directed};
use crate::{
    drivers::{
        service::{Key, Report, Secrets, Surroundings, Try, Worked, stop_others},
        traffic,
    },
    link::{Link, Seen, Told, Wishes},
    prepare::{Preparation, Progress},
    state::State,
    trust::Trust,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tidegate_domain::{
    converge::{PrepareState, Slot, signed::Refusal, steps::Waiting},
    name::Name,
    revision::RevisionId,
};
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
    routed: mpsc::Receiver<(traffic::Key, traffic::Report)>,
    worked: mpsc::Receiver<(Try, Worked)>,
}

/// The agent.
pub(super) struct Agent {
    pub(super) surroundings: Surroundings,
    pub(super) state: State,
    pub(super) trust: Trust,
    pub(super) secrets: Secrets,
    pub(super) preparation: Preparation,
    pub(super) supervised: BTreeMap<Key, Supervised>,
    pub(super) fetching: BTreeMap<(Name, RevisionId), Fetching>,
    pub(super) waiting: BTreeMap<Name, BTreeMap<(Name, Slot), Waiting>>,
    /// Why the last instruction of a product was not taken.
    pub(super) refused: BTreeMap<Name, Refusal>,
    pub(super) directed: BTreeMap<traffic::Key, Directed>,
    pub(super) working: Vec<Working>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) reports: mpsc::Sender<(Key, Report)>,
    pub(super) routed: mpsc::Sender<(traffic::Key, traffic::Report)>,
    pub(super) worked: mpsc::Sender<(Try, Worked)>,
    /// The state could not be stored: when it is tried again.
    save_at: Option<Instant>,
}

impl Agent {
    pub(super) fn new(
        surroundings: Surroundings,
        (state, trust): (State, Trust),
        link: Arc<Link>,
    ) -> (Self, Inbox) {
        let (events, happened) = mpsc::channel(64);
        let (reports, reported) = mpsc::channel(64);
        let (routed, directors) = mpsc::channel(64);
        let (worked, workers) = mpsc::channel(64);
        let layout = surroundings.layout.clone();
        let agent = Self {
            preparation: Preparation {
                link,
                layout,
                demands: trust.demands.clone(),
                turn: Arc::new(Mutex::new(())),
            },
            surroundings,
            state,
            trust,
            secrets: Secrets::default(),
            supervised: BTreeMap::new(),
            fetching: BTreeMap::new(),
            waiting: BTreeMap::new(),
            refused: BTreeMap::new(),
            directed: BTreeMap::new(),
            working: Vec::new(),
            events,
            reports,
            routed,
            worked,
            save_at: None,
        };
        (
            agent,
            Inbox {
                events: happened,
                reports: reported,
                routed: directors,
                worked: workers,
            },
        )
    }

    /// Handles one event after the other, and says what is seen after each.
    pub(super) async fn live(
        mut self,
        mut desired: mpsc::Receiver<Told>,
        mut inbox: Inbox,
        (observed, wishes): (watch::Sender<Option<Seen>>, watch::Sender<Wishes>),
    ) {
        self.resume().await;
        loop {
            // One moment for both: what is not proved yet is waited for.
            let now = Instant::now();
            self.publish(&observed, now);
            let proof = self.next_proof(now);
            let save_at = self.save_at;
            let expiry = self.next_expiry(now);
            let wished = self.wishes();
            wishes.send_if_modified(|said| std::mem::replace(said, wished) != wished);
            tokio::select! {
                Some(answer) = desired.recv() => self.told(answer),
                Some(event) = inbox.events.recv() => self.heard(event),
                Some((key, report)) = inbox.reports.recv() => self.reported(&key, report),
                Some((key, report)) = inbox.routed.recv() => self.directed(&key, report),
                Some((of, said)) = inbox.worked.recv() => self.worked(&of, said),
                () = sleep_until(proof.unwrap_or(now)), if proof.is_some() => {}
                () = sleep_until(expiry.unwrap_or(now)), if expiry.is_some() => self.expire(),
                () = sleep_until(save_at.unwrap_or_else(Instant::now)), if save_at.is_some() => self.save(),
                else => return,
            }
        }
    }

    /// Goes on where an earlier agent ended, without asking anybody.
    async fn resume(&mut self) {
        let keys: Vec<Key> = self.active_keys();
        keys.iter().for_each(|key| self.order(key));
        let kept = keys.iter().map(|key| self.keeper(key));
        let kept = kept.chain(self.job_keepers()).collect();
        // Before anything new begins, which might take the place of what is stopped here.
        stop_others(&self.surroundings.layout, &kept).await;
        let products: Vec<Name> = self.state.products.keys().cloned().collect();
        for product in &products {
            self.converge(product);
            self.work(product);
            self.direct(product);
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
                    self.work(&product);
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
