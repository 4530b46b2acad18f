//! `tidegate token`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{TokenRequest, TokenView};

/// Make and revoke tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    Create(CreateArgs),
    /// End a token at once.
    Revoke {
        /// Its identifier.
        id: String,
    },
}

/// Make a token. It is shown once.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// What it is for.
    name: String,
    /// For whom; oneself unless set.
    #[arg(long = "for", value_name = "PERSON")]
    person: Option<String>,
    /// Its level; the person's unless set.
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=6))]
    level: Option<u8>,
    /// The only repository it is good for.
    #[arg(long, value_name = "PRODUCT/COMPONENT")]
    repository: Option<String>,
    /// How many days it is good for; for ever unless set.
    #[arg(long)]
    days: Option<u32>,
}

impl TokenCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Create(args) => {
                let request = TokenRequest {
                    name: args.name,
                    person: args.person,
                    level: args.level,
                    repository: args.repository,
                    days: args.days,
                };
                let view: TokenView = client.post("/api/v1/tokens", &request).await?;
                ui.data(&view, |view| view.token.clone());
            }
            Self::Revoke { id } => {
                client.delete(&format!("/api/v1/tokens/{id}")).await?;
                ui.say(format_args!("token {id} is revoked"));
            }
        }
        Ok(ExitStatus::Done)
    }
}
