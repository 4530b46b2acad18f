//! `tidegate message`.

mod told;
mod writing;

use super::Context;
use crate::{Error, ExitStatus, client::query};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{
    DeliveriesView, DeliveryView, MessageDeedRequest, MessagePreviewView, MessageView,
};
pub(super) use told::{addressed, left_out};
use told::{deliveries, listed, previewed, told};
use writing::{EditArgs, WriteArgs};

/// Tell people about releases: write, have it read and sanctioned, send, and see what became of it.
#[derive(Debug, Subcommand)]
pub enum MessageCommand {
    /// List the messages about a product, the newest first.
    List {
        /// The product.
        product: String,
        /// Only those about this release.
        version: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=200))]
        limit: u64,
    },
    Write(Box<WriteArgs>),
    Edit(Box<EditArgs>),
    /// Show a message, how far it is and what it waits for.
    Show {
        /// Its number.
        id: u64,
    },
    /// Show a message as its audiences would get it, who would and who would not, and the hash that a sanction binds.
    Preview {
        /// Its number.
        id: u64,
        /// Only this audience.
        #[arg(long)]
        audience: Option<String>,
    },
    /// Ask others to read a message.
    Submit {
        /// Its number.
        id: u64,
    },
    /// Say what has to change in a message before it is sanctioned.
    SendBack {
        /// Its number.
        id: u64,
        /// What.
        #[arg(long)]
        note: String,
    },
    /// Say that exactly this message may go out. Whoever wrote any of it cannot.
    Sanction {
        /// Its number.
        id: u64,
        /// What you read: `tidegate message preview` tells it.
        #[arg(long)]
        hash: String,
    },
    /// Send a message that waits for a person.
    Send {
        /// Its number.
        id: u64,
    },
    /// Stop a message. What went out stays out.
    Cancel {
        /// Its number.
        id: u64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    Deliveries(DeliveriesArgs),
    Settle(SettleArgs),
    /// Have a delivery sent again of which nobody knows whether it arrived, or that was given up.
    Resend {
        /// Its number: that of the delivery.
        delivery: u64,
        /// Why it may be sent though it may have arrived.
        #[arg(long)]
        reason: String,
    },
}

/// Show what became of a message with each recipient.
#[derive(Debug, Args)]
pub struct DeliveriesArgs {
    /// The message's number.
    id: u64,
    /// Only those that are this: `queued`, `attempting`, `delivered`, `refused`, `gave-up`, `unknown` or `cancelled`.
    #[arg(long)]
    state: Option<String>,
    /// Only those behind this number.
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// How many.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    limit: u64,
}

/// Say whether a delivery arrived of which nobody knows.
#[derive(Debug, Args)]
pub struct SettleArgs {
    /// Its number: that of the delivery.
    delivery: u64,
    /// It arrived.
    #[arg(long, required_unless_present = "missing")]
    arrived: bool,
    /// It did not arrive.
    #[arg(long, conflicts_with = "arrived")]
    missing: bool,
    /// How you know.
    #[arg(long)]
    note: String,
}

impl MessageCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let said = |note: String| MessageDeedRequest {
            note,
            ..MessageDeedRequest::default()
        };
        let nothing = || said(String::new());
        match self {
            Self::List {
                product,
                version,
                limit,
            } => list(context, &product, (version.as_deref(), limit)).await,
            Self::Write(args) => args.run(context).await,
            Self::Edit(args) => args.run(context).await,
            Self::Show { id } => {
                let view: MessageView = context
                    .client
                    .get(&format!("/api/v1/messages/{id}"))
                    .await?;
                context.ui.data(&view, told);
                Ok(ExitStatus::Done)
            }
            Self::Preview { id, audience } => preview(context, id, audience.as_deref()).await,
            Self::Submit { id } => deed(context, (id, "submit"), nothing()).await,
            Self::SendBack { id, note } => deed(context, (id, "send-back"), said(note)).await,
            Self::Sanction { id, hash } => {
                let hash = Some(hash);
                let said = MessageDeedRequest { hash, ..nothing() };
                deed(context, (id, "sanction"), said).await
            }
            Self::Send { id } => deed(context, (id, "send"), nothing()).await,
            Self::Cancel { id, reason } => deed(context, (id, "cancel"), said(reason)).await,
            Self::Deliveries(args) => args.run(context).await,
            Self::Settle(args) => {
                let settled = MessageDeedRequest {
                    arrived: Some(args.arrived),
                    ..said(args.note)
                };
                delivery(context, (args.delivery, "settle"), settled).await
            }
            Self::Resend {
                delivery: id,
                reason,
            } => delivery(context, (id, "resend"), said(reason)).await,
        }
    }
}

async fn list(
    context: &Context<'_>,
    product: &str,
    (version, limit): (Option<&str>, u64),
) -> Result<ExitStatus, Error> {
    let limit = limit.to_string();
    let asked = query([("version", version), ("limit", Some(limit.as_str()))]);
    let path = format!("/api/v1/products/{product}/messages?{asked}");
    let views: Vec<MessageView> = context.client.get(&path).await?;
    context.ui.data(&views, |views| listed(views));
    Ok(ExitStatus::Done)
}

async fn preview(
    context: &Context<'_>,
    id: u64,
    audience: Option<&str>,
) -> Result<ExitStatus, Error> {
    let path = format!("/api/v1/messages/{id}");
    let message: MessageView = context.client.get(&path).await?;
    let path = format!("{path}/preview?{}", query([("audience", audience)]));
    let views: Vec<MessagePreviewView> = context.client.get(&path).await?;
    context.ui.data(&views, |views| previewed(&message, views));
    Ok(ExitStatus::Done)
}

async fn deed(
    context: &Context<'_>,
    (id, deed): (u64, &str),
    said: MessageDeedRequest,
) -> Result<ExitStatus, Error> {
    let path = format!("/api/v1/messages/{id}/{deed}");
    let view: MessageView = context.client.post(&path, &said).await?;
    context.ui.data(&view, told);
    Ok(ExitStatus::Done)
}

async fn delivery(
    context: &Context<'_>,
    (id, deed): (u64, &str),
    said: MessageDeedRequest,
) -> Result<ExitStatus, Error> {
    let path = format!("/api/v1/deliveries/{id}/{deed}");
    let view: DeliveryView = context.client.post(&path, &said).await?;
    context.ui.data(&view, |it| {
        format!("delivery {} to {}: {}", it.id, it.recipient, it.told)
    });
    Ok(ExitStatus::Done)
}

impl DeliveriesArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (after, limit) = (self.after.map(|it| it.to_string()), self.limit.to_string());
        let asked = [
            ("state", self.state.as_deref()),
            ("after", after.as_deref()),
            ("limit", Some(limit.as_str())),
        ];
        let path = format!("/api/v1/messages/{}/deliveries?{}", self.id, query(asked));
        let view: DeliveriesView = context.client.get(&path).await?;
        context.ui.data(&view, deliveries);
        if let Some(next) = view.next {
            let more = format!(
                "more: `tidegate message deliveries {} --after {next}`",
                self.id
            );
            context.ui.say(more);
        }
        Ok(ExitStatus::Done)
    }
}
