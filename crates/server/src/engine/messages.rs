//! The sender: takes messages as far as they go, and sends what is due, channel by channel.
//!
//! It is a task of its own: nothing that is deployed waits for it. One server sends at a time, by a lease. Each channel has a lane,
//! so that a mail server that hangs holds up its own mail only; a lane rests for a while after a conversation that did not come
//! about. What is attempted is kept before, so that after a crash nothing is sent twice by itself.

use super::LEASE;
use crate::{
    app::{
        Error, SharedApp,
        communication::{
            outbox::{Attempted, OURS_MAX, Taken, is_lease_lost},
            parcel::{Content, Parcel},
        },
    },
    messenger::Session,
};
use futures::FutureExt;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tidegate_domain::{
    communication::{Means, delivery::Outcome},
    id::DeliveryId,
    name::Name,
};
use tidegate_store::Lease;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

/// The slow scan: milestones and deployments are noticed after this at the latest.
const SCAN: Duration = Duration::from_secs(2);
/// However much happens, not more often than this.
const PACE: Duration = Duration::from_millis(50);
/// How much one lane takes on at a time.
const LANE_MAX: u64 = 2_000;
/// How long a lane rests after a conversation that did not come about: at first, and at most.
const REST: Duration = Duration::from_secs(2);
const REST_MAX: Duration = Duration::from_secs(60);

/// Sends until the task is dropped.
pub(crate) async fn run(app: SharedApp, holder: String) {
    let mut sender = Sender::default();
    let mut changes = app.bus.changes();
    loop {
        let wake_at = match sender.pass(&app, &holder).await {
            Ok(wake_at) => wake_at,
            Err(error) => {
                if !is_lease_lost(&error) {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "engine.messages_failed"
                    );
                }
                None
            }
        };
        let pause = wake_at.map_or(SCAN, |at| super::until(at).min(SCAN));
        tokio::select! {
            _ = changes.changed() => {}
            Some(ended) = sender.lanes.join_next() => sender.ended(ended),
            () = sleep(pause) => {}
        }
        sleep(PACE).await;
    }
}

/// What one server sends by.
#[derive(Default)]
struct Sender {
    lanes: JoinSet<Ended>,
    running: BTreeSet<Name>,
    rests: BTreeMap<Name, Rest>,
}

/// How long a lane rests, and until when.
#[derive(Clone, Copy)]
struct Rest {
    length: Duration,
    until: Instant,
}

/// How a lane ended.
struct Ended {
    channel: Name,
    /// Whether its other side can be reached.
    reached: bool,
}

impl Sender {
    /// Everything that is due. Answers when to look again.
    async fn pass(&mut self, app: &SharedApp, holder: &str) -> Result<Option<Timestamp>, Error> {
        while let Some(ended) = self.lanes.try_join_next() {
            self.ended(ended);
        }
        if self.lanes.is_empty() {
            // Which lane panicked, if one did, is not known otherwise.
            self.running.clear();
        }
        let mut found = app.look_for_messages().await?;
        found.due.retain(|channel| self.may_begin(channel));
        // What is being tried although nobody here is at it was begun by a sender that is no more.
        let is_behind = found.is_attempted && self.lanes.is_empty();
        let is_idle = found.ready.is_empty() && found.due.is_empty() && !is_behind;
        if is_idle && self.lanes.is_empty() {
            return Ok(found.wake_at);
        }
        let holder = holder.to_owned();
        let lease = app.store.write(holder, |tx, holder| {
            tx.take_lease("messages", holder, LEASE).boxed()
        });
        // Another server sends; lanes of this one notice by themselves.
        let Some(lease) = lease.await? else {
            return Ok(None);
        };
        if is_behind {
            let lost = app.recover_deliveries(&lease).await?;
            tracing::warn!(deliveries = lost, "messages.attempts_lost");
            app.bus.announce();
        }
        app.step_messages(&lease, &found.ready).await?;
        for channel in found.due {
            self.begin(app, &lease, channel);
        }
        Ok(found.wake_at)
    }

    /// Whether no lane runs or rests.
    fn may_begin(&self, channel: &Name) -> bool {
        let rest = self.rests.get(channel);
        let rests = rest.is_some_and(|it| it.until > Instant::now());
        !rests && !self.running.contains(channel)
    }

    /// Begins a lane.
    fn begin(&mut self, app: &SharedApp, lease: &Lease, channel: Name) {
        self.running.insert(channel.clone());
        let (app, lease) = (app.clone(), lease.clone());
        self.lanes.spawn(async move {
            let went = lane(&app, &lease, &channel).await;
            app.bus.announce();
            if let Err(error) = &went
                && !is_lease_lost(error)
            {
                tracing::error!(
                    channel = channel.as_str(),
                    error = error as &dyn std::error::Error,
                    "messages.lane_failed"
                );
            }
            // What fails goes wrong in the same way at once again.
            Ended {
                channel,
                reached: went.unwrap_or(false),
            }
        });
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        let Ok(Ended { channel, reached }) = ended else {
            return;
        };
        self.running.remove(&channel);
        if reached {
            self.rests.remove(&channel);
            return;
        }
        let before = self.rests.get(&channel).map(|it| it.length);
        let length = before.map_or(REST, |it| (it * 2).min(REST_MAX));
        let until = Instant::now() + length;
        self.rests.insert(channel, Rest { length, until });
    }
}

