//! The agent link: HTTP/2 and JSON over mutual TLS, on the agents' address. Agents dial out only.
//!
//! | call | body → answer |
//! |---|---|
//! | `POST /agent/v1/enroll` (no client certificate) | [`EnrolRequest`] → [`EnrolResponse`] |
//! | `POST /agent/v1/renew` | [`RenewRequest`] → [`EnrolResponse`] |
//! | `GET /agent/v1/desired?after=N&wait=SECONDS` | → [`DesiredResponse`]; held open until there is something newer than `after`, a question, or the wait is over |
//! | `GET /agent/v1/desired/signatures` | → [`SignedStates`]: younger signatures of what the target is told already |
//! | `POST /agent/v1/observed` | [`ObservedRequest`] → [`ObservedResponse`]; older servers answer 204 |
//! | `POST /agent/v1/journal` | [`JournalRequest`] → [`JournalResponse`]; a server that does not know the call answers 404 |
//! | `POST /agent/v1/logs/{request}` | [`LogChunk`] → 204 |
//! | `POST /agent/v1/host/{request}` | [`HostFacts`](tidegate_domain::preflight::HostFacts) → 204 |
//! | `GET /agent/v1/blobs/{digest}` (ranges allowed) | → bytes; only what the desired state names, the blobs of those manifests, and their signatures |
//! | `GET /agent/v1/signatures/{digest}` | → [`ArtifactSignatures`] of a manifest that the desired state names |
//!
//! The states themselves are nouns of the domain with stored versions of their own, so the link embeds them
//! instead of repeating them. Errors are [`crate::api::Problem`].

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tidegate_domain::{
    converge::{
        DesiredState, ObservedState, Slot,
        signed::{Envelope, InstructionKey},
    },
    digest::Digest,
    name::Name,
    preflight::HostQuestion,
    revision::{Revision, RevisionId},
};

/// The version of the link that this build speaks, sent as the header [`LINK_VERSION_HEADER`].
pub const LINK_VERSION: u32 = 1;
/// The header that carries [`LINK_VERSION`].
pub const LINK_VERSION_HEADER: &str = "tidegate-link-version";

/// What a person passes from `enrolment create` to `agent enroll` begins with this.
///
/// The whole is `tge_SECRET.PIN`, where PIN is the SHA-256 of the authority's `SubjectPublicKeyInfo` (DER), 64 hex
/// digits, and SECRET is opaque to the agent.
pub const ENROLMENT_TOKEN_PREFIX: &str = "tge_";

/// An agent asks to join.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The whole enrolment token.
    pub token: String,
    /// The environment of the target.
    pub environment: Name,
    /// The name of the target.
    pub target: Name,
    /// PKCS#10 certificate signing request, PEM. The agent's key never leaves the agent. The authority decides the
    /// subject; what the request says of it is ignored.
    pub certificate_request: String,
    /// What runs there already, because the agent is enrolled anew. Older agents do not say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<ObservedState>,
}

/// A certificate of the agent's own came to the end of its life.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewRequest {
    /// PKCS#10, PEM.
    pub certificate_request: String,
}

/// The agent's identity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolResponse {
    /// The agent's certificate, PEM. Its common name is `TARGET.ENVIRONMENT`.
    pub certificate: String,
    /// The authority's certificate, PEM: the only root the agent trusts from now on.
    pub authority: String,
    /// When to call `renew`.
    pub renew_after: jiff::Timestamp,
    /// The key that the server signs desired states with, at enrolment: from then on the agent believes no other. A server
    /// that signs nothing names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction_key: Option<InstructionKey>,
    /// At enrolment, the key that alone signs the journal: a C2SP note verifier key. Older servers do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<String>,
}

/// An agent witnesses the journal: it asks for its checkpoint, and for the proof that it continues the last one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct JournalRequest {
    /// How many entries the last checkpoint had that the agent believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// What the agent found wrong when it last looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<JournalAlarm>,
    /// Whether it looked and found nothing wrong. An agent that has just begun says neither.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub content: bool,
}

/// The journal is not the one that an agent knew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JournalAlarm {
    /// What is wrong, in words.
    pub reason: String,
    /// The last checkpoint that was believed, as it was signed.
    pub kept: String,
    /// The one that does not continue it.
    pub found: String,
}

