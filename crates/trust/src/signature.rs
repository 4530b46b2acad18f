//! Who signed an artifact, whether that still counts, and whether enough of them did. Offline, from supplied material.
//!
//! [`judge`] answers for plain signatures, [`attested`] for what signed statements say. A statement never counts as a
//! signature of approval: a build job that attests a failing test has not approved the release.
//!
//! Keys sign bytes, not meanings. A key that signs any file that it is handed can be brought to sign a file that reads
//! as the signature payload of another artifact; give such keys a set of their own.

mod annotations;
mod attested;
mod bundle;
mod case;
mod envelope;
mod evidence;
mod form;
mod refusal;
mod signer;
mod simple_signing;
mod verdict;

pub use annotations::ANNOTATION_LENGTH_MAX;
pub use attested::{Attested, attested};
pub use bundle::{BUNDLE_LENGTH_MAX, PROOFS_MAX};
pub use evidence::{EVIDENCE_MAX, Evidence, Material};
pub use form::check_form;
pub use refusal::Refusal;
pub use signer::{Finding, Signed, Signer, TimeSource, TrustedTime};
pub use simple_signing::PAYLOAD_LENGTH_MAX;
pub use verdict::{Verdict, judge};
