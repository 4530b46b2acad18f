//! Who approved, and whether their word counts as they stand now.

use super::{
    super::{Error, Gate, Request},
    Found, find,
};
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Actor, ActorKind, Resource},
    control::{Approval, Stop, StopKind, Verdict, Voter},
    deployment::Deployment,
    id::PersonId,
    name::Name,
};
use tidegate_policy::Authorizer;
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
        let (name, human) = (approval.by, approval.human);
        voters.push(Voter {
            verdict: approval.verdict,
            note: approval.note,
            ..voter(&authorizer, &resource, (name, human, actor.as_ref()))
        });
    }
    Ok(voters)
}

/// Somebody as they stand now, who says yes; without an account they may do nothing.
fn voter(
    authorizer: &Authorizer,
    resource: &Resource,
    (name, human, actor): (Name, PersonId, Option<&Actor>),
) -> Voter {
    let directory = authorizer.directory();
    let names = |it: &mut dyn Iterator<Item = &Name>| it.cloned().collect();
    Voter {
        name,
        human,
        verdict: Verdict::Approved,
        note: String::new(),
        may: actor.is_some_and(|it| authorizer.ask(it, Action::Approve, resource).allowed),
        roles: actor
            .map(|it| names(&mut directory.roles_of(it)))
            .unwrap_or_default(),
        teams: actor
            .map(|it| names(&mut directory.teams_of(it)))
            .unwrap_or_default(),
        level: actor.and_then(|it| directory.level(it, resource)),
    }
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
) -> Result<Vec<Voter>, Error> {
    let requester = human(tx, &deployment.requested_by).await?;
    let authorizer = gate.authorizer(tx).await?;
    let resource = Resource::place(deployment.product.clone(), deployment.environment.clone());
    let mut people = tx.people().await?;
    people.retain(|it| it.kind == ActorKind::Person && it.human() != requester);
    let named = people.into_iter().map(|it| {
        let (name, human) = (it.name.clone(), it.human());
        voter(&authorizer, &resource, (name, human, Some(&it.actor())))
    });
    Ok(named.filter(|it| it.may).collect())
}

/// Whose yes would count towards what of these stops a deployment are approvals.
pub(in crate::app) async fn whose_of(
    tx: &mut Tx,
    request: &Request,
    (deployment, stops): (&Deployment, &[Stop]),
) -> Result<Vec<Name>, Error> {
    if stops.iter().all(|it| it.kind != StopKind::Approval) {
        return Ok(Vec::new());
    }
    let found = find(tx, &request.gate, deployment).await?;
    whose_yes(tx, request, (deployment, &found)).await
}

/// Whose yes would count towards what the approvals of a deployment lack, as far as whoever asks sees people.
pub(in crate::app) async fn whose_yes(
    tx: &mut Tx,
    request: &Request,
    (deployment, found): (&Deployment, &Found),
) -> Result<Vec<Name>, Error> {
    if found.unmet.is_empty() || !request.sight(tx).await?.shows_organisation() {
        return Ok(Vec::new());
    }
    let product = tx.product(&deployment.product).await?;
    let owner = product.map_or_else(|| deployment.product.clone(), |it| it.team);
    let said = |voter: &Voter| {
        let mut voters = found.voters.iter();
        voters.any(|it| it.human == voter.human && it.verdict == Verdict::Approved)
    };
    let mut all = may_approve(tx, &request.gate, deployment).await?;
    all.retain(|it| !said(it) && found.unmet.iter().any(|unmet| unmet.is_met_by(it, &owner)));
    Ok(all.into_iter().map(|it| it.name).collect())
}
