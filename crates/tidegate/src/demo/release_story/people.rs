//! Who takes part, each with a token of their own.

use crate::demo::{DemoError, fleet::Fleet};
use tidegate_cli::{Client, Connection};
use tidegate_protocol::api::{PersonRequest, ProposalView, TokenRequest, TokenView};

/// What is declared once people are there: their teams, who approves, templates, audiences.
const ORGANISATION: &str = include_str!("organisation.yaml");

/// The people of the story.
pub(super) struct People {
    /// Plans releases, and leads their review.
    pub(super) ada: Client,
    /// Builds, tests, and does what a deployment plan asks for.
    pub(super) ben: Client,
    /// Approves and sanctions what others made.
    pub(super) cleo: Client,
    /// Of Marketing.
    pub(super) mia: Client,
    /// Of Operations.
    pub(super) olaf: Client,
}

impl People {
    /// Everybody joins.
    pub(super) async fn join(fleet: &Fleet) -> Result<Self, DemoError> {
        Ok(Self {
            ada: joined(fleet, "ada", 5).await?,
            ben: joined(fleet, "ben", 3).await?,
            cleo: joined(fleet, "cleo", 5).await?,
            mia: joined(fleet, "mia", 3).await?,
            olaf: joined(fleet, "olaf", 3).await?,
        })
    }

    /// The organisation is declared. Who approves, and what a control asks, is agreed to by a second person.
    pub(super) async fn organise(&self, fleet: &Fleet) -> Result<(), DemoError> {
        let text = ORGANISATION.to_owned();
        fleet.declare("organisation.yaml", text).await?;
        let proposals: Vec<ProposalView> = self.cleo.get("/api/v1/proposals").await?;
        for proposal in proposals {
            let path = format!("/api/v1/proposals/{}/agree", proposal.id);
            self.cleo.tell(&path, &()).await?;
        }
        Ok(())
    }
}

async fn joined(fleet: &Fleet, name: &str, level: u8) -> Result<Client, DemoError> {
    let client = fleet.client();
    let person = PersonRequest {
        name: name.to_owned(),
        level: Some(level),
        ..PersonRequest::default()
    };
    client.tell("/api/v1/people", &person).await?;
    let token = TokenRequest {
        name: "demo".to_owned(),
        person: Some(name.to_owned()),
        ..TokenRequest::default()
    };
    let token: TokenView = client.post("/api/v1/tokens", &token).await?;
    let connection = Connection {
        server: fleet.connection().server.clone(),
        token: Some(token.token),
    };
    Ok(Client::new(&connection)?)
}
