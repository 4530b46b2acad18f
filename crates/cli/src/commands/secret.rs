//! `tidegate secret`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Subcommand;
use std::io::{IsTerminal as _, stdin};
use tidegate_protocol::api::{SecretRequest, SecretView};

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
}

impl SecretCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::Set { product, name } = self;
        let value = read()?;
        let path = format!("/api/v1/products/{product}/secrets/{name}");
        let view: SecretView = context.client.put(&path, &SecretRequest { value }).await?;
        context.ui.data(&view, |view| {
            format!("secret {}@{} is set", view.name, view.version)
        });
        Ok(ExitStatus::Done)
    }
}

fn read() -> Result<String, Error> {
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
