//! Whom messages reach, with what is known at this moment.

use super::{super::Error, declared::Known};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Actor, ActorKind},
    catalog::{Kind, Team},
    communication::{
        self, Audience, Bounce, MailAddress, OptIn, Recipient, Recipients, Stakeholder,
    },
    name::Name,
};
use tidegate_store::{PersonRow, Tx};

/// Who gets what these audiences are told.
pub(super) async fn recipients(
    tx: &mut Tx,
    known: &Known,
    audiences: &[&Audience],
) -> Result<Recipients, Error> {
    let stakeholders: Vec<Stakeholder> = tx.documents(Kind::Stakeholder).await?;
    let stakeholders: BTreeMap<Name, Stakeholder> = stakeholders
        .into_iter()
        .map(|it| (it.name.clone(), it))
        .collect();
    let mut opt_ins: BTreeMap<(Name, Name), Vec<OptIn>> = BTreeMap::new();
    for audience in audiences {
        for said in tx.opt_ins_for(&audience.name).await? {
            let of = (said.stakeholder.clone(), said.audience.clone());
            opt_ins.entry(of).or_default().push(said);
        }
    }
    let bounces: BTreeMap<Recipient, Bounce> = tx
        .bounces()
        .await?
        .into_iter()
        .map(|it| (it.recipient.clone(), it))
        .collect();
    let (people, teams) = people(tx).await?;
    let known = communication::Known {
        channels: &known.channels,
        teams: &teams,
        people: &people,
        stakeholders: &stakeholders,
        opt_ins: &opt_ins,
        bounces: &bounces,
    };
    Ok(Recipients::of(audiences, known))
}

type People = BTreeMap<Name, Option<MailAddress>>;

/// Those who have an account and where they are mailed, and who is in which team. Programs are told nothing.
async fn people(tx: &mut Tx) -> Result<(People, BTreeMap<Name, Vec<Name>>), Error> {
    let mut people = People::new();
    let mut actors: Vec<Actor> = Vec::new();
    let is_person = |row: &PersonRow| row.kind == ActorKind::Person;
    for row in tx.people().await?.into_iter().filter(is_person) {
        let address = row.email.as_deref().and_then(|it| it.parse().ok());
        people.insert(row.name.clone(), address);
        actors.push(row.actor());
    }
    let teams: Vec<Team> = tx.documents(Kind::Team).await?;
    let members = |team: &Team| {
        let own = actors
            .iter()
            .filter(|it| team.level_of(it).is_some() || team.members.contains(&it.name));
        own.map(|it| it.name.clone()).collect()
    };
    let teams = teams.iter().map(|it| (it.name.clone(), members(it)));
    Ok((people, teams.collect()))
}
