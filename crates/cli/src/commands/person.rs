//! `tidegate person`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use tidegate_protocol::api::{PersonRequest, PersonView};

/// Add people and look at them.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Add a person.
    Create {
        /// Unique: a-z, 0-9 and -.
        name: String,
        /// Responsibility level, 2 (assist) to 6 (initiate).
        #[arg(long, value_parser = clap::value_parser!(u8).range(2..=6))]
        level: u8,
        /// For people.
        #[arg(long, default_value = "")]
        display: String,
    },
    /// List everybody.
    List,
}

impl PersonCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Create {
                name,
                level,
                display,
            } => {
                let request = PersonRequest {
                    name,
                    display,
                    level,
                };
                let view: PersonView = client.post("/api/v1/people", &request).await?;
                ui.data(&view, |view| {
                    format!(
                        "{} has level {}; `tidegate token create --for {} NAME`",
                        view.name, view.level, view.name
                    )
                });
            }
            Self::List => {
                let views: Vec<PersonView> = client.get("/api/v1/people").await?;
                ui.data(&views, |views| {
                    let row = |view: &PersonView| {
                        vec![
                            view.name.clone(),
                            view.level.to_string(),
                            view.display.clone(),
                        ]
                    };
                    table(&["person", "level", "name"], views.iter().map(row))
                });
            }
        }
        Ok(ExitStatus::Done)
    }
}
