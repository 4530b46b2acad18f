//! Addresses for other programs: those that read the calendar, and trackers that tell of their items. They send no headers of
//! ours, so a key in the address says who asks.
//!
//! A key is the identifier of a token, sealed for one purpose only. It opens nothing else, and ends with the token. There is no
//! record of it.

use super::{App, Error, Kind, Request, agenda::AgendaFilter, field, scope};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Actor},
    id::TokenId,
    name::Name,
};
use tidegate_protocol::api::FeedView;
use uuid::Uuid;

/// What a key is sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Reading the calendar.
    Calendar,
    /// Telling of work items.
    Items,
    /// Reading the messages of a channel.
    Messages,
}

impl KeyPurpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Calendar => "calendar feed",
            Self::Items => "tracker hook",
            Self::Messages => "message feed",
        }
    }

    /// What tokens are called that are made for it alone.
    pub(super) const fn token(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Items => "tracker",
            Self::Messages => "feed",
        }
    }

    /// What a key is sealed for.
    fn of(self, of: &str) -> String {
        format!("{} {of}", self.word()).trim_end().to_owned()
    }

    /// How to get another address.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Calendar => {
                "the page of the calendar, or `tidegate calendar --subscribe`, makes a new address"
            }
            Self::Items => {
                "the page of the tracker, or `tidegate tracker hook TRACKER`, makes a new address"
            }
            Self::Messages => {
                "the page of the channels, or `tidegate channel feed CHANNEL`, makes a new address"
            }
        }
    }
}

impl App {
    /// Where calendar programs read the calendar on behalf of the asker, narrowed to a filter, which `words` say in an address. The
    /// key in it is good for exactly that.
    ///
    /// # Errors
    /// When the asker may not read, or has no token; or there is no such team, person, product or environment.
    pub async fn feed(
        &self,
        request: &Request,
        (filter, words): (AgendaFilter, &str),
    ) -> Result<FeedView, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move { request.permit_at_large(tx, Action::ReadShared).await }.boxed()
            })
            .await?;
        self.agenda_text(request, filter).await?;
        let key = self.sealed_key(request, (KeyPurpose::Calendar, words))?;
        let rest = match words {
            "" => String::new(),
            words => format!("&{words}"),
        };
        let path = format!("/api/v1/calendar.ics?key={key}{rest}");
        Ok(FeedView { path })
    }

    /// Where a tracker tells of its items on behalf of the asker.
    ///
    /// # Errors
    /// When the asker may not import items, or has no token.
    pub async fn hook(&self, request: &Request, tracker: &str) -> Result<FeedView, Error> {
        let tracker: Name = field("tracker", tracker)?;
        let input = (request.clone(), tracker.clone());
        self.store
            .read(input, |tx, (request, tracker)| {
                async move {
                    request.permit_at_large(tx, Action::ImportItems).await?;
                    scope::find_tracker(tx, tracker).await
                }
                .boxed()
            })
            .await?;
        let key = self.sealed_key(request, (KeyPurpose::Items, tracker.as_str()))?;
        let path = format!("/api/v1/trackers/{tracker}/hook?key={key}");
        Ok(FeedView { path })
    }

    /// A key for that purpose, and for that one channel or tracker alone, where it is about one.
    pub(super) fn sealed_key(
        &self,
        request: &Request,
        (purpose, of): (KeyPurpose, &str),
    ) -> Result<String, Error> {
        let Some(TokenId(token)) = request.actor.token.as_ref().map(|token| token.id) else {
            let detail = "the address is bound to a token, and a sign-in has none";
            return Err(
                Error::refused(Kind::NotReady, "feed-needs-token", detail).hint(purpose.remedy())
            );
        };
        let sealed = self.keyring.wrap(&purpose.of(of), token.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Whoever had a key made, for its purpose.
    ///
    /// # Errors
    /// When the key is none, or its token is no longer good.
    pub async fn actor_by_key(
        &self,
        key: &str,
        (purpose, of): (KeyPurpose, &str),
    ) -> Result<Actor, Error> {
        let wrong = || {
            let detail = "the key in the address is wrong, or its token has ended";
            Error::refused(Kind::NotSignedIn, "key-invalid", detail).hint(purpose.remedy())
        };
        let sealed = URL_SAFE_NO_PAD.decode(key).unwrap_or_default();
        let opened = self.keyring.unwrap(&purpose.of(of), &sealed);
        let token = opened.and_then(|bytes| Uuid::from_slice(&bytes).ok());
        let token = token.map(TokenId).ok_or_else(wrong)?;
        let actor = self
            .store
            .read(token, |tx, token| tx.actor_by_token_id(*token).boxed())
            .await?;
        actor.ok_or_else(wrong)
    }
}
