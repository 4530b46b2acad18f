//! What people do with handovers and their items.

use super::{
    super::{App, Error, Kind, Request, field, optional, steer::read_reason},
    Of, Which, arguments, find, happen,
    seen::seen,
    shown, state, taker, which,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    communication::WebAddress,
    digest::Digest,
    handover::{Handover, HandoverError, HandoverEvent, ItemDeed, RejectedItem, Seen},
    name::Name,
};
use tidegate_protocol::api::{HandoverDeedRequest, HandoverItemRequest, HandoverView};
use tidegate_store::Tx;

/// What a person does with a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverWord {
    /// They ask those who take it to accept it.
    Offer,
    /// They have it.
    Accept,
    /// They do not take it as it is.
    Reject,
    /// They call it off.
    Withdraw,
    /// They take it up again.
    Reopen,
}

/// What a person says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemWord {
    /// It is done.
    Done,
    /// It does not apply.
    Skip,
    /// It is to be done again.
    Reopen,
}

impl HandoverWord {
    /// All of them, by the words of addresses and commands.
    pub const ALL: [(&'static str, Self); 5] = [
        ("offer", Self::Offer),
        ("accept", Self::Accept),
        ("reject", Self::Reject),
        ("withdraw", Self::Withdraw),
        ("reopen", Self::Reopen),
    ];

    /// The deed of that word.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(it, _)| *it == word);
        let missing = || Error::not_found("deed-not-found", "thing to do with a handover", word);
        found.map(|(_, deed)| *deed).ok_or_else(missing)
    }

    const fn action(self) -> Action {
        match self {
            Self::Offer | Self::Withdraw | Self::Reopen => Action::HandOver,
            Self::Accept | Self::Reject => Action::TakeOver,
        }
    }
}

impl ItemWord {
    /// All of them, by the words of addresses and commands.
    pub const ALL: [(&'static str, Self); 3] = [
        ("done", Self::Done),
        ("skip", Self::Skip),
        ("reopen", Self::Reopen),
    ];

    /// The word of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(it, _)| *it == word);
        let missing = || Error::not_found("deed-not-found", "thing to say of an item", word);
        found.map(|(_, deed)| *deed).ok_or_else(missing)
    }
}

impl App {
    /// Says that an item is done, does not apply, or is to be done again.
    ///
    /// # Errors
    /// When there is no such item, or that cannot be said of it.
    pub async fn do_handover_item(
        &self,
        request: Request,
        of: Of<'_>,
        (item, word): (&str, ItemWord),
        said: &HandoverItemRequest,
    ) -> Result<HandoverView, Error> {
        let which = which(of)?;
        let item: Name = field("item", item)?;
        let note = read_reason(&said.note)?;
        let link = said.link.as_deref().filter(|it| !it.trim().is_empty());
        let link: Option<WebAddress> = optional("link", link)?;
        let deed = match word {
            ItemWord::Done => ItemDeed::Done(note, link),
            ItemWord::Skip => ItemDeed::Skipped(note),
            ItemWord::Reopen => ItemDeed::Reopened,
        };
        let view = self
            .store
            .write(
                (request, which, (item, deed)),
                |tx, (request, which, said)| say(tx, request, (which, said)).boxed(),
            )
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(view)
    }

    /// Offers, accepts, rejects, withdraws or reopens a handover.
    ///
    /// # Errors
    /// When it cannot happen now, or whoever asks may not.
    pub async fn do_handover(
        &self,
        request: Request,
        of: Of<'_>,
        word: HandoverWord,
        said: &HandoverDeedRequest,
    ) -> Result<HandoverView, Error> {
        let which = which(of)?;
        let said = Said {
            note: read_reason(&said.note)?,
            hash: optional("hash", said.hash.as_deref())?,
            items: rejected(said)?,
        };
        let view = self
            .store
            .write(
                (request, which, (word, said)),
                |tx, (request, which, (word, said))| {
                    carry_out(tx, request, (which, *word, said)).boxed()
                },
            )
            .await?;
        self.bus.announce();
        // A control may ask for it.
        self.bus.wake_engine();
        Ok(view)
    }
}

/// What was said with a deed.
struct Said {
    note: String,
    hash: Option<Digest>,
    items: Vec<RejectedItem>,
}

fn rejected(said: &HandoverDeedRequest) -> Result<Vec<RejectedItem>, Error> {
    let read = said.items.iter().map(|it| {
        Ok(RejectedItem {
            name: field("items", it.name.trim())?,
            reason: read_reason(&it.reason)?,
        })
    });
    read.collect()
}

