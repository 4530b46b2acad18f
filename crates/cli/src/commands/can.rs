//! `tidegate can`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{CanRequest, CanView};

/// Ask whether somebody may do something, and which policies say so.
#[derive(Debug, Args)]
pub struct CanArgs {
    /// Who: a person, or `me`.
    who: String,
    /// What they would do; `tidegate policy actions` lists the words.
    action: String,
    /// About what: PRODUCT, PRODUCT/COMPONENT, `team/TEAM` or `supplier/SUPPLIER`; the organisation unless set.
    what: Option<String>,
    /// In which environment.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: Option<String>,
}

impl CanArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let mut request = CanRequest {
            person: Some(self.who).filter(|who| who != "me"),
            action: self.action,
            environment: self.environment,
            ..CanRequest::default()
        };
        match self
            .what
            .as_deref()
            .map(|what| (what, what.split_once('/')))
        {
            None => {}
            Some((_, Some(("team", team)))) => request.team = Some(team.to_owned()),
            Some((_, Some(("supplier", supplier)))) => {
                request.supplier = Some(supplier.to_owned());
            }
            Some((_, Some((product, component)))) => {
                request.product = Some(product.to_owned());
                request.component = Some(component.to_owned());
            }
            Some((product, None)) => request.product = Some(product.to_owned()),
        }
        let view: CanView = context.client.post("/api/v1/can", &request).await?;
        context.ui.data(&view, text);
        Ok(if view.allowed {
            ExitStatus::Done
        } else {
            ExitStatus::Refused
        })
    }
}

fn text(view: &CanView) -> String {
    let mut lines = vec![view.sentence.clone()];
    for note in &view.because {
        lines.push(format!("  {}: {}", note.id, note.title));
        lines.extend(note.document.lines().map(|line| format!("    {line}")));
    }
    lines.join("\n")
}
