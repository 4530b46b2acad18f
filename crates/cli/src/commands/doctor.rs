//! `tidegate doctor`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::DoctorView;

/// Look for what should never be: deployments and trains that break an invariant, a journal that does not match its tree.
#[derive(Debug, Args)]
pub struct DoctorArgs {}

impl DoctorArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let view: DoctorView = context.client.get("/api/v1/doctor").await?;
        context.ui.data(&view, text);
        Ok(if view.faults.is_empty() {
            ExitStatus::Done
        } else {
            ExitStatus::Broken
        })
    }
}

fn text(view: &DoctorView) -> String {
    let seen = format!(
        "{} deployments, {} trains and {} journal entries",
        view.deployments, view.trains, view.entries
    );
    match view.faults.as_slice() {
        [] => format!("all is sound: {seen}"),
        faults => format!("{}\nexamined {seen}", faults.join("\n")),
    }
}
