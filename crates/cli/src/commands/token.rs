//! `tidegate token`.

use super::Context;
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use std::{io::stdin, path::PathBuf};
use tidegate_protocol::api::{
    ListedTokenView, TokenRequest, TokenView, WorkloadTokenRequest, WorkloadTokenView,
};

/// Make, list and revoke tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    Create(CreateArgs),
    Exchange(ExchangeArgs),
    /// List your tokens; everybody's for who administers people.
    List,
    /// End a token at once, and all that were made with it.
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
    /// The only product it is good for.
    #[arg(long)]
    product: Option<String>,
    /// The only repository it is good for.
    #[arg(long, value_name = "PRODUCT/COMPONENT")]
    repository: Option<String>,
    /// An action it is good for, such as `push`; may be repeated. All unless set.
    #[arg(long = "action", value_name = "ACTION")]
    actions: Vec<String>,
    /// How many days it is good for; for ever unless set, or as long as the token that makes it.
    #[arg(long)]
    days: Option<u32>,
}

/// Exchange the token that a CI or platform gave this program for a short-lived one of a service account that trusts it.
///
/// It is read from a file, or from standard input.
#[derive(Debug, Args)]
pub struct ExchangeArgs {
    /// The service account.
    #[arg(long)]
    account: String,
    /// The file with the JSON Web Token; standard input unless set.
    #[arg(long, value_name = "FILE")]
    jwt: Option<PathBuf>,
}

impl ExchangeArgs {
    fn request(self) -> Result<WorkloadTokenRequest, Error> {
        let (path, read) = match self.jwt {
            Some(path) => {
                let read = std::fs::read_to_string(&path);
                (path, read)
            }
            None => ("standard input".into(), std::io::read_to_string(stdin())),
        };
        let text = read.map_err(|source| Error::File { path, source })?;
        let token = text.trim().to_owned();
        Ok(WorkloadTokenRequest::of_jwt(self.account, token))
    }
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
                    product: args.product,
                    repository: args.repository,
                    actions: args.actions,
                    days: args.days,
                };
                let view: TokenView = client.post("/api/v1/tokens", &request).await?;
                ui.data(&view, |view| view.token.clone());
            }
            Self::Exchange(args) => {
                let request = args.request()?;
                let view: WorkloadTokenView =
                    client.post("/api/v1/workload-tokens", &request).await?;
                ui.data(&view, |view| view.access_token.clone());
            }
            Self::List => {
                let tokens: Vec<ListedTokenView> = client.get("/api/v1/tokens").await?;
                ui.data(&tokens, |tokens| listed(tokens));
            }
            Self::Revoke { id } => {
                client.delete(&format!("/api/v1/tokens/{id}")).await?;
                ui.say(format_args!("token {id} is revoked"));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(tokens: &[ListedTokenView]) -> String {
    let row = |token: &ListedTokenView| {
        let ends = token.expires_at;
        let ends = ends.map_or_else(|| "never".to_owned(), |at| at.to_string());
        vec![
            token.id.clone(),
            token.person.clone(),
            token.name.clone(),
            token.level.to_string(),
            token
                .scope
                .clone()
                .unwrap_or_else(|| "everything".to_owned()),
            ends,
            token.used_at.map_or_else(|| "never".to_owned(), ago),
        ]
    };
    let head = [
        "token", "person", "for", "level", "good for", "ends", "used",
    ];
    table(&head, tokens.iter().map(row))
}
