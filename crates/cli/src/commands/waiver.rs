//! `tidegate waiver`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{WaiverRequest, WaiverView};

/// Ask for exceptions from controls, sign them off and end them.
#[derive(Debug, Subcommand)]
pub enum WaiverCommand {
    Ask(AskArgs),
    /// Sign an exception off as somebody of level 5 who did not ask for it.
    Sign {
        /// Its number.
        id: u64,
    },
    /// End an exception before its time.
    End {
        /// Its number.
        id: u64,
    },
    /// List exceptions.
    List {
        /// And those that are over.
        #[arg(long)]
        all: bool,
    },
}

/// Ask for an exception from a control.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The control.
    control: String,
    /// For which product.
    product: String,
    /// For which release only.
    #[arg(long)]
    release: Option<String>,
    /// In which environment only.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: Option<String>,
    /// Why.
    #[arg(long)]
    reason: String,
    /// How many hours it is good for.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8760))]
    hours: u32,
}

impl WaiverCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Ask(args) => {
                let request = WaiverRequest {
                    control: args.control,
                    product: args.product,
                    environment: args.environment,
                    release: args.release,
                    reason: args.reason,
                    hours: args.hours,
                };
                let waiver: WaiverView = client.post("/api/v1/waivers", &request).await?;
                ui.data(&waiver, |it| format!("waiver {} of {} for {}: `tidegate waiver sign {}`, by somebody else of level 5", it.id, it.control, it.scope, it.id));
            }
            Self::Sign { id } => settle(context, id, "sign").await?,
            Self::End { id } => settle(context, id, "end").await?,
            Self::List { all } => {
                let waivers: Vec<WaiverView> =
                    client.get(&format!("/api/v1/waivers?all={all}")).await?;
                ui.data(&waivers, |waivers| listed(waivers));
            }
        }
        Ok(ExitStatus::Done)
    }
}

async fn settle(context: &Context<'_>, id: u64, deed: &str) -> Result<(), Error> {
    let path = format!("/api/v1/waivers/{id}/{deed}");
    let waiver: WaiverView = context.client.post(&path, &serde_json::json!({})).await?;
    context.ui.data(&waiver, |it| {
        format!("waiver {}: {}, until {}", it.id, it.state, it.expires_at)
    });
    Ok(())
}

fn listed(waivers: &[WaiverView]) -> String {
    let row = |it: &WaiverView| {
        vec![
            it.id.to_string(),
            it.control.clone(),
            it.scope.clone(),
            it.state.clone(),
            it.expires_at.to_string(),
            it.by.clone(),
            it.signed_by.clone().unwrap_or_default(),
            it.reason.clone(),
        ]
    };
    table(
        &[
            "waiver",
            "control",
            "for",
            "state",
            "ends",
            "asked by",
            "signed by",
            "because",
        ],
        waivers.iter().map(row),
    )
}
