//! Whom handovers wait for.

use super::{
    super::{Error, Request},
    seen::seen,
    shown,
};
use std::collections::BTreeMap;
use tidegate_domain::{
    handover::{Handover, ItemStatus, Seen, Standing},
    name::Name,
    planning::Party,
    version::Version,
};
use tidegate_protocol::api::WaitingHandoverView;
use tidegate_store::Tx;

/// How many handovers are looked through.
const LOOKED_MAX: u64 = 5_000;

/// Whose work is asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) enum Whose<'a> {
    /// That of whoever asks and of their teams.
    Mine(&'a [Name]),
    /// That of one team.
    Team(&'a Name),
    /// Everybody's.
    All,
}

/// What is to be seen to, offered or accepted, as far as it is seen.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn waiting_for(
    tx: &mut Tx,
    request: &Request,
    whose: Whose<'_>,
) -> Result<Vec<WaitingHandoverView>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut records: BTreeMap<(Name, Version), Seen> = BTreeMap::new();
    let mut all = Vec::new();
    for handover in tx.open_handovers(LOOKED_MAX).await? {
        if !sight.shows(&handover.product) || !may_concern(&handover, (request, whose)) {
            continue;
        }
        let of = (handover.product.clone(), handover.version.clone());
        if !records.contains_key(&of) {
            let found = seen(tx, (&of.0, &of.1)).await?;
            records.insert(of.clone(), found);
        }
        if let Some(seen) = records.get(&of) {
            all.extend(of_one(tx, request, (&handover, seen), whose).await?);
        }
    }
    Ok(all)
}

/// Whether anything of it can fall to them: what is on record is only looked up then.
fn may_concern(handover: &Handover, (request, whose): (&Request, Whose<'_>)) -> bool {
    let items = handover.items.iter().map(|it| &it.gives);
    let mut parties = [&handover.gives, &handover.takes].into_iter().chain(items);
    parties.any(|party| is_asked(party, (request, whose)))
}

/// Whether a party is among those whose work is asked for.
pub(in crate::app) fn is_asked(party: &Party, (request, whose): (&Request, Whose<'_>)) -> bool {
    match (whose, party) {
        (Whose::All, _) => true,
        (Whose::Mine(_), Party::Person(name)) => *name == request.actor.name,
        (Whose::Mine(teams), Party::Team(team)) => teams.contains(team),
        (Whose::Team(team), Party::Team(name)) => team == name,
        (Whose::Team(_), Party::Person(_)) => false,
    }
}

async fn of_one(
    tx: &mut Tx,
    request: &Request,
    (handover, seen): (&Handover, &Seen),
    whose: Whose<'_>,
) -> Result<Vec<WaitingHandoverView>, Error> {
    let is_asked = |party: &Party| is_asked(party, (request, whose));
    let standing = handover.standing(seen);
    if standing == Standing::Offered {
        let is_mine = match whose {
            Whose::Mine(_) => shown::is_theirs(tx, request, handover).await?,
            Whose::Team(_) | Whose::All => is_asked(&handover.takes),
        };
        let title = format!("Accept or reject it: {}", handover.kind.title());
        let waits = is_mine.then(|| view(handover, (None, title), handover.takers()));
        return Ok(waits.into_iter().collect());
    }
    let items = handover.items.iter();
    let open = items.filter(|it| it.status((&handover.sheet, seen)) == ItemStatus::Open);
    let asked = open.filter(|it| is_asked(&it.gives));
    let mut all: Vec<WaitingHandoverView> = asked
        .map(|it| {
            let what = (Some(it.name.to_string()), it.title.clone());
            view(handover, what, it.gives.to_string())
        })
        .collect();
    if standing.may_be_offered() && is_asked(&handover.gives) {
        let title = format!("Offer it: {}", handover.kind.title());
        all.push(view(handover, (None, title), handover.gives.to_string()));
    }
    Ok(all)
}

fn view(
    handover: &Handover,
    (item, title): (Option<String>, String),
    owner: String,
) -> WaitingHandoverView {
    WaitingHandoverView {
        product: handover.product.to_string(),
        version: handover.version.to_string(),
        kind: handover.kind.to_string(),
        item,
        title,
        owner,
    }
}
