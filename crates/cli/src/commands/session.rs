//! `tidegate session`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use tidegate_protocol::api::SessionView;

/// Look at your sign-ins of the pages, and end them.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// List your sign-ins.
    List,
    /// End one of them at once.
    End {
        /// Its name.
        id: String,
    },
}

impl SessionCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List => {
                let sessions: Vec<SessionView> = client.get("/api/v1/sessions").await?;
                ui.data(&sessions, |sessions| {
                    let row = |it: &SessionView| {
                        let (began, ends) = (it.began_at.to_string(), it.expires_at.to_string());
                        vec![
                            it.id.clone(),
                            it.how.clone(),
                            began,
                            ends,
                            it.client.clone(),
                        ]
                    };
                    table(
                        &["session", "by", "began", "ends", "browser"],
                        sessions.iter().map(row),
                    )
                });
            }
            Self::End { id } => {
                client.delete(&format!("/api/v1/sessions/{id}")).await?;
                ui.say(format_args!("session {id} has ended"));
            }
        }
        Ok(ExitStatus::Done)
    }
}
