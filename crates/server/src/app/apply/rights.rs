//! Who may declare what: what belongs to a team is the team's, the rest is the organisation's.

use super::super::{Error, Kind as Refusal, Request, procedures, releases};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Action, Level, Resource},
    calendar::Scope,
    catalog::{Document, Environment, Kind, Product, Team},
    name::Name,
};
use tidegate_store::Tx;

/// Whether whoever asks may make this change, or know that there is none to be made.
///
/// # Errors
/// The refusal.
pub(super) async fn check(
    tx: &mut Tx,
    request: &Request,
    document: &Document,
    changes: bool,
) -> Result<(), Error> {
    if !changes && document.kind() != Kind::Product {
        return Ok(());
    }
    match document {
        Document::Product(product) => check_product(tx, request, product, changes).await,
        Document::Team(team) => check_team(tx, request, team).await,
        Document::Role(_) | Document::Policy(_) => request
            .permit_at_large(tx, Action::ManagePolicies)
            .await
            .map(drop),
        Document::Procedure(procedure) => {
            procedures::permit_known(tx, request, &procedure.name).await?;
            procedures::permit_write(tx, request, procedure).await
        }
        Document::Control(_) | Document::ChangeTemplate(_) | Document::KeySet(_) => request
            .permit_at_large(tx, Action::ManageControls)
            .await
            .map(drop),
        Document::StatusPage(page) => {
            // What outsiders see of a product is its team's to say.
            let scope = Scope::Product(page.product.clone());
            check_scope(tx, request, &scope).await
        }
        Document::Window(window) => check_scope(tx, request, &window.scope).await,
        Document::Freeze(freeze) => check_scope(tx, request, &freeze.scope).await,
        Document::Environment(environment) => {
            let action = match changes_who_approves(tx, environment).await? {
                true => Action::ManageControls,
                false => Action::ApplyCatalog,
            };
            request.permit_at_large(tx, action).await.map(drop)
        }
        Document::Organisation(_)
        | Document::Programme(_)
        | Document::Target(_)
        | Document::Ring(_)
        | Document::Strategy(_)
        | Document::ReleaseTemplate(_)
        | Document::HandoverTemplate(_)
        | Document::Tracker(_)
        | Document::Stakeholder(_)
        | Document::Channel(_)
        | Document::Audience(_)
        | Document::MessageTemplate(_)
        | Document::Supplier(_) => request
            .permit_at_large(tx, Action::ApplyCatalog)
            .await
            .map(drop),
    }
}

/// Whether an environment would ask others for their approval, or differently for a change request: that is a rule, and
/// whoever sets rules answers for it.
pub(super) async fn changes_who_approves(tx: &mut Tx, wanted: &Environment) -> Result<bool, Error> {
    let known: Option<Environment> = tx.document(Kind::Environment, wanted.name.as_str()).await?;
    let (approvals, change) = known.map_or((Vec::new(), false), |known| {
        (known.approvals, known.change_request)
    });
    Ok(approvals != wanted.approvals || change != wanted.change_request)
}

/// A window or freeze of a product is its team's.
pub(super) async fn check_scope(
    tx: &mut Tx,
    request: &Request,
    scope: &Scope,
) -> Result<(), Error> {
    let asked = match scope {
        Scope::Product(product) => {
            request
                .permit_product(tx, Action::ApplyCatalog, product)
                .await
        }
        Scope::Organisation | Scope::Environment(_) => {
            request.permit_at_large(tx, Action::ApplyCatalog).await
        }
    };
    asked.map(drop)
}

/// A product is its team's. Bringing one in is for who may declare things of that team, and handing one over takes the
/// right in both.
async fn check_product(
    tx: &mut Tx,
    request: &Request,
    product: &Product,
    changes: bool,
) -> Result<(), Error> {
    let known = tx.product(&product.name).await?;
    if let Some(known) = &known {
        let action = if changes {
            Action::ApplyCatalog
        } else {
            Action::Read
        };
        request.permit_product(tx, action, &known.name).await?;
    }
    let (old, new) = (known.as_ref().map(repositories), repositories(product));
    if !new.is_subset(&old.unwrap_or_default()) {
        check_sources(tx, request).await?;
    }
    let comes = known.is_none_or(|known| known.team != product.team);
    if comes {
        let team = Resource::Team(product.team.clone());
        let missing = || releases::no_product(&product.name);
        request
            .permit(tx, (Action::ApplyCatalog, &team), missing)
            .await?;
    }
    Ok(())
}

/// The repositories that the components of a product are made from.
fn repositories(product: &Product) -> BTreeSet<String> {
    let sources = product
        .components
        .iter()
        .filter_map(|it| it.source.as_ref());
    sources.map(|it| it.repository().to_owned()).collect()
}

/// All teams' repositories lie in one place: whoever says which of them a product is made from could otherwise read any.
async fn check_sources(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    let asked = request.permit_at_large(tx, Action::ApplyCatalog).await;
    asked.map(drop).map_err(|why| {
        why.hint("which repository is a component's source says somebody of level 4 in the whole organisation")
    })
}

/// Who belongs to a team says somebody of level 5 there, and nobody gives more than they have.
async fn check_team(tx: &mut Tx, request: &Request, team: &Team) -> Result<(), Error> {
    let known: Option<Team> = tx.document(Kind::Team, team.name.as_str()).await?;
    let resource = Resource::Team(team.name.clone());
    let missing = || Error::not_found("team-not-found", "team", &team.name);
    let none = Vec::new();
    let (members, given) = known
        .as_ref()
        .map_or((&none, Vec::new()), |known| (&known.members, grants(known)));
    let new: Vec<(String, Level)> = grants(team)
        .into_iter()
        .filter(|grant| !given.contains(grant))
        .collect();
    if new.is_empty() && grants(team).len() == given.len() && *members == team.members {
        return request
            .permit(tx, (Action::ApplyCatalog, &resource), missing)
            .await
            .map(drop);
    }
    request
        .permit(tx, (Action::ManageTeam, &resource), missing)
        .await?;
    let authorizer = request.gate.authorizer(tx).await?;
    let own = authorizer.directory().level(&request.actor, &resource);
    let Some((who, level)) = new.into_iter().find(|(_, level)| Some(*level) > own) else {
        return Ok(());
    };
    let detail = format!(
        "{who} would get level {level} in team {}, which is above yours",
        team.name
    );
    Err(Error::refused(Refusal::NotAllowed, "level-exceeds", detail))
}

/// Every level that a team gives, and to whom.
fn grants(team: &Team) -> Vec<(String, Level)> {
    let people: &BTreeMap<Name, Level> = &team.levels;
    let people = people
        .iter()
        .map(|(name, level)| (name.to_string(), *level));
    let groups = team
        .groups
        .iter()
        .map(|(group, level)| (format!("group {group}"), *level));
    people.chain(groups).collect()
}
