//! What is known of artifacts: whose signatures they carry, how they were built, what they are made of, and where they run.

mod runs;

use super::{App, Error, Gate, Kind, Request, attachments::word, field, optional, quarantine};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use tidegate_domain::{
    access::{Action, Resource},
    attachment::{AttachedContent, Attachment, BillSummary, TestSummary, Vulnerability},
    control::{ArtifactFacts, Stop, StopKind},
    digest::Digest,
    name::{Name, listed},
    revision::{Revision, RevisionId},
    version::Version,
};
use tidegate_protocol::api::{
    ArtifactCheckView, ArtifactView, AttachedView, BillView, PlaceView, QuarantineLackView,
    QuarantineView, SignatureView, StatementView, TestsView, VulnerabilityView,
};
use tidegate_store::{Repository, Tx};
use tidegate_trust::{
    artifact::{self, Believed},
    attestation::Predicate,
    signature::{Signer, Verdict},
};

/// What is known of an artifact now.
#[derive(Debug)]
pub(super) struct Known {
    /// Whether the registry holds it in that repository.
    kept: bool,
    pub(super) attachments: Vec<Attachment>,
    known: artifact::Known,
    unsound: Vec<Name>,
}

/// Collects and judges what is attached to an artifact.
///
/// # Errors
/// When the store fails.
pub(super) async fn known(
    tx: &mut Tx,
    gate: &Gate,
    (repository, digest): (&Repository, Digest),
) -> Result<Known, Error> {
    let manifest = tx.manifest_in(repository, digest).await?;
    let attachments = tx.attachments_of(repository, digest).await?;
    let key_sets = gate.key_sets(tx).await?;
    let trusted = key_sets.about(&repository.product);
    let bytes = manifest.as_ref().map(|it| it.body.as_slice());
    Ok(Known {
        kept: tx.is_whole(repository, digest).await?,
        known: artifact::known((digest, bytes), &attachments, &trusted.sets, tx.now()),
        attachments,
        unsound: trusted.unsound.into_iter().cloned().collect(),
    })
}

impl Known {
    /// The facts that controls look at.
    pub(super) fn facts(&self, version: Version, digest: Digest) -> ArtifactFacts {
        let mut facts = ArtifactFacts::unknown(version, digest);
        facts.kept = self.kept;
        self.known.fill(&mut facts);
        let unsigned = self.unsigned_because();
        facts.signed = unsigned.is_none();
        facts.unsigned_because = unsigned.unwrap_or_default();
        facts
    }

    /// What its signatures lack, in words; none if nothing.
    fn unsigned_because(&self) -> Option<String> {
        if self.unsound.is_empty() {
            return self.known.unsigned_because();
        }
        let names = listed(&self.unsound);
        Some(format!("{names}: not sound any more, apply it again"))
    }
}

impl App {
    /// Reads the next blobs behind `after` again, and sets aside what is damaged: one slice of a check of everything.
    ///
    /// # Errors
    /// When the asker may not, or the disk fails.
    pub async fn check_artifacts(
        &self,
        request: &Request,
        after: Option<&str>,
    ) -> Result<ArtifactCheckView, Error> {
        let after: Option<Digest> = optional("after", after)?;
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let permit = request.permit_at_large(tx, Action::ApplyCatalog).await;
                    permit.map(drop)
                }
                .boxed()
            })
            .await?;
        let now = jiff::Timestamp::now();
        let scrubbed = self.registry.check_behind(after, now).await?;
        if !scrubbed.damaged.is_empty() {
            self.bus.wake_engine();
        }
        let bad = scrubbed.damaged.iter().chain(&scrubbed.unread);
        Ok(ArtifactCheckView {
            blobs: scrubbed.blobs,
            bytes: scrubbed.bytes,
            damaged: bad.map(ToString::to_string).collect(),
            last: scrubbed.last.map(|digest| digest.to_string()),
        })
    }

    /// Everything known of an artifact, by tag or digest.
    ///
    /// # Errors
    /// When there is none.
    pub async fn artifact(
        &self,
        request: &Request,
        (product, component, reference): (&str, &str, &str),
    ) -> Result<ArtifactView, Error> {
        let repository = Repository {
            product: field("product", product)?,
            component: field("component", component)?,
        };
        let input = (request.clone(), repository, reference.to_owned());
        self.store
            .read(input, |tx, (request, repository, reference)| {
                view(tx, request, (repository, reference)).boxed()
            })
            .await
    }
}

