//! What believed signers state about an artifact.

use super::{Evidence, Finding, Refusal, Signer, TrustedTime, case::findings};
use crate::{
    attestation::{PREDICATE_COSIGN_SIGN, Statement},
    keys::KeySet,
};
use jiff::Timestamp;
use tidegate_domain::digest::Digest;

/// A statement about the artifact, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// Who made it.
    pub by: Signer,
    /// When at the latest, if anything proves it.
    pub time: Option<TrustedTime>,
    /// What it says.
    pub statement: Statement,
}

/// What signers of the set state about `artifact`, as far as it is known at `at`.
///
/// Every statement that one signer of the set made is there; how many must agree is for the control that asks.
pub fn attested(
    keys: &KeySet,
    evidence: &[Evidence],
    artifact: Digest,
    at: Timestamp,
) -> Vec<Finding<Attested>> {
    findings(keys, evidence, (artifact, at), |proof| {
        let statement = proof
            .statement
            .filter(|it| it.predicate_type != PREDICATE_COSIGN_SIGN)
            .ok_or(Refusal::IsSignature)?;
        Ok(Attested {
            by: proof.by,
            time: proof.time,
            statement,
        })
    })
}
