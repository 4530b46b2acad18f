//! Evidence files: all that is on record of a release, in one file that is checked without the server.
//!
//! The file is signed by the key of the journal. What people and controls said of the release is beside the journal's
//! entries that speak of it, each with its proof of inclusion; [`verify`] demands that both agree. So whoever trusts the
//! verifier key, or has seen a checkpoint of the journal, need not trust whoever hands the file over.

mod claims;
mod lifecycle_claims;

pub use lifecycle_claims::TOLD;

use crate::{
    attachment::Attachment,
    canonical,
    catalog::KeySet,
    control::{Approval, ArtifactFacts, Change, Evidence, Judgement, ReturnJudgement, Waiver},
    deployment::Deployment,
    digest::Digest,
    journal::{Checkpoint, Entry, check_inclusion, leaf_hash, note},
    lifecycle::Fact,
    name::Name,
    release::Release,
    review::{Findings, Report},
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the signed note of a file begins with.
const ORIGIN: &str = "tidegate/evidence";

/// An evidence file as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// The number of this form.
    pub v: u32,
    /// The verifier key of whoever signed it, as they say: compare it with one you trust.
    pub verifier: String,
    /// The signed note (C2SP signed-note): origin, product and version, and the hash of the canonical JSON of `evidence`.
    pub note: String,
    /// What is told: a [`Dossier`].
    pub evidence: Value,
}

/// All that is on record of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// When it was put together.
    pub made_at: Timestamp,
    /// For whom.
    pub made_for: Name,
    /// The release.
    pub release: Release,
    /// The hash of the configuration snapshot that it was sealed with.
    pub snapshot: Option<Digest>,
    /// What it is made of, by component.
    pub artifacts: BTreeMap<Name, Artifact>,
    /// Whose signatures and statements were believed.
    pub key_sets: Vec<KeySet>,
    /// What people and programs supplied with it.
    pub supplied: Vec<Evidence>,
    /// Its deployments, the oldest first.
    pub deployments: Vec<DeploymentRecord>,
    /// The change requests that they ran under.
    pub changes: Vec<Change>,
    /// Exceptions from controls that concerned it.
    pub waivers: Vec<Waiver>,
    /// What its review found, once that is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewRecord>,
    /// What was told of the builds and tests of what it is made of, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycle: Vec<Fact>,
    /// The signed checkpoint that the proofs lead to.
    pub checkpoint: String,
    /// The timeline: every entry of the journal about any of this, in order.
    pub entries: Vec<ProvedEntry>,
}

/// An artifact of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its manifest, byte for byte; none if the registry has it no more.
    pub manifest: Option<String>,
    /// What is attached to it, signatures with all that proves them.
    pub attachments: Vec<Attachment>,
    /// What followed from it when this was put together.
    pub facts: ArtifactFacts,
}

/// A deployment, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentRecord {
    /// It.
    pub deployment: Deployment,
    /// What was judged when each of its waves began, counted from 0.
    pub judgements: Vec<(u32, Judgement)>,
    /// What was judged of each release that it went back to, whenever it did. It stopped nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<ReturnJudgement>,
    /// What people said of exactly its parts.
    pub approvals: Vec<Approval>,
}

/// A closed review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// What happened, as it was in front of people.
    pub report: Report,
    /// What they found.
    pub findings: Findings,
}

/// An entry of the journal with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedEntry {
    /// Its number.
    pub sequence: u64,
    /// Its canonical text.
    pub text: String,
    /// The hashes that lead from it to the root of the checkpoint (RFC 6962 §2.1.1).
    pub proof: Vec<Digest>,
}

/// What a good file states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The product.
    pub product: Name,
    /// The release.
    pub version: Version,
    /// When the file was put together.
    pub made_at: Timestamp,
    /// Who signed it.
    pub verifier: String,
    /// How many entries the tree has that its own are proved to be in.
    pub size: u64,
    /// The root of that tree.
    pub root: Digest,
    /// How many entries.
    pub entries: usize,
    /// How many deployments.
    pub deployments: usize,
    /// How many approvals and refusals, each backed by an entry.
    pub approvals: usize,
    /// How many judgements of controls, each backed by an entry.
    pub judgements: usize,
    /// How many facts of builds and tests, each backed by an entry.
    pub facts: usize,
}

