//! What is known of an artifact, from what is attached to it and whom we believe.

use crate::{
    attestation::{Outcome, Predicate, Provenance, Statement},
    keys::KeySet,
    signature::{EVIDENCE_MAX, Evidence, Material, Verdict, attested, judge},
};
use jiff::Timestamp;
use std::{collections::BTreeSet, sync::Arc};
use tidegate_domain::{
    attachment::{
        AttachedContent, AttachedKind, Attachment, BillSummary, SignatureForm, TestSummary,
        VulnerabilitySeverity,
    },
    catalog::KeyPurpose,
    control::{ArtifactFacts, Vulnerabilities},
    digest::Digest,
    name::Name,
};

/// A key set, and what it is trusted with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedSet {
    /// Its name.
    pub name: Name,
    /// What it is trusted with.
    pub purpose: KeyPurpose,
    /// Who is in it.
    pub keys: KeySet,
}

/// What signers state about an artifact, and which set believes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    /// Who says so: the set and the name in it.
    pub by: String,
    /// What they say.
    pub statement: Statement,
}

/// Everything known of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// For each set whose signatures let artifacts go, whether enough of it signed.
    pub verdicts: Vec<(Name, Verdict)>,
    /// What believed signers state.
    pub statements: Vec<Believed>,
    /// Its bills of materials.
    pub bills: Vec<BillSummary>,
    /// Its test reports, those in statements included.
    pub tests: Vec<TestSummary>,
    /// Whether there are bills that there was no room for.
    pub bills_beyond: bool,
}

/// Judges what is attached to `artifact`, as of `at`. `manifest` is the artifact itself: some signatures are over its
/// bytes.
pub fn known(
    (artifact, manifest): (Digest, Option<&[u8]>),
    attachments: &[Attachment],
    sets: &[&TrustedSet],
    at: Timestamp,
) -> Known {
    let bytes: Option<Arc<[u8]>> = manifest.map(Arc::from);
    let evidence: Vec<Evidence> = attachments
        .iter()
        .filter_map(|it| evidence(it, bytes.as_ref()))
        // One more than is looked at, so that the judge says so.
        .take(EVIDENCE_MAX + 1)
        .collect();
    let of = |purpose| {
        sets.iter()
            .filter(move |set| set.purpose == purpose)
            .copied()
    };
    let verdicts = of(KeyPurpose::Release)
        .map(|set| (set.name.clone(), judge(&set.keys, &evidence, artifact, at)))
        .collect();
    let statements: Vec<Believed> = of(KeyPurpose::Build)
        .flat_map(|set| believed(set, &attested(&set.keys, &evidence, artifact, at)))
        .collect();
    let mut known = Known {
        verdicts,
        statements,
        bills: Vec::new(),
        tests: Vec::new(),
        bills_beyond: false,
    };
    for attachment in attachments {
        match &attachment.content {
            AttachedContent::Bill { bill } => known.bills.push(bill.clone()),
            AttachedContent::Tests { tests } => known.tests.push(tests.clone()),
            AttachedContent::Beyond { of } => known.beyond(*of),
            AttachedContent::Signature { .. }
            | AttachedContent::Other
            | AttachedContent::Unreadable { .. } => {}
        }
    }
    let stated = known
        .statements
        .iter()
        .filter_map(|it| test_summary(&it.statement));
    let stated: Vec<TestSummary> = stated.collect();
    known.tests.extend(stated);
    known
}

fn evidence(attachment: &Attachment, manifest: Option<&Arc<[u8]>>) -> Option<Evidence> {
    let AttachedContent::Signature {
        form,
        text,
        annotations,
    } = &attachment.content
    else {
        return None;
    };
    let (bytes, annotations) = (text.clone().into_bytes(), annotations.clone());
    let material = match form {
        SignatureForm::Bundle => Material::Bundle(bytes),
        SignatureForm::SimpleSigning => Material::SimpleSigning {
            payload: bytes,
            annotations,
        },
        SignatureForm::Envelope => Material::Envelope {
            json: bytes,
            annotations,
        },
    };
    Some(Evidence {
        material,
        received: Some(attachment.received),
        artifact_bytes: manifest.cloned(),
    })
}

fn believed(
    set: &TrustedSet,
    found: &[crate::signature::Finding<crate::signature::Attested>],
) -> Vec<Believed> {
    let good = found.iter().filter_map(|it| it.outcome.as_ref().ok());
    good.map(|it| Believed {
        by: format!("{}/{}", set.name, it.by.name()),
        statement: it.statement.clone(),
    })
    .collect()
}

