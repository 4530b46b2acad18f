//! `tidegate password`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use std::io::{IsTerminal as _, stdin};
use tidegate_protocol::api::PasswordChange;

/// Change or remove your own password, which signs you in to the pages.
///
/// Passwords are asked for, or read from standard input, a line each: the one that you have, and the new one. Your other
/// sign-ins end; your tokens stay. The first password is chosen in the pages, by an invitation.
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Do without one.
    #[arg(long)]
    remove: bool,
}

impl PasswordArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (current, new) = match stdin().is_terminal() {
            true => asked(self.remove)?,
            false => read(self.remove)?,
        };
        let change = PasswordChange {
            current: Some(current).filter(|text| !text.is_empty()),
            new,
        };
        let path = "/api/v1/password";
        context.client.replace(path, &change).await?;
        context.ui.say(match self.remove {
            true => "you have no password any more",
            false => "the password is changed",
        });
        Ok(ExitStatus::Done)
    }
}

type Passwords = (String, Option<String>);

fn asked(is_removed: bool) -> Result<Passwords, Error> {
    let none = |why: dialoguer::Error| Error::Usage(format!("no password was given: {why}"));
    let current = dialoguer::Password::new()
        .with_prompt("The password that you have")
        .interact()
        .map_err(none)?;
    if is_removed {
        return Ok((current, None));
    }
    let new = dialoguer::Password::new()
        .with_prompt("A new one")
        .with_confirmation("The new one again", "The two are not the same")
        .interact()
        .map_err(none)?;
    Ok((current, Some(new)))
}

fn read(is_removed: bool) -> Result<Passwords, Error> {
    let text = std::io::read_to_string(stdin()).map_err(|source| Error::File {
        path: "standard input".into(),
        source,
    })?;
    let mut lines = text.lines().map(str::to_owned);
    let current = lines.next().unwrap_or_default();
    let new = lines.next().filter(|line| !line.is_empty());
    match (is_removed, new) {
        (true, _) => Ok((current, None)),
        (false, Some(new)) => Ok((current, Some(new))),
        (false, None) => Err(Error::Usage(
            "write two lines to standard input: the password that you have, and the new one"
                .to_owned(),
        )),
    }
}
