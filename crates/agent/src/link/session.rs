//! The conversation with the server, for as long as the agent runs: one task asks what should be, one says what
//! is, one renews the certificate, one asks for younger signatures, one witnesses the journal. Each goes on by itself
//! when the connection breaks.

use super::{Backoff, Link, Told, witness::Witness};
use crate::{
    enrol::certificate_request,
    host,
    identity::Identity,
    keeper::{clock, logs},
    layout::Layout,
};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tidegate_domain::{
    converge::ObservedState,
    digest::Digest,
    plan::JobName,
    revision::{Revision, RevisionId},
};
use tidegate_protocol::agent::{
    DesiredResponse, HostRequest, LogChunk, LogRequest, ObservedRequest, RenewRequest,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};

/// A failed report is repeated after this, or when a new connection is open.
const REPORT_AGAIN: Duration = Duration::from_secs(5);
/// The wall clock may be set: the time of renewal is looked at again after this.
const RENEWAL_LOOK: Duration = Duration::from_secs(600);

/// Signatures that were not taken are asked for again after this.
const SIGNATURES_AGAIN: Duration = Duration::from_secs(30);

/// What was not taken is asked for again after this, at the earliest.
const ALL_AGAIN: Duration = Duration::from_secs(10);

/// An answer with nothing in it takes at least so long.
const POLL_SHORTEST: Duration = Duration::from_secs(1);

/// What the session needs.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    /// Takes what the server says.
    pub(crate) desired: mpsc::Sender<Told>,
    /// Holds what the target is like, once the agent has looked.
    pub(crate) observed: watch::Receiver<Option<Seen>>,
    /// What the agent wishes to hear.
    pub(crate) wishes: watch::Receiver<Wishes>,
    /// The agent's directory.
    pub(crate) directory: PathBuf,
}

/// What the target is like.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// One per product that the agent has heard of.
    pub(crate) observed: Vec<ObservedState>,
    /// The revisions that were last activated, for a server that does not know them any more.
    pub(crate) running: Arc<BTreeMap<RevisionId, Revision>>,
}

/// What the agent wishes to hear of its own accord.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// When younger signatures are wanted, on the clock that nobody can set.
    pub(crate) renew_at: Option<u64>,
    /// Whether something was not taken, so that all of it is to be said again.
    pub(crate) all_again: bool,
}

/// Talks to the server until dropped.
pub(crate) async fn converse(link: Arc<Link>, identity: Identity, incoming: Incoming) {
    let polling = poll(Arc::clone(&link), &incoming);
    let reporting = report(&link, incoming.observed.clone());
    let witness = Witness::new(&incoming.directory, identity.journal.clone());
    let witnessing = witness.watch(&link);
    let renewing = renew(&link, identity, &incoming);
    let signing = ask_signatures(&link, &incoming);
    futures::join!(polling, reporting, renewing, signing, witnessing);
}

async fn poll(link: Arc<Link>, incoming: &Incoming) {
    let (mut cursor, mut backoff) = (0, Backoff::default());
    let mut all_asked = Instant::now();
    loop {
        let asked = Instant::now();
        if incoming.wishes.borrow().all_again && all_asked.elapsed() >= ALL_AGAIN {
            cursor = 0;
        }
        if cursor == 0 {
            all_asked = asked;
        }
        match link.desired(cursor).await {
            Ok((answer, hashes)) => {
                if cursor == 0 || backoff_was_needed(&mut backoff) {
                    tracing::info!("connected to the server");
                }
                let idle = answer.desired.is_none()
                    && answer.logs.is_empty()
                    && answer.questions.is_empty();
                cursor = answer.cursor;
                take(&link, incoming, (answer, hashes)).await;
                if idle && asked.elapsed() < POLL_SHORTEST {
                    // A server that does not hold the poll open must not be asked in a hot loop.
                    sleep(POLL_SHORTEST).await;
                }
            }
            Err(error) => {
                // A server that was restored in between may use the same cursor for something else.
                cursor = 0;
                let pause = backoff.next();
                warn("cannot ask the server what should run", &error);
                sleep(pause).await;
            }
        }
    }
}

fn backoff_was_needed(backoff: &mut Backoff) -> bool {
    let needed = backoff.failed();
    backoff.reset();
    needed
}

async fn take(
    link: &Arc<Link>,
    incoming: &Incoming,
    (mut answer, hashes): (DesiredResponse, Vec<Digest>),
) {
    for request in std::mem::take(&mut answer.logs) {
        tokio::spawn(answer_logs(
            Arc::clone(link),
            incoming.directory.clone(),
            request,
        ));
    }
    for request in std::mem::take(&mut answer.questions) {
        let (link, incoming) = (Arc::clone(link), incoming.clone());
        tokio::spawn(async move {
            if let Err(error) = answer_host(&link, incoming, request).await {
                warn("cannot say what somebody asked about the host", &*error);
            }
        });
    }
    if answer.desired.is_some() {
        // Closed only while the agent is ending.
        let told = Told::States { answer, hashes };
        incoming.desired.send(told).await.ok();
    }
}

