//! What a scope is made of: found in the records, then read from the sources.

use super::super::{App, Error, Request, field, optional, releases};
use crate::sources::{Road, Travelled, Unread};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::Action,
    catalog::{Component, Kind, path},
    id::DeploymentId,
    name::Name,
    release::{Content, Release},
    scope::{Adjustment, Catalogue, Commit, ItemKey, Links, Part, Scope, Tracker, Wording},
    version::Version,
};
use tidegate_store::{Repository, Tx};

/// The most releases between what runs and what is asked about that are told apart.
const BETWEEN_MAX: u64 = 20;
/// The most work items that are looked up for one scope.
const ITEMS_MAX: usize = 20_000;

/// What the records say.
#[derive(Debug, Clone)]
pub(super) struct Gathered {
    /// The release.
    pub(super) of: (Name, Version),
    /// Where it would go; nowhere in particular when the product has no promotion path.
    pub(super) environment: Option<Name>,
    /// The promotion path.
    pub(super) path: Vec<Name>,
    /// What runs there.
    pub(super) base: Option<Base>,
    /// What people said of each release that may be on the way, the oldest first; the last is the one that is asked about.
    pub(super) said: Vec<Said>,
    /// What is read, component by component.
    pub(super) roads: Vec<Road>,
    /// The components that do not say where their history is read.
    pub(super) unsourced: Vec<Name>,
    /// Where work items are kept.
    pub(super) trackers: Vec<Tracker>,
}

/// What people said of the changes of a release.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) release: Version,
    /// What they decided about them.
    pub(super) adjustments: Vec<Adjustment>,
    /// What they wrote about them.
    pub(super) wordings: Vec<Wording>,
}

/// What runs in an environment: what was deployed there last.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) release: Version,
    pub(super) deployment: DeploymentId,
    pub(super) at: Timestamp,
}

/// A scope with all that belongs to it.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) gathered: Gathered,
    pub(super) scope: Scope,
    /// The releases whose changes are put together, the oldest first; the last is the one that is asked about.
    pub(super) releases: Vec<Version>,
    /// What people wrote about all of them.
    pub(super) wordings: Vec<Wording>,
    pub(super) catalogue: Catalogue,
    /// How many older commits there are beyond those that were read.
    pub(super) left_out: usize,
    /// What runs there and is not in the release, by component.
    pub(super) lost: Vec<(Name, Vec<Commit>, usize)>,
    /// The components whose history could not be read.
    pub(super) unread: Vec<(Name, Unread)>,
}

impl App {
    /// Puts the scope of a release together, for an environment or the last of its promotion path.
    pub(super) async fn put_scope(
        &self,
        request: &Request,
        (product, version): (&str, &str),
        environment: Option<&str>,
    ) -> Result<Put, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        let environment: Option<Name> = optional("environment", environment)?;
        let input = (request.clone(), of, environment);
        let gathered = self
            .store
            .read(input, |tx, (request, of, environment)| {
                async move {
                    request.permit_product(tx, Action::Read, &of.0).await?;
                    gather(tx, of, environment.as_ref()).await
                }
                .boxed()
            })
            .await?;
        let read = self.sources.read(gathered.roads.clone()).await;
        let (mut put, keys) = aside(move || {
            let put = Put::of(gathered, read);
            let keys = put.item_keys();
            (put, keys)
        })
        .await?;
        put.catalogue = self.work_items_of(keys).await?;
        Ok(put)
    }

    async fn work_items_of(&self, keys: Vec<ItemKey>) -> Result<Catalogue, Error> {
        self.store
            .read(keys, |tx, keys| {
                async move {
                    let items = tx.work_items_among(keys).await?;
                    Ok::<_, Error>(items.into_iter().collect())
                }
                .boxed()
            })
            .await
    }
}

/// Works out what may take a second, as a long history does, out of the way of other requests.
pub(in crate::app) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|why| Error::Broken(format!("something was not worked out: {why}")))
}

