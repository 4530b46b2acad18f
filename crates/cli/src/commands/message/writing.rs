//! What people write, from arguments and files.

use super::{Context, told::told};
use crate::{Error, ExitStatus};
use clap::Args;
use std::path::{Path, PathBuf};
use tidegate_protocol::api::{MessageRequest, MessageView, WritingRequest};

/// Begin a message about a release, or about a product as such.
#[derive(Debug, Args)]
pub struct WriteArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: Option<String>,
    /// The message template that it begins from.
    #[arg(long)]
    template: Option<String>,
    /// Which message of the release's plan it is: template, audiences and what it waits for are as that says.
    #[arg(long, value_name = "NAME", requires = "version")]
    planned: Option<String>,
    #[command(flatten)]
    words: Words,
}

/// Write a message otherwise. What was sanctioned before is so no longer.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// Its number.
    id: u64,
    /// What you changed, by `base` of `tidegate message show`: nothing of others is written over then.
    #[arg(long, value_name = "HASH")]
    base: Option<String>,
    #[command(flatten)]
    words: Words,
}

/// What a message says, to whom and when.
#[derive(Debug, Args)]
struct Words {
    /// The subject, in one line.
    #[arg(long)]
    subject: Option<String>,
    /// The body, in Markdown; `{{ ended }}` and its like stay open until it is sent.
    #[arg(long, conflicts_with = "file")]
    body: Option<String>,
    /// A file with the body, or `-` for standard input.
    #[arg(long)]
    file: Option<PathBuf>,
    /// An audience. Several, or with commas between them.
    #[arg(long = "to", value_name = "AUDIENCE", value_delimiter = ',')]
    audiences: Vec<String>,
    /// What it waits for: `by hand`, `milestone NAME`, `deployment succeeded in live`, `at -1d 09:00`.
    #[arg(long, value_name = "OCCASION")]
    on: Option<String>,
    /// Whether it goes out in quiet hours.
    #[arg(long, value_name = "true|false")]
    urgent: Option<bool>,
    /// The language, such as `en`.
    #[arg(long)]
    language: Option<String>,
}

impl Words {
    fn request(self, base: Option<String>) -> Result<WritingRequest, Error> {
        let body = match self.file {
            Some(file) => Some(read(&file)?),
            None => self.body,
        };
        Ok(WritingRequest {
            subject: self.subject,
            body,
            language: self.language,
            audiences: (!self.audiences.is_empty()).then_some(self.audiences),
            on: self.on,
            urgent: self.urgent,
            base,
        })
    }
}

impl WriteArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let request = MessageRequest {
            product: self.product,
            version: self.version,
            template: self.template,
            planned: self.planned,
            writing: self.words.request(None)?,
        };
        let view: MessageView = context.client.post("/api/v1/messages", &request).await?;
        context.ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

impl EditArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = format!("/api/v1/messages/{}", self.id);
        let request = self.words.request(self.base)?;
        let view: MessageView = context.client.put(&path, &request).await?;
        context.ui.data(&view, told);
        Ok(ExitStatus::Done)
    }
}

fn read(file: &Path) -> Result<String, Error> {
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    };
    text.map_err(|source| Error::File {
        path: file.to_owned(),
        source,
    })
}