async fn answer_logs(link: Arc<Link>, directory: PathBuf, request: LogRequest) {
    let layout = Layout::new(&directory);
    let (product, component) = (&request.product, request.component);
    let place = match request.job {
        Some(job) => layout.job(product, &JobName { component, job }),
        None => layout.keeper(product, &component, (request.slot, request.instance)),
    };
    let reading = tokio::task::spawn_blocking(move || logs::last_lines(&place, request.lines));
    let chunk = LogChunk {
        lines: reading.await.unwrap_or_default(),
    };
    if let Err(error) = link.logs(request.request, &chunk).await {
        warn("cannot send the logs somebody asked for", &error);
    }
}

async fn answer_host(
    link: &Link,
    mut incoming: Incoming,
    HostRequest { request, question }: HostRequest,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Before the agent has looked it does not know what is its own.
    let running = {
        let seen = incoming.observed.wait_for(Option::is_some).await?;
        seen.as_ref().map(|seen| Arc::clone(&seen.running))
    };
    let running = running.unwrap_or_default();
    let facts = host::look(incoming.directory, running, question).await?;
    Ok(link.host(request, &facts).await?)
}

async fn report(link: &Link, mut observed: watch::Receiver<Option<Seen>>) {
    let mut opened = link.opened();
    let (mut unknown, mut told) = (Vec::<RevisionId>::new(), BTreeSet::new());
    // Before the agent has looked there is nothing to say; an empty report would say that nothing runs.
    if observed.wait_for(Option::is_some).await.is_err() {
        return;
    }
    loop {
        if opened.has_changed().unwrap_or_default() {
            told.clear();
        }
        opened.mark_unchanged();
        let Some(seen) = observed.borrow_and_update().clone() else {
            return;
        };
        // One at a time, and once on each connection: whoever cannot take it hears all the rest.
        let mut asked = unknown.iter().filter(|id| !told.contains(*id));
        let asked = asked.find_map(|id| seen.running.get_key_value(id));
        told.extend(asked.map(|(id, _)| *id));
        let request = ObservedRequest {
            observed: seen.observed,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            revisions: asked
                .and_then(|(_, revision)| serde_json::to_value(revision).ok())
                .into_iter()
                .collect(),
        };
        match link.observed(&request).await {
            Ok(answer) => {
                unknown = answer.unknown;
                let mut left = unknown.iter().filter(|id| !told.contains(*id));
                if left.any(|id| seen.running.contains_key(id)) {
                    continue;
                }
                tokio::select! {
                    _ = observed.changed() => {}
                    _ = opened.changed() => told.clear(),
                }
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn Error, "cannot report");
                unknown.clear();
                // Whichever comes first, it is tried again.
                timeout(REPORT_AGAIN, opened.changed()).await.ok();
            }
        }
    }
}

/// Asks for younger signatures whenever they are due.
async fn ask_signatures(link: &Link, incoming: &Incoming) {
    let (mut wishes, mut backoff) = (incoming.wishes.clone(), Backoff::default());
    loop {
        let due = wishes.borrow_and_update().renew_at;
        let ahead = due.map(|due| Duration::from_millis(due.saturating_sub(clock::now_ms())));
        tokio::select! {
            changed = wishes.changed() => match changed {
                Ok(()) => continue,
                // The agent is ending.
                Err(_) => return,
            },
            () = sleep(ahead.unwrap_or_default()), if ahead.is_some() => {}
        }
        let pause = match link.signatures().await {
            Ok(signed) => {
                incoming.desired.send(Told::Signatures(signed)).await.ok();
                backoff.reset();
                // By then the agent has taken them, and says when the next are due.
                SIGNATURES_AGAIN
            }
            Err(error) => {
                warn("cannot ask for younger signatures", &error);
                backoff.next()
            }
        };
        timeout(pause, wishes.changed()).await.ok();
    }
}

async fn renew(link: &Link, mut identity: Identity, incoming: &Incoming) {
    let mut backoff = Backoff::default();
    loop {
        let left = identity.renew_after.duration_since(Timestamp::now());
        if let Some(left) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) {
            sleep(left.min(RENEWAL_LOOK)).await;
            continue;
        }
        match renewed(link, &identity, incoming).await {
            Ok(new) => {
                identity = new;
                backoff.reset();
                tracing::info!("certificate renewed");
            }
            Err(error) => {
                warn("cannot renew the certificate", &*error);
                sleep(backoff.next()).await;
            }
        }
    }
}

async fn renewed(
    link: &Link,
    identity: &Identity,
    incoming: &Incoming,
) -> Result<Identity, Box<dyn Error + Send + Sync>> {
    let (key, certificate_request) = certificate_request(&identity.target)?;
    let answer = link
        .renewal(&RenewRequest {
            certificate_request,
        })
        .await?;
    let mut new = identity.clone();
    (new.key, new.certificate) = (key, answer.certificate);
    (new.authority, new.renew_after) = (answer.authority, answer.renew_after);
    new.save(&incoming.directory)?;
    link.renew(&new).await?;
    Ok(new)
}

fn warn(what: &str, error: &(dyn Error + 'static)) {
    tracing::warn!(error, "{what}");
}
