//! Sealing releases, and giving them another configuration.

use super::{
    super::{App, Error, Kind, Request, field},
    found::{draft, find, find_product, subject},
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    catalog::Product,
    id::SnapshotNumber,
    name::Name,
    release::{Release, SealError, Snapshot},
    version::Version,
};
use tidegate_store::{Pin, Repository, Tx};

impl App {
    /// Seals a draft.
    ///
    /// # Errors
    /// When there is none, or it is sealed or incomplete.
    pub async fn seal_release(
        &self,
        request: Request,
        product: &str,
        version: &str,
    ) -> Result<Release, Error> {
        let asking = request.clone();
        let input: (Request, Name, Version) = (
            request,
            field("product", product)?,
            field("version", version)?,
        );
        let release = self
            .store
            .write(input, |tx, (request, product, version)| {
                async move {
                    request
                        .permit_product(tx, Action::CreateRelease, product)
                        .await?;
                    let draft = find(tx, product, version).await?;
                    let product = find_product(tx, product).await?;
                    seal(tx, request, &product, &draft).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        self.make_ready(&asking, (&release.product, &release.version))
            .await?;
        Ok(release)
    }

    /// Takes a new configuration snapshot for a sealed release: the next deployment of it uses that.
    ///
    /// # Errors
    /// When there is no such release, or it is a draft.
    pub async fn reconfigure_release(
        &self,
        request: Request,
        product: &str,
        version: &str,
    ) -> Result<Release, Error> {
        let input: (Request, Name, Version) = (
            request,
            field("product", product)?,
            field("version", version)?,
        );
        self.store
            .write(input, |tx, (request, product, version)| {
                reconfigure(tx, request, product, version).boxed()
            })
            .await
    }
}

/// Seals a draft.
pub(super) async fn seal(
    tx: &mut Tx,
    request: &Request,
    product: &Product,
    draft: &Release,
) -> Result<Release, Error> {
    let (snapshot, number) = take_snapshot(tx, product).await?;
    let sealed = draft
        .seal((&snapshot, number), &request.actor.name, tx.now())
        .map_err(|why| refuse_seal(&why))?;
    for (component, content) in &sealed.contents {
        let repository = Repository {
            product: product.name.clone(),
            component: component.clone(),
        };
        let exists = tx.manifest_in(&repository, content.digest).await?.is_some();
        let tag = tx
            .resolve_tag(&repository, &content.version)
            .await?
            .filter(|digest| *digest == content.digest);
        let pin = Pin {
            digest: content.digest,
            reason: format!("release {} {}", product.name, sealed.version),
            tag: tag.map(|_| (repository, content.version.clone())),
        };
        if !exists || !tx.pin_manifest(&pin).await? {
            let name = format!("{}/{component}@{}", product.name, content.digest);
            return Err(
                Error::not_found("artifact-not-found", "artifact", name).hint("push it again")
            );
        }
    }
    tx.record_release(&sealed).await?;
    request
        .journal(tx, "release.sealed", &subject(&sealed), &sealed.sealed)
        .await?;
    Ok(sealed)
}

async fn reconfigure(
    tx: &mut Tx,
    request: &Request,
    product: &Name,
    version: &Version,
) -> Result<Release, Error> {
    request
        .permit_product(tx, Action::CreateRelease, product)
        .await?;
    let mut release = find(tx, product, version).await?;
    let current = release.current_snapshot().ok_or_else(|| draft(&release))?;
    let product = find_product(tx, product).await?;
    let (snapshot, number) = take_snapshot(tx, &product).await?;
    release
        .check_complete(&snapshot)
        .map_err(|why| refuse_seal(&why))?;
    if number != current {
        release.reconfigured.push(number);
        tx.record_release(&release).await?;
        let detail = serde_json::json!({ "snapshot": number, "before": current });
        request
            .journal(tx, "release.reconfigured", &subject(&release), &detail)
            .await?;
    }
    Ok(release)
}

async fn take_snapshot(
    tx: &mut Tx,
    product: &Product,
) -> Result<(Snapshot, SnapshotNumber), Error> {
    let snapshot = Snapshot::take(product, &tx.environments().await?);
    let number = tx.record_snapshot(&product.name, &snapshot).await?;
    Ok((snapshot, number))
}

/// Why something is not sealed.
pub(super) fn refuse_seal(why: &SealError) -> Error {
    let (kind, code, hint) = match why {
        SealError::Sealed(_) => (
            Kind::Conflict,
            "release-sealed",
            "make a release with another version".to_owned(),
        ),
        SealError::Missing(name) => (
            Kind::BadRequest,
            "release-incomplete",
            format!("add `--component {name}=VERSION`"),
        ),
        SealError::Unknown(_) => (
            Kind::BadRequest,
            "component-unknown",
            "leave it out, or declare it".to_owned(),
        ),
        SealError::Empty(_) => (
            Kind::NotReady,
            "product-empty",
            "declare its components first".to_owned(),
        ),
    };
    Error::refused(kind, code, why.to_string()).hint(hint)
}
