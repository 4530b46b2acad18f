//! `tidegate pause`, `resume`, `cancel` and `sign-off`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{DeploymentView, SignOffRequest, SteerRequest};

/// Stop a deployment from beginning anything new; what is under way is still watched.
#[derive(Debug, Args)]
pub struct PauseArgs {
    /// Its number.
    deployment: u64,
    /// Why; shown to whoever wonders.
    #[arg(long, default_value = "paused")]
    reason: String,
}

/// Let a paused deployment go on.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Its number.
    deployment: u64,
}

/// End a deployment now; targets stay as they are.
#[derive(Debug, Args)]
pub struct CancelArgs {
    /// Its number.
    deployment: u64,
    /// Why; kept in the journal.
    #[arg(long, default_value = "")]
    reason: String,
}

/// Find the waves of a deployment good, where its plan waits for that.
#[derive(Debug, Args)]
pub struct SignOffArgs {
    /// Its number.
    deployment: u64,
    /// The last wave you have looked at, counted from 1.
    #[arg(long, value_name = "N")]
    wave: u32,
}

impl PauseArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        steer(context, self.deployment, "pause", self.reason).await
    }
}

impl ResumeArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        steer(context, self.deployment, "resume", String::new()).await
    }
}

impl CancelArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        steer(context, self.deployment, "cancel", self.reason).await
    }
}

impl SignOffArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = format!("/api/v1/deployments/{}/sign-off", self.deployment);
        let wanted = SignOffRequest { wave: self.wave };
        let view: DeploymentView = context.client.post(&path, &wanted).await?;
        context.ui.data(&view, |view| view.summary.clone());
        Ok(ExitStatus::Done)
    }
}

async fn steer(
    context: &Context<'_>,
    id: u64,
    verb: &str,
    reason: String,
) -> Result<ExitStatus, Error> {
    let request = SteerRequest { reason };
    let view: DeploymentView = context
        .client
        .post(&format!("/api/v1/deployments/{id}/{verb}"), &request)
        .await?;
    context.ui.data(&view, |view| match &view.held {
        Some(reason) => format!("{} It is held: {reason}.", view.summary),
        None => view.summary.clone(),
    });
    Ok(ExitStatus::Done)
}
