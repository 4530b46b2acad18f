//! One piece of evidence against one key set: who made the signature, and whether that signer is believed for it.

use super::{
    Evidence, Finding, Material, Refusal, Signer, TimeSource, TrustedTime,
    annotations::Annotations, bundle, envelope, evidence::EVIDENCE_MAX, simple_signing,
};
use crate::{
    attestation::{PAYLOAD_TYPE_IN_TOTO, Statement},
    keys::{Identity, KeySet, Lifetime, Message, NamedKey, SIGNATURE_LENGTH_MAX, Unconfirmed},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use sigstore_verify::types::{Artifact, Sha256Hash};
use tidegate_domain::digest::Digest;

/// What is asked.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) keys: &'a KeySet,
    pub(super) evidence: &'a Evidence,
    pub(super) artifact: Digest,
    pub(super) at: Timestamp,
}

/// What a piece of evidence proves.
pub(super) struct Proof {
    pub(super) by: Signer,
    pub(super) time: Option<TrustedTime>,
    /// What was stated; `None` if the artifact itself was signed.
    pub(super) statement: Option<Statement>,
}

/// What every piece of evidence proves, turned into what is asked for.
pub(super) fn findings<T>(
    keys: &KeySet,
    evidence: &[Evidence],
    (artifact, at): (Digest, Timestamp),
    wanted: impl Fn(Proof) -> Result<T, Refusal>,
) -> Vec<Finding<T>> {
    let mut findings = Vec::new();
    for (i, piece) in evidence.iter().enumerate().take(EVIDENCE_MAX) {
        let case = Case {
            keys,
            evidence: piece,
            artifact,
            at,
        };
        findings.extend(case.prove().into_iter().map(|proof| Finding {
            evidence: i,
            outcome: proof.and_then(&wanted),
        }));
    }
    if evidence.len() > EVIDENCE_MAX {
        findings.push(Finding {
            evidence: EVIDENCE_MAX,
            outcome: Err(Refusal::TooMany),
        });
    }
    findings
}

impl<'a> Case<'a> {
    fn prove(&self) -> Vec<Result<Proof, Refusal>> {
        match &self.evidence.material {
            Material::Bundle(json) => vec![bundle::prove(self, json)],
            Material::SimpleSigning {
                payload,
                annotations,
            } => vec![simple_signing::prove(
                self,
                payload,
                Annotations(annotations),
            )],
            Material::Envelope { json, annotations } => {
                envelope::prove(self, json, Annotations(annotations))
            }
            Material::Detached(signature) => vec![self.detached(signature)],
        }
    }

    fn detached(&self, signature: &str) -> Result<Proof, Refusal> {
        let signature = decode(signature)?;
        let key = self.key(self.artifact_message()?, &signature, None)?;
        self.proof_by_key(key, None, None)
    }

    /// The statement in a payload, if it is about the artifact.
    pub(super) fn statement(&self, kind: &str, payload: &[u8]) -> Result<Statement, Refusal> {
        let statement = stated(kind, payload)?;
        if statement.is_about(self.artifact) {
            Ok(statement)
        } else {
            let other = statement.subjects.first().map(|subject| subject.digest);
            Err(Refusal::Artifact(other))
        }
    }

    /// The artifact as a message, with its bytes if they came along.
    pub(super) fn artifact_message(&'a self) -> Result<Message<'a>, Refusal> {
        let bytes = self.evidence.artifact_bytes.as_deref();
        if bytes.is_some_and(|bytes| Digest::of(bytes) != self.artifact) {
            return Err(Refusal::ArtifactBytes);
        }
        Ok(Message::Digest(&self.artifact, bytes))
    }

    /// The artifact by its digest, for the library that verifies bundles.
    pub(super) fn artifact(&self) -> Artifact<'static> {
        Artifact::from(Sha256Hash::new(*self.artifact.as_bytes()))
    }