/// Why a file is not good.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is no evidence file, or of a newer form.
    #[error("this is not an evidence file of version 1")]
    Form(#[source] Option<serde_json::Error>),
    /// It is signed by another key than was expected.
    #[error("the file is signed by {0}, not by the key that was expected")]
    Stranger(String),
    /// A signature is not good.
    #[error("the {0} is not signed by that key: {1}")]
    Signature(&'static str, note::NoteError),
    /// The content is not what was signed.
    #[error("the content is not what was signed: somebody changed it")]
    Changed,
    /// An entry is not in the journal.
    #[error("entry {0} is not in the journal that the checkpoint signs")]
    Entry(u64),
    /// Something told is not backed by the journal, or contradicts itself.
    #[error("{0}")]
    Claim(String),
}

impl EvidenceFile {
    /// Signs what is told.
    pub fn sign(dossier: &Dossier, notary: &note::Notary) -> Self {
        let evidence = serde_json::to_value(dossier).unwrap_or_default();
        let text = signed_text(&dossier.release, &evidence);
        Self {
            v: 1,
            verifier: notary.verifier(),
            note: notary.sign_text(&text),
            evidence,
        }
    }
}

fn signed_text(release: &Release, evidence: &Value) -> String {
    let Release {
        product, version, ..
    } = release;
    format!(
        "{ORIGIN}\n{product} {version}\n{}\n",
        canonical::hash(evidence)
    )
}

/// Verifies a file; by `verifier` if that is known already, else by the key that it names itself.
///
/// # Errors
/// The first fault.
pub fn verify(text: &str, verifier: Option<&str>) -> Result<Verified, Fault> {
    let file: EvidenceFile = serde_json::from_str(text).map_err(|why| Fault::Form(Some(why)))?;
    if file.v != 1 {
        return Err(Fault::Form(None));
    }
    if verifier.is_some_and(|expected| expected != file.verifier) {
        return Err(Fault::Stranger(file.verifier));
    }
    let signed = note::signed_text(&file.note, &file.verifier);
    let signed = signed.map_err(|why| Fault::Signature("file", why))?;
    let dossier: Dossier =
        serde_json::from_value(file.evidence.clone()).map_err(|why| Fault::Form(Some(why)))?;
    if signed != signed_text(&dossier.release, &file.evidence) {
        return Err(Fault::Changed);
    }
    let checkpoint = note::open(&dossier.checkpoint, &file.verifier)
        .map_err(|why| Fault::Signature("checkpoint", why))?;
    let entries = proved(&dossier, &checkpoint)?;
    claims::check(&dossier, &entries).map_err(Fault::Claim)?;
    let count = |of: fn(&DeploymentRecord) -> usize| dossier.deployments.iter().map(of).sum();
    Ok(Verified {
        product: dossier.release.product.clone(),
        version: dossier.release.version.clone(),
        made_at: dossier.made_at,
        verifier: file.verifier,
        size: checkpoint.size,
        root: checkpoint.root,
        entries: entries.len(),
        deployments: dossier.deployments.len(),
        approvals: count(|it| it.approvals.len()),
        judgements: count(|it| it.judgements.len() + it.returns.len()),
        facts: dossier.lifecycle.len(),
    })
}

/// The entries, each of them proved to be in the tree of the checkpoint.
fn proved(dossier: &Dossier, checkpoint: &Checkpoint) -> Result<Vec<Entry>, Fault> {
    let head = (checkpoint.size, checkpoint.root);
    let mut entries = Vec::with_capacity(dossier.entries.len());
    for ProvedEntry {
        sequence,
        text,
        proof,
    } in &dossier.entries
    {
        let leaf = leaf_hash(text.as_bytes());
        let entry = serde_json::from_str(text).ok();
        let is_in = check_inclusion((*sequence, leaf), head, proof).is_ok();
        match entry.filter(|_| is_in) {
            Some(entry) => entries.push(entry),
            None => return Err(Fault::Entry(*sequence)),
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
