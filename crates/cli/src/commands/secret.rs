//! `tidegate secret`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Subcommand;
use std::io::{IsTerminal as _, stdin};
use tidegate_protocol::api::{RotationRequest, RotationView, SecretRequest, SecretView};

/// Keep secrets of products.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Keep a new version of a secret, read from standard input or asked for. It is never shown again.
    Set {
        /// The product.
        product: String,
        /// The secret's name; templates say `${secrets.NAME}`.
        name: String,
    },
    /// Make a new key, and wrap every secret and key of the server under it.
    Rotate {
        /// Make none: take the keys before the newest out of the key file, once nothing is under them any more. Addresses of
        /// calendars that were handed out end with them.
        #[arg(long)]
        forget_old: bool,
    },
}

impl SecretCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Set { product, name } => set(context, &product, &name).await,
            Self::Rotate { forget_old } => rotate(context, forget_old).await,
        }
    }
}

async fn set(context: &Context<'_>, product: &str, name: &str) -> Result<ExitStatus, Error> {
    let value = read()?;
    let path = format!("/api/v1/products/{product}/secrets/{name}");
    let view: SecretView = context.client.put(&path, &SecretRequest { value }).await?;
    context.ui.data(&view, |view| {
        format!("secret {}@{} is set", view.name, view.version)
    });
    Ok(ExitStatus::Done)
}

async fn rotate(context: &Context<'_>, forget_old: bool) -> Result<ExitStatus, Error> {
    let wanted = RotationRequest { forget_old };
    let rotated: RotationView = context
        .client
        .post("/api/v1/secrets/rotate", &wanted)
        .await?;
    context.ui.data(&rotated, |it| {
        let keys = match it.keys {
            1 => "there is 1 key".to_owned(),
            keys => format!("there are {keys} keys"),
        };
        format!("wrapped under the newest key: {}; {keys}", it.rewrapped)
    });
    if rotated.keys > 1 {
        context
            .ui
            .say("once every server and backup is past it: `tidegate secrets rotate --forget-old`");
    }
    Ok(ExitStatus::Done)
}

pub(super) fn read() -> Result<String, Error> {
    if stdin().is_terminal() {
        return dialoguer::Password::new()
            .with_prompt("Value")
            .interact()
            .map_err(|why| Error::Usage(format!("no value was given: {why}")));
    }
    let text = std::io::read_to_string(stdin());
    let text = text.map_err(|source| Error::File {
        path: "standard input".into(),
        source,
    })?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}
