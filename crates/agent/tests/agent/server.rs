//! The server's side of the contract, played from memory.

use crate::signing::Signing;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::StreamExt;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rcgen::{CertificateParams, CertificateSigningRequestParams, Issuer, KeyPair, PublicKeyData};
use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};
use tidegate_domain::{
    converge::{ObservedState, signed::InstructionSigner},
    digest::Digest,
    preflight::HostFacts,
};
use tidegate_protocol::agent::{
    ArtifactSignatures, DesiredResponse, EnrolRequest, EnrolResponse, LogChunk, ObservedRequest,
    RenewRequest, SignedStates,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};
use tokio_rustls::TlsAcceptor;

/// What the server does wrong with one blob, once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// Ends the connection's stream after so many bytes.
    BreakAfter(usize),
    /// Turns the first byte around, every time.
    Corrupt,
    /// Answers that it failed, every time.
    Fail,
    /// Sends nothing as long as this stays.
    Stall,
}

/// The server.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) pin: Digest,
    pub(crate) memory: Arc<Memory>,
    accepting: JoinHandle<()>,
}

/// What it knows.
pub(crate) struct Memory {
    pub(crate) desired: watch::Sender<DesiredResponse>,
    pub(crate) observed: watch::Sender<Vec<ObservedState>>,
    pub(crate) logs: watch::Sender<HashMap<u64, LogChunk>>,
    pub(crate) hosts: watch::Sender<HashMap<u64, HostFacts>>,
    pub(crate) blobs: Mutex<BTreeMap<Digest, Vec<u8>>>,
    pub(crate) mischief: watch::Sender<HashMap<Digest, Mischief>>,
    pub(crate) ranges: Mutex<Vec<String>>,
    /// Each certificate it signed, and the key in it.
    pub(crate) issued: Mutex<Vec<(Digest, Digest)>>,
    /// The certificate of each connection that had one.
    pub(crate) presented: Mutex<Vec<Digest>>,
    pub(crate) signing: Mutex<Signing>,
    /// The manifests that hold signatures, by artifact.
    pub(crate) signatures: Mutex<BTreeMap<Digest, Vec<Digest>>>,
    authority: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Memory {
    /// Has a blob from now on.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let mut blobs = self.blobs.lock().unwrap();
        blobs.insert(digest, bytes.to_vec());
        digest
    }

    /// What is to be done wrong with a blob.
    pub(crate) fn plan(&self, blob: Digest, mischief: Mischief) {
        self.mischief
            .send_modify(|all| all.extend([(blob, mischief)]));
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let key = KeyPair::generate().unwrap();
        let pin = Digest::of(&key.subject_public_key_info());
        let mut parameters = CertificateParams::default();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = parameters.self_signed(&key).unwrap();
        let memory = Arc::new(Memory {
            desired: watch::Sender::new(nothing()),
            observed: watch::Sender::new(Vec::new()),
            logs: watch::Sender::new(HashMap::new()),
            hosts: watch::Sender::default(),
            blobs: Mutex::default(),
            mischief: watch::Sender::default(),
            ranges: Mutex::default(),
            issued: Mutex::default(),
            presented: Mutex::default(),
            signing: Mutex::default(),
            signatures: Mutex::default(),
            authority: authority.pem(),
            issuer: Issuer::new(parameters, key),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let acceptor = acceptor(&memory, &authority);
        let accepting = tokio::spawn(accept(listener, acceptor, Arc::clone(&memory)));
        Self {
            address,
            pin,
            memory,
            accepting,
        }
    }

    /// Nobody can connect any more.
    pub(crate) fn leave(&self) {
        self.accepting.abort();
    }
}

fn nothing() -> DesiredResponse {
    DesiredResponse {
        cursor: 0,
        desired: None,
        revisions: vec![],
        secrets: BTreeMap::new(),
        logs: vec![],
        questions: vec![],
        signed: SignedStates::default(),
    }
}

fn acceptor(memory: &Memory, authority: &rcgen::Certificate) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = KeyPair::generate().unwrap();
    let names = vec!["tidegate-agents".to_owned()];
    let own = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &memory.issuer)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()
        .unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![own.der().clone(), authority.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, memory: Arc<Memory>) {
    let router = router(Arc::clone(&memory));
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(router.clone()));
        let memory = Arc::clone(&memory);
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let presented = stream.get_ref().1.peer_certificates();
            let own = presented.and_then(|chain| chain.first());
            memory
                .presented
                .lock()
                .unwrap()
                .extend(own.map(|own| Digest::of(own)));
            let builder = auto::Builder::new(TokioExecutor::new());
            builder
                .serve_connection(TokioIo::new(stream), service)
                .await
                .ok();
        });
    }
}

fn router(memory: Arc<Memory>) -> Router {
    Router::new()
        .route("/agent/v1/enroll", post(enroll))
        .route("/agent/v1/renew", post(renew))
        .route("/agent/v1/desired", get(desired))
        .route("/agent/v1/desired/signatures", get(younger))
        .route("/agent/v1/signatures/{digest}", get(signatures))
        .route("/agent/v1/observed", post(observed))
        .route("/agent/v1/logs/{request}", post(logs))
        .route("/agent/v1/host/{request}", post(host))
        .route("/agent/v1/blobs/{digest}", get(blob))
        .with_state(memory)
}

