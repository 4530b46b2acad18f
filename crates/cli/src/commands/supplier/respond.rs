//! `tidegate supplier respond`, and what becomes of that.

use super::{super::Context, AboutArgs, told};
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use tidegate_protocol::api::{ResponseRequest, ResponseView, SupplierDeedRequest};

/// Decide what is done about a supplier's change for a product in an environment.
#[derive(Debug, Args)]
pub struct RespondArgs {
    /// What is done.
    #[arg(value_enum)]
    what: What,
    /// For which product.
    product: String,
    /// Where.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: String,
    #[command(flatten)]
    about: AboutArgs,
    /// The edition of the notice that was looked at: when it means something else by now, nothing is decided.
    #[arg(long, value_name = "NUMBER", requires = "notice")]
    edition: Option<u64>,
    /// Why: whoever is held up or surprised by it later reads that.
    #[arg(long)]
    reason: String,
    /// Hold until then, such as `2026-12-02T01:00:00Z`; until it is done unless given.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Verify it in this environment.
    #[arg(long, value_name = "ENVIRONMENT", required_if_eq("what", "reverify"))]
    verify_in: Option<String>,
    /// Inform this audience.
    #[arg(long, required_if_eq("what", "inform"))]
    audience: Option<String>,
    /// By when it is to be done.
    #[arg(long, value_name = "TIME")]
    due: Option<Timestamp>,
}

/// What is done about a change.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Nothing is deployed there.
    Hold,
    /// It is shown in another environment that the product still works; nothing is deployed before.
    Reverify,
    /// People are told.
    Inform,
    /// It is taken as it is; whatever else was to be done about it there is set aside.
    Accept,
}

/// What became of what was decided.
#[derive(Debug, Subcommand)]
pub enum ResponseCommand {
    /// It is done.
    Done {
        /// Its number.
        id: u64,
        /// What came of it.
        #[arg(long)]
        note: String,
    },
    /// It is not to be done any more.
    Drop {
        /// Its number.
        id: u64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// It is to be done after all, or again.
    Reopen {
        /// Its number.
        id: u64,
    },
}

impl RespondArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let wanted = ResponseRequest {
            notice: self.about.notice,
            observation: self.about.observation,
            edition: self.edition,
            product: self.product,
            environment: self.environment,
            what: self.what.word().to_owned(),
            until: self.until,
            verify_in: self.verify_in,
            audience: self.audience,
            due: self.due,
            reason: self.reason,
        };
        let path = "/api/v1/supplier-responses";
        let view: ResponseView = context.client.post(path, &wanted).await?;
        context.ui.data(&view, told::response);
        Ok(())
    }
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Reverify => "reverify",
            Self::Inform => "inform",
            Self::Accept => "accept",
        }
    }
}

impl ResponseCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (id, deed, note) = match self {
            Self::Done { id, note } => (id, "done", note),
            Self::Drop { id, reason } => (id, "drop", reason),
            Self::Reopen { id } => (id, "reopen", String::new()),
        };
        let path = format!("/api/v1/supplier-responses/{id}/deeds");
        let said = SupplierDeedRequest {
            deed: deed.to_owned(),
            note,
        };
        let view: ResponseView = context.client.post(&path, &said).await?;
        context.ui.data(&view, told::response);
        Ok(ExitStatus::Done)
    }
}
