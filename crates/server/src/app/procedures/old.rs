//! What still goes by a version of a procedure that is not in force any more.

use super::{
    super::{App, Error, Request, field},
    all, find,
    links::{open_plans, open_runbooks, told, under_way},
    readers::Everybody,
};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    name::Name,
    procedure::{MadeWith, Older, ProcedureVersion, Standing},
    runbook::Way,
};
use tidegate_protocol::api::OldProcedureView;
use tidegate_store::Tx;

impl App {
    /// What goes by an older version of a procedure, or of any: deployments under way, runbooks, tasks, and people.
    ///
    /// # Errors
    /// When there is no such procedure.
    pub async fn old_procedures(
        &self,
        request: &Request,
        name: Option<&str>,
    ) -> Result<Vec<OldProcedureView>, Error> {
        let name: Option<Name> = name.map(|it| field("procedure", it)).transpose()?;
        self.store
            .read((request.clone(), name), |tx, (request, name)| {
                async move {
                    match name {
                        Some(name) => drop(find(tx, request, name).await?),
                        None => drop(request.permit_at_large(tx, Action::ReadShared).await?),
                    }
                    let mut found = old(tx, request).await?;
                    if let Some(name) = name {
                        found.retain(|it| it.procedure == name.as_str());
                    }
                    Ok(found)
                }
                .boxed()
            })
            .await
    }
}

/// Something that may go by an older version.
struct Use {
    kind: &'static str,
    what: String,
    remedy: String,
    page: String,
}

async fn old(tx: &mut Tx, request: &Request) -> Result<Vec<OldProcedureView>, Error> {
    let in_force = tx.newest_procedure_versions().await?;
    let mut sight = request.sight(tx).await?;
    let mut found = Vec::new();
    for (deployment, conducted) in under_way(tx).await? {
        if sight.shows(&deployment.product) {
            let title = conducted.runbook.way.title();
            let id = deployment.id;
            let it = Use {
                kind: "deployment",
                what: format!(
                    "deployment {id} ({} {} to {}) runs by its {title}",
                    deployment.product, deployment.release, deployment.environment
                ),
                remedy: "it goes on by what it began with: tell whoever does its steps what is new"
                    .to_owned(),
                page: format!("/deployments/{id}"),
            };
            found.extend(views(&it, &conducted.procedures, &in_force));
        }
    }
    for edition in open_runbooks(tx).await? {
        let of = &edition.of;
        if sight.shows(&of.product) {
            let back = if of.way == Way::Back { " --back" } else { "" };
            let it = Use {
                kind: "runbook",
                what: told(&edition),
                remedy: format!(
                    "look through it and save it again: `tidegate runbook renew {} {} --to {}{back}`",
                    of.product, of.version, of.environment
                ),
                page: format!(
                    "/products/{}/releases/{}/runbooks/{}/{}",
                    of.product,
                    of.version,
                    of.environment,
                    of.way.word()
                ),
            };
            found.extend(views(&it, &edition.procedures, &in_force));
        }
    }
    found.extend(tasks(tx, request, &in_force).await?);
    found.extend(people(tx, request).await?);
    found.sort_by(|one, other| one.procedure.cmp(&other.procedure));
    Ok(found)
}

/// The tasks to do of plans that were saved with older versions.
async fn tasks(
    tx: &mut Tx,
    request: &Request,
    in_force: &BTreeMap<Name, ProcedureVersion>,
) -> Result<Vec<OldProcedureView>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut found = Vec::new();
    for (edition, tasks) in open_plans(tx).await? {
        let (product, version) = (&edition.product, &edition.version);
        if !sight.shows(product) {
            continue;
        }
        for task in &tasks {
            let same =
                |it: &&tidegate_domain::planning::PlannedTask| task.name.as_ref() == Some(&it.name);
            let planned = edition.plan.tasks.iter().find(same);
            let Some(named) = planned.and_then(|it| it.procedure.as_ref()) else {
                continue;
            };
            let with = edition.procedures.version(named);
            let with = with.map(|number| (named.clone(), number)).into_iter();
            let it = Use {
                kind: "task",
                what: format!("task {} ({}) of {product} {version}", task.id, task.title),
                remedy: format!(
                    "look through the plan and save it again: `tidegate release plan edit {product} {version}`"
                ),
                page: format!("/tasks/{}", task.id),
            };
            found.extend(views(&it, &MadeWith(with.collect()), in_force));
        }
    }
    Ok(found)
}

/// Those who are bound and last acknowledged an older version.
async fn people(tx: &mut Tx, request: &Request) -> Result<Vec<OldProcedureView>, Error> {
    let everybody = Everybody::of(tx, request).await?;
    let mut found = Vec::new();
    for it in all(tx).await? {
        let name = &it.version.name;
        for reader in everybody.bound(&it).readers {
            if let Standing::Older(version) = reader.standing {
                found.push(OldProcedureView {
                    procedure: name.to_string(),
                    version,
                    in_force: it.version.number,
                    kind: "person".to_owned(),
                    what: format!("{} last acknowledged it", reader.person),
                    remedy: format!(
                        "they read it and say so: `tidegate procedure acknowledge {name} --version {}`",
                        it.version.number
                    ),
                    page: format!("/people/{}", reader.person),
                });
            }
        }
    }
    Ok(found)
}

fn views(
    it: &Use,
    made_with: &MadeWith,
    in_force: &BTreeMap<Name, ProcedureVersion>,
) -> Vec<OldProcedureView> {
    let view = |older: Older| OldProcedureView {
        procedure: older.procedure.to_string(),
        version: older.version,
        in_force: older.in_force,
        kind: it.kind.to_owned(),
        what: it.what.clone(),
        remedy: it.remedy.clone(),
        page: it.page.clone(),
    };
    made_with.older(in_force).into_iter().map(view).collect()
}