impl Put {
    fn of(gathered: Gathered, read: Vec<Result<Travelled, Unread>>) -> Self {
        let (mut parts, mut left_out): (Vec<Part>, _) = (Vec::new(), 0);
        let (mut lost, mut unread) = (Vec::new(), Vec::new());
        for (road, read) in gathered.roads.iter().zip(read) {
            match read {
                Ok(mut travelled) => {
                    parts.append(&mut travelled.parts);
                    left_out += travelled.left_out;
                    if !travelled.lost.is_empty() {
                        let more = travelled.more_lost;
                        lost.push((road.component.clone(), travelled.lost, more));
                    }
                }
                Err(why) => unread.push((road.component.clone(), why)),
            }
        }
        let on_the_way: BTreeSet<&Version> = parts.iter().map(|it| &it.origin.release).collect();
        let is_told = |it: &&Said| it.release == gathered.of.1 || on_the_way.contains(&it.release);
        let told: Vec<Said> = gathered.said.iter().filter(is_told).cloned().collect();
        let (mut releases, mut adjustments, mut wordings) = (Vec::new(), Vec::new(), Vec::new());
        for said in told {
            releases.push(said.release);
            adjustments.extend(said.adjustments);
            wordings.extend(said.wordings);
        }
        let links = Links::new(&gathered.trackers);
        Self {
            scope: Scope::of(parts, &links, &adjustments),
            releases,
            wordings,
            catalogue: Catalogue::default(),
            left_out,
            lost,
            unread,
            gathered,
        }
    }

    fn item_keys(&self) -> Vec<ItemKey> {
        let links = Links::new(&self.gathered.trackers);
        let items = self.scope.items(&links, &self.catalogue);
        let keys = items.iter().take(ITEMS_MAX).map(|it| it.key.clone());
        keys.collect()
    }
}

async fn gather(
    tx: &mut Tx,
    (product, version): &(Name, Version),
    environment: Option<&Name>,
) -> Result<Gathered, Error> {
    let release = releases::find(tx, product, version).await?;
    let declared = releases::find_product(tx, product).await?;
    let environments = tx.environments().await?;
    let path = path::of(&declared, &environments).unwrap_or_default();
    let environment = place(product, &path, environment)?;
    let base = match &environment {
        Some(environment) => base(tx, (product, environment)).await?,
        None => None,
    };
    let before = match &base {
        Some(base) => Some(releases::find(tx, product, &base.release).await?),
        None => None,
    };
    let between = between(tx, before.as_ref(), &release).await?;
    let (mut roads, mut unsourced) = (Vec::new(), Vec::new());
    for component in &declared.components {
        match road_of(tx, component, (before.as_ref(), &between, &release)).await? {
            Want::Read(road) => roads.push(road),
            Want::Unsourced => unsourced.push(component.name.clone()),
            Want::Same => {}
        }
    }
    let mut said = Vec::new();
    for of in between.iter().chain([&release]).map(|it| &it.version) {
        said.push(Said {
            release: of.clone(),
            adjustments: tx.adjustments_of((product, of)).await?,
            wordings: tx.wordings_of((product, of)).await?,
        });
    }
    Ok(Gathered {
        of: (product.clone(), version.clone()),
        environment,
        path,
        base,
        said,
        roads,
        unsourced,
        trackers: tx.documents(Kind::Tracker).await?,
    })
}

/// The environment that is asked about, or the last of the promotion path.
fn place(product: &Name, path: &[Name], asked: Option<&Name>) -> Result<Option<Name>, Error> {
    let Some(asked) = asked else {
        return Ok(path.last().cloned());
    };
    if path.contains(asked) {
        return Ok(Some(asked.clone()));
    }
    let path: Vec<&str> = path.iter().map(Name::as_str).collect();
    let hint = format!("{product} goes through {}", path.join(", "));
    Err(Error::not_found("environment-not-found", "environment", asked).hint(hint))
}

