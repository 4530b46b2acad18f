//! The calls of the agent link. A handler reads, makes one call, and answers.

use super::{evidence, listener::Peer, presence::Presence};
use crate::{
    app::{Error, Kind, SharedApp, enrolments, observed::Said},
    http::ApiError,
};
use axum::{
    Extension, Json, Router,
    extract::{DefaultBodyLimit, FromRequestParts, Path, Query, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
    routing::{get, post},
};
use futures::FutureExt;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tidegate_domain::{
    converge::DesiredState,
    digest::Digest,
    id::SecretVersion,
    name::Name,
    preflight::{HostFacts, HostQuestion},
    revision::{Revision, RevisionId},
};
use tidegate_protocol::agent::{
    ArtifactSignatures, DesiredResponse, EnrolRequest, EnrolResponse, HostRequest, JournalRequest,
    JournalResponse, LogChunk, ObservedRequest, ObservedResponse, RenewRequest, SignedStates,
};
use tidegate_store::{TargetKey, Tx};

/// The longest report.
const BODY_MAX: usize = 4 * 1024 * 1024;
/// The longest a poll is held open.
const WAIT_MAX: u64 = 55;

#[derive(Debug, Clone)]
struct Link {
    app: SharedApp,
    presence: Presence,
}

pub(super) fn router(app: SharedApp, presence: Presence) -> Router {
    Router::new()
        .route("/agent/v1/enroll", post(enroll))
        .route("/agent/v1/renew", post(renew))
        .route("/agent/v1/desired", get(desired))
        .route("/agent/v1/desired/signatures", get(signatures))
        .route("/agent/v1/signatures/{digest}", get(artifact_signatures))
        .route("/agent/v1/observed", post(observed))
        .route("/agent/v1/journal", post(journal))
        .route("/agent/v1/logs/{request}", post(logs))
        .route("/agent/v1/host/{request}", post(host))
        .route("/agent/v1/blobs/{digest}", get(blob))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(Arc::new(Link { app, presence }))
}

/// The agent that calls; its certificate is the newest one of its target, and not revoked.
struct Caller {
    key: TargetKey,
    serial: String,
}

impl FromRequestParts<Arc<Link>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, link: &Arc<Link>) -> Result<Self, ApiError> {
        let Some(Extension(Peer::Agent(shown))) =
            Extension::<Peer>::from_request_parts(parts, link)
                .await
                .ok()
        else {
            return Err(Error::refused(
                Kind::NotSignedIn,
                "agent-unknown",
                "this call needs an agent's certificate",
            )
            .hint("`tidegate agent enroll` gets one")
            .into());
        };
        link.app.admit(&shown).await?;
        Ok(Self {
            key: shown.key,
            serial: shown.serial,
        })
    }
}

async fn enroll(
    State(link): State<Arc<Link>>,
    Json(request): Json<EnrolRequest>,
) -> Result<Json<EnrolResponse>, ApiError> {
    link.app.standstill.refuse()?;
    Ok(Json(link.app.enrol(request).await?))
}

async fn renew(
    State(link): State<Arc<Link>>,
    Caller { key, serial }: Caller,
    Json(request): Json<RenewRequest>,
) -> Result<Json<EnrolResponse>, ApiError> {
    let renewed = link.app.renew((key, serial), &request.certificate_request);
    Ok(Json(renewed.await?))
}

#[derive(Debug, Deserialize)]
struct Poll {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait: u64,
}

async fn desired(
    State(link): State<Arc<Link>>,
    Caller { key, serial }: Caller,
    Query(poll): Query<Poll>,
    headers: HeaderMap,
) -> Result<Json<DesiredResponse>, ApiError> {
    let (_open, is_new) = link.presence.begin(&key);
    if is_new {
        let program = headers
            .get("user-agent")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        link.app.connection_changed(&key, true, program).await?;
    }
    let woken = link.app.bus.target(&key);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(poll.wait.min(WAIT_MAX));
    loop {
        let notified = woken.notified();
        let (mut response, waiting) = read_desired(&link.app, (&key, &serial), poll.after).await?;
        let logs = link.app.output.hand_out(&key).into_iter();
        response.logs = logs.map(|(request, of)| of.request(request)).collect();
        let questions = link.app.hand_out_questions(waiting).await?.into_iter();
        let question = |(request, question)| HostRequest { request, question };
        response.questions = questions.map(question).collect();
        let asks = !response.logs.is_empty() || !response.questions.is_empty();
        if response.desired.is_some() || asks {
            return Ok(Json(response));
        }
        if tokio::time::timeout_at(deadline, notified).await.is_err() {
            return Ok(Json(response));
        }
    }
}

async fn observed(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
    Json(request): Json<ObservedRequest>,
) -> Result<Json<ObservedResponse>, ApiError> {
    let said = Said {
        observed: request.observed,
        revisions: request
            .revisions
            .into_iter()
            .filter_map(|it| serde_json::from_value(it).ok())
            .collect(),
    };
    let unknown = link.app.observe(&key, said).await?;
    Ok(Json(ObservedResponse { unknown }))
}

async fn journal(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
    Json(request): Json<JournalRequest>,
) -> Result<Json<JournalResponse>, ApiError> {
    Ok(Json(link.app.witnessed(&key, request).await?))
}

async fn logs(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
    Path(request): Path<u64>,
    Json(chunk): Json<LogChunk>,
) -> StatusCode {
    link.app.output.answer(&key, request, chunk);
    StatusCode::NO_CONTENT
}

