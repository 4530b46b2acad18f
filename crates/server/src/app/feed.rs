//! The calendar for other programs. They send no headers, so a key in the address says who asks.
//!
//! A key is the identifier of a token, sealed for this purpose only. It opens nothing but the calendar, and ends with
//! the token. There is no record of it.

use super::{App, Error, Kind, Request};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Actor},
    id::TokenId,
};
use tidegate_protocol::api::FeedView;
use uuid::Uuid;

/// What a key is sealed for.
const PURPOSE: &str = "calendar feed";

impl App {
    /// Where calendar programs read the calendar on behalf of the asker.
    ///
    /// # Errors
    /// When the asker may not read, or has no token.
    pub async fn feed(&self, request: &Request) -> Result<FeedView, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move { request.permit_at_large(tx, Action::ReadShared).await }.boxed()
            })
            .await?;
        let Some(TokenId(token)) = request.actor.token.as_ref().map(|token| token.id) else {
            let detail = "the address is bound to a token, and a sign-in has none";
            return Err(Error::refused(Kind::NotReady, "feed-needs-token", detail)
                .hint("run `tidegate calendar --subscribe`"));
        };
        let key = URL_SAFE_NO_PAD.encode(self.keyring.wrap(PURPOSE, token.as_bytes()));
        let path = format!("/api/v1/calendar.ics?key={key}");
        Ok(FeedView { path })
    }

    /// Whoever had a key made, for reading the calendar.
    ///
    /// # Errors
    /// When the key is none, or its token is no longer good.
    pub async fn actor_by_feed_key(&self, key: &str) -> Result<Actor, Error> {
        let sealed = URL_SAFE_NO_PAD.decode(key).unwrap_or_default();
        let opened = self.keyring.unwrap(PURPOSE, &sealed);
        let token = opened.and_then(|bytes| Uuid::from_slice(&bytes).ok());
        let token = token.map(TokenId).ok_or_else(wrong)?;
        let actor = self
            .store
            .read(token, |tx, token| tx.actor_by_token_id(*token).boxed())
            .await?;
        actor.ok_or_else(wrong)
    }
}

fn wrong() -> Error {
    let detail = "the key of the calendar is wrong, or its token has ended";
    Error::refused(Kind::NotSignedIn, "key-invalid", detail)
        .hint("`tidegate calendar --subscribe` prints a new address")
}
