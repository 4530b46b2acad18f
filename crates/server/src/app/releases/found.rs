//! Releases and products as they are found, and what is said of those that are not, or must not go out.

use super::super::{Error, Kind};
use tidegate_domain::{
    catalog::Product,
    id::SnapshotNumber,
    name::Name,
    release::{Release, Snapshot},
    version::Version,
};
use tidegate_store::Tx;

/// The product of that name.
///
/// # Errors
/// When there is none.
pub(in crate::app) async fn find_product(tx: &mut Tx, name: &Name) -> Result<Product, Error> {
    let found = tx.product(name).await?;
    found.ok_or_else(|| no_product(name))
}

/// There is none of that name, or none that whoever asks may see.
pub(in crate::app) fn no_product(name: &Name) -> Error {
    Error::not_found("product-not-found", "product", name)
        .hint("`tidegate status` shows those that you see; declare one with `tidegate apply`")
}

/// A configuration snapshot of a release's product.
pub(in crate::app) async fn snapshot(
    tx: &mut Tx,
    release: &Release,
    number: SnapshotNumber,
) -> Result<Snapshot, Error> {
    let product = &release.product;
    let found = tx.snapshot(product, number).await?;
    found.ok_or_else(|| Error::Broken(format!("snapshot {number} of {product} is gone")))
}

/// The release of that product and version.
///
/// # Errors
/// When there is none.
pub(in crate::app) async fn find(
    tx: &mut Tx,
    product: &Name,
    version: &Version,
) -> Result<Release, Error> {
    let found = tx.release(product, version).await?;
    found.ok_or_else(|| {
        Error::not_found(
            "release-not-found",
            "release",
            format!("{product} {version}"),
        )
        .hint(format!(
            "`tidegate release list {product}` shows those there are"
        ))
    })
}

/// A blocked release goes nowhere, not even back.
pub(in crate::app) fn check_not_blocked(release: &Release) -> Result<(), Error> {
    let Some(block) = &release.blocked else {
        return Ok(());
    };
    let (product, version) = (&release.product, &release.version);
    let detail = format!("release {version} of {product} must not go out: {block}");
    Err(Error::refused(Kind::NotReady, "release-blocked", detail).hint(format!(
        "deploy another release, or `tidegate release unblock {product} {version}` when that is settled"
    )))
}

/// What a draft cannot do.
pub(in crate::app) fn draft(release: &Release) -> Error {
    let detail = format!(
        "release {} of {} is a draft",
        release.version, release.product
    );
    Error::refused(Kind::NotReady, "release-draft", detail).hint(format!(
        "seal it: `tidegate release seal {} {}`",
        release.product, release.version
    ))
}

/// As the journal names it.
pub(in crate::app) fn subject(release: &Release) -> String {
    format!("release/{}/{}", release.product, release.version)
}