async fn host(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
    Path(request): Path<u64>,
    Json(facts): Json<HostFacts>,
) -> Result<StatusCode, ApiError> {
    link.app.answer_question(&key, request, facts).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn blob(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
    Path(digest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let digest: Digest = crate::app::field("digest", &digest)?;
    link.app
        .store
        .read((link.app.clone(), key, digest), |tx, (app, key, digest)| {
            evidence::check_fetch(tx, app, (key, *digest)).boxed()
        })
        .await?;
    crate::http::blob(&link.app, digest, &headers).await
}

/// Younger signatures of what the target is told already.
async fn signatures(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
) -> Result<Json<SignedStates>, ApiError> {
    let input = (link.app.clone(), key);
    let signed = link.app.store.read(input, |tx, (app, key)| {
        async move {
            let states = told(tx, key).await?;
            app.sign(tx, key, &states).await
        }
        .boxed()
    });
    Ok(Json(signed.await?))
}

/// Where the signatures are of an artifact that the target is told to run.
async fn artifact_signatures(
    State(link): State<Arc<Link>>,
    Caller { key, .. }: Caller,
    Path(digest): Path<String>,
) -> Result<Json<ArtifactSignatures>, ApiError> {
    let digest: Digest = crate::app::field("digest", &digest)?;
    let input = (link.app.clone(), key, digest);
    let found = link.app.store.read(input, |tx, (app, key, digest)| {
        evidence::signatures(tx, app, (key, *digest)).boxed()
    });
    Ok(Json(ArtifactSignatures {
        manifests: found.await?,
    }))
}

/// What the target is told beyond `after`, and the questions that lie there for it.
async fn read_desired(
    app: &SharedApp,
    (key, serial): (&TargetKey, &str),
    after: u64,
) -> Result<(DesiredResponse, Vec<(u64, HostQuestion)>), Error> {
    let input = (app.clone(), (key.clone(), serial.to_owned()), after);
    app.store
        .read(input, |tx, (app, (key, serial), after)| {
            async move {
                let told = everything(tx, app, (key, serial), *after).await?;
                Ok((told, tx.host_questions_of(key).await?))
            }
            .boxed()
        })
        .await
}

async fn everything(
    tx: &mut Tx,
    app: &SharedApp,
    (key, serial): (&TargetKey, &str),
    after: u64,
) -> Result<DesiredResponse, Error> {
    // Looked at each time that the poll is woken: it may be because the agent was revoked.
    let agent = tx.agent(key).await?;
    enrolments::certificate(agent.as_ref(), (key, serial))?;
    let cursor = agent.map_or(0, |agent| agent.cursor);
    let mut response = DesiredResponse {
        cursor,
        desired: None,
        revisions: Vec::new(),
        secrets: BTreeMap::new(),
        logs: Vec::new(),
        questions: Vec::new(),
        signed: SignedStates::default(),
    };
    // The record itself is asked: another server may have put it back a moment ago.
    if cursor == after || tx.restored().await?.is_some() {
        return Ok(response);
    }
    let states = told(tx, key).await?;
    let all = states
        .iter()
        .flat_map(|state| named(state).into_iter().map(move |id| (state, id)));
    for (state, id) in all {
        let Some(known) = app.revisions.get(tx, id).await? else {
            continue;
        };
        // What a target says that it runs entitles it to nothing: it holds what that needs.
        if !known.is_said {
            let references = secret_references(&known.revision, state);
            let values = app
                .open_secrets(tx, &known.revision.product, &references)
                .await?;
            response.secrets.extend(values);
        }
        if !response.revisions.contains(&known.revision) {
            response.revisions.push(known.revision.clone());
        }
    }
    response.signed = app.sign(tx, key, &states).await?;
    response.desired = Some(states);
    Ok(response)
}

/// What a target is told in the present history. What it was told in an earlier one is over.
async fn told(tx: &mut Tx, key: &TargetKey) -> Result<Vec<DesiredState>, Error> {
    let present = tx.incarnation().await?;
    let mut states = tx.desired_of(key).await?;
    states.retain(|state| state.instruction.incarnation == present);
    Ok(states)
}

/// The revisions that a state names.
pub(super) fn named(state: &DesiredState) -> Vec<RevisionId> {
    let mut ids: Vec<_> = state
        .active
        .iter()
        .map(|c| c.revision)
        .chain(state.prepare.iter().copied())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Every `${secret:NAME@VERSION}` in a revision that a target needs: those of a job only where it is told to run that.
fn secret_references(revision: &Revision, state: &DesiredState) -> Vec<(String, SecretVersion)> {
    let told = |component: &Name, job: &Name| {
        let mut jobs = state.jobs.iter().map(|told| &told.key.job);
        jobs.any(|told| (&told.component, &told.job) == (component, job))
    };
    let texts = revision.components.iter().flat_map(|component| {
        let jobs = component.jobs.iter();
        let jobs = jobs.filter(move |job| told(&component.component, &job.name));
        component.texts().chain(jobs.flat_map(|job| job.texts()))
    });
    texts.flat_map(|text| references(text)).collect()
}

fn references(text: &str) -> Vec<(String, SecretVersion)> {
    let parts = text.split("${secret:").skip(1);
    let read = |part: &str| {
        let (name, version) = part.split_once('}')?.0.split_once('@')?;
        Some((name.to_owned(), version.parse().ok()?))
    };
    parts.filter_map(read).collect()
}
