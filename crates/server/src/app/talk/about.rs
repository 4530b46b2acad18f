//! Whether somebody may talk about something, and who else sees it.

use super::super::{
    Error, Request, changes,
    communication::{self, product_of},
    handovers, issues, procedures, releases, suppliers, tasks, trains,
};
use tidegate_domain::{
    access::{Action, Actor, Resource},
    talk::Subject,
};
use tidegate_policy::Authorizer;
use tidegate_store::Tx;

/// What a subject is of, if whoever asks may do that about it.
pub(super) async fn about(
    tx: &mut Tx,
    request: &Request,
    (action, subject): (Action, &Subject),
) -> Result<Vec<Resource>, Error> {
    let product = |it: &tidegate_domain::name::Name| vec![Resource::product(it.clone())];
    match subject {
        Subject::Release(name, version) => {
            request.permit_product(tx, action, name).await?;
            releases::find(tx, name, version).await?;
            Ok(product(name))
        }
        Subject::Deployment(id) => {
            let missing = || Error::not_found("deployment-not-found", "deployment", id);
            let deployment = tx.deployment(*id).await?.ok_or_else(missing)?;
            request.permit_deployment(tx, action, &deployment).await?;
            let (product, environment) = (deployment.product, deployment.environment);
            Ok(vec![Resource::place(product, environment)])
        }
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
            let products = train.products().into_iter();
            Ok(products.map(|it| Resource::product(it.clone())).collect())
        }
        Subject::Procedure(name) => {
            // Procedures are read by everybody who belongs here, so everybody who does may speak of them.
            procedures::check_there(tx, request, name).await?;
            Ok(Vec::new())
        }
        Subject::Supplier(name) => {
            // So are suppliers.
            suppliers::found(tx, request, (Action::ReadShared, name)).await?;
            Ok(Vec::new())
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
    }
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