async fn say(
    tx: &mut Tx,
    request: &Request,
    (which, (item, deed)): (&Which, &(Name, ItemDeed)),
) -> Result<HandoverView, Error> {
    let handover = find(tx, request, (Action::HandOver, which)).await?;
    let seen = seen(tx, (&handover.product, &handover.version)).await?;
    let event = handover.said(item, deed.clone(), &seen);
    let event = event.map_err(|why| refuse(&handover, &why))?;
    let (note, link) = match deed {
        ItemDeed::Done(note, link) => (note.as_str(), link.as_ref()),
        ItemDeed::Skipped(reason) => (reason.as_str(), None),
        ItemDeed::Reopened => ("", None),
    };
    let detail = json!({ "kind": handover.kind, "item": item, "note": note, "link": link });
    let next = happen(tx, request, (&handover, &seen), (&event, detail)).await?;
    shown::view(tx, request, &next).await
}

async fn carry_out(
    tx: &mut Tx,
    request: &Request,
    (which, word, said): (&Which, HandoverWord, &Said),
) -> Result<HandoverView, Error> {
    let handover = find(tx, request, (word.action(), which)).await?;
    let seen = seen(tx, (&handover.product, &handover.version)).await?;
    let event = event(tx, request, (&handover, &seen), (word, said)).await?;
    let hash = match &event {
        HandoverEvent::Offered(offer) => Some(offer.bound.hash()),
        HandoverEvent::Accepted(acceptance) => Some(acceptance.hash),
        HandoverEvent::Saved(_)
        | HandoverEvent::Item(..)
        | HandoverEvent::Rejected(_)
        | HandoverEvent::Withdrawn(_)
        | HandoverEvent::Reopened => None,
    };
    let mut detail = json!({ "kind": handover.kind, "note": said.note });
    if let Some(hash) = hash {
        detail["hash"] = json!(hash);
    }
    if !said.items.is_empty() {
        detail["items"] = json!(said.items);
    }
    let next = happen(tx, request, (&handover, &seen), (&event, detail)).await?;
    shown::view(tx, request, &next).await
}

async fn event(
    tx: &mut Tx,
    request: &Request,
    (handover, seen): (&Handover, &Seen),
    (word, said): (HandoverWord, &Said),
) -> Result<HandoverEvent, Error> {
    let by = taker(tx, request, &handover.product).await?;
    let (note, at) = (said.note.clone(), tx.now());
    let event = match word {
        HandoverWord::Offer => handover.offered(seen, &by, (at, note)),
        HandoverWord::Accept => {
            let read = said.hash.ok_or_else(|| not_read(handover))?;
            handover.accepted(seen, &by, (read, at, note))
        }
        HandoverWord::Reject => handover.rejected(&by, (note, said.items.clone()), at),
        HandoverWord::Withdraw if note.is_empty() => Err(HandoverError::NoReason),
        HandoverWord::Withdraw => Ok(HandoverEvent::Withdrawn(note)),
        HandoverWord::Reopen => Ok(HandoverEvent::Reopened),
    };
    event.map_err(|why| refuse(handover, &why))
}

fn not_read(handover: &Handover) -> Error {
    Error::invalid("hash", "an acceptance says what was read").hint(format!(
        "`tidegate handover show {}` tells it",
        arguments(handover)
    ))
}

fn refuse(handover: &Handover, why: &HandoverError) -> Error {
    let of = arguments(handover);
    let (kind, code, hint) = match why {
        HandoverError::State(word) => return state(handover, word),
        HandoverError::Lacks(_) => (
            Kind::NotReady,
            "handover-lacks",
            format!("`tidegate handover show {of}` says what helps with each"),
        ),
        HandoverError::NoItem(_) => (
            Kind::NotFound,
            "item-not-found",
            format!("`tidegate handover show {of}` lists its items"),
        ),
        HandoverError::Seen { .. } => (
            Kind::BadRequest,
            "item-seen",
            format!("`tidegate handover edit {of}` opens the sheet"),
        ),
        HandoverError::NoLink(_) => (Kind::BadRequest, "no-link", "`--link URL`".to_owned()),
        HandoverError::NoReason => (
            Kind::BadRequest,
            "no-reason",
            "whoever asks later reads that: `--note WHY`".to_owned(),
        ),
        HandoverError::Required(_) => (
            Kind::Conflict,
            "item-required",
            "see to it, or take another template".to_owned(),
        ),
        HandoverError::ItemState(..) => (
            Kind::Conflict,
            "item-state",
            "`tidegate handover reopen … --item NAME` takes it up again".to_owned(),
        ),
        HandoverError::OwnOffer { .. } => (
            Kind::NotAllowed,
            "own-offer",
            format!("{} accepts or rejects it", handover.takers()),
        ),
        HandoverError::NotTheirs(_) => (
            Kind::NotAllowed,
            "handover-of-others",
            "ask somebody of them".to_owned(),
        ),
        HandoverError::Changed(_) => (
            Kind::Conflict,
            "handover-changed",
            format!("`tidegate handover offer {of}` offers it as it is now"),
        ),
        HandoverError::NotRead => (
            Kind::Conflict,
            "handover-changed",
            format!("read it again: `tidegate handover show {of}`"),
        ),
    };
    Error::refused(kind, code, why.to_string()).hint(hint)
}
