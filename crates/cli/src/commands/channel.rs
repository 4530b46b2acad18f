//! `tidegate channel`.

use super::{Context, secret::read};
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use tidegate_protocol::api::{ChannelSecretRequest, ChannelView, FeedView};

/// List channels, set their secrets, and read their feeds.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// List all channels, and what each lacks before anything goes out by it.
    List,
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
            Self::List => {
                let views: Vec<ChannelView> = context.client.get("/api/v1/channels").await?;
                context.ui.data(&views, |views| listed(views));
            }
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

fn listed(channels: &[ChannelView]) -> String {
    if channels.is_empty() {
        return "none is declared; `tidegate apply` declares them (`kind: Channel`)".to_owned();
    }
    let row = |it: &ChannelView| {
        vec![
            it.name.clone(),
            it.kind.clone(),
            it.reaches.clone(),
            it.audiences.join(", "),
            it.lacks.clone().unwrap_or_default(),
        ]
    };
    table(
        &["channel", "kind", "where", "audiences", "lacks"],
        channels.iter().map(row),
    )
}
