//! Whatever a plan names has to exist: people, teams, suppliers, stakeholders, procedures, environments, controls, templates.

use super::super::{Error, Request, communication, procedures, runbooks};
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::{Kind, Team},
    communication::{MessageTemplate, Schedule, Stakeholder},
    name::Name,
    planning::{Concerned, Party, PlannedMessage, ReleasePlan},
    supplier::Supplier,
};
use tidegate_store::Tx;

/// Refuses a plan of a product's release that names somebody or something that does not exist.
pub(super) async fn check(
    tx: &mut Tx,
    request: &Request,
    (product, plan): (&Name, &ReleasePlan),
) -> Result<(), Error> {
    check_concerned(tx, plan).await?;
    let named = plan.tasks.iter().filter_map(|it| {
        let named = it.procedure.as_ref()?;
        Some((format!("task `{}`", it.name), named))
    });
    procedures::check_named(tx, named).await?;
    check_environments(tx, plan).await?;
    check_controls(tx, request, &plan.controls).await?;
    for message in &plan.messages {
        check_message(tx, (product, message)).await?;
    }
    for (_, outline) in plan.runbooks.iter().flat_map(|it| it.outlines()) {
        let parties = outline.deviations.decides.iter();
        runbooks::check_steps(tx, (&outline.steps, parties)).await?;
    }
    Ok(())
}

async fn check_concerned(tx: &mut Tx, plan: &ReleasePlan) -> Result<(), Error> {
    let mut parties: BTreeSet<Party> = plan.parties().into_iter().cloned().collect();
    let with = plan.review.iter().flat_map(|it| &it.with);
    parties.extend(with.cloned().map(Party::Person));
    for party in &parties {
        check_party(tx, party).await?;
    }
    for concerned in plan.involved.others() {
        match concerned {
            Concerned::Party(_) => {}
            Concerned::Supplier(name) => {
                let found: Option<Supplier> = tx.document(Kind::Supplier, name.as_str()).await?;
                declared(found, ("supplier", "Supplier"), name)?;
            }
            Concerned::Stakeholder(name) => {
                let found: Option<Stakeholder> =
                    tx.document(Kind::Stakeholder, name.as_str()).await?;
                declared(found, ("stakeholder", "Stakeholder"), name)?;
            }
        }
    }
    Ok(())
}

/// Refuses a party that does not exist.
pub(in crate::app) async fn check_party(tx: &mut Tx, party: &Party) -> Result<(), Error> {
    match party {
        Party::Person(name) if tx.person_named(name).await?.is_none() => {
            Err(Error::not_found("person-not-found", "person", name)
                .hint("`tidegate person list` shows them; a team is written team:NAME"))
        }
        Party::Team(name) => {
            let team: Option<Team> = tx.document(Kind::Team, name.as_str()).await?;
            declared(team, ("team", "Team"), name)
        }
        Party::Person(_) => Ok(()),
    }
}

async fn check_environments(tx: &mut Tx, plan: &ReleasePlan) -> Result<(), Error> {
    let known = tx.environments().await?;
    let booked = plan.bookings.iter().map(|it| &it.environment);
    let deployed = plan.runbooks.iter().map(|it| &it.environment);
    let awaited = plan.messages.iter().filter_map(|it| match &it.on {
        Some(Schedule::Deployment(_, environment)) => Some(environment),
        Some(Schedule::ByHand | Schedule::Milestone(_) | Schedule::At(_)) | None => None,
    });
    let mut named = booked.chain(deployed).chain(awaited);
    match named.find(|name| !known.contains_key(*name)) {
        Some(name) => Err(Error::not_found(
            "environment-not-found",
            "environment",
            name,
        )),
        None => Ok(()),
    }
}

async fn check_controls(tx: &mut Tx, request: &Request, named: &[Name]) -> Result<(), Error> {
    let known = request.gate.controls(tx).await?;
    let is_unknown = |name: &&Name| known.iter().all(|(control, _)| control.name != **name);
    match named.iter().find(is_unknown) {
        Some(name) => Err(Error::not_found("control-not-found", "control", name)
            .hint("`tidegate controls list` shows those there are")),
        None => Ok(()),
    }
}

async fn check_message(
    tx: &mut Tx,
    (product, message): (&Name, &PlannedMessage),
) -> Result<(), Error> {
    let name = &message.template;
    let found: Option<MessageTemplate> = tx.document(Kind::MessageTemplate, name.as_str()).await?;
    let found = found.filter(|it| it.is_good_for(product));
    declared(found, ("message template", "MessageTemplate"), name)?;
    communication::check_audiences(tx, &message.audiences).await
}

/// Refuses what is not declared, with how it would be.
fn declared<T>(
    found: Option<T>,
    (what, kind): (&'static str, &str),
    name: &Name,
) -> Result<(), Error> {
    let code = match what {
        "supplier" => "supplier-not-found",
        "stakeholder" => "stakeholder-not-found",
        "team" => "team-not-found",
        _ => "template-not-found",
    };
    found.map(drop).ok_or_else(|| {
        Error::not_found(code, what, name)
            .hint(format!("declare it (`kind: {kind}`) by `tidegate apply`"))
    })
}
