//! What is attached to an artifact, as the lifecycle of a release looks at it.

use super::Known;
use tidegate_domain::{
    attachment::{AttachedContent, AttachedKind, Attachment, TestSummary},
    digest::Digest,
    lifecycle::{Means, Run},
};
use tidegate_trust::{artifact, attestation::Predicate};

impl Known {
    /// The runs of builds and tests that what is attached tells of.
    pub(in crate::app) fn runs(&self, digest: Digest) -> Vec<Run> {
        let report = |it: &Attachment, tests: TestSummary| {
            let told = (Means::Report, String::new(), Some(it.received));
            Run::attached((digest, &it.manifest.to_string()), tests, told)
        };
        let attached = self.attachments.iter().filter_map(|it| match &it.content {
            AttachedContent::Tests { tests } => Some(report(it, tests.clone())),
            AttachedContent::Beyond {
                of: AttachedKind::Tests,
            } => Some(report(it, artifact::unread_report())),
            AttachedContent::Signature { .. }
            | AttachedContent::Bill { .. }
            | AttachedContent::Other
            | AttachedContent::Unreadable { .. }
            | AttachedContent::Beyond { .. } => None,
        });
        let statements = self.known.statements.iter();
        let stated = statements.filter_map(|it| match &it.statement.predicate {
            Predicate::Provenance(said) => {
                let by = (said.builder.as_str(), it.by.clone());
                Some(Run::stated(digest, by, (said.started, said.finished)))
            }
            Predicate::TestResult(_) => {
                let tests = artifact::test_summary(&it.statement)?;
                let told = (Means::Statement, it.by.clone(), None);
                Some(Run::attached(
                    (digest, &it.statement.predicate_type),
                    tests,
                    told,
                ))
            }
            Predicate::Other => None,
        });
        attached.chain(stated).collect()
    }
}
