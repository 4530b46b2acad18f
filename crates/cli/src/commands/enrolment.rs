//! `tidegate enrolment`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Subcommand;
use tidegate_protocol::api::{EnrolmentRequest, EnrolmentView};

/// Let agents join.
#[derive(Debug, Subcommand)]
pub enum EnrolmentCommand {
    /// Make a token that lets agents join an environment. It is shown once.
    Create {
        /// The environment.
        #[arg(long)]
        environment: String,
        /// How many agents may use it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// Let it take the place of an agent that is enrolled.
        #[arg(long)]
        replace: bool,
        /// How many hours it is good for.
        #[arg(long, default_value_t = 24)]
        hours: u32,
    },
}

impl EnrolmentCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let Self::Create {
            environment,
            uses,
            replace,
            hours,
        } = self;
        let request = EnrolmentRequest {
            environment,
            uses,
            replace,
            hours,
        };
        let view: EnrolmentView = context.client.post("/api/v1/enrolments", &request).await?;
        context.ui.data(&view, |view| view.token.clone());
        Ok(ExitStatus::Done)
    }
}