async fn base(tx: &mut Tx, (product, environment): (&Name, &Name)) -> Result<Option<Base>, Error> {
    let last = tx.succeeded_in(product, environment, 1).await?;
    Ok(last.into_iter().next().map(|it| Base {
        release: it.release,
        deployment: it.id,
        at: it.requested_at,
    }))
}

/// The sealed releases between what runs and what is asked about, the oldest first.
async fn between(
    tx: &mut Tx,
    before: Option<&Release>,
    release: &Release,
) -> Result<Vec<Release>, Error> {
    let Some(before) = before else {
        return Ok(Vec::new());
    };
    let earlier = tx
        .releases_before(&release.product, release.number, BETWEEN_MAX)
        .await?;
    let is_between = |it: &Release| it.number > before.number && it.sealed.is_some();
    let mut between: Vec<Release> = earlier.into_iter().filter(is_between).collect();
    between.reverse();
    Ok(between)
}

/// What is to be done about a component.
enum Want {
    Read(Road),
    /// It does not say where its history is.
    Unsourced,
    /// It is the very same.
    Same,
}

async fn road_of(
    tx: &mut Tx,
    component: &Component,
    (before, between, release): (Option<&Release>, &[Release], &Release),
) -> Result<Want, Error> {
    let content = |release: &Release| release.contents.get(&component.name).cloned();
    let (now, then) = (before.and_then(content), content(release));
    let digest = |content: &Option<Content>| content.as_ref().map(|it| it.digest);
    if now.is_some() && digest(&now) == digest(&then) {
        return Ok(Want::Same);
    }
    let Some(source) = &component.source else {
        return Ok(Want::Unsourced);
    };
    let product = &release.product;
    let step = async |tx: &mut Tx, version: &Version, content: &Content| -> Result<_, Error> {
        let built = built_from(tx, (product, &component.name), content).await?;
        Ok((
            version.clone(),
            built.or_else(|| source.tag(&content.version)),
        ))
    };
    let base = match (before, &now) {
        (Some(before), Some(content)) => Some(step(tx, &before.version, content).await?),
        (Some(_) | None, _) => None,
    };
    let mut steps = Vec::new();
    for release in between {
        if let Some(content) = content(release) {
            steps.push(step(tx, &release.version, &content).await?);
        }
    }
    let to = match &then {
        Some(content) => step(tx, &release.version, content).await?,
        None => (release.version.clone(), Some(source.head().to_owned())),
    };
    Ok(Want::Read(Road {
        component: component.name.clone(),
        repository: source.repository().to_owned(),
        paths: source.paths().to_vec(),
        base,
        between: steps,
        to,
    }))
}

/// The annotation that names what something was built from (OCI image specification, pre-defined annotation keys).
const REVISION: &str = "org.opencontainers.image.revision";
/// How many of what was said of an artifact are looked through for that.
const SAID_MAX: u64 = 100;

/// The revision that an artifact says it was built from, or else what was said of it last.
async fn built_from(
    tx: &mut Tx,
    (product, component): (&Name, &Name),
    content: &Content,
) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default)]
        annotations: BTreeMap<String, String>,
    }
    let repository = Repository {
        product: product.clone(),
        component: component.clone(),
    };
    let stored = tx.manifest_in(&repository, content.digest).await?;
    let manifest = stored.and_then(|it| serde_json::from_slice::<Manifest>(&it.body).ok());
    let own = manifest.map(|it| it.annotations);
    let about = tx
        .annotations_about(&repository, content.digest, SAID_MAX)
        .await?;
    let about = about.iter().filter_map(|it| serde_json::from_str(it).ok());
    let mut all = own.into_iter().chain(about);
    Ok(all.find_map(|mut it: BTreeMap<String, String>| {
        let revision = it.remove(REVISION)?;
        (!revision.trim().is_empty()).then_some(revision)
    }))
}
