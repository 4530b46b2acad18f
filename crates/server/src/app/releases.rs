//! Drafting and sealing releases.

use super::{App, Error, Kind, Request, field};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::Product,
    digest::Digest,
    id::SnapshotNumber,
    name::Name,
    release::{Content, Contents, Release, SealError, Snapshot},
    version::Version,
};
use tidegate_protocol::api::{ContentsRequest, ReleaseRequest};
use tidegate_store::{Pin, Repository, Tx};

impl App {
    /// Drafts a release and, unless only a draft is wanted, seals it in the same moment.
    ///
    /// # Errors
    /// When a component, version or digest does not exist, or the version is taken.
    pub async fn create_release(
        &self,
        request: Request,
        product: &str,
        wanted: &ReleaseRequest,
    ) -> Result<Release, Error> {
        let product: Name = field("product", product)?;
        let version: Version = field("version", &wanted.version)?;
        let wanted = Wanted {
            product,
            version,
            components: read_components(&wanted.components)?,
            draft: wanted.draft,
        };
        let release = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                create(tx, request, wanted).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(release)
    }

    /// Sets components of a draft; those that are not named stay as they are.
    ///
    /// # Errors
    /// When there is no such draft, or a component, version or digest does not exist.
    pub async fn change_contents(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &ContentsRequest,
    ) -> Result<Release, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        let components = read_components(&wanted.components)?;
        let release = self
            .store
            .write(
                (request, of, components),
                |tx, (request, of, components)| {
                    change_contents(tx, request, of, components).boxed()
                },
            )
            .await?;
        self.bus.announce();
        Ok(release)
    }

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

struct Wanted {
    product: Name,
    version: Version,
    components: Vec<(Name, String)>,
    draft: bool,
}

fn read_components(wanted: &BTreeMap<String, String>) -> Result<Vec<(Name, String)>, Error> {
    let read = |(name, what): (&String, &String)| Ok((field("components", name)?, what.clone()));
    wanted.iter().map(read).collect()
}

async fn change_contents(
    tx: &mut Tx,
    request: &Request,
    (product, version): &(Name, Version),
    components: &[(Name, String)],
) -> Result<Release, Error> {
    request
        .permit_product(tx, Action::CreateRelease, product)
        .await?;
    let mut draft = find(tx, product, version).await?;
    if draft.sealed.is_some() {
        return Err(refuse_seal(&SealError::Sealed(version.clone())));
    }
    let product = find_product(tx, product).await?;
    for (component, what) in components {
        let content = resolve(tx, &product, component, what).await?;
        draft.contents.insert(component.clone(), content);
    }
    tx.record_release(&draft).await?;
    request
        .journal(
            tx,
            "release.contents_set",
            &subject(&draft),
            &draft.contents,
        )
        .await?;
    Ok(draft)
}

async fn create(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<Release, Error> {
    request
        .permit_product(tx, Action::CreateRelease, &wanted.product)
        .await?;
    let product = find_product(tx, &wanted.product).await?;
    if tx
        .release(&wanted.product, &wanted.version)
        .await?
        .is_some()
    {
        let detail = format!(
            "there is a release {} of {} already",
            wanted.version, wanted.product
        );
        return Err(
            Error::refused(Kind::Conflict, "release-exists", detail).hint("choose another version")
        );
    }
    let mut contents = Contents::new();
    for (component, what) in &wanted.components {
        let content = resolve(tx, &product, component, what).await?;
        contents.insert(component.clone(), content);
    }
    let draft = Release {
        product: wanted.product.clone(),
        version: wanted.version.clone(),
        number: tx.next_release_number(&wanted.product).await?,
        contents,
        sealed: None,
        blocked: None,
        reconfigured: Vec::new(),
        created_at: tx.now(),
        created_by: request.actor.name.clone(),
    };
    tx.record_release(&draft).await?;
    request
        .journal(tx, "release.drafted", &subject(&draft), &draft.contents)
        .await?;
    if wanted.draft {
        Ok(draft)
    } else {
        seal(tx, request, &product, &draft).await
    }
}

/// The digest that a version of a component has now.
async fn resolve(
    tx: &mut Tx,
    product: &Product,
    component: &Name,
    what: &str,
) -> Result<Content, Error> {
    if !product
        .components
        .iter()
        .any(|known| known.name == *component)
    {
        let known: Vec<_> = product.components.iter().map(|c| c.name.as_str()).collect();
        return Err(Error::not_found(
            "component-not-found",
            "component",
            format!("{}/{component}", product.name),
        )
        .hint(format!("{} has {}", product.name, known.join(", "))));
    }
    let repository = Repository {
        product: product.name.clone(),
        component: component.clone(),
    };
    let (version, found) = match what.parse::<Digest>() {
        Ok(digest) => (
            digest.hex().parse(),
            tx.manifest_in(&repository, digest).await?.map(|_| digest),
        ),
        Err(_) => {
            let version: Version = field("components", what)?;
            let found = tx.resolve_tag(&repository, &version).await?;
            (Ok(version), found)
        }
    };
    let version = version.map_err(|why| Error::invalid("components", why))?;
    let digest = found.ok_or_else(|| {
        Error::not_found(
            "artifact-not-found",
            "artifact",
            format!("{}/{component}:{what}", product.name),
        )
        .hint(format!(
            "push it first: `tidegate push {}/{component}:{what} DIR`",
            product.name
        ))
    })?;
    Ok(Content { version, digest })
}

async fn seal(
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

/// The product of that name.
///
/// # Errors
/// When there is none.
pub(super) async fn find_product(tx: &mut Tx, name: &Name) -> Result<Product, Error> {
    let found = tx.product(name).await?;
    found.ok_or_else(|| no_product(name))
}

/// There is none of that name, or none that whoever asks may see.
pub(super) fn no_product(name: &Name) -> Error {
    Error::not_found("product-not-found", "product", name)
        .hint("`tidegate status` shows those that you see; declare one with `tidegate apply`")
}

/// A configuration snapshot of a release's product.
pub(super) async fn snapshot(
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
pub(super) async fn find(tx: &mut Tx, product: &Name, version: &Version) -> Result<Release, Error> {
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
pub(super) fn check_not_blocked(release: &Release) -> Result<(), Error> {
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
pub(super) fn draft(release: &Release) -> Error {
    let detail = format!(
        "release {} of {} is a draft",
        release.version, release.product
    );
    Error::refused(Kind::NotReady, "release-draft", detail).hint(format!(
        "seal it: `tidegate release seal {} {}`",
        release.product, release.version
    ))
}

fn refuse_seal(why: &SealError) -> Error {
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

pub(super) fn subject(release: &Release) -> String {
    format!("release/{}/{}", release.product, release.version)
}
