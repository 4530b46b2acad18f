//! What is declared for messages, and what a sanction would bind now.

use super::{super::Error, occasions};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::Kind,
    communication::{
        Audience, Channel,
        message::{Bound, Declared, Message, Unbound},
    },
    name::Name,
};
use tidegate_store::Tx;

/// The audiences and channels that are declared.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) audiences: BTreeMap<Name, Audience>,
    pub(super) channels: BTreeMap<Name, Channel>,
}

impl Known {
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, Error> {
        let audiences: Vec<Audience> = tx.documents(Kind::Audience).await?;
        let channels: Vec<Channel> = tx.documents(Kind::Channel).await?;
        Ok(Self {
            audiences: audiences
                .into_iter()
                .map(|it| (it.name.clone(), it))
                .collect(),
            channels: channels
                .into_iter()
                .map(|it| (it.name.clone(), it))
                .collect(),
        })
    }

    /// The audiences of a message, in its order.
    pub(super) fn audiences_of(&self, message: &Message) -> Vec<&Audience> {
        let names = message.writing.audiences.iter();
        names.filter_map(|name| self.audiences.get(name)).collect()
    }

    /// What a sanction would bind now.
    pub(super) async fn bound(
        &self,
        tx: &mut Tx,
        message: &Message,
    ) -> Result<Result<Bound, Unbound>, Error> {
        let declared = Declared {
            audiences: &self.audiences,
            channels: &self.channels,
        };
        let target = occasions::target(tx, &message.about).await?;
        let target = target.map(|it| it.timestamp());
        Ok(Bound::of(message, declared, target))
    }
}

/// The audience of that name.
///
/// # Errors
/// When it is not declared.
pub(super) async fn audience(tx: &mut Tx, name: &Name) -> Result<Audience, Error> {
    let found = tx.document(Kind::Audience, name.as_str()).await?;
    found.ok_or_else(|| {
        Error::not_found("audience-not-found", "audience", name)
            .hint("declare it (`kind: Audience`) by `tidegate apply`")
    })
}

/// The channel of that name.
///
/// # Errors
/// When it is not declared.
pub(super) async fn channel(tx: &mut Tx, name: &Name) -> Result<Channel, Error> {
    let found = tx.document(Kind::Channel, name.as_str()).await?;
    found.ok_or_else(|| {
        Error::not_found("channel-not-found", "channel", name)
            .hint("declare it (`kind: Channel`) by `tidegate apply`")
    })
}
