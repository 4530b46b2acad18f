//! What is supplied with a release, such as the customer's word.

use super::{App, Error, Request, field, releases, steer::read_reason};
use futures::FutureExt;
use tidegate_domain::{access::Action, control::Evidence, name::Name, version::Version};
use tidegate_protocol::api::{EvidenceRequest, EvidenceView};
use tidegate_store::Tx;

impl App {
    /// Keeps something with a release, such as the customer's word.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn add_evidence(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &EvidenceRequest,
    ) -> Result<Vec<EvidenceView>, Error> {
        let release: (Name, Version) = (field("product", product)?, field("version", version)?);
        let note = read_reason(&wanted.note)?;
        let kind: Name = field("kind", &wanted.kind)?;
        let input = (request, release, kind, note, wanted.link.clone());
        let kept = self
            .store
            .write(input, |tx, (request, release, kind, note, link)| {
                async move {
                    request
                        .permit_product(tx, Action::AddEvidence, &release.0)
                        .await?;
                    releases::find(tx, &release.0, &release.1).await?;
                    let evidence = Evidence {
                        kind: kind.clone(),
                        note: note.clone(),
                        link: link.clone(),
                        by: request.actor.name.clone(),
                        at: tx.now(),
                    };
                    tx.record_evidence((&release.0, &release.1), &evidence)
                        .await?;
                    let subject = format!("release/{}/{}", release.0, release.1);
                    request
                        .journal(tx, "release.evidence", &subject, &evidence)
                        .await?;
                    evidence_of(tx, release).await
                }
                .boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(kept)
    }

    /// What was supplied with a release, the oldest first.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn evidence(
        &self,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<Vec<EvidenceView>, Error> {
        let release: (Name, Version) = (field("product", product)?, field("version", version)?);
        self.store
            .read((request.clone(), release), |tx, (request, release)| {
                async move {
                    request.permit_product(tx, Action::Read, &release.0).await?;
                    releases::find(tx, &release.0, &release.1).await?;
                    evidence_of(tx, release).await
                }
                .boxed()
            })
            .await
    }
}

async fn evidence_of(
    tx: &mut Tx,
    (product, version): &(Name, Version),
) -> Result<Vec<EvidenceView>, Error> {
    let kept = tx.evidence_of(product, version).await?;
    let view = |it: Evidence| EvidenceView {
        kind: it.kind.to_string(),
        note: it.note,
        link: it.link,
        by: it.by.to_string(),
        at: it.at,
    };
    Ok(kept.into_iter().map(view).collect())
}
