//! Attaching: a document becomes an artifact of its own whose subject is the one that it speaks of (OCI image
//! specification 1.1, `manifest.md`, "Guidelines for Artifact Usage").

use super::push::{Destination, PushError, accept};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::Value;
use tidegate_domain::digest::Digest;
use tidegate_protocol::artifact::{EMPTY_TYPE, MANIFEST_TYPE};

/// The content of the empty descriptor.
const EMPTY: &[u8] = b"{}";

/// A document to be attached.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is.
    pub media_type: String,
    /// Its file's name, for people.
    pub title: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What an artifact was built from, as it is said beside it: within it, the same content would get another name by every
/// commit.
const REVISION_TYPE: &str = "application/vnd.tidegate.revision.v1";

/// What was attached to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// The artifact.
    pub artifact: Digest,
    /// The manifest that attaches the document.
    pub manifest: Digest,
}

/// The artifact that something is attached to.
struct Subject {
    media_type: String,
    digest: Digest,
    size: u64,
}

/// Attaches a document to what the destination's version names. `make` makes it once the artifact is known. Attaching the
/// same again does nothing.
pub async fn attach(
    to: &Destination<'_>,
    make: impl FnOnce(Digest) -> Attachment,
) -> Result<Attached, PushError> {
    let subject = to.subject().await?;
    let document = make(subject.digest);
    to.push_bytes(&document.bytes).await?;
    let manifest = serde_json::json!({
        "artifactType": document.media_type,
        "layers": [{
            "mediaType": document.media_type,
            "digest": Digest::of(&document.bytes),
            "size": document.bytes.len(),
            "annotations": {"org.opencontainers.image.title": document.title},
        }],
    });
    put(to, &subject, manifest).await
}

/// Says beside what the destination's version names which commit it was built from.
pub async fn attach_revision(to: &Destination<'_>, revision: &str) -> Result<Attached, PushError> {
    let subject = to.subject().await?;
    let manifest = serde_json::json!({
        "artifactType": REVISION_TYPE,
        "layers": [empty()],
        "annotations": {"org.opencontainers.image.revision": revision},
    });
    put(to, &subject, manifest).await
}

/// The empty descriptor of the specification.
fn empty() -> Value {
    serde_json::json!({"mediaType": EMPTY_TYPE, "digest": Digest::of(EMPTY), "size": EMPTY.len()})
}

async fn put(
    to: &Destination<'_>,
    subject: &Subject,
    mut manifest: Value,
) -> Result<Attached, PushError> {
    to.push_bytes(EMPTY).await?;
    manifest["schemaVersion"] = 2.into();
    manifest["mediaType"] = MANIFEST_TYPE.into();
    manifest["config"] = empty();
    manifest["subject"] = serde_json::json!({
        "mediaType": subject.media_type, "digest": subject.digest, "size": subject.size,
    });
    let body = manifest.to_string().into_bytes();
    let digest = Digest::of(&body);
    let url = to.url(&format!("manifests/{digest}"));
    let put = to
        .authorized(to.client.put(url))
        .header(CONTENT_TYPE, MANIFEST_TYPE)
        .body(body);
    accept(put.send().await?).await?;
    Ok(Attached {
        artifact: subject.digest,
        manifest: digest,
    })
}

impl Destination<'_> {
    async fn subject(&self) -> Result<Subject, PushError> {
        let url = self.url(&format!("manifests/{}", self.version));
        let answer = accept(self.authorized(self.client.head(url)).send().await?).await?;
        let text = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok());
        let lacks = |what| PushError::Answer(what);
        let digest = text("docker-content-digest").and_then(|it| it.parse().ok());
        let size = text(CONTENT_LENGTH.as_str()).and_then(|it| it.parse().ok());
        Ok(Subject {
            media_type: text(CONTENT_TYPE.as_str())
                .unwrap_or(MANIFEST_TYPE)
                .to_owned(),
            digest: digest.ok_or_else(|| lacks("the artifact's digest"))?,
            size: size.ok_or_else(|| lacks("the artifact's size"))?,
        })
    }
}