async fn view(
    tx: &mut Tx,
    request: &Request,
    (repository, reference): (&Repository, &str),
) -> Result<ArtifactView, Error> {
    let missing = || {
        Error::not_found(
            "artifact-not-found",
            "artifact",
            format!("{repository}:{reference}"),
        )
    };
    let resource = Resource::product(repository.product.clone());
    request
        .permit(tx, (Action::Read, &resource), missing)
        .await?;
    let digest = found(tx, (repository, reference))
        .await?
        .ok_or_else(missing)?;
    let known = known(tx, &request.gate, (repository, digest)).await?;
    let waiting = tx.unread_attachments_of(repository, digest).await?;
    let unsigned = known.unsigned_because();
    let running = running(tx, Some(&repository.product)).await?;
    let (mut sight, kept_for) = (request.sight(tx).await?, tx.pin_reason(digest).await?);
    let verdicts = known.known.verdicts.iter();
    let quarantine = quarantine(tx, &request.gate, (repository, digest)).await?;
    Ok(ArtifactView {
        repository: repository.to_string(),
        digest: digest.to_string(),
        tags: tx.tags_of(repository, digest).await?,
        kept_for: kept_for.map(|reason| sight.told(reason)),
        quarantine,
        signed: unsigned.is_none(),
        unsigned_because: unsigned,
        signatures: verdicts.map(|(set, it)| signature(set, it)).collect(),
        statements: known.known.statements.iter().map(statement).collect(),
        bills: known.known.bills.iter().map(bill).collect(),
        tests: known.known.tests.iter().map(tests).collect(),
        attached: known.attachments.iter().map(attached).collect(),
        waiting,
        runs: running
            .get(&(repository.clone(), digest))
            .cloned()
            .unwrap_or_default(),
    })
}

/// What keeps an artifact in quarantine, if it is there.
async fn quarantine(
    tx: &mut Tx,
    gate: &Gate,
    of: (&Repository, Digest),
) -> Result<Option<QuarantineView>, Error> {
    let stops = quarantine::stops(tx, gate, of).await?;
    if stops.is_empty() {
        return Ok(None);
    }
    let told = tx.quarantined(of.0, of.1).await?;
    let control = |stop: &Stop| match stop.kind {
        StopKind::Control => stop.name.clone(),
        StopKind::Approval
        | StopKind::Change
        | StopKind::Supervision
        | StopKind::Unexamined
        | StopKind::Refused
        | StopKind::Supplier => String::new(),
    };
    let lacks = stops.iter().map(|stop| QuarantineLackView {
        control: control(stop),
        what: stop.what.clone(),
        remedy: stop.remedy.clone(),
    });
    Ok(Some(QuarantineView {
        since: told.filter(|it| !it.stops.is_empty()).map(|it| it.since),
        lacks: lacks.collect(),
    }))
}

/// What a tag or a digest names in a repository.
async fn found(
    tx: &mut Tx,
    (repository, reference): (&Repository, &str),
) -> Result<Option<Digest>, Error> {
    if let Ok(digest) = reference.parse::<Digest>() {
        let found = tx.manifest_in(repository, digest).await?;
        return Ok(found.map(|it| it.digest));
    }
    let tag: Version = match reference.parse() {
        Ok(tag) => tag,
        Err(why) => {
            let detail = format!("`{reference}` is neither a tag nor a digest: {why}");
            return Err(Error::refused(Kind::BadRequest, "reference", detail));
        }
    };
    let found = tx.manifest_tagged(repository, &tag).await?;
    Ok(found.map(|it| it.digest))
}

/// Where each artifact runs.
pub(super) type Running = BTreeMap<(Repository, Digest), Vec<PlaceView>>;

