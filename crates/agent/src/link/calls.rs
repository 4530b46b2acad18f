//! The calls of the contract in [`tidegate_protocol::agent`], one function each.

use super::{
    LinkError,
    connection::{Link, Sender},
};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::Duration;
use tidegate_domain::{canonical, digest::Digest, preflight::HostFacts};
use tidegate_protocol::{
    agent::{
        ArtifactSignatures, DesiredResponse, EnrolRequest, EnrolResponse, JournalRequest,
        JournalResponse, LINK_VERSION, LINK_VERSION_HEADER, LogChunk, ObservedRequest,
        ObservedResponse, RenewRequest, SignedStates,
    },
    api::Problem,
};
use tokio::time::timeout;

/// How long the server may hold a poll open.
const WAIT: Duration = Duration::from_secs(20);
/// How long an answer may take beyond that.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A longer answer is not the server's.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A download that stands still so long is given up.
const STALLED_AFTER: Duration = Duration::from_secs(30);

impl Link {
    /// What the target should run, once it differs from what `after` stood for.
    pub(super) async fn desired(
        &self,
        after: u64,
    ) -> Result<(DesiredResponse, Vec<Digest>), LinkError> {
        let path = format!("/agent/v1/desired?after={after}&wait={}", WAIT.as_secs());
        let answer = self.send(
            request(Method::GET, &path, Bytes::new()),
            WAIT + ANSWER_WITHIN,
        );
        let answer: Value = json(answer.await?).await?;
        // The hash is over what arrived: a newer server may say more than this agent understands.
        let states = answer.get("desired").and_then(Value::as_array);
        let hashes = states.into_iter().flatten().map(canonical::hash).collect();
        let answer = serde_json::from_value(answer);
        let answer = answer.map_err(|error| LinkError::Answer(error.to_string()))?;
        Ok((answer, hashes))
    }

    /// Younger signatures of what the target was told already.
    pub(super) async fn signatures(&self) -> Result<SignedStates, LinkError> {
        let path = "/agent/v1/desired/signatures";
        let answer = self.send(request(Method::GET, path, Bytes::new()), ANSWER_WITHIN);
        json(answer.await?).await
    }

    /// Who signed an artifact, as far as the registry knows.
    pub(crate) async fn artifact_signatures(
        &self,
        artifact: Digest,
    ) -> Result<ArtifactSignatures, LinkError> {
        let path = format!("/agent/v1/signatures/{artifact}");
        let answer = self.send(request(Method::GET, &path, Bytes::new()), ANSWER_WITHIN);
        json(answer.await?).await
    }

    /// Says what the target is like. Older servers answer nothing.
    pub(super) async fn observed(
        &self,
        observed: &ObservedRequest,
    ) -> Result<ObservedResponse, LinkError> {
        let answer = self.post("/agent/v1/observed", observed).await?;
        match answer.status() {
            StatusCode::NO_CONTENT => Ok(ObservedResponse::default()),
            _ => json(answer).await,
        }
    }

    /// Answers somebody who asked for logs.
    pub(super) async fn logs(&self, request: u64, chunk: &LogChunk) -> Result<(), LinkError> {
        self.post(&format!("/agent/v1/logs/{request}"), chunk)
            .await
            .map(drop)
    }

    /// Answers somebody who asked about the host.
    pub(super) async fn host(&self, request: u64, facts: &HostFacts) -> Result<(), LinkError> {
        self.post(&format!("/agent/v1/host/{request}"), facts)
            .await
            .map(drop)
    }

    /// What the journal says of itself.
    pub(super) async fn journal(
        &self,
        wanted: &JournalRequest,
    ) -> Result<JournalResponse, LinkError> {
        json(self.post("/agent/v1/journal", wanted).await?).await
    }

    /// Asks for a new certificate.
    pub(super) async fn renewal(&self, renew: &RenewRequest) -> Result<EnrolResponse, LinkError> {
        json(self.post("/agent/v1/renew", renew).await?).await
    }

