//! `tidegate person`.

mod trust;

use super::{Context, sign_in::Link};
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use tidegate_protocol::api::{
    ExternalIdentity, PersonChange, PersonRequest, PersonView, TrustView,
};

/// Add people and service accounts, change and remove them.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    Create(CreateArgs),
    Change(ChangeArgs),
    /// Remove a person: what they hold open ends at once.
    Remove {
        /// Their name.
        name: String,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
    /// Print a one-time link that signs a person in to the pages for the first time.
    Invite {
        /// Their name.
        name: String,
    },
    /// Take away who a person is to an identity provider: their sessions end, and they do not come by it any more.
    Unlink {
        /// Their name.
        name: String,
    },
    Trust(trust::TrustArgs),
    /// List what a service account trusts.
    Trusts {
        /// The service account.
        account: String,
    },
    /// End a trust, and what was lent by it.
    Distrust {
        /// The service account.
        account: String,
        /// The trust.
        name: String,
    },
    /// List everybody.
    List,
}

/// Add a person, or a service account.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Unique: a-z, 0-9 and -.
    name: String,
    /// Responsibility level in the whole organisation, 2 (assist) to 6 (initiate); left out: what their teams give them.
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=6))]
    level: Option<u8>,
    /// For people.
    #[arg(long, default_value = "")]
    display: String,
    /// Where mail reaches them.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// It is a program's account; `--owner` answers for it.
    #[arg(long, requires = "owner")]
    service: bool,
    /// Whose second account, or whose program, it is.
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
    /// Who they are to an identity provider: its issuer, and their subject there.
    #[arg(long, num_args = 2, value_names = ["ISSUER", "SUBJECT"])]
    external: Option<Vec<String>>,
}

/// Change what is said of a person; what is left out stays.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Their name.
    name: String,
    /// Responsibility level in the whole organisation; 0 leaves what their teams give them.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=6))]
    level: Option<u8>,
    /// For people.
    #[arg(long)]
    display: Option<String>,
    /// Where mail reaches them; empty for nowhere.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Whose second account, or whose program, it is; empty for nobody's.
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
    /// Who they are to an identity provider: its issuer, and their subject there.
    #[arg(long, num_args = 2, value_names = ["ISSUER", "SUBJECT"])]
    external: Option<Vec<String>>,
}

impl PersonCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Create(args) => {
                let request = args.request();
                let view: PersonView = client.post("/api/v1/people", &request).await?;
                ui.data(&view, created);
            }
            Self::Change(args) => {
                let (path, change) = args.change();
                let view: PersonView = client.patch(&path, &change).await?;
                ui.data(&view, changed);
            }
            Self::Remove { name, yes } => {
                if !yes {
                    ui.confirm(&format!(
                        "Remove {name}, and end their sessions and tokens?"
                    ))?;
                }
                client.delete(&format!("/api/v1/people/{name}")).await?;
                ui.say(format_args!("{name} is removed"));
            }
            Self::Invite { name } => {
                let path = format!("/api/v1/people/{name}/sign-in-links");
                let link: Link = client.post(&path, &serde_json::json!({})).await?;
                ui.data(&link, |link| format!("{}{}", client.server(), link.path));
            }
            Self::Unlink { name } => {
                let path = format!("/api/v1/people/{name}/external");
                client.delete(&path).await?;
                ui.say(format_args!(
                    "{name} comes by no identity provider any more"
                ));
            }
            Self::Trust(args) => return args.run(context).await,
            Self::Trusts { account } => {
                let path = format!("/api/v1/people/{account}/trusts");
                let views: Vec<TrustView> = client.get(&path).await?;
                ui.data(&views, |views| trust::listed(views));
            }
            Self::Distrust { account, name } => {
                client.delete(&trust::path(&account, &name)).await?;
                ui.say(format_args!("{account} does not trust {name} any more"));
            }
            Self::List => {
                let views: Vec<PersonView> = client.get("/api/v1/people").await?;
                ui.data(&views, |views| listed(views));
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl CreateArgs {
    fn request(self) -> PersonRequest {
        PersonRequest {
            name: self.name,
            display: self.display,
            level: self.level,
            service: self.service,
            owner: self.owner,
            email: self.email,
            external: external(self.external),
        }
    }
}

impl ChangeArgs {
    fn change(self) -> (String, PersonChange) {
        let change = PersonChange {
            display: self.display,
            level: self.level,
            owner: self.owner,
            email: self.email,
            external: external(self.external),
        };
        (format!("/api/v1/people/{}", self.name), change)
    }
}

fn external(words: Option<Vec<String>>) -> Option<ExternalIdentity> {
    let [issuer, subject] = words?.try_into().ok()?;
    Some(ExternalIdentity { issuer, subject })
}

fn created(view: &PersonView) -> String {
    let next = match view.kind.as_str() {
        "service" => format!("tidegate token create --for {} NAME", view.name),
        _ => format!("tidegate person invite {}", view.name),
    };
    format!("{} has {}; next: `{next}`", view.name, levels(view))
}

fn changed(view: &PersonView) -> String {
    let setters = match view.level_by.as_slice() {
        [] => String::new(),
        setters => format!(
            "; groups of {} set the level anew at the next sign-in",
            setters.join(" and ")
        ),
    };
    format!("{} has {}{setters}", view.name, levels(view))
}

/// Their level everywhere, and those of their teams.
fn levels(view: &PersonView) -> String {
    let mut text = view
        .level
        .map_or("no level".to_owned(), |level| format!("level {level}"));
    for (team, level) in &view.teams {
        let _ = write!(text, ", {level} in team {team}");
    }
    text
}

fn listed(views: &[PersonView]) -> String {
    let teams = |view: &PersonView| {
        let teams = view
            .teams
            .iter()
            .map(|(team, level)| format!("{team}:{level}"));
        teams.collect::<Vec<_>>().join(" ")
    };
    let row = |view: &PersonView| {
        vec![
            view.name.clone(),
            view.kind.clone(),
            view.level
                .map(|level| level.to_string())
                .unwrap_or_default(),
            teams(view),
            view.owner.clone().unwrap_or_default(),
            view.display.clone(),
        ]
    };
    table(
        &["person", "kind", "level", "teams", "owner", "name"],
        views.iter().map(row),
    )
}
