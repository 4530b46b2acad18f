//! `tidegate policy`.

use super::Context;
use crate::{Error, ExitStatus, ui::table};
use clap::Subcommand;
use serde::Serialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{PolicyNote, ProposalView};

/// Look at who may do what, and agree to changes of it.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the policies in force.
    List,
    /// List the words for everything that can be asked of the authorizer.
    Actions,
    /// Print the Cedar schema that policies are written by.
    Schema,
    /// Print the policies that come with the program.
    Shipped,
    /// List changes that wait for a second person.
    Proposals {
        /// And those that were settled.
        #[arg(long)]
        all: bool,
    },
    /// Agree to a change as the second person; it holds at once.
    Agree {
        /// The number of the proposal.
        id: u64,
    },
    /// Turn a change down.
    TurnDown {
        /// The number of the proposal.
        id: u64,
    },
}

/// An action, as it is listed.
#[derive(Serialize)]
struct Word {
    action: &'static str,
    least_level: u8,
    meaning: String,
}

impl PolicyCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List => {
                let notes: Vec<PolicyNote> = client.get("/api/v1/policies").await?;
                ui.data(&notes, |notes| {
                    let row = |note: &PolicyNote| vec![note.id.clone(), note.title.clone()];
                    table(&["policy", "says"], notes.iter().map(row))
                });
            }
            Self::Actions => ui.data(&words(), |words| {
                let row = |word: &Word| {
                    vec![
                        word.action.to_owned(),
                        word.least_level.to_string(),
                        word.meaning.clone(),
                    ]
                };
                table(&["action", "least level", "meaning"], words.iter().map(row))
            }),
            Self::Schema => ui.line(&client.text("/api/v1/policies/schema").await?),
            Self::Shipped => ui.line(&client.text("/api/v1/policies/shipped").await?),
            Self::Proposals { all } => {
                let path = format!("/api/v1/proposals?all={all}");
                let proposals: Vec<ProposalView> = client.get(&path).await?;
                ui.data(&proposals, |proposals| listed(proposals));
            }
            Self::Agree { id } => settle(context, id, "agree").await?,
            Self::TurnDown { id } => settle(context, id, "turn-down").await?,
        }
        Ok(ExitStatus::Done)
    }
}

fn words() -> Vec<Word> {
    let word = |action: &Action| Word {
        action: action.word(),
        least_level: action.least_level().number(),
        meaning: action.to_string(),
    };
    Action::ALL.iter().map(word).collect()
}

async fn settle(context: &Context<'_>, id: u64, deed: &str) -> Result<(), Error> {
    let path = format!("/api/v1/proposals/{id}/{deed}");
    let settled: ProposalView = context.client.post(&path, &serde_json::json!({})).await?;
    context.ui.data(&settled, |it| {
        format!("{} {} {}: {}", it.action, it.kind, it.name, it.state)
    });
    Ok(())
}

fn listed(proposals: &[ProposalView]) -> String {
    if proposals.is_empty() {
        return "nothing waits for a second person".to_owned();
    }
    let row = |it: &ProposalView| {
        vec![
            it.id.to_string(),
            format!("{} {} {}", it.action, it.kind, it.name),
            it.proposed_by.clone(),
            it.proposed_at.to_string(),
            it.state.clone(),
        ]
    };
    table(
        &["proposal", "change", "by", "at", "state"],
        proposals.iter().map(row),
    )
}