    /// The key that made a signature. A hint of a key in the set narrows the search; any other proves nothing.
    pub(super) fn key(
        &self,
        message: Message<'_>,
        signature: &[u8],
        hint: Option<Digest>,
    ) -> Result<&'a NamedKey, Refusal> {
        if signature.len() > SIGNATURE_LENGTH_MAX {
            return Err(Refusal::SignatureLength);
        }
        let is_hinted = |key: &&NamedKey| Some(key.public_key.fingerprint()) == hint;
        let keys = self.keys.keys();
        let hinted = keys.iter().any(|key| is_hinted(&key));
        let mut refusal = Refusal::NoKey;
        for key in keys.iter().filter(|key| !hinted || is_hinted(key)) {
            match key.public_key.confirm(message, signature) {
                Ok(()) => return Ok(key),
                Err(Unconfirmed::BytesNeeded) => refusal = Refusal::BytesNeeded,
                Err(Unconfirmed::Forged) => {}
            }
        }
        Err(refusal)
    }

    /// What a signature of `key` proves, if the key is believed for it.
    pub(super) fn proof_by_key(
        &self,
        key: &NamedKey,
        proved: Option<TrustedTime>,
        statement: Option<Statement>,
    ) -> Result<Proof, Refusal> {
        let fingerprint = key.public_key.fingerprint();
        let time = self.earliest(proved);
        self.believes(&self.keys.lives_of_key(fingerprint), time)?;
        Ok(Proof {
            by: Signer::Key {
                name: key.name.clone(),
                fingerprint,
            },
            time,
            statement,
        })
    }

    /// What a signature of a certificate's identity proves, if the identity is believed for it.
    pub(super) fn proof_by_identity(
        &self,
        (subject, issuer): (String, String),
        proved: Option<TrustedTime>,
        statement: Option<Statement>,
    ) -> Result<Proof, Refusal> {
        let found = self.keys.identities_of(&subject, &issuer);
        let Some(first) = found.first() else {
            return Err(Refusal::Stranger { subject, issuer });
        };
        let name = first.name.clone();
        let time = self.earliest(proved);
        let lives: Vec<_> = found.into_iter().map(Identity::lifetime).collect();
        self.believes(&lives, time)?;
        Ok(Proof {
            by: Signer::Identity {
                name,
                subject,
                issuer,
            },
            time,
            statement,
        })
    }

    fn earliest(&self, proved: Option<TrustedTime>) -> Option<TrustedTime> {
        let received = self.evidence.received.map(|at| TrustedTime {
            at,
            source: TimeSource::Received,
        });
        proved
            .into_iter()
            .chain(received)
            .min_by_key(|time| time.at)
    }

    /// Whether a signer with these lives is believed. A revocation under any of its names ends it under all of them.
    fn believes(&self, lives: &[Lifetime<'_>], time: Option<TrustedTime>) -> Result<(), Refusal> {
        let trusted = time.map(|time| time.at);
        if let Some(time) = trusted.filter(|time| *time > self.at) {
            return Err(Refusal::Future(time));
        }
        let since = lives.iter().map(|life| life.valid_from).min();
        if let Some(since) = since.filter(|since| trusted.unwrap_or(self.at) < *since) {
            return Err(Refusal::NotYetValid(since));
        }
        let revoked = lives.iter().filter_map(|life| life.revoked);
        match revoked
            .filter(|it| it.voids(trusted, self.at))
            .min_by_key(|it| it.at)
        {
            Some(revocation) => Err(Refusal::Revoked(revocation.clone())),
            None => Ok(()),
        }
    }
}

/// The statement in a payload, whatever it is about.
pub(super) fn stated(kind: &str, payload: &[u8]) -> Result<Statement, Refusal> {
    if kind != PAYLOAD_TYPE_IN_TOTO {
        return Err(Refusal::EnvelopeType(kind.chars().take(80).collect()));
    }
    Statement::read(payload).map_err(Refusal::Statement)
}

/// The bytes of a signature in base64.
pub(super) fn decode(signature: &str) -> Result<Vec<u8>, Refusal> {
    // As many characters as the longest signature takes, and a line break.
    if signature.len() > SIGNATURE_LENGTH_MAX * 4 / 3 + 8 {
        return Err(Refusal::SignatureLength);
    }
    STANDARD
        .decode(signature.trim_ascii())
        .map_err(|_| Refusal::Base64)
}
