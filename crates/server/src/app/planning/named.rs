//! Whatever a plan names has to exist: people, teams, suppliers, stakeholders, procedures, environments, controls, templates.

use super::super::{Error, Request, procedures, runbooks};
use serde_json::Value;
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::{Kind, Team},
    communication::MessageTemplate,
    name::Name,
    planning::{Nameable, Party, ReleasePlan},
};
use tidegate_store::Tx;

/// Refuses a plan of a product's release that names somebody or something that does not exist.
pub(super) async fn check(
    tx: &mut Tx,
    request: &Request,
    (product, plan): (&Name, &ReleasePlan),
) -> Result<(), Error> {
    check_people(tx, plan).await?;
    let named = plan.tasks.iter().filter_map(|it| {
        let named = it.procedure.as_ref()?;
        Some((format!("task `{}`", it.name), named))
    });
    procedures::check_named(tx, named).await?;
    for (what, name) in plan.named() {
        let is_there = match what {
            Nameable::Control => {
                let known = request.gate.controls(tx).await?;
                known.iter().any(|(control, _)| control.name == *name)
            }
            Nameable::MessageTemplate => {
                let found: Option<MessageTemplate> =
                    tx.document(what.kind(), name.as_str()).await?;
                found.is_some_and(|it| it.is_good_for(product))
            }
            Nameable::Environment
            | Nameable::Audience
            | Nameable::Supplier
            | Nameable::Stakeholder => {
                let found: Option<Value> = tx.document(what.kind(), name.as_str()).await?;
                found.is_some()
            }
        };
        if !is_there {
            return Err(not_declared((code(what), what.noun()), what.kind(), name));
        }
    }
    for (_, outline) in plan.runbooks.iter().flat_map(|it| it.outlines()) {
        let parties = outline.deviations.decides.iter();
        runbooks::check_steps(tx, (&outline.steps, parties)).await?;
    }
    Ok(())
}

async fn check_people(tx: &mut Tx, plan: &ReleasePlan) -> Result<(), Error> {
    let mut parties: BTreeSet<Party> = plan.parties().into_iter().cloned().collect();
    let with = plan.review.iter().flat_map(|it| &it.with);
    parties.extend(with.cloned().map(Party::Person));
    for party in &parties {
        check_party(tx, party).await?;
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
            let missing = || not_declared(("team-not-found", "team"), Kind::Team, name);
            team.map(drop).ok_or_else(missing)
        }
        Party::Person(_) => Ok(()),
    }
}

/// How programs know that something is missing.
const fn code(what: Nameable) -> &'static str {
    match what {
        Nameable::Environment => "environment-not-found",
        Nameable::Control => "control-not-found",
        Nameable::MessageTemplate => "template-not-found",
        Nameable::Audience => "audience-not-found",
        Nameable::Supplier => "supplier-not-found",
        Nameable::Stakeholder => "stakeholder-not-found",
    }
}

fn not_declared((code, noun): (&'static str, &'static str), kind: Kind, name: &Name) -> Error {
    Error::not_found(code, noun, name)
        .hint(format!("declare it (`kind: {kind}`) by `tidegate apply`"))
}
