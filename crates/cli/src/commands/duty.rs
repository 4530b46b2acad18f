//! `tidegate duty`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use tidegate_domain::duration::Millis;
use tidegate_protocol::api::{DutyRequest, DutyView};

/// Say that you are there while a release goes to an environment. Its preflight asks whom the plans count on.
#[derive(Debug, Subcommand)]
pub enum DutyCommand {
    /// Show who is on duty.
    List(PlaceArgs),
    Confirm(ConfirmArgs),
    /// Say that you are on duty no more.
    End(PlaceArgs),
}

/// Which release, and where it goes.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// The product.
    product: String,
    /// The release's version.
    version: String,
    /// The environment that it goes to.
    #[arg(long = "to", value_name = "ENVIRONMENT")]
    environment: String,
}

/// Say until when you are on duty, instead of what you said before.
#[derive(Debug, Args)]
pub struct ConfirmArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// How long from now, such as 4h; seven days at most.
    #[arg(long = "for", value_name = "LENGTH", default_value = "8h")]
    length: String,
    /// Until when, such as 2026-12-01T23:00:00Z, instead of how long.
    #[arg(long, value_name = "TIME", conflicts_with = "length")]
    until: Option<String>,
    /// How you are reached meanwhile, such as a telephone number.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reach: String,
}

impl DutyCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List(place) => {
                let all: Vec<DutyView> = client.get(&place.path()).await?;
                ui.data(&all, |all| told(all));
            }
            Self::Confirm(args) => {
                let request = DutyRequest {
                    until: args.until()?,
                    reach: args.reach,
                };
                let all: Vec<DutyView> = client.put(&args.place.path(), &request).await?;
                ui.data(&all, |all| told(all));
            }
            Self::End(place) => {
                client.delete(&place.path()).await?;
                ui.say("you are on duty no more");
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl PlaceArgs {
    fn path(&self) -> String {
        let Self {
            product,
            version,
            environment,
        } = self;
        format!("/api/v1/products/{product}/releases/{version}/duties/{environment}")
    }
}

impl ConfirmArgs {
    fn until(&self) -> Result<String, Error> {
        if let Some(until) = &self.until {
            return Ok(until.clone());
        }
        let length: Millis = self
            .length
            .parse()
            .map_err(|why| Error::Usage(format!("--for: {why}")))?;
        Ok((Timestamp::now() + length.as_signed()).to_string())
    }
}

fn told(all: &[DutyView]) -> String {
    if all.is_empty() {
        return "nobody has said that they are on duty".to_owned();
    }
    let row = |it: &DutyView| {
        vec![
            it.person.clone(),
            it.until.strftime("%Y-%m-%d %H:%MZ").to_string(),
            it.reach.clone(),
        ]
    };
    table(&["who", "until", "reached by"], all.iter().map(row))
}
