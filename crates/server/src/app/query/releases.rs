//! Releases as they are shown.

use super::super::{App, Error, Request, field, handovers, lifecycle, quarantine};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    name::Name,
    release::{Contents, Release, contents},
    version::Version,
};
use tidegate_protocol::api::{ContentView, ReleaseView};
use tidegate_store::{Repository, Tx};

impl App {
    /// One release.
    ///
    /// # Errors
    /// When there is none.
    pub async fn release_view(
        &self,
        request: &Request,
        product: &str,
        version: &str,
    ) -> Result<ReleaseView, Error> {
        let input: (Request, Name, Version) = (
            request.clone(),
            field("product", product)?,
            field("version", version)?,
        );
        self.store
            .read(input, |tx, (request, product, version)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    let release = super::super::releases::find(tx, product, version).await?;
                    let mut view = view(tx, &release).await?;
                    for (shown, (component, content)) in
                        view.components.iter_mut().zip(&release.contents)
                    {
                        let of = Repository::new(product.clone(), component.clone());
                        let of = (&of, content.digest);
                        shown.quarantine = quarantine::withheld(tx, &request.gate, of).await?;
                    }
                    let of = (&*product, &*version);
                    view.availability = Some(handovers::availability(tx, of).await?);
                    view.lifecycle = Some(lifecycle::of(tx, request, &release).await?);
                    Ok(view)
                }
                .boxed()
            })
            .await
    }

    /// At most `limit` releases of a product with a number below `before`, newest first.
    ///
    /// # Errors
    /// When the product does not exist.
    pub async fn release_list(
        &self,
        request: &Request,
        product: &str,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Vec<ReleaseView>, Error> {
        let product: Name = field("product", product)?;
        let before = before.unwrap_or(u64::MAX >> 1);
        let input = (request.clone(), product, before, limit);
        self.store
            .read(input, |tx, (request, product, before, limit)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    super::super::releases::find_product(tx, product).await?;
                    let mut views = Vec::new();
                    for release in tx.releases_before(product, *before, *limit).await? {
                        views.push(view(tx, &release).await?);
                    }
                    Ok(views)
                }
                .boxed()
            })
            .await
    }
}

async fn view(tx: &mut Tx, release: &Release) -> Result<ReleaseView, Error> {
    let before = tx
        .releases_before(&release.product, release.number, 1)
        .await?;
    let before = before
        .first()
        .map(|release| release.contents.clone())
        .unwrap_or_default();
    Ok(shown(release, &before))
}

fn shown(release: &Release, before: &Contents) -> ReleaseView {
    let changed = contents::changed(before, &release.contents);
    let content = |(component, content): (&Name, &contents::Content)| ContentView {
        component: component.to_string(),
        version: content.version.to_string(),
        digest: content.digest.to_string(),
        changed: changed.contains(&component),
        quarantine: None,
    };
    let sealed = release.sealed.as_ref();
    ReleaseView {
        product: release.product.to_string(),
        version: release.version.to_string(),
        number: release.number,
        state: if sealed.is_some() { "sealed" } else { "draft" }.to_owned(),
        hash: sealed.map(|sealed| sealed.hash.to_string()),
        snapshot: release.current_snapshot().map(|number| number.0),
        blocked: release.blocked.as_ref().map(ToString::to_string),
        components: release.contents.iter().map(content).collect(),
        created_at: release.created_at,
        created_by: release.created_by.to_string(),
        sealed_at: sealed.map(|sealed| sealed.at),
        availability: None,
        lifecycle: None,
    }
}
