//! Drafting releases, and what drafts are made of.

use super::{
    super::{App, Error, Kind, Request, field},
    found::{find, find_product, subject},
    seal::{refuse_seal, seal},
};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::Product,
    digest::Digest,
    name::Name,
    release::{Content, Contents, Release, SealError},
    version::Version,
};
use tidegate_protocol::api::{ContentsRequest, ReleaseRequest};
use tidegate_store::{Repository, Tx};

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
