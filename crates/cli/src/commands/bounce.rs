//! `tidegate bounce`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use tidegate_protocol::api::{BounceRequest, BounceView};

/// See which recipients refused to be one, and clear them up.
#[derive(Debug, Subcommand)]
pub enum BounceCommand {
    /// List those to whom nothing is sent until somebody confirms them.
    List,
    /// Say that a mail came back later to its sender: nothing more is sent there.
    Report {
        /// The mailbox.
        recipient: String,
        /// In the words of the other side.
        #[arg(long, default_value = "")]
        reply: String,
    },
    /// Say that a recipient is good again.
    Confirm {
        /// The mailbox, or the name of a channel.
        recipient: String,
    },
}

impl BounceCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List => {
                let views: Vec<BounceView> = context.client.get("/api/v1/bounces").await?;
                context.ui.data(&views, |views| listed(views));
            }
            Self::Report { recipient, reply } => {
                let wanted = BounceRequest { recipient, reply };
                context.client.tell("/api/v1/bounces", &wanted).await?;
                context
                    .ui
                    .say("nothing is sent there until somebody confirms it");
            }
            Self::Confirm { recipient } => {
                let reply = String::new();
                let wanted = BounceRequest { recipient, reply };
                let path = "/api/v1/bounces/confirm";
                context.client.tell(path, &wanted).await?;
                context.ui.say("the next message goes there again");
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(bounces: &[BounceView]) -> String {
    if bounces.is_empty() {
        return "nobody bounced".to_owned();
    }
    let row = |it: &BounceView| {
        vec![
            it.recipient.clone(),
            it.at.strftime("%Y-%m-%d %H:%MZ").to_string(),
            it.reply.clone(),
        ]
    };
    table(&["recipient", "when", "reply"], bounces.iter().map(row))
}
