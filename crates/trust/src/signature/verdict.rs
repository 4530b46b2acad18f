//! Whether enough distinct signers of a set signed an artifact, and in words what is missing.

use super::{Evidence, Finding, Refusal, Signed, Signer, case::findings};
use crate::{attestation::PREDICATE_COSIGN_SIGN, keys::KeySet};
use jiff::Timestamp;
use std::fmt;
use tidegate_domain::{
    digest::Digest,
    name::{Name, listed},
};

/// The answer about one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which artifact.
    pub artifact: Digest,
    /// As of when.
    pub at: Timestamp,
    /// How many distinct signers it takes.
    pub threshold: u32,
    /// What became of each piece of evidence.
    pub findings: Vec<Finding<Signed>>,
    /// The distinct signers that count, in the order of the evidence.
    pub signers: Vec<Signer>,
    /// Who else could sign now.
    pub could_sign: Vec<Name>,
}

/// Whether the threshold of `keys` is met for `artifact`, judged at `at`.
pub fn judge(keys: &KeySet, evidence: &[Evidence], artifact: Digest, at: Timestamp) -> Verdict {
    let findings = findings(keys, evidence, (artifact, at), |proof| {
        match proof.statement {
            Some(it) if it.predicate_type != PREDICATE_COSIGN_SIGN => {
                Err(Refusal::IsAttestation(it.predicate_type))
            }
            _ => Ok(Signed {
                by: proof.by,
                artifact,
                time: proof.time,
            }),
        }
    });
    let signers = distinct(&findings);
    let could_sign = keys
        .able(at)
        .into_iter()
        .filter(|name| signers.iter().all(|signer| signer.name() != *name))
        .cloned()
        .collect();
    Verdict {
        artifact,
        at,
        threshold: keys.threshold(),
        findings,
        signers,
        could_sign,
    }
}

fn distinct(findings: &[Finding<Signed>]) -> Vec<Signer> {
    let mut signers: Vec<Signer> = Vec::new();
    for signed in findings.iter().filter_map(|it| it.outcome.as_ref().ok()) {
        if !signers.iter().any(|known| known.is_same_as(&signed.by)) {
            signers.push(signed.by.clone());
        }
    }
    signers
}

impl Verdict {
    /// Whether enough distinct signers signed.
    pub fn is_met(&self) -> bool {
        self.lacking() == 0
    }

    /// How many more distinct signers it takes.
    pub fn lacking(&self) -> usize {
        let needed = usize::try_from(self.threshold).unwrap_or(usize::MAX);
        needed.saturating_sub(self.signers.len())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needed = self.threshold;
        match self.signers.len() {
            0 => write!(f, "signed by none of the {needed} needed")?,
            count => {
                let names = listed(self.signers.iter().map(Signer::name));
                write!(f, "signed by {count} of the {needed} needed: {names}")?;
            }
        }
        if self.is_met() {
            return Ok(());
        }
        match (self.lacking(), self.could_sign.len()) {
            (more, 0) => write!(f, "; {more} more must sign, and nobody else can")?,
            (more, _) => write!(
                f,
                "; {more} more must sign, of {}",
                listed(&self.could_sign)
            )?,
        }
        self.findings.iter().try_for_each(|it| match &it.outcome {
            Ok(_) => Ok(()),
            Err(why) => write!(f, "; signature {} does not count: {why}", it.evidence + 1),
        })
    }
}
