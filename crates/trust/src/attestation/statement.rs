//! in-toto statements: of which artifacts something is said, and what.
//!
//! The format is in-toto's attestation framework, `spec/v1/statement.md` and `spec/v0.1.0/README.md`.

use super::{JsonError, Provenance, TestResult, provenance, read};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use tidegate_domain::digest::Digest;

/// The longest statement, in bytes: large enough for one that carries an SBOM.
pub const STATEMENT_LENGTH_MAX: usize = 16 * 1024 * 1024;
/// The most subjects of a statement.
pub const SUBJECTS_MAX: usize = 1024;

/// SLSA provenance 1 (`https://slsa.dev/spec/v1.0/provenance`).
pub const PREDICATE_PROVENANCE_V1: &str = "https://slsa.dev/provenance/v1";
/// SLSA provenance 0.2 (`https://slsa.dev/spec/v0.2/provenance`).
pub const PREDICATE_PROVENANCE_V02: &str = "https://slsa.dev/provenance/v0.2";
/// Test results (in-toto attestation framework, `spec/predicates/test-result.md`).
pub const PREDICATE_TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// What cosign states when it merely signs (`cosign sign` with bundles, cosign 3).
pub const PREDICATE_COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

const TYPES: [&str; 2] = [
    "https://in-toto.io/Statement/v1",
    "https://in-toto.io/Statement/v0.1",
];

/// What is said of artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of which artifacts, where they are named by SHA-256.
    pub subjects: Vec<Subject>,
    /// What kind of thing is said.
    pub predicate_type: String,
    /// What is said, where we understand it.
    pub predicate: Predicate,
}

/// An artifact that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What the statement calls it; may be empty.
    pub name: String,
    /// What it is.
    pub digest: Digest,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// How the artifact was built.
    Provenance(Provenance),
    /// How its tests went.
    TestResult(TestResult),
    /// Something that is not read here.
    Other,
}

/// Why bytes are not a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not the JSON of one.
    #[error("not an in-toto statement")]
    Json(#[from] JsonError),
    /// Another kind of document, or another version.
    #[error("`{0}` is not the type of an in-toto statement")]
    Type(String),
    /// About nothing, or about too much.
    #[error("a statement has 1 to {SUBJECTS_MAX} subjects, not {0}")]
    Subjects(usize),
    /// A subject's SHA-256 is not one.
    #[error("the sha256 of subject `{0}` is not 64 lower-case hex digits")]
    Digest(String),
    /// The predicate is not what its type says.
    #[error("the predicate is not {kind}: {why}")]
    Predicate {
        /// What it should be.
        kind: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<WireSubject>,
    predicate_type: String,
    #[serde(default)]
    predicate: Value,
}

#[derive(Deserialize)]
struct WireSubject {
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: BTreeMap<String, String>,
}

impl Statement {
    /// The statement in `json`.
    ///
    /// # Errors
    /// When it is not one, exceeds a bound, or its predicate is not of its type.
    pub fn read(json: &[u8]) -> Result<Self, StatementError> {
        let wire: Wire = read(json, STATEMENT_LENGTH_MAX)?;
        if !TYPES.contains(&wire.kind.as_str()) {
            return Err(StatementError::Type(wire.kind.chars().take(80).collect()));
        }
        let count = wire.subject.len();
        if count == 0 || count > SUBJECTS_MAX {
            return Err(StatementError::Subjects(count));
        }
        let mut subjects = Vec::new();
        for subject in wire.subject {
            subjects.extend(subject.named()?);
        }
        Ok(Self {
            subjects,
            predicate: predicate(&wire.predicate_type, wire.predicate)?,
            predicate_type: wire.predicate_type,
        })
    }

    /// Whether it says anything about this artifact.
    pub fn is_about(&self, artifact: Digest) -> bool {
        self.subjects
            .iter()
            .any(|subject| subject.digest == artifact)
    }
}

impl WireSubject {
    fn named(self) -> Result<Option<Subject>, StatementError> {
        let Some(hex) = self.digest.get("sha256") else {
            return Ok(None);
        };
        match format!("sha256:{hex}").parse() {
            Ok(digest) => Ok(Some(Subject {
                name: self.name,
                digest,
            })),
            Err(_) => Err(StatementError::Digest(self.name.chars().take(80).collect())),
        }
    }
}

fn predicate(kind: &str, value: Value) -> Result<Predicate, StatementError> {
    match kind {
        PREDICATE_PROVENANCE_V1 => provenance::read_v1(value).map(Predicate::Provenance),
        PREDICATE_PROVENANCE_V02 => provenance::read_v02(value).map(Predicate::Provenance),
        PREDICATE_TEST_RESULT => TestResult::read(value).map(Predicate::TestResult),
        _ => Ok(Predicate::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(kind: &str, subject: &str) -> Vec<u8> {
        format!(
            r#"{{"_type":"{kind}","subject":{subject},"predicateType":"https://x.example/p","predicate":{{"a":1}}}}"#
        )
        .into_bytes()
    }

    #[test]
    fn a_statement_is_about_its_subjects_only() {
        let digest = Digest::of(b"artifact");
        let subject = format!(
            r#"[{{"name":"web","digest":{{"sha256":"{0}","sha512":"00"}}}},{{"digest":{{"sha512":"11"}}}}]"#,
            digest.hex()
        );
        for kind in TYPES {
            let read = Statement::read(&statement(kind, &subject)).unwrap();
            assert_eq!(read.predicate, Predicate::Other);
            assert_eq!(read.subjects.len(), 1);
            assert!(read.is_about(digest));
            assert!(!read.is_about(Digest::of(b"another")));
        }
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        let good = TYPES[0];
        let hex = Digest::of(b"").hex();
        let many = vec![r#"{"digest":{}}"#; SUBJECTS_MAX + 1].join(",");
        for (bytes, why) in [
            (statement(good, "[]"), "1 to 1024 subjects, not 0"),
            (statement(good, &format!("[{many}]")), "not 1025"),
            (
                statement("https://in-toto.io/Statement/v2", "[{}]"),
                "is not the type",
            ),
            (
                statement(good, r#"[{"name":"n","digest":{"sha256":"00"}}]"#),
                "sha256 of subject `n`",
            ),
            (
                statement(
                    good,
                    &format!(r#"[{{"digest":{{"sha256":"{}"}}}}]"#, hex.to_uppercase()),
                ),
                "lower-case",
            ),
            (
                statement(
                    good,
                    &format!(r#"[{{"digest":{{"sha256":"{hex}","sha256":"{hex}"}}}}]"#),
                ),
                "not an in-toto statement",
            ),
            (b"null".to_vec(), "not an in-toto statement"),
            (
                br#"{"critical":{"type":"cosign container image signature"}}"#.to_vec(),
                "not an in-toto statement",
            ),
        ] {
            let err = Statement::read(&bytes).unwrap_err().to_string();
            assert!(err.contains(why), "{err}, not {why}");
        }
    }
}
