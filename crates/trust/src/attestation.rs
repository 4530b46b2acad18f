//! What signed statements say: DSSE envelopes, in-toto statements, SLSA provenance and test results.
//!
//! Reading is not believing. Nothing here verifies a signature; [`crate::signature::attested`] yields a statement only
//! when a believed signer made it about the artifact in question.
//! Start with [`Statement`].

mod envelope;
mod json;
mod provenance;
mod statement;
mod test_result;

pub use envelope::{
    ENVELOPE_LENGTH_MAX, Envelope, EnvelopeError, EnvelopeSignature, PAYLOAD_TYPE_IN_TOTO,
    SIGNATURES_MAX, pae,
};
pub use json::JsonError;
pub use provenance::{Provenance, Source};
pub use statement::{
    PREDICATE_COSIGN_SIGN, PREDICATE_PROVENANCE_V1, PREDICATE_PROVENANCE_V02,
    PREDICATE_TEST_RESULT, Predicate, STATEMENT_LENGTH_MAX, SUBJECTS_MAX, Statement,
    StatementError, Subject,
};
pub use test_result::{Outcome, TestResult};

pub(crate) use json::read;
