//! What runs where: every product in every environment on every target, as the targets attest it.

use super::{
    super::{App, Error, Request},
    deployments::{summary, waiting},
    facts,
};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Kind, Product, Target, path},
    converge::{Attestation, Health},
    deployment::{Deployment, facts::Report},
    name::Name,
    version::Version,
};
use tidegate_protocol::api::{
    ComponentStatus, DeploymentInProgress, EnvironmentStatus, ProductStatus, StatusView,
    TargetStatus,
};
use tidegate_store::Tx;

impl App {
    /// What runs where.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn status(
        self: &std::sync::Arc<Self>,
        request: &Request,
    ) -> Result<StatusView, Error> {
        let input = (self.clone(), request.clone());
        self.store
            .read(input, |tx, (app, request)| all(tx, app, request).boxed())
            .await
    }
}

async fn all(tx: &mut Tx, app: &App, request: &Request) -> Result<StatusView, Error> {
    let mut sight = request.sight(tx).await?;
    let environments = tx.environments().await?;
    let connected: BTreeSet<String> = tx
        .agents()
        .await?
        .into_iter()
        .filter(|a| a.connected && a.revoked_at.is_none())
        .map(|a| a.key.to_string())
        .collect();
    let mut products = Vec::new();
    let mut declared: Vec<Product> = tx.documents(Kind::Product).await?;
    declared.retain(|product| sight.shows(&product.name));
    for product in declared {
        let path = path::of(&product, &environments).unwrap_or_default();
        let mut places = Vec::with_capacity(path.len());
        for environment in path {
            places.push(place(tx, app, (&product.name, &environment), &connected).await?);
        }
        products.push(ProductStatus {
            product: product.name.to_string(),
            environments: places,
        });
    }
    Ok(StatusView { products })
}

async fn place(
    tx: &mut Tx,
    app: &App,
    (product, environment): (&Name, &Name),
    connected: &BTreeSet<String>,
) -> Result<EnvironmentStatus, Error> {
    let reports: BTreeMap<Name, Report> = tx
        .reports_in(environment, product)
        .await?
        .into_iter()
        .collect();
    let mut releases = BTreeMap::new();
    for id in facts::revisions_in(&reports) {
        if let Some(known) = app.revisions.get(tx, id).await? {
            releases.insert(id, known);
        }
    }
    let target = |target: Target| {
        let report = reports.get(&target.name);
        let key = format!("{environment}/{}", target.name);
        target_status(&target.name, report, connected.contains(&key), &releases)
    };
    let targets: Vec<TargetStatus> = tx
        .targets_in(environment)
        .await?
        .into_iter()
        .filter(|target| target.balances.is_empty())
        .map(target)
        .collect();
    let release = common_release(&targets);
    let since = match &release {
        Some(release) => came(tx, (product, environment), release).await?,
        None => None,
    };
    Ok(EnvironmentStatus {
        environment: environment.to_string(),
        release,
        health: worst(&targets),
        since,
        deployment: in_progress(tx, app, (product, environment)).await?,
        targets,
    })
}

type Releases =
    BTreeMap<tidegate_domain::revision::RevisionId, std::sync::Arc<super::super::revisions::Known>>;

fn target_status(
    name: &Name,
    report: Option<&Report>,
    connected: bool,
    releases: &Releases,
) -> TargetStatus {
    let active = report
        .map(|report| report.observed.active.as_slice())
        .unwrap_or_default();
    let of = |attestation: &Attestation| attestation.revision.and_then(|id| releases.get(&id));
    let versions: BTreeSet<Option<Version>> = active
        .iter()
        .map(|a| of(a).map(|known| known.revision.release.clone()))
        .collect();
    let release = versions
        .first()
        .cloned()
        .flatten()
        .filter(|_| versions.len() == 1);
    let component = |attestation: &Attestation| ComponentStatus {
        component: attestation.component.to_string(),
        version: of(attestation)
            .and_then(|known| known.revision.component(&attestation.component))
            .map(|component| component.version.to_string()),
        digest: attestation.artifact.map(|digest| digest.to_string()),
        health: health_word(attestation.health).to_owned(),
        detail: attestation.detail.clone(),
    };
    let health = active
        .iter()
        .map(|a| a.health)
        .max()
        .map_or("unknown", health_word);
    TargetStatus {
        target: name.to_string(),
        release: release.map(|release| release.to_string()),
        connected,
        health: health.to_owned(),
        components: active.iter().map(component).collect(),
    }
}

fn common_release(targets: &[TargetStatus]) -> Option<String> {
    let first = targets.first()?.release.clone()?;
    targets
        .iter()
        .all(|target| target.release.as_ref() == Some(&first))
        .then_some(first)
}

fn worst(targets: &[TargetStatus]) -> String {
    const ORDER: [&str; 6] = [
        "failed",
        "unhealthy",
        "unknown",
        "starting",
        "stopped",
        "healthy",
    ];
    let found = ORDER
        .into_iter()
        .find(|word| targets.iter().any(|target| target.health == *word));
    found.unwrap_or("empty").to_owned()
}

const fn health_word(health: Health) -> &'static str {
    match health {
        Health::Stopped => "stopped",
        Health::Starting => "starting",
        Health::Healthy => "healthy",
        Health::Unhealthy => "unhealthy",
        Health::Failed => "failed",
    }
}

async fn came(
    tx: &mut Tx,
    place: (&Name, &Name),
    release: &str,
) -> Result<Option<jiff::Timestamp>, Error> {
    let succeeded = tx.succeeded_in(place.0, place.1, 20).await?;
    let last = succeeded
        .iter()
        .find(|deployment| deployment.release.as_str() == release);
    Ok(last.and_then(|deployment| deployment.status.ended_at()))
}

async fn in_progress(
    tx: &mut Tx,
    app: &App,
    place: (&Name, &Name),
) -> Result<Option<DeploymentInProgress>, Error> {
    let Some(id) = tx.deployment_running_in(place.0, place.1).await? else {
        return Ok(None);
    };
    let Some(deployment) = tx.deployment(id).await? else {
        return Ok(None);
    };
    let facts = super::collect(tx, app, &deployment).await?;
    let waiting_on = waiting(&deployment, &facts, tx.now());
    Ok(Some(progress(&deployment, waiting_on)))
}

fn progress(
    deployment: &Deployment,
    waiting_on: Vec<tidegate_protocol::api::WaitingView>,
) -> DeploymentInProgress {
    DeploymentInProgress {
        id: deployment.id.0,
        release: deployment.release.to_string(),
        status: deployment.status.word().to_owned(),
        summary: summary(deployment),
        targets_done: deployment.arrived(),
        targets_total: u32::try_from(deployment.targets.len()).unwrap_or(u32::MAX),
        waiting_on,
    }
}
