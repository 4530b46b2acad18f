//! Addresses for other programs, made by somebody who is signed in.
//!
//! A sign-in has no token that an address could be bound to: one is made for each, good for what the address does and nothing else.
//! Nobody is told its secret, and the address ends with it.

use super::{App, Error, Kind, Request, agenda::AgendaFilter, feed::KeyPurpose, field};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Scope},
    digest::Digest,
    id::TokenId,
    name::Name,
};
use tidegate_protocol::api::{FeedView, ListedTokenView, TokenRequest};

/// What an address is for.
#[derive(Debug, Clone)]
pub enum AddressOf {
    /// Reading the calendar, narrowed to a filter, which the words say in an address.
    Calendar(AgendaFilter, String),
    /// Telling of the items of a tracker.
    Tracker(String),
    /// Reading the messages of a channel.
    Channel(String),
}

impl App {
    /// Makes an address for other programs, whole.
    ///
    /// # Errors
    /// When the asker may make no token, or may not do what the address does; or there is nothing that it is about.
    pub async fn make_address(&self, request: Request, of: &AddressOf) -> Result<String, Error> {
        let token = self.create_token(request.clone(), &of.token()).await?;
        let made = self.bound(&request, (&token.id, of)).await;
        match made {
            Ok(view) => Ok(format!("{}{}", self.identity.public_url, view.path)),
            Err(why) => {
                self.revoke_token(request, &token.id).await?;
                Err(why)
            }
        }
    }

    /// The tokens that were made for addresses of the asker's own, as far as they are for that: they are called so, and good for that
    /// alone. What is bound to another token, as from a terminal, leaves no trace.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn addresses(
        &self,
        request: &Request,
        purpose: KeyPurpose,
    ) -> Result<Vec<ListedTokenView>, Error> {
        let mut tokens = self.tokens(request).await?;
        let me = request.actor.name.as_str();
        let word = purpose.token();
        let is_for = |name: &str| {
            let rest = name.strip_prefix(word);
            rest.is_some_and(|it| it.is_empty() || it.starts_with('-'))
        };
        let scope = scope(purpose).to_string();
        let is_good = |it: &ListedTokenView| it.scope.as_ref() == Some(&scope);
        tokens.retain(|it| it.person == me && is_for(&it.name) && is_good(it));
        Ok(tokens)
    }

    /// The same for whoever holds a token.
    async fn bound(
        &self,
        request: &Request,
        (token, of): (&str, &AddressOf),
    ) -> Result<FeedView, Error> {
        let token: TokenId = field("token", token)?;
        let actor = self
            .store
            .read(token, |tx, token| tx.actor_by_token_id(*token).boxed())
            .await?;
        let ended = || {
            Error::refused(
                Kind::Conflict,
                "token-ended",
                "the token of it ended at once",
            )
        };
        let request = Request {
            actor: actor.ok_or_else(ended)?,
            ..request.clone()
        };
        match of {
            AddressOf::Calendar(filter, words) => {
                self.feed(&request, (filter.clone(), words)).await
            }
            AddressOf::Tracker(name) => self.hook(&request, name).await,
            AddressOf::Channel(name) => self.feed_address(&request, name).await,
        }
    }
}

impl AddressOf {
    /// What the token of it is called: what it is for, and of what. Where a name has no room for that, a hash of it stands at the end.
    pub fn name(&self) -> String {
        let (purpose, of) = self.parts();
        let plain = |letter: char| match letter {
            'a'..='z' | '0'..='9' => letter,
            _ => '-',
        };
        let name = format!("{}-{of}", purpose.token());
        let name: String = name.chars().map(plain).collect();
        let name = name.trim_end_matches('-');
        if name.len() <= Name::LENGTH_MAX {
            return name.to_owned();
        }
        let hash = Digest::of(of.as_bytes()).short();
        let room = Name::LENGTH_MAX - hash.len() - 1;
        let name: String = name.chars().take(room).collect();
        format!("{}-{hash}", name.trim_end_matches('-'))
    }

    /// What it does, and of what.
    fn parts(&self) -> (KeyPurpose, &str) {
        match self {
            Self::Calendar(_, words) => (KeyPurpose::Calendar, words.as_str()),
            Self::Tracker(name) => (KeyPurpose::Items, name.as_str()),
            Self::Channel(name) => (KeyPurpose::Messages, name.as_str()),
        }
    }

    /// The token that it is bound to.
    fn token(&self) -> TokenRequest {
        let actions = actions(self.parts().0).iter();
        TokenRequest {
            name: self.name(),
            person: None,
            level: None,
            product: None,
            repository: None,
            actions: actions.map(|it| it.word().to_owned()).collect(),
            days: None,
        }
    }
}

/// All that an address does.
const fn actions(purpose: KeyPurpose) -> &'static [Action] {
    match purpose {
        KeyPurpose::Calendar | KeyPurpose::Messages => &[Action::ReadShared, Action::Read],
        KeyPurpose::Items => &[Action::ImportItems],
    }
}

/// What the token of an address is good for.
fn scope(purpose: KeyPurpose) -> Scope {
    Scope {
        product: None,
        component: None,
        actions: Some(actions(purpose).iter().copied().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_called_after_what_its_address_does() {
        let calendar = |words: &str| AddressOf::Calendar(AgendaFilter::default(), words.to_owned());
        assert_eq!(calendar("").name(), "calendar");
        let narrow = calendar("team=shop&lane=environment:live").name();
        assert_eq!(narrow, "calendar-team-shop-lane-environment-live");
        for of in [
            calendar(&"product=a".repeat(20)),
            AddressOf::Tracker("tickets".to_owned()),
            AddressOf::Channel(format!("a{}b", "-".repeat(61))),
        ] {
            assert!(of.name().parse::<Name>().is_ok(), "{}", of.name());
        }
        let long = |end| calendar(&format!("{}{end}", "product=a&".repeat(9)));
        assert_ne!(long("team=one").name(), long("team=two").name());
    }
}
