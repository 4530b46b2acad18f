//! `tidegate news`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand, ValueEnum};
use tidegate_protocol::api::{NewsMailRequest, NewsMailView, NewsView, SeenRequest};

/// Read what you should know of: where you are named, what was given to you, and what you follow.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct NewsArgs {
    #[command(subcommand)]
    command: Option<NewsCommand>,
    /// Also note that you have seen it, so that it is not told again.
    #[arg(long)]
    seen: bool,
}

#[derive(Debug, Subcommand)]
enum NewsCommand {
    Mail(MailArgs),
}

/// Show how you are mailed what is new for you, or say how often you want that.
#[derive(Debug, Args)]
struct MailArgs {
    /// How often; shown, not changed, unless set.
    #[arg(value_name = "OFTEN")]
    often: Option<Often>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Often {
    /// As soon as nothing more comes for some minutes.
    AtOnce,
    /// Once a day, if there is anything.
    Daily,
    /// Not at all.
    Never,
}

impl NewsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        if let Some(NewsCommand::Mail(args)) = self.command {
            return args.run(context).await;
        }
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

impl MailArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = "/api/v1/news/mail";
        let view: NewsMailView = match self.often {
            Some(often) => {
                let often = often.word().to_owned();
                context.client.put(path, &NewsMailRequest { often }).await?
            }
            None => context.client.get(path).await?,
        };
        context.ui.data(&view, |view| {
            let last = view.last.as_ref();
            let last = last.map(|last| format!("\nThe last mail: {last}"));
            format!("{}{}", view.sentence, last.unwrap_or_default())
        });
        Ok(ExitStatus::Done)
    }
}

impl Often {
    const fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::Daily => "daily",
            Self::Never => "never",
        }
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