type Known = State<Arc<Memory>>;

async fn enroll(State(memory): Known, Json(request): Json<EnrolRequest>) -> Json<EnrolResponse> {
    assert!(request.token.starts_with("tge_"));
    let mut signing = memory.signing.lock().unwrap();
    signing.target = Some((request.environment, request.target));
    // Due at once, so that every test renews too.
    let now = jiff::Timestamp::now();
    Json(EnrolResponse {
        instruction_key: signing.signer.as_ref().map(InstructionSigner::public),
        ..certified(&memory, &request.certificate_request, now)
    })
}

async fn younger(State(memory): Known) -> Json<SignedStates> {
    let states = memory.desired.borrow().desired.clone().unwrap_or_default();
    let mut signing = memory.signing.lock().unwrap();
    signing.renewals += 1;
    Json(signing.sign(&states))
}

async fn signatures(
    State(memory): Known,
    Path(artifact): Path<Digest>,
) -> Json<ArtifactSignatures> {
    let known = memory.signatures.lock().unwrap();
    let manifests = known.get(&artifact).cloned().unwrap_or_default();
    Json(ArtifactSignatures { manifests })
}

async fn renew(State(memory): Known, Json(request): Json<RenewRequest>) -> Json<EnrolResponse> {
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    Json(certified(&memory, &request.certificate_request, later))
}

fn certified(memory: &Memory, request: &str, renew_after: jiff::Timestamp) -> EnrolResponse {
    let request = CertificateSigningRequestParams::from_pem(request).unwrap();
    let certificate = request.signed_by(&memory.issuer).unwrap();
    let key = Digest::of(&request.public_key.subject_public_key_info());
    memory
        .issued
        .lock()
        .unwrap()
        .push((Digest::of(certificate.der()), key));
    EnrolResponse {
        journal: None,
        certificate: certificate.pem(),
        authority: memory.authority.clone(),
        renew_after,
        instruction_key: None,
    }
}

async fn desired(
    State(memory): Known,
    Query(query): Query<HashMap<String, u64>>,
) -> Json<DesiredResponse> {
    let mut newest = memory.desired.subscribe();
    let newer = newest.wait_for(|d| d.cursor != query["after"]);
    let mut answer = match timeout(Duration::from_secs(query["wait"]), newer).await {
        Ok(found) => found.unwrap().clone(),
        Err(_) => DesiredResponse {
            cursor: query["after"],
            ..nothing()
        },
    };
    // Whoever asked for logs, or about the host, is told once.
    memory.desired.send_if_modified(|d| {
        d.logs.clear();
        d.questions.clear();
        false
    });
    if let Some(states) = &answer.desired {
        answer.signed = memory.signing.lock().unwrap().sign(states);
    }
    Json(answer)
}

async fn observed(State(memory): Known, Json(request): Json<ObservedRequest>) -> StatusCode {
    memory.observed.send_replace(request.observed);
    StatusCode::NO_CONTENT
}

async fn logs(
    State(memory): Known,
    Path(request): Path<u64>,
    Json(chunk): Json<LogChunk>,
) -> StatusCode {
    memory
        .logs
        .send_modify(|logs| drop(logs.insert(request, chunk)));
    StatusCode::NO_CONTENT
}

async fn host(
    State(memory): Known,
    Path(request): Path<u64>,
    Json(facts): Json<HostFacts>,
) -> StatusCode {
    memory
        .hosts
        .send_modify(|all| drop(all.insert(request, facts)));
    StatusCode::NO_CONTENT
}

async fn blob(State(memory): Known, Path(digest): Path<Digest>, headers: HeaderMap) -> Response {
    let goes_on = |mischief: &HashMap<_, _>| mischief.get(&digest) != Some(&Mischief::Stall);
    let mut mischief = memory.mischief.subscribe();
    drop(mischief.wait_for(goes_on).await.unwrap());
    let Some(mut bytes) = memory.blobs.lock().unwrap().get(&digest).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let range = headers
        .get(header::RANGE)
        .map(|r| r.to_str().unwrap().to_owned());
    let start = range
        .as_deref()
        .map_or(0, |r| r[6..r.len() - 1].parse().unwrap());
    memory.ranges.lock().unwrap().extend(range);
    let mut once = None;
    memory
        .mischief
        .send_modify(|all| once = all.remove(&digest));
    let body = match once {
        Some(Mischief::Fail) => {
            memory.plan(digest, Mischief::Fail);
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        None | Some(Mischief::Stall) => Body::from(bytes.split_off(start)),
        Some(Mischief::Corrupt) => {
            memory.plan(digest, Mischief::Corrupt);
            bytes[0] ^= 1;
            Body::from(bytes.split_off(start))
        }
        Some(Mischief::BreakAfter(count)) => {
            let part = Ok(bytes[start..start + count].to_vec());
            let broken = Err(std::io::Error::other("broken"));
            // Hyper sends what it has whenever a body lets it wait, so that the bytes leave before the error.
            let stream = futures::stream::iter([part, broken]).then(|item| async {
                tokio::task::yield_now().await;
                item
            });
            Body::from_stream(stream)
        }
    };
    let status = if start > 0 {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    (status, body).into_response()
}
