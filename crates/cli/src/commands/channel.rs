//! `tidegate channel`.

use super::{Context, secret::read};
use crate::{Error, ExitStatus};
use clap::Subcommand;
use tidegate_protocol::api::{ChannelSecretRequest, FeedView};

/// Set the secrets of channels, and read their feeds.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Keep a secret that channels name, read from standard input or asked for: what webhooks are signed with (`whsec_…`), or the
    /// address of a room. It is never shown again.
    Secret {
        /// The secret's name.
        name: String,
    },
    /// Print the address of a channel's Atom feed. It reads nothing else, and ends with the token.
    Feed {
        /// The channel.
        channel: String,
    },
}

impl ChannelCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Secret { name } => {
                let value = read()?;
                let path = format!("/api/v1/channels/secrets/{name}");
                let wanted = ChannelSecretRequest { value };
                context.client.tell(&path, &wanted).await?;
                context.ui.say(format!("secret {name} is set"));
            }
            Self::Feed { channel } => {
                let path = format!("/api/v1/channels/{channel}/feed");
                let feed: FeedView = context.client.get(&path).await?;
                let address = format!("{}{}", context.client.server(), feed.path);
                context.ui.line(&address);
            }
        }
        Ok(ExitStatus::Done)
    }
}
