//! `tidegate supplier notice`.

use super::{
    super::{Context, pair},
    told,
};
use crate::{Error, ExitStatus};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use tidegate_protocol::api::{
    ReceivedNoticeView, SupplierDeedRequest, SupplierImportRequest, SupplierImportView,
    SupplierNoticeRequest, SupplierNoticeView,
};

/// What suppliers announce.
#[derive(Debug, Subcommand)]
pub enum NoticeCommand {
    Add(Box<AddArgs>),
    Import(ImportArgs),
    /// Show a notice.
    Show {
        /// Its number.
        id: u64,
    },
    /// Say that you saw a notice. One from a stranger counts from then on.
    Acknowledge {
        /// Its number.
        id: u64,
    },
    /// Say that what a notice announced has happened.
    Happened {
        /// Its number.
        id: u64,
    },
    /// Close a notice that happened, or never came true.
    Close {
        /// Its number.
        id: u64,
        /// What came of it.
        #[arg(long)]
        note: String,
    },
    /// Take a notice back that was written down by mistake.
    Withdraw {
        /// Its number.
        id: u64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// Write down what a supplier announced. With a number of theirs that is known it is another edition of the same notice.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The supplier.
    supplier: String,
    /// What kind of change.
    #[arg(long, value_enum)]
    kind: Kind,
    /// In a line.
    #[arg(long)]
    title: String,
    /// The supplier's own number of it.
    #[arg(long)]
    number: Option<String>,
    /// What it is about.
    #[arg(long, default_value = "")]
    description: String,
    /// Which of its components; all unless given.
    #[arg(long, value_name = "COMPONENT")]
    component: Vec<String>,
    /// In which environments; in all unless given.
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    environment: Vec<String>,
    /// When it begins: `2026-12-01T22:00` in the time zone, or a moment such as `2026-12-01T21:00:00Z`.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// When it is over.
    #[arg(long, value_name = "TIME", requires = "from")]
    until: Option<String>,
    /// Of both times; the supplier's unless given.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// The version that is to run.
    #[arg(long)]
    version: Option<String>,
    /// A contract that is to be provided, and in which version. Those that are left out are not there any more, once one is given.
    #[arg(long, value_name = "CONTRACT=VERSION", value_parser = pair)]
    provides: Vec<(String, String)>,
}

/// What kind of change.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Another version.
    Change,
    /// The same version, and not there for a while.
    Maintenance,
    /// Not there any more.
    EndOfLife,
}

/// Read what a supplier sent: a calendar (`.ics`) or a mail (`.eml`).
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The supplier.
    supplier: String,
    /// The file.
    file: PathBuf,
    /// What it is; told by its ending unless given.
    #[arg(long, value_enum)]
    form: Option<Form>,
}

/// What a supplier sent.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// A calendar (iCalendar).
    Calendar,
    /// A mail, with its headers.
    Mail,
}

impl NoticeCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let none = String::new();
        match self {
            Self::Add(args) => args.run(context).await?,
            Self::Import(args) => args.run(context).await?,
            Self::Show { id } => {
                let path = format!("/api/v1/supplier-notices/{id}");
                let view: SupplierNoticeView = context.client.get(&path).await?;
                context.ui.data(&view, told::notice);
            }
            Self::Acknowledge { id } => deed(context, (id, "acknowledge"), none).await?,
            Self::Happened { id } => deed(context, (id, "happened"), none).await?,
            Self::Close { id, note } => deed(context, (id, "close"), note).await?,
            Self::Withdraw { id, reason } => deed(context, (id, "withdraw"), reason).await?,
        }
        Ok(ExitStatus::Done)
    }
}

async fn deed(context: &Context<'_>, (id, deed): (u64, &str), note: String) -> Result<(), Error> {
    let path = format!("/api/v1/supplier-notices/{id}/deeds");
    let said = SupplierDeedRequest {
        deed: deed.to_owned(),
        note,
    };
    let view: SupplierNoticeView = context.client.post(&path, &said).await?;
    context.ui.data(&view, told::notice);
    Ok(())
}

impl AddArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let path = format!("/api/v1/suppliers/{}/notices", self.supplier);
        let provides = self.provides.into_iter().collect();
        let wanted = SupplierNoticeRequest {
            number: self.number,
            kind: self.kind.word().to_owned(),
            title: self.title,
            description: self.description,
            components: self.component,
            environments: self.environment,
            from: self.from,
            until: self.until,
            time_zone: self.time_zone,
            version: self.version,
            provides: Some(provides).filter(|it: &std::collections::BTreeMap<_, _>| !it.is_empty()),
        };
        let view: ReceivedNoticeView = context.client.post(&path, &wanted).await?;
        context.ui.data(&view, told::received);
        Ok(())
    }
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Maintenance => "maintenance",
            Self::EndOfLife => "end-of-life",
        }
    }
}

impl ImportArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let bytes = std::fs::read(&self.file).map_err(|source| Error::File {
            path: self.file.clone(),
            source,
        })?;
        let ending = self.file.extension().and_then(|it| it.to_str());
        let form = match (self.form, ending) {
            (Some(Form::Calendar), _) | (None, Some("ics")) => "calendar",
            (Some(Form::Mail), _) | (None, Some("eml")) => "mail",
            (None, _) => {
                let what = "say what it is: --form calendar or --form mail";
                return Err(Error::Usage(what.to_owned()));
            }
        };
        let path = format!("/api/v1/suppliers/{}/notices/import", self.supplier);
        let wanted = SupplierImportRequest {
            form: form.to_owned(),
            content: STANDARD.encode(bytes),
        };
        let view: SupplierImportView = context.client.post(&path, &wanted).await?;
        context.ui.data(&view, told::imported);
        Ok(())
    }
}
