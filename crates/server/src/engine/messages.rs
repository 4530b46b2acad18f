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
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
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
    running: BTreeMap<Name, ()>,
    rests: BTreeMap<Name, Rest>,
    /// The epoch of the lease under which everything is known: what an earlier one attempted was settled.
    epoch: Option<u64>,
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
    /// Whether something is left that was attempted and not answered.
    broken: bool,
}

impl Sender {
    /// Everything that is due. Answers when to look again.
    async fn pass(&mut self, app: &SharedApp, holder: &str) -> Result<Option<Timestamp>, Error> {
        while let Some(ended) = self.lanes.try_join_next() {
            self.ended(ended);
        }
        let holder = holder.to_owned();
        let lease = app.store.write(holder, |tx, holder| {
            tx.take_lease("messages", holder, LEASE).boxed()
        });
        let Some(lease) = lease.await? else {
            self.stop().await;
            return Ok(None);
        };
        if self.epoch != Some(lease.epoch) {
            self.stop().await;
            let lost = app.recover_deliveries(&lease).await?;
            if lost > 0 {
                tracing::warn!(deliveries = lost, "messages.attempts_lost");
                app.bus.announce();
            }
            self.epoch = Some(lease.epoch);
        }
        let wake_at = app.step_messages(&lease).await?;
        let (due, next) = app.channels_due().await?;
        for channel in due {
            self.begin(app, &lease, channel);
        }
        Ok([wake_at, next].into_iter().flatten().min())
    }

    /// Begins a lane, unless it runs or rests.
    fn begin(&mut self, app: &SharedApp, lease: &Lease, channel: Name) {
        let rests = self
            .rests
            .get(&channel)
            .is_some_and(|it| it.until > Instant::now());
        if rests || self.running.contains_key(&channel) {
            return;
        }
        self.running.insert(channel.clone(), ());
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
            Ended {
                channel,
                reached: *went.as_ref().unwrap_or(&true),
                broken: went.is_err(),
            }
        });
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        let Ok(ended) = ended else {
            // A lane that panicked is none of those that are known: begin anew.
            self.epoch = None;
            return;
        };
        self.running.remove(&ended.channel);
        if ended.broken {
            self.epoch = None;
        }
        match ended.reached {
            true => {
                self.rests.remove(&ended.channel);
            }
            false => {
                let before = self.rests.get(&ended.channel).map(|it| it.length);
                let length = before.map_or(REST, |it| (it * 2).min(REST_MAX));
                let until = Instant::now() + length;
                self.rests.insert(ended.channel, Rest { length, until });
            }
        }
    }

    /// Ends all lanes: what they attempted is settled when somebody sends again.
    async fn stop(&mut self) {
        self.lanes.shutdown().await;
        self.running.clear();
        self.epoch = None;
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

type Queue = Arc<Mutex<VecDeque<DeliveryId>>>;

/// So many at once, each with a conversation of its own.
async fn workers(
    app: &SharedApp,
    lease: &Lease,
    (due, most): (Vec<DeliveryId>, usize),
) -> Result<bool, Error> {
    let count = most.min(due.len());
    let queue: Queue = Arc::new(Mutex::new(due.into()));
    let all = (0..count).map(|_| worker(app, lease, &queue));
    let went = futures::future::join_all(all).await;
    let mut reached = true;
    for one in went {
        reached &= one?;
    }
    Ok(reached)
}

/// Sends one after the other. What the last came to and that the next is made are kept together.
async fn worker(app: &SharedApp, lease: &Lease, queue: &Queue) -> Result<bool, Error> {
    let mut session: Option<Session> = None;
    let mut before: Option<Attempted> = None;
    loop {
        let next = pop(queue);
        if next.is_none() && before.is_none() {
            return Ok(true);
        }
        let taken = app.take_up(lease, before.take(), next).await?;
        let Taken::Send(parcel) = taken else {
            if next.is_none() {
                return Ok(true);
            }
            continue;
        };
        let (outcome, reached) = send(app, &parcel, &mut session).await;
        let attempted = Attempted {
            id: parcel.id,
            outcome,
            patience: parcel.patience,
        };
        if !reached {
            // Whoever else waits for it is not tried now: it would go the same way.
            clear(queue);
            app.take_up(lease, Some(attempted), None).await?;
            return Ok(false);
        }
        before = Some(attempted);
    }
}

fn pop(queue: &Queue) -> Option<DeliveryId> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.pop_front()
}

fn clear(queue: &Queue) {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.clear();
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
