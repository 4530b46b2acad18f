//! The bill of materials inside of a signed statement, as `cosign attest --type cyclonedx` makes them.

use crate::{
    attestation::{self, ENVELOPE_LENGTH_MAX, Envelope},
    bill::{self, Bill},
    signature::BUNDLE_LENGTH_MAX,
};
use serde::Deserialize;
use serde_json::Value;
use tidegate_domain::digest::Digest;

/// How the types of predicates begin that are bills of materials (in-toto attestation framework, `spec/predicates`).
const BILL_TYPES: [&str; 2] = ["https://cyclonedx.org/bom", "https://spdx.dev/Document"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
    predicate: Value,
}

/// The bill, and whether its statement or it itself is about the artifact. Whoever signed it need not be believed: a bill
/// is no proof.
pub(super) fn find(json: &[u8], artifact: Digest) -> Option<(Bill, bool)> {
    let whole: Value = attestation::read(json, BUNDLE_LENGTH_MAX).ok()?;
    let envelope = whole.get("dsseEnvelope").unwrap_or(&whole);
    let envelope = Envelope::read(&serde_json::to_vec(envelope).ok()?).ok()?;
    let payload = envelope.payload.as_slice();
    let stated: Statement = attestation::read(payload, ENVELOPE_LENGTH_MAX).ok()?;
    if !BILL_TYPES
        .iter()
        .any(|kind| stated.predicate_type.starts_with(kind))
    {
        return None;
    }
    let bill = bill::read(&serde_json::to_vec(&stated.predicate).ok()?).ok()?;
    let says_statement =
        attestation::Statement::read(payload).is_ok_and(|it| it.is_about(artifact));
    let says_bill = bill::is_about(&bill, &artifact) == bill::About::This;
    Some((bill, says_statement || says_bill))
}