/// What the journal says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JournalResponse {
    /// The signed checkpoint.
    pub note: String,
    /// The key that signs it.
    pub verifier: String,
    /// The proof that it continues the tree of that many entries; empty where the journal does not reach so far.
    #[serde(default)]
    pub proof: Vec<Digest>,
    /// Whether an alarm of this agent stands. One that is content says so at once then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alarmed: bool,
    /// As in [`SignedStates`]: it says of a journal that was put back from a backup where it goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beginning: Option<Envelope>,
}

/// Everything the target should run and have ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DesiredResponse {
    /// Pass it as `after` next time. Opaque: compare for equality only.
    pub cursor: u64,
    /// One per product; absent when nothing is newer than `after`. A product that is no longer named keeps
    /// running: only an empty `active` list stops it.
    pub desired: Option<Vec<DesiredState>>,
    /// The revisions the states name.
    #[serde(default)]
    pub revisions: Vec<Revision>,
    /// Values of the secrets those revisions reference: `PRODUCT/NAME@VERSION` → value. Products have names of their
    /// own. Never written to disk or log.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Logs that people are waiting for.
    #[serde(default)]
    pub logs: Vec<LogRequest>,
    /// What people want to know of the host. An agent that knows no questions ignores them.
    #[serde(default)]
    pub questions: Vec<HostRequest>,
    /// The signatures of the states; an agent that knows none ignores them.
    #[serde(default)]
    pub signed: SignedStates,
}

/// The server's signatures of what a target is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SignedStates {
    /// By product: a [`Statement`](tidegate_domain::converge::signed::Statement) about the state, signed.
    #[serde(default)]
    pub states: BTreeMap<Name, Envelope>,
    /// The key that signed them. Only an agent that was enrolled before there were keys takes it from here, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<InstructionKey>,
    /// Each earlier key's word for its successor, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successions: Vec<Envelope>,
    /// Where the server's history is not the first: a
    /// [`Beginning`](tidegate_domain::generation::Beginning), signed. An agent takes nothing of a history that it was not told
    /// of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beginning: Option<Envelope>,
}

/// What the registry keeps of an artifact's signatures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ArtifactSignatures {
    /// Manifests that hold signatures: sigstore bundles that refer to the artifact, and cosign's `sha256-HEX.sig`. They and
    /// their layers can be fetched as blobs.
    pub manifests: Vec<Digest>,
}

/// What the target says of itself. Full: one state per product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ObservedRequest {
    /// One per product the agent has heard of.
    pub observed: Vec<ObservedState>,
    /// The program's version of the agent.
    pub agent_version: String,
    /// A [`Revision`] that the server asked for and that runs there. It is named by its hash, so nobody has to be believed. What a
    /// server cannot read is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<serde_json::Value>,
}

/// The answer to an [`ObservedRequest`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ObservedResponse {
    /// Revisions that run there and that the server does not know, because it was put back from a backup. The agent says
    /// them with its next reports, which it makes at once.
    #[serde(default)]
    pub unknown: Vec<RevisionId>,
}

/// Somebody wants to read a component's output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogRequest {
    /// Names the answer.
    pub request: u64,
    /// The product.
    pub product: Name,
    /// The component.
    pub component: Name,
    /// Where it runs; an agent that knows no slots reads blue.
    #[serde(default)]
    pub slot: Slot,
    /// Which instance, counted from 1; an agent that knows no instances reads the only one.
    #[serde(default = "first")]
    pub instance: u32,
    /// The job whose output is wanted, instead of that of the component itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Name>,
    /// The last so many lines.
    pub lines: u32,
}

const fn first() -> u32 {
    1
}

/// Somebody wants to know how fit the host is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HostRequest {
    /// Names the answer.
    pub request: u64,
    /// What is asked.
    pub question: HostQuestion,
}

/// The answer to a [`LogRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogChunk {
    /// Oldest first.
    pub lines: Vec<LogLine>,
}

/// One line that a component wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the keeper read it.
    pub time: jiff::Timestamp,
    /// `stdout`, `stderr`, or `keeper` for what the keeper itself notes (starts, exits).
    pub stream: String,
    /// Without its line end; bytes that are not UTF-8 are replaced.
    pub text: String,
}
