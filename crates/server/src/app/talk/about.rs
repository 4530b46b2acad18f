//! Whether somebody may talk about something, and who else sees it.

use super::super::{
    Error, Request, changes,
    communication::{self, product_of},
    controls, group_runs, handovers, issues, procedures, releases, runbooks, suppliers, tasks,
    trains, waivers,
};
use tidegate_domain::{
    access::{Action, Actor, Resource},
    group::Member,
    id::DeploymentId,
    name::Name,
    runbook::Errand,
    talk::Subject,
};
use tidegate_policy::Authorizer;
use tidegate_store::Tx;

/// What a subject is of, if whoever asks may do that about it. Of nothing is what everybody who belongs here reads, and so may speak
/// of.
pub(super) async fn about(
    tx: &mut Tx,
    request: &Request,
    (action, subject): (Action, &Subject),
) -> Result<Vec<Resource>, Error> {
    let product = |it: &Name| vec![Resource::product(it.clone())];
    let shared = |()| Vec::new();
    match subject {
        Subject::Release(name, version) | Subject::Review(name, version) => {
            request.permit_product(tx, action, name).await?;
            releases::find(tx, name, version).await?;
            Ok(product(name))
        }
        Subject::Deployment(id) => deployment(tx, request, (action, *id)).await,
        Subject::Task(id) => {
            let task = tasks::found(tx, request, (action, *id)).await?;
            Ok(product(&task.product))
        }
        Subject::Issue(id) => {
            let issue = issues::found(tx, request, (action, *id)).await?;
            Ok(product(&issue.product))
        }
        Subject::Change(id) => {
            let change = changes::found(tx, request, (action, *id)).await?;
            Ok(vec![Resource::place(change.product, change.environment)])
        }
        Subject::Train(name) => {
            let train = trains::find(tx, request, (action, name)).await?;
            Ok(train.products().into_iter().flat_map(product).collect())
        }
        Subject::Handover(name, version, kind) => {
            let which = ((name.clone(), version.clone()), *kind);
            handovers::find(tx, request, (action, &which)).await?;
            Ok(product(name))
        }
        Subject::Message(id) => {
            let message = communication::found(tx, request, (action, *id)).await?;
            Ok(product(product_of(&message.about)?))
        }
        Subject::Waiver(id) => {
            let waiver = waivers::found(tx, request, (action, *id)).await?;
            Ok(product(&waiver.scope.product))
        }
        Subject::GroupRun(id) => {
            let members = group_runs::find(tx, request, (action, *id)).await?.members;
            let of = |it: Member| Resource::place(it.product, it.environment);
            Ok(members.into_iter().map(of).collect())
        }
        Subject::Runbook(name, version, environment, way) => {
            let of = Errand {
                product: name.clone(),
                version: version.clone(),
                environment: environment.clone(),
                way: *way,
            };
            runbooks::check_there(tx, request, (action, &of)).await?;
            Ok(vec![Resource::place(of.product, of.environment)])
        }
        Subject::Procedure(name) => procedures::check_there(tx, request, name).await.map(shared),
        Subject::Supplier(name) => suppliers::check_there(tx, request, name).await.map(shared),
        Subject::Notice(id) => suppliers::check_notice(tx, request, *id).await.map(shared),
        Subject::Control(name) => controls::check_there(tx, request, name).await.map(shared),
    }
}

async fn deployment(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, DeploymentId),
) -> Result<Vec<Resource>, Error> {
    let missing = || Error::not_found("deployment-not-found", "deployment", id);
    let found = tx.deployment(id).await?.ok_or_else(missing)?;
    request.permit_deployment(tx, action, &found).await?;
    Ok(vec![Resource::place(found.product, found.environment)])
}

/// Whether whoever asks sees a subject.
pub(super) async fn is_seen(
    tx: &mut Tx,
    request: &Request,
    subject: &Subject,
) -> Result<bool, Error> {
    match about(tx, request, (Action::Read, subject)).await {
        Ok(_) => Ok(true),
        Err(Error::Refused { .. }) => Ok(false),
        Err(broken) => Err(broken),
    }
}

/// Whether somebody else sees what a subject is of.
pub(super) fn sees(authorizer: &Authorizer, person: &Actor, of: &[Resource]) -> bool {
    let everything = of
        .iter()
        .all(|it| authorizer.ask(person, Action::Read, it).allowed);
    let shared = || {
        let at_large = &Resource::Organisation;
        authorizer.ask(person, Action::ReadShared, at_large).allowed
    };
    everything && (!of.is_empty() || shared())
}