/// What a statement says of tests, if it does. A result has no numbers where it has no names: then it counts as one test.
pub fn test_summary(statement: &Statement) -> Option<TestSummary> {
    let Predicate::TestResult(result) = &statement.predicate else {
        return None;
    };
    let count = |names: &[String]| names.len() as u64;
    let (passed, failed) = (
        count(&result.passed) + count(&result.warned),
        count(&result.failed),
    );
    let has_failed = result.result == Outcome::Failed;
    Some(TestSummary {
        passed: passed.max(u64::from(!has_failed)),
        failed: failed.max(u64::from(has_failed)),
        skipped: 0,
        failures: result.failed.iter().take(20).cloned().collect(),
    })
}

/// What stands for a report that there was no room for: nothing is known of it, so it is not known to be good.
pub fn unread_report() -> TestSummary {
    TestSummary {
        passed: 0,
        failed: 1,
        skipped: 0,
        failures: vec!["a report that there was no room for".to_owned()],
    }
}

impl Known {
    /// What nobody looks at is not known to be good.
    fn beyond(&mut self, of: AttachedKind) {
        match of {
            AttachedKind::Bill => self.bills_beyond = true,
            AttachedKind::Tests => self.tests.push(unread_report()),
            AttachedKind::Signature | AttachedKind::Other => {}
        }
    }

    /// Puts it into the facts that controls look at.
    pub fn fill(&self, facts: &mut ArtifactFacts) {
        let unsigned = self.unsigned_because();
        facts.signed = unsigned.is_none();
        facts.unsigned_because = unsigned.unwrap_or_default();
        facts.signers = self.signers();
        if let Some((builder, provenance)) = self.provenance() {
            facts.builder = Some(builder.to_owned());
            facts.source = provenance.sources.first().map(|it| it.repository.clone());
        }
        facts.has_bill = !self.bills.is_empty();
        // One that is about something else makes nothing better.
        facts.bill_is_about_it = self.bills.iter().any(|bill| bill.about_it);
        facts.licences = self
            .bills
            .iter()
            .flat_map(|it| it.licences.iter().cloned())
            .collect();
        facts.unmatched = self
            .bills
            .iter()
            .flat_map(|it| it.unmatched.iter().cloned())
            .collect();
        facts.vulnerabilities = self.vulnerabilities();
        let sum = |of: fn(&TestSummary) -> u64| {
            let all = self.tests.iter().map(of).fold(0, u64::saturating_add);
            u32::try_from(all).unwrap_or(u32::MAX)
        };
        facts.test_reports = u32::try_from(self.tests.len()).unwrap_or(u32::MAX);
        facts.tests_passed = sum(|it| it.passed);
        facts.tests_failed = sum(|it| it.failed);
    }

    fn signers(&self) -> BTreeSet<String> {
        let signers = self
            .verdicts
            .iter()
            .flat_map(|(set, it)| it.signers.iter().map(move |signer| (set, signer)));
        signers
            .map(|(set, signer)| format!("{set}/{}", signer.name()))
            .collect()
    }

    /// What its signatures lack, in words; none if as many signed it as every set asks for.
    pub fn unsigned_because(&self) -> Option<String> {
        if self.verdicts.is_empty() {
            return Some("no key set says whose signatures count: declare a KeySet".to_owned());
        }
        let lacking = self.verdicts.iter().filter(|(_, it)| !it.is_met());
        let lacking: Vec<String> = lacking.map(|(set, it)| format!("{set}: {it}")).collect();
        (!lacking.is_empty()).then(|| lacking.join("; "))
    }

    /// Who built it, by the first statement that says so.
    pub fn provenance(&self) -> Option<(&str, &Provenance)> {
        self.statements
            .iter()
            .find_map(|it| match &it.statement.predicate {
                Predicate::Provenance(provenance) => {
                    Some((provenance.builder.as_str(), provenance))
                }
                Predicate::TestResult(_) | Predicate::Other => None,
            })
    }

    /// By severity; none unless there is a bill, and each was matched against advisories of all its ecosystems: what nobody
    /// looked up is not known to be good.
    fn vulnerabilities(&self) -> Option<Vulnerabilities> {
        let mut sum = Vulnerabilities::default();
        for bill in &self.bills {
            if bill.cut || !bill.unmatched.is_empty() {
                return None;
            }
            for found in bill.vulnerabilities.as_ref()? {
                let count = match found.severity {
                    VulnerabilitySeverity::Critical => &mut sum.critical,
                    VulnerabilitySeverity::High => &mut sum.high,
                    VulnerabilitySeverity::Medium => &mut sum.medium,
                    VulnerabilitySeverity::Low => &mut sum.low,
                    VulnerabilitySeverity::Unknown => &mut sum.unknown,
                };
                *count = count.saturating_add(1);
            }
        }
        let is_known = !self.bills.is_empty() && !self.bills_beyond;
        is_known.then_some(sum)
    }
}

#[cfg(test)]
mod tests;
