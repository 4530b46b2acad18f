//! Whom handovers wait for.

use super::{
    super::{Error, Request},
    seen::seen,
    shown,
};
use std::collections::BTreeMap;
use tidegate_domain::{
    handover::{Due, Handover, Seen, Stale, Status},
    name::Name,
    planning::Party,
    version::Version,
};
use tidegate_protocol::api::WaitingHandoverView;
use tidegate_store::Tx;

/// How many open handovers are looked through.
const LOOKED_MAX: u64 = 5_000;
/// Of so many releases of each product, the newest, accepted handovers are looked through, too: they may be stale.
const RELEASES_MAX: u64 = 5;

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

/// What is to be seen to, offered or accepted, for the first time or again, as far as it is seen.
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
    let mut handovers = tx.open_handovers(LOOKED_MAX).await?;
    let settled = tx.settled_handovers(RELEASES_MAX).await?;
    let is_accepted = |it: &Handover| matches!(it.status, Status::Accepted { .. });
    handovers.extend(settled.into_iter().filter(is_accepted));
    for handover in handovers {
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
    let mut all = Vec::new();
    for due in handover.due(seen) {
        let falls_to_them = match (&due, whose) {
            (Due::Answer, Whose::Mine(_)) => shown::is_theirs(tx, request, handover).await?,
            (Due::Answer, Whose::Team(_) | Whose::All)
            | (
                Due::Item(_) | Due::Offer | Due::OfferAgain(_) | Due::AcceptAgain(_),
                Whose::Mine(_) | Whose::Team(_) | Whose::All,
            ) => is_asked(due.party(handover), (request, whose)),
        };
        if falls_to_them {
            all.push(view(handover, &due));
        }
    }
    Ok(all)
}

fn view(handover: &Handover, due: &Due<'_>) -> WaitingHandoverView {
    let item = match due {
        Due::Item(item) => Some(item.name.to_string()),
        Due::Offer | Due::Answer | Due::OfferAgain(_) | Due::AcceptAgain(_) => None,
    };
    let owner = match due {
        Due::Answer | Due::AcceptAgain(_) => handover.takers(),
        Due::Item(_) | Due::Offer | Due::OfferAgain(_) => due.party(handover).to_string(),
    };
    WaitingHandoverView {
        product: handover.product.to_string(),
        version: handover.version.to_string(),
        kind: handover.kind.to_string(),
        item,
        title: due.title(handover),
        owner,
        changes: due.stale().map(|it| it.changes.clone()).unwrap_or_default(),
        why: due.stale().map(Stale::sentence),
    }
}
