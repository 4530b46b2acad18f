//! Evidence files: all that is on record of a release, put together and signed.

use super::{App, Error, Kind, Request, artifacts, field, lifecycle, releases};
use futures::FutureExt;
use std::{collections::BTreeSet, time::Duration};
use tidegate_domain::{
    access::Action,
    catalog::{KeySet, Kind as CatalogKind},
    control::{Approval, Change, Judgement, Waiver},
    deployment::Deployment,
    evidence_file::{
        Artifact, DeploymentRecord, Dossier, EvidenceFile, ProvedEntry, ReviewRecord, verify,
    },
    id::{ChangeId, DeploymentId},
    journal::Outline,
    lifecycle::Fact,
    name::Name,
    release::Release,
    review::Stage,
    version::Version,
};
use tidegate_store::{NumberedEntry, Repository, Tx};

/// Deployments and change requests read at a time.
const BATCH: u64 = 500;
/// The most entries of one subject.
const ENTRIES_MAX: u64 = 10_000;
/// How often it is tried again where entries of the journal are not numbered yet, and how long it is waited between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

impl App {
    /// The evidence file of a release, as text.
    ///
    /// # Errors
    /// When there is no such release; or when what is stored is not what the journal says.
    pub async fn evidence_file(
        &self,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<String, Error> {
        let release: (Name, Version) = (field("product", product)?, field("version", version)?);
        let mut tries = 0;
        loop {
            let text = self.put_together(request, &release).await?;
            // Nothing is handed out that would not verify. Where several servers write, entries wait a moment for their
            // numbers.
            let Err(fault) = verify(&text, None) else {
                return Ok(text);
            };
            tries += 1;
            if tries == TRIES {
                let detail = format!("what is stored is not what the journal says: {fault}");
                return Err(
                    Error::refused(Kind::Conflict, "evidence-contradicts", detail)
                        .hint("`tidegate doctor` examines the journal"),
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn put_together(
        &self,
        request: &Request,
        release: &(Name, Version),
    ) -> Result<String, Error> {
        let input = (request.clone(), release.clone());
        let mut dossier = self
            .store
            .read(input, |tx, (request, release)| {
                collect(tx, request, (&release.0, &release.1)).boxed()
            })
            .await?;
        let head = self
            .store
            .read(about(&dossier), |tx, about| prove(tx, about).boxed())
            .await?;
        dossier.entries = head.entries;
        dossier.checkpoint = self.notary.sign(head.size, head.root);
        let file = EvidenceFile::sign(&dossier, &self.notary);
        let text = serde_json::to_string_pretty(&file);
        text.map_err(|why| Error::Broken(why.to_string()))
    }
}

async fn collect(
    tx: &mut Tx,
    request: &Request,
    (product, version): (&Name, &Version),
) -> Result<Dossier, Error> {
    request.permit_product(tx, Action::Read, product).await?;
    let release = releases::find(tx, product, version).await?;
    let snapshot = match &release.sealed {
        Some(sealed) => tx.snapshot(product, sealed.snapshot).await?,
        None => None,
    };
    let mut artifacts = std::collections::BTreeMap::new();
    for (component, content) in &release.contents {
        let repository = Repository {
            product: product.clone(),
            component: component.clone(),
        };
        let known = artifacts::known(tx, &request.gate, (&repository, content.digest)).await?;
        let facts = known.facts(content.version.clone(), content.digest);
        let manifest = tx.manifest(content.digest).await?;
        let artifact = Artifact {
            manifest: manifest.and_then(|it| String::from_utf8(it.body).ok()),
            attachments: known.attachments,
            facts,
        };
        artifacts.insert(component.clone(), artifact);
    }
    let mut key_sets: Vec<KeySet> = tx.documents(CatalogKind::KeySet).await?;
    key_sets.retain(|set| set.is_about(product));
    let deployments = deployments(tx, &release).await?;
    Ok(Dossier {
        made_at: tx.now(),
        made_for: request.actor.name.clone(),
        snapshot: snapshot.map(|it| it.digest()),
        artifacts,
        key_sets,
        supplied: tx.evidence_of(product, version).await?,
        changes: changes(tx, &release, &deployments).await?,
        waivers: waivers(tx, &release, &deployments).await?,
        review: review(tx, &release).await?,
        lifecycle: lifecycle::facts_of(tx, &release).await?,
        deployments,
        release,
        checkpoint: String::new(),
        entries: Vec::new(),
    })
}

/// The deployments of the release, the oldest first.
pub(super) async fn deployments(
    tx: &mut Tx,
    release: &Release,
) -> Result<Vec<DeploymentRecord>, Error> {
    let mut all: Vec<Deployment> = Vec::new();
    let mut before = DeploymentId(u64::MAX >> 1);
    loop {
        let place = (Some(&release.product), None);
        let some = tx.deployments_before(before, BATCH, place).await?;
        let Some(last) = some.last() else { break };
        before = last.id;
        all.extend(some.into_iter().filter(|it| it.release == release.version));
    }
    all.reverse();
    let mut records = Vec::with_capacity(all.len());
    for deployment in all {
        let place = (&deployment.product, &deployment.environment);
        let mut approvals: Vec<Approval> = tx.approvals_in(place.0, place.1).await?;
        approvals.retain(|approval| approval.parts == deployment.parts);
        records.push(DeploymentRecord {
            judgements: tx.judgements_of(deployment.id).await?,
            returns: tx.return_judgements_of(deployment.id).await?,
            approvals,
            deployment,
        });
    }
    Ok(records)
}

/// The change requests of the release, or that one of its deployments names.
pub(super) async fn changes(
    tx: &mut Tx,
    release: &Release,
    deployments: &[DeploymentRecord],
) -> Result<Vec<Change>, Error> {
    let named: BTreeSet<ChangeId> = deployments
        .iter()
        .filter_map(|it| it.deployment.change)
        .collect();
    let places: BTreeSet<&Name> = deployments
        .iter()
        .map(|it| &it.deployment.environment)
        .collect();
    let mut changes = Vec::new();
    for environment in places {
        let mut before = ChangeId(u64::MAX >> 1);
        loop {
            let place = Some((&release.product, environment));
            let some = tx.changes_before(before, BATCH, place).await?;
            let Some(last) = some.last() else { break };
            before = last.id;
            let concerns = |change: &Change| {
                change.release.as_ref() == Some(&release.version) || named.contains(&change.id)
            };
            changes.extend(some.into_iter().filter(concerns));
        }
    }
    changes.sort_by_key(|change| change.id);
    Ok(changes)
}

/// The exceptions that are for this release only, or that something rested on.
pub(super) async fn waivers(
    tx: &mut Tx,
    release: &Release,
    deployments: &[DeploymentRecord],
) -> Result<Vec<Waiver>, Error> {
    let judgements = deployments.iter().flat_map(|it| {
        let waves = it.judgements.iter().map(|(_, judgement)| judgement);
        let returns = it.returns.iter().filter_map(|it| it.judgement.as_ref());
        waves.chain(returns)
    });
    let rested = judgements.flat_map(|it: &Judgement| &it.waivers);
    let rested: BTreeSet<_> = rested.copied().collect();
    let mut waivers = tx.waivers(Some(&release.product), true).await?;
    waivers.retain(|waiver| {
        rested.contains(&waiver.id) || waiver.scope.release.as_ref() == Some(&release.version)
    });
    waivers.sort_by_key(|waiver| waiver.id);
    Ok(waivers)
}

/// What its review found, once that is closed.
async fn review(tx: &mut Tx, release: &Release) -> Result<Option<ReviewRecord>, Error> {
    let of = (&release.product, &release.version);
    let Some(review) = tx.review(of).await? else {
        return Ok(None);
    };
    let Stage::Closed { report, .. } = review.stage else {
        return Ok(None);
    };
    let report = tx.review_report(of, report).await?;
    Ok(report.map(|report| ReviewRecord {
        report,
        findings: review.findings(),
    }))
}

/// Which entries of the journal concern a release.
struct About {
    /// All that are about one of these.
    subjects: Vec<String>,
    /// Of the product's, those that tell of its builds and tests.
    product: Name,
    facts: Vec<Fact>,
}

fn about(dossier: &Dossier) -> About {
    About {
        subjects: subjects(dossier),
        product: dossier.release.product.clone(),
        facts: dossier.lifecycle.clone(),
    }
}

/// What the journal's entries are about that concern the release.
fn subjects(dossier: &Dossier) -> Vec<String> {
    let Release {
        product, version, ..
    } = &dossier.release;
    let release = format!("release/{product}/{version}");
    let artifacts = dossier.release.contents.iter();
    let artifacts = artifacts
        .map(|(component, content)| format!("artifact/{product}/{component}@{}", content.digest));
    let deployments = dossier.deployments.iter();
    let deployments = deployments.map(|it| format!("deployment/{}", it.deployment.id));
    // A word about the same parts may have been said of another release's deployment.
    let approvals = dossier.deployments.iter().flat_map(|it| &it.approvals);
    let approvals = approvals.map(|it| format!("deployment/{}", it.deployment));
    let changes = dossier.changes.iter().map(|it| format!("change/{}", it.id));
    let waivers = dossier.waivers.iter().map(|it| format!("waiver/{}", it.id));
    let review = format!("review/{product}/{version}");
    let all: BTreeSet<String> = [release, review]
        .into_iter()
        .chain(artifacts)
        .chain(deployments)
        .chain(approvals)
        .chain(changes)
        .chain(waivers)
        .collect();
    all.into_iter().collect()
}

/// Entries with their proofs, and the tree that they lead to.
struct Proved {
    entries: Vec<ProvedEntry>,
    size: u64,
    root: tidegate_domain::digest::Digest,
}

async fn prove(tx: &mut Tx, about: &About) -> Result<Proved, Error> {
    let frontier = tx.journal_frontier().await?;
    let (size, root) = (frontier.size(), frontier.root());
    let mut found: Vec<NumberedEntry> = Vec::new();
    for subject in &about.subjects {
        found.extend(tx.entries_before(size, ENTRIES_MAX, Some(subject)).await?);
    }
    found.extend(lifecycle::entries_of(tx, size, (&about.product, &about.facts)).await?);
    found.sort_by_key(|entry| entry.sequence);
    let mut entries = Vec::with_capacity(found.len());
    for entry in found {
        let outline = Outline::inclusion(entry.sequence, size)
            .map_err(|why| Error::Broken(why.to_string()))?;
        entries.push(ProvedEntry {
            sequence: entry.sequence,
            text: entry.text,
            proof: tx.proof(&outline).await?,
        });
    }
    Ok(Proved {
        entries,
        size,
        root,
    })
}
