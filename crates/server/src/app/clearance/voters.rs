//! Who approved, and whether their word counts as they stand now.

use super::super::{Error, Gate};
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Resource},
    control::{Approval, Verdict, Voter},
    deployment::Deployment,
    id::PersonId,
    name::Name,
};
use tidegate_store::Tx;

/// Who said what of exactly these parts, each human being's last word, as they stand now.
pub(super) async fn voters(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<Vec<Voter>, Error> {
    let place = (&deployment.product, &deployment.environment);
    let said = tx.approvals_in(place.0, place.1).await?;
    let mut seen = BTreeSet::new();
    let about = |approval: &Approval| approval.parts == deployment.parts;
    let last: Vec<Approval> = said
        .into_iter()
        .filter(about)
        .filter(|it| seen.insert(it.human))
        .collect();
    let authorizer = gate.authorizer(tx).await?;
    let resource = Resource::place(place.0.clone(), place.1.clone());
    let mut voters = Vec::with_capacity(last.len());
    for approval in last {
        let person = tx.person_named(&approval.by).await?;
        let actor = person.map(tidegate_store::PersonRow::actor);
        let directory = authorizer.directory();
        let names = |it: &mut dyn Iterator<Item = &Name>| it.cloned().collect();
        voters.push(Voter {
            name: approval.by,
            human: approval.human,
            verdict: approval.verdict,
            note: approval.note,
            may: actor
                .as_ref()
                .is_some_and(|actor| authorizer.ask(actor, Action::Approve, &resource).allowed),
            roles: actor
                .as_ref()
                .map(|it| names(&mut directory.roles_of(it)))
                .unwrap_or_default(),
            teams: actor
                .as_ref()
                .map(|it| names(&mut directory.teams_of(it)))
                .unwrap_or_default(),
            level: actor
                .as_ref()
                .and_then(|actor| directory.level(actor, &resource)),
        });
    }
    Ok(voters)
}

/// The human being behind an account, be it removed or not.
pub(super) async fn human(tx: &mut Tx, name: &Name) -> Result<PersonId, Error> {
    let person = tx.person_named(name).await?;
    Ok(person.map_or(PersonId(uuid::Uuid::nil()), |person| person.human()))
}

pub(super) fn approvers(voters: &[Voter], requester: PersonId) -> BTreeSet<Name> {
    let counts = |voter: &&Voter| {
        voter.may && voter.human != requester && voter.verdict == Verdict::Approved
    };
    voters
        .iter()
        .filter(counts)
        .map(|voter| voter.name.clone())
        .collect()
}

/// Everybody who may approve a deployment, but for whoever asked for it.
pub(super) async fn may_approve(
    tx: &mut Tx,
    gate: &Gate,
    deployment: &Deployment,
) -> Result<BTreeSet<Name>, Error> {
    let requester = human(tx, &deployment.requested_by).await?;
    let authorizer = gate.authorizer(tx).await?;
    let resource = Resource::place(deployment.product.clone(), deployment.environment.clone());
    let mut people = tx.people().await?;
    people.retain(|it| it.human() != requester);
    let named = people.into_iter().map(|it| (it.name.clone(), it.actor()));
    let may = named.filter(|it| authorizer.ask(&it.1, Action::Approve, &resource).allowed);
    Ok(may.map(|it| it.0).collect())
}
