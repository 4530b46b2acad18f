//! `tidegate audience`.

use super::{
    Context,
    message::{addressed, left_out},
};
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use serde_json::json;
use tidegate_protocol::api::{AudienceView, InvitedView};

/// See whom messages reach, and ask those who have no account whether they want to be told.
#[derive(Debug, Subcommand)]
pub enum AudienceCommand {
    /// List all audiences.
    List,
    /// Show whom an audience reaches now, whom it does not, and why.
    Show {
        /// The audience.
        audience: String,
    },
    /// Ask the stakeholders of an audience, by mail, whether they want to be told.
    Invite {
        /// The audience.
        audience: String,
        /// Those who did not answer, too.
        #[arg(long)]
        again: bool,
    },
}

impl AudienceCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::List => {
                let views: Vec<AudienceView> = context.client.get("/api/v1/audiences").await?;
                context.ui.data(&views, |views| listed(views));
            }
            Self::Show { audience } => {
                let path = format!("/api/v1/audiences/{audience}");
                let view: AudienceView = context.client.get(&path).await?;
                context.ui.data(&view, told);
            }
            Self::Invite { audience, again } => {
                let path = format!("/api/v1/audiences/{audience}/invite?again={again}");
                let view: InvitedView = context.client.post(&path, &json!({})).await?;
                context.ui.data(&view, |it| match it.invited {
                    1 => "1 address is asked".to_owned(),
                    many => format!("{many} addresses are asked"),
                });
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(audiences: &[AudienceView]) -> String {
    if audiences.is_empty() {
        return "none is declared; `tidegate apply` declares them (`kind: Audience`)".to_owned();
    }
    let row = |it: &AudienceView| {
        vec![
            it.name.clone(),
            it.title.clone(),
            it.channels.join(", "),
            it.notes.clone(),
            it.time_zone.clone(),
        ]
    };
    table(
        &["audience", "title", "channels", "notes", "time zone"],
        audiences.iter().map(row),
    )
}

fn told(audience: &AudienceView) -> String {
    let mut lines = vec![format!(
        "{} reaches {} by {}",
        audience.title,
        audience.recipients,
        audience.channels.join(", ")
    )];
    lines.extend(audience.addressed.iter().map(addressed));
    lines.extend(audience.left_out.iter().map(left_out));
    lines.join("\n")
}