    /// Bytes of a blob from `from` on.
    pub(crate) async fn blob(&self, digest: Digest, from: u64) -> Result<BlobBody, LinkError> {
        let mut request = request(
            Method::GET,
            &format!("/agent/v1/blobs/{digest}"),
            Bytes::new(),
        );
        if from > 0 {
            let range = format!("bytes={from}-")
                .parse()
                .expect("a number is a header value");
            request.headers_mut().insert(header::RANGE, range);
        }
        let answer = checked(self.send(request, ANSWER_WITHIN).await?).await?;
        let start = if answer.status() == StatusCode::PARTIAL_CONTENT {
            from
        } else {
            0
        };
        Ok(BlobBody {
            start,
            body: answer.into_body(),
        })
    }

    async fn post<T: Serialize>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Response<Incoming>, LinkError> {
        let request = request(Method::POST, path, to_json(body));
        checked(self.send(request, ANSWER_WITHIN).await?).await
    }
}

/// What the server says of its own accord.
#[derive(Debug)]
pub(crate) enum Told {
    /// What should run, and the hash of each state as it arrived.
    States {
        answer: DesiredResponse,
        hashes: Vec<Digest>,
    },
    /// Younger signatures of what it said before.
    Signatures(SignedStates),
}

/// The answer to a download.
#[derive(Debug)]
pub(crate) struct BlobBody {
    /// Where in the blob it begins: 0 when the server does not do ranges.
    pub(crate) start: u64,
    body: Incoming,
}

impl BlobBody {
    /// The next bytes; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, LinkError> {
        loop {
            let frame = timeout(STALLED_AFTER, self.body.frame()).await;
            match frame
                .map_err(|_| LinkError::Late(STALLED_AFTER))?
                .transpose()?
            {
                None => return Ok(None),
                Some(frame) => {
                    // Trailers carry no bytes.
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }
}

/// Joins: the only call on a connection without a client certificate.
pub(crate) async fn post_enrol(
    sender: &mut Sender,
    enrol: &EnrolRequest,
) -> Result<EnrolResponse, LinkError> {
    let request = request(Method::POST, "/agent/v1/enroll", to_json(enrol));
    let answer = timeout(ANSWER_WITHIN, sender.send_request(request)).await;
    json(answer.map_err(|_| LinkError::Late(ANSWER_WITHIN))??).await
}

fn request(method: Method, path: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(format!("https://{}{path}", super::tls::SERVER_NAME))
        .header(LINK_VERSION_HEADER, LINK_VERSION)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .expect("paths are made of digests and numbers")
}

fn to_json<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value)
        .expect("wire types have a JSON form")
        .into()
}

async fn json<T: DeserializeOwned>(answer: Response<Incoming>) -> Result<T, LinkError> {
    let bytes = body(checked(answer).await?).await?;
    serde_json::from_slice(&bytes).map_err(|error| LinkError::Answer(error.to_string()))
}

async fn checked(answer: Response<Incoming>) -> Result<Response<Incoming>, LinkError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let bytes = body(answer).await.unwrap_or_default();
    let problem = serde_json::from_slice::<Problem>(&bytes).ok();
    let said = problem.map(|p| p.detail.unwrap_or(p.title));
    let detail = said.unwrap_or_else(|| status.canonical_reason().unwrap_or("").to_owned());
    Err(LinkError::Refused {
        status: status.as_u16(),
        detail,
    })
}

async fn body(answer: Response<Incoming>) -> Result<Bytes, LinkError> {
    let reading = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect();
    let read = timeout(ANSWER_WITHIN, reading)
        .await
        .map_err(|_| LinkError::Late(ANSWER_WITHIN))?;
    read.map(http_body_util::Collected::to_bytes)
        .map_err(|e| LinkError::Answer(e.to_string()))
}
