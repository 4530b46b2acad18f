//! What people do to messages: ask others to read them, send them back, sanction, send and stop them.

use super::{
    super::{App, Error, Kind as Refusal, Request, optional, steer::read_reason},
    begin::{happen, writer},
    declared::Known,
    shown::{found, view},
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    communication::message::{Event, Message, SanctionError},
    digest::Digest,
    id::MessageId,
};
use tidegate_protocol::api::{MessageDeedRequest, MessageView};
use tidegate_store::Tx;

/// What a person does to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageDeed {
    /// They ask others to read it.
    Submit,
    /// They read it and want something changed.
    SendBack,
    /// They say that exactly this may go out.
    Sanction,
    /// They send what waits for a person.
    Send,
    /// They stop it.
    Cancel,
}

impl MessageDeed {
    /// All of them, by the words of addresses and commands.
    pub const ALL: [(&'static str, Self); 5] = [
        ("submit", Self::Submit),
        ("send-back", Self::SendBack),
        ("sanction", Self::Sanction),
        ("send", Self::Send),
        ("cancel", Self::Cancel),
    ];

    /// The deed of that word.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(it, _)| *it == word);
        let missing = || Error::not_found("deed-not-found", "thing to do to a message", word);
        found.map(|(_, deed)| *deed).ok_or_else(missing)
    }

    const fn action(self) -> Action {
        match self {
            Self::Submit => Action::WriteMessage,
            Self::SendBack | Self::Sanction => Action::SanctionMessage,
            Self::Send | Self::Cancel => Action::SendMessage,
        }
    }
}

impl App {
    /// Submits, sends back, sanctions, sends or cancels a message.
    ///
    /// # Errors
    /// When it cannot happen now, or whoever asks may not.
    pub async fn do_message(
        &self,
        request: Request,
        id: MessageId,
        deed: MessageDeed,
        said: &MessageDeedRequest,
    ) -> Result<MessageView, Error> {
        let note = read_reason(&said.note)?;
        let seen: Option<Digest> = optional("hash", said.hash.as_deref())?;
        let input = (request, (id, deed), (note, seen));
        let view = self
            .store
            .write(input, |tx, (request, what, said)| {
                carry_out(tx, request, *what, said).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

async fn carry_out(
    tx: &mut Tx,
    request: &Request,
    (id, deed): (MessageId, MessageDeed),
    (note, seen): &(String, Option<Digest>),
) -> Result<MessageView, Error> {
    let mut message = found(tx, request, (deed.action(), id)).await?;
    let by = request.actor.name.clone();
    let event = match deed {
        MessageDeed::Submit => {
            submittable(tx, &message).await?;
            Event::Submitted { by }
        }
        MessageDeed::SendBack => Event::SentBack {
            by,
            note: reason(note, "say what is to change: `--note WHAT`")?,
        },
        MessageDeed::Sanction => sanction(tx, request, &message, seen.as_ref()).await?,
        MessageDeed::Send => Event::Released { by },
        MessageDeed::Cancel => Event::Cancelled {
            by,
            reason: reason(note, "whoever asks later reads that: `--reason WHY`")?,
        },
    };
    happen(tx, request, (&mut message, &event)).await?;
    if deed == MessageDeed::Cancel {
        tx.record_deliveries_called(id).await?;
    }
    view(tx, &message).await
}

fn reason(note: &str, hint: &str) -> Result<String, Error> {
    match note.is_empty() {
        true => {
            Err(Error::refused(Refusal::BadRequest, "no-reason", "no reason is given").hint(hint))
        }
        false => Ok(note.to_owned()),
    }
}

/// What could not be sent is not put before others.
async fn submittable(tx: &mut Tx, message: &Message) -> Result<(), Error> {
    let known = Known::load(tx).await?;
    let bound = known.bound(tx, message).await?;
    bound.map(drop).map_err(|why| {
        Error::refused(
            Refusal::NotReady,
            "message-unsendable",
            format!("message {} could not be sent: {why}", message.id),
        )
        .hint(format!("`tidegate message edit {}` changes it", message.id))
    })
}

async fn sanction(
    tx: &mut Tx,
    request: &Request,
    message: &Message,
    seen: Option<&Digest>,
) -> Result<Event, Error> {
    let seen = seen.ok_or_else(|| {
        Error::invalid("hash", "a sanction says what was read").hint(format!(
            "`tidegate message preview {}` tells it",
            message.id
        ))
    })?;
    let known = Known::load(tx).await?;
    let bound = known.bound(tx, message).await?;
    let bound = bound.map_err(|why| {
        let detail = format!("message {} could not be sent: {why}", message.id);
        Error::refused(Refusal::NotReady, "message-unsendable", detail)
    })?;
    let by = writer(tx, request).await?;
    let sanction = message
        .sanctioned((bound, *seen), &by, tx.now())
        .map_err(|why| refuse(&why))?;
    Ok(Event::Sanctioned {
        sanction: Box::new(sanction),
    })
}

fn refuse(why: &SanctionError) -> Error {
    let (kind, code) = match why {
        SanctionError::NotInReview { .. } => (Refusal::Conflict, "message-state"),
        SanctionError::OwnWords { .. } => (Refusal::NotAllowed, "own-words"),
        SanctionError::Changed(_) => (Refusal::Conflict, "message-changed"),
    };
    Error::refused(kind, code, why.to_string())
}
