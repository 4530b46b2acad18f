//! `tidegate news`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::Args;
use tidegate_protocol::api::{NewsView, SeenRequest};

/// Read what you should know of: where you are named, what was given to you, and what you follow.
#[derive(Debug, Args)]
pub struct NewsArgs {
    /// Also note that you have seen it, so that it is not told again.
    #[arg(long)]
    seen: bool,
}

impl NewsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let news: Vec<NewsView> = context.client.get("/api/v1/news").await?;
        context.ui.data(&news, |news| match news.is_empty() {
            true => "there is nothing new for you".to_owned(),
            false => listed(news),
        });
        if let Some(newest) = news.first().filter(|_| self.seen) {
            let request = SeenRequest { up_to: newest.id };
            let path = "/api/v1/news/seen";
            let _left: Vec<NewsView> = context.client.post(path, &request).await?;
        }
        Ok(ExitStatus::Done)
    }
}

/// News, a line for each.
pub(super) fn listed(news: &[NewsView]) -> String {
    let told = |it: &NewsView| {
        let at = it.at.strftime("%Y-%m-%d %H:%MZ");
        format!("{at} {}: {} {}", it.about, it.by, it.line)
    };
    news.iter().map(told).collect::<Vec<_>>().join("\n")
}