/// What is due by one channel. Answers whether its other side can be reached.
async fn lane(app: &SharedApp, lease: &Lease, channel: &Name) -> Result<bool, Error> {
    let (declared, due) = app.deliveries_due(channel.clone(), LANE_MAX).await?;
    let means = declared.map(|it| it.by);
    match &means {
        Some(Means::Feed | Means::InApp) => {
            for some in due.chunks(OURS_MAX) {
                app.deliver_ours(lease, some.to_vec()).await?;
            }
            Ok(true)
        }
        Some(Means::Mail(mail)) => {
            let server = app.messenger.server(&mail.server);
            let most = server.map_or(1, |it| it.connections);
            workers(app, lease, (due, most)).await
        }
        Some(Means::Webhook(_) | Means::Chat(_)) | None => workers(app, lease, (due, 1)).await,
    }
}

/// What the workers of a lane share.
struct Shift {
    queue: Mutex<VecDeque<DeliveryId>>,
    /// Whether the other side was reached by one of them.
    reached: AtomicBool,
}

impl Shift {
    fn pop(&self) -> Option<DeliveryId> {
        self.lock().pop_front()
    }

    /// The rest of it waits.
    fn end(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<DeliveryId>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many at once, each with a conversation of its own. Answers whether the other side can be reached.
async fn workers(
    app: &SharedApp,
    lease: &Lease,
    (due, most): (Vec<DeliveryId>, usize),
) -> Result<bool, Error> {
    let count = most.min(due.len());
    let shift = Shift {
        queue: Mutex::new(due.into()),
        reached: AtomicBool::new(false),
    };
    let all = (0..count).map(|_| worker(app, lease, &shift));
    let went = futures::future::join_all(all).await;
    let mut turned_away = false;
    for one in went {
        turned_away |= !one?;
    }
    Ok(!turned_away || shift.reached.load(Ordering::Relaxed))
}

/// Sends one after the other. What the last came to and that the next is made are kept together. Answers false when the other
/// side could not be reached.
async fn worker(app: &SharedApp, lease: &Lease, shift: &Shift) -> Result<bool, Error> {
    let mut session: Option<Session> = None;
    let mut before: Option<Attempted> = None;
    loop {
        let next = shift.pop();
        if next.is_none() && before.is_none() {
            return Ok(true);
        }
        let parcel = match taken(app, lease, (before.take(), next)).await? {
            Taken::Send(parcel) => parcel,
            Taken::Closed => {
                // Those that wait for it are found out by what is due then.
                shift.end();
                continue;
            }
            Taken::Kept | Taken::Nothing => {
                if next.is_none() {
                    return Ok(true);
                }
                continue;
            }
        };
        let (outcome, reached) = send(app, &parcel, &mut session).await;
        let attempted = Attempted {
            id: parcel.id,
            outcome,
            patience: parcel.patience,
        };
        if !reached {
            // Unless others talk to it, whoever else waits is not tried now: it would go the same way.
            if !shift.reached.load(Ordering::Relaxed) {
                shift.end();
            }
            app.take_up(lease, Some(attempted), None).await?;
            return Ok(false);
        }
        shift.reached.store(true, Ordering::Relaxed);
        before = Some(attempted);
    }
}

/// Takes up the next. What the last came to is kept even where the next cannot be.
async fn taken(
    app: &SharedApp,
    lease: &Lease,
    (before, next): (Option<Attempted>, Option<DeliveryId>),
) -> Result<Taken, Error> {
    let kept = before.clone();
    let taken = app.take_up(lease, before, next).await;
    if let (Err(error), Some(_)) = (&taken, &kept)
        && !is_lease_lost(error)
    {
        app.take_up(lease, kept, None).await?;
    }
    taken
}

/// What sending came to, and whether the other side was reached.
async fn send(app: &SharedApp, parcel: &Parcel, session: &mut Option<Session>) -> (Outcome, bool) {
    match &parcel.content {
        Content::Webhook {
            url,
            id,
            body,
            secrets,
        } => (app.messenger.tell(url, (id, body), secrets).await, true),
        Content::Chat { url, body } => (app.messenger.show(url, body).await, true),
        Content::Mail(server, letter) => {
            let Some(server) = app.messenger.server(server) else {
                let reply = format!("no mail server `{server}` is known");
                return (Outcome::Later { after: None, reply }, false);
            };
            let opened = match session.take() {
                Some(session) => Ok(session),
                None => Session::open(&server).await,
            };
            let mut open = match opened {
                Ok(open) => open,
                Err(outcome) => return (outcome, false),
            };
            let (outcome, goes_on) = open.send(letter).await;
            *session = goes_on.then_some(open);
            (outcome, true)
        }
    }
}
