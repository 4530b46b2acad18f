//! `tidegate notices`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::NoticeView;

/// Read what you were told in the pages, the newest first.
#[derive(Debug, Args)]
pub struct NoticesArgs {
    /// How many.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=200))]
    limit: u64,
}

impl NoticesArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = format!("/api/v1/notices?limit={}", self.limit);
        let notices: Vec<NoticeView> = context.client.get(&path).await?;
        context.ui.data(&notices, |notices| listed(notices));
        Ok(ExitStatus::Done)
    }
}

fn listed(notices: &[NoticeView]) -> String {
    let told = |it: &NoticeView| {
        let at = it.at.strftime("%Y-%m-%d %H:%MZ");
        format!(
            "{at}, {}: {}\n\n{}\n",
            it.about,
            it.subject,
            it.text.trim_end()
        )
    };
    match notices.is_empty() {
        true => "you were told nothing yet".to_owned(),
        false => notices.iter().map(told).collect::<Vec<_>>().join("\n"),
    }
}