/// Which artifacts run where now, as their targets attest themselves: of one product, or of all.
///
/// # Errors
/// When the store fails.
pub(super) async fn running(tx: &mut Tx, product: Option<&Name>) -> Result<Running, Error> {
    let mut running = Running::new();
    let mut revisions: BTreeMap<RevisionId, Option<Revision>> = BTreeMap::new();
    for (target, of, report) in tx.reports(product).await? {
        let active: BTreeSet<RevisionId> = report
            .observed
            .active
            .iter()
            .filter_map(|component| component.revision)
            .collect();
        for id in active {
            if let Entry::Vacant(unread) = revisions.entry(id) {
                unread.insert(tx.revision(id).await?);
            }
            let Some(revision) = revisions.get(&id).and_then(Option::as_ref) else {
                continue;
            };
            for component in &revision.components {
                let repository = Repository {
                    product: of.clone(),
                    component: component.component.clone(),
                };
                running
                    .entry((repository, component.artifact))
                    .or_default()
                    .push(PlaceView {
                        environment: target.environment.to_string(),
                        target: target.target.to_string(),
                        product: of.to_string(),
                        release: revision.release.to_string(),
                    });
            }
        }
    }
    Ok(running)
}

fn signature(set: &Name, verdict: &Verdict) -> SignatureView {
    let signers = verdict.signers.iter().map(Signer::name);
    SignatureView {
        key_set: set.to_string(),
        met: verdict.is_met(),
        threshold: verdict.threshold,
        signers: signers.map(ToString::to_string).collect(),
        verdict: verdict.to_string(),
    }
}

fn statement(believed: &Believed) -> StatementView {
    let statement = &believed.statement;
    let (builder, sources) = match &statement.predicate {
        Predicate::Provenance(it) => {
            let source = it.sources.iter().map(|source| match &source.reference {
                Some(reference) => format!("{}@{reference} ({})", source.repository, source.commit),
                None => format!("{} ({})", source.repository, source.commit),
            });
            (Some(it.builder.clone()), source.collect())
        }
        Predicate::TestResult(_) | Predicate::Other => (None, Vec::new()),
    };
    StatementView {
        by: believed.by.clone(),
        predicate_type: statement.predicate_type.clone(),
        builder,
        sources,
    }
}

fn bill(bill: &BillSummary) -> BillView {
    let vulnerabilities = bill.vulnerabilities.as_ref();
    BillView {
        format: bill.format.clone(),
        about_it: bill.about_it,
        parts: bill.parts,
        licences: bill.licences.iter().cloned().collect(),
        vulnerabilities: vulnerabilities.map(|all| all.iter().map(vulnerability).collect()),
        unmatched: bill.unmatched.iter().cloned().collect(),
        cut: bill.cut,
        remarks: bill.remarks.clone(),
        untold: bill.untold,
        matched_at: bill.matched_at,
    }
}

/// A vulnerability as it is shown.
pub(super) fn vulnerability(it: &Vulnerability) -> VulnerabilityView {
    VulnerabilityView {
        advisory: it.advisory.clone(),
        aliases: it.aliases.iter().cloned().collect(),
        summary: it.summary.clone(),
        part: it.part.clone(),
        version: it.version.clone(),
        severity: it.severity.word().to_owned(),
        fixed_in: it.fixed_in.clone(),
    }
}

fn tests(tests: &TestSummary) -> TestsView {
    TestsView {
        passed: tests.passed,
        failed: tests.failed,
        skipped: tests.skipped,
        failures: tests.failures.clone(),
    }
}

fn attached(attachment: &Attachment) -> AttachedView {
    let why = match &attachment.content {
        AttachedContent::Unreadable { why } => Some(why.clone()),
        AttachedContent::Beyond { of } => Some(format!(
            "there is no room for another {}: nothing is known of it",
            of.word()
        )),
        AttachedContent::Signature { .. }
        | AttachedContent::Bill { .. }
        | AttachedContent::Tests { .. }
        | AttachedContent::Other => None,
    };
    AttachedView {
        manifest: attachment.manifest.to_string(),
        media_type: attachment.media_type.clone(),
        kind: word(&attachment.content).to_owned(),
        received_at: attachment.received,
        why,
    }
}
