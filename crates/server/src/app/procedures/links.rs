//! What names a procedure: templates of releases, controls, release plans with tasks to do, and runbooks that may still be run.

use super::super::{Error, Kind as Refusal, Request};
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::Kind,
    control::Control,
    deployment::Deployment,
    name::Name,
    planning::{PlanEdition, ReleaseTemplate, Task},
    runbook::{Conducted, RunbookEdition},
};
use tidegate_store::{StoreError, Tx};

/// The most tasks that are looked at.
const TASKS_MAX: u64 = 10_000;
/// How many of a place's successes are looked at for a release.
const SUCCESSES_MAX: u64 = 200;
/// How many links a refusal names.
const NAMED: usize = 5;

/// Something that names a procedure.
#[derive(Debug)]
pub(super) struct Link {
    /// In words.
    pub(super) what: String,
}

/// What names a procedure now. What the asker does not see is not named.
pub(super) async fn of(tx: &mut Tx, request: &Request, name: &Name) -> Result<Vec<Link>, Error> {
    let mut links = declared(tx, name).await?;
    let mut sight = request.sight(tx).await?;
    let mut hidden = 0_usize;
    let mut add = |product: &Name, what: String| match sight.shows(product) {
        true => links.push(Link { what }),
        false => hidden += 1,
    };
    for (edition, tasks) in open_plans(tx).await? {
        let named = edition.plan.tasks.iter().filter(|it| {
            let is_open = tasks
                .iter()
                .any(|task| task.name.as_ref() == Some(&it.name));
            it.procedure.as_ref() == Some(name) && is_open
        });
        for task in named {
            let (product, version) = (&edition.product, &edition.version);
            add(
                product,
                format!("task `{}` of the plan of {product} {version}", task.name),
            );
        }
    }
    for edition in open_runbooks(tx).await? {
        if edition.procedures.version(name).is_some() {
            add(&edition.of.product, told(&edition));
        }
    }
    for (deployment, conducted) in under_way(tx).await? {
        if conducted.procedures.version(name).is_some() {
            let what = format!("deployment {}, which is under way", deployment.id);
            add(&deployment.product, what);
        }
    }
    if hidden > 0 {
        let what = format!("{hidden} of other teams");
        links.push(Link { what });
    }
    Ok(links)
}

/// A runbook, in words.
pub(super) fn told(edition: &RunbookEdition) -> String {
    let of = &edition.of;
    format!(
        "the {} of {} {} to {}",
        of.way.title(),
        of.product,
        of.version,
        of.environment
    )
}

/// What is declared and names it.
async fn declared(tx: &mut Tx, name: &Name) -> Result<Vec<Link>, StoreError> {
    let templates: Vec<ReleaseTemplate> = tx.documents(Kind::ReleaseTemplate).await?;
    let controls: Vec<Control> = tx.documents(Kind::Control).await?;
    let mut links = Vec::new();
    for template in &templates {
        for (what, _) in template.procedures().filter(|(_, named)| *named == name) {
            let what = format!("{what} of release template `{}`", template.name);
            links.push(Link { what });
        }
    }
    let naming = controls
        .iter()
        .filter(|it| it.procedure.as_ref() == Some(name));
    links.extend(naming.map(|it| Link {
        what: format!("control `{}`", it.name),
    }));
    Ok(links)
}

/// The plans that name procedures and have tasks to do, with these.
pub(super) async fn open_plans(tx: &mut Tx) -> Result<Vec<(PlanEdition, Vec<Task>)>, StoreError> {
    let plans = tx.plans_by_procedures().await?;
    if plans.is_empty() {
        return Ok(Vec::new());
    }
    let pending = tx.pending_tasks(TASKS_MAX).await?;
    let with_tasks = plans.into_iter().filter_map(|plan| {
        let is_its = |it: &&Task| it.product == plan.product && it.version == plan.version;
        let tasks: Vec<Task> = pending.iter().filter(is_its).cloned().collect();
        (!tasks.is_empty()).then_some((plan, tasks))
    });
    Ok(with_tasks.collect())
}

/// The newest editions of runbooks that name procedures, where their release has not succeeded yet.
pub(super) async fn open_runbooks(tx: &mut Tx) -> Result<Vec<RunbookEdition>, StoreError> {
    let mut open = Vec::new();
    for edition in tx.runbooks_by_procedures().await? {
        let of = &edition.of;
        let succeeded = tx
            .succeeded_in(&of.product, &of.environment, SUCCESSES_MAX)
            .await?;
        if succeeded.iter().all(|it| it.release != of.version) {
            open.push(edition);
        }
    }
    Ok(open)
}

/// The deployments under way, and those of which steps are still to be done, with each runbook that names procedures.
pub(super) async fn under_way(tx: &mut Tx) -> Result<Vec<(Deployment, Conducted)>, StoreError> {
    let mut ids: BTreeSet<_> = tx.open_runbooks().await?.into_iter().collect();
    ids.extend(tx.running_deployments().await?);
    let mut found = Vec::new();
    for id in ids {
        let Some(deployment) = tx.deployment(id).await? else {
            continue;
        };
        let is_over = deployment.status.ended_at().is_some();
        for conducted in tx.conducted(id).await? {
            let is_open = !is_over || conducted.is_open() && is_run(&deployment, &conducted);
            if is_open && !conducted.procedures.is_empty() {
                found.push((deployment.clone(), conducted));
            }
        }
    }
    Ok(found)
}

/// Whether what comes after the end of a deployment may still be done by a runbook.
fn is_run(deployment: &Deployment, conducted: &Conducted) -> bool {
    super::super::runbooks::is_active(deployment, conducted.runbook.way)
}

/// A procedure that something names stays in use.
///
/// # Errors
/// What names it.
pub(in crate::app) async fn refuse_named(
    tx: &mut Tx,
    request: &Request,
    name: &Name,
) -> Result<(), Error> {
    let links = of(tx, request, name).await?;
    if links.is_empty() {
        return Ok(());
    }
    let named: Vec<&str> = links
        .iter()
        .take(NAMED)
        .map(|it| it.what.as_str())
        .collect();
    let more = match links.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let detail = format!("procedure `{name}` is named by {}{more}", named.join(", "));
    Err(Error::refused(Refusal::Conflict, "procedure-named", detail)
        .hint("take it out of there first, or name another"))
}
