//! `tidegate group-run`.

use super::{Context, pair};
use crate::{
    Client, Error, ExitStatus, Ui,
    client::query,
    ui::{ago, table},
};
use clap::{Args, Subcommand};
use std::{collections::BTreeMap, time::Duration};
use tidegate_protocol::api::{
    GroupMemberRequest, GroupMemberView, GroupRunRequest, GroupRunView, ReturnRequest,
};

/// The group run is asked for so often.
const PACE: Duration = Duration::from_millis(300);

/// Deploy several products in lockstep.
#[derive(Debug, Subcommand)]
pub enum GroupRunCommand {
    Start(StartArgs),
    /// List group runs, newest first.
    List,
    /// Show one with its members.
    Show {
        /// Its number.
        group: u64,
    },
    /// Follow one until it ends; the exit status says how.
    Watch {
        /// Its number.
        group: u64,
    },
    Rollback(RollbackArgs),
    /// End one now; targets stay as they are.
    Cancel {
        /// Its number.
        group: u64,
    },
}

/// Deploy several products in lockstep: all prepare, then they change in the order of their dependencies and succeed
/// together. When one fails, all go back in reverse order.
#[derive(Debug, Args)]
pub struct StartArgs {
    /// What goes out: `PRODUCT=VERSION`, at least two.
    #[arg(value_name = "PRODUCT=VERSION", required = true, num_args = 2.., value_parser = pair)]
    members: Vec<(String, String)>,
    /// The environment.
    #[arg(long = "to", value_name = "ENVIRONMENT")]
    environment: String,
    /// The first product changes after the second, and goes back before it; may be said several times.
    #[arg(long, value_name = "PRODUCT=PRODUCT", value_parser = pair)]
    after: Vec<(String, String)>,
    /// How one product is deployed, as of `deploy`; the usual way there unless set.
    #[arg(long, value_name = "PRODUCT=STRATEGY", value_parser = pair)]
    strategy: Vec<(String, String)>,
    /// How long a target must stay healthy.
    #[arg(long, value_name = "LENGTH")]
    minimum_healthy: Option<String>,
    /// Follow it until it ends; the exit status says how.
    #[arg(long)]
    wait: bool,
}

/// Take all of a group run back, in reverse order.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Its number.
    group: u64,
    /// Why; kept in the journal.
    #[arg(long, default_value = "")]
    reason: String,
    /// Sign that going back is right although something was done that cannot be undone; say why with `--reason`.
    #[arg(long, requires = "reason")]
    past_no_return: bool,
    /// Follow it until it ends; 0 means that all are back.
    #[arg(long)]
    wait: bool,
}

impl GroupRunCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::Start(args) => args.run(context).await,
            Self::Rollback(args) => args.run(context).await,
            Self::List => {
                let wanted = query([("limit", Some("50"))]);
                let path = format!("/api/v1/group-runs?{wanted}");
                let views: Vec<GroupRunView> = client.get(&path).await?;
                ui.data(&views, |views| listed(views));
                Ok(ExitStatus::Done)
            }
            Self::Show { group } => {
                let view: GroupRunView = client.get(&address(group)).await?;
                ui.data(&view, drawn);
                Ok(ExitStatus::Done)
            }
            Self::Watch { group } => {
                let view: GroupRunView = client.get(&address(group)).await?;
                let ended = follow(client, ui, view).await?;
                ui.data(&ended, drawn);
                Ok(status_of(&ended))
            }
            Self::Cancel { group } => {
                let path = format!("{}/cancel", address(group));
                let view: GroupRunView = client.post(&path, &()).await?;
                ui.data(&view, drawn);
                Ok(ExitStatus::Done)
            }
        }
    }
}

impl StartArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let wait = self.wait;
        let begun: GroupRunView = client.post("/api/v1/group-runs", &self.request()?).await?;
        if !wait {
            ui.data(&begun, drawn);
            return Ok(ExitStatus::Done);
        }
        let ended = follow(client, ui, begun).await?;
        ui.data(&ended, drawn);
        Ok(status_of(&ended))
    }

    fn request(self) -> Result<GroupRunRequest, Error> {
        let named = |product: &String| self.members.iter().any(|(name, _)| name == product);
        let said = self.after.iter().chain(&self.strategy);
        if let Some((stranger, _)) = said.into_iter().find(|(product, _)| !named(product)) {
            let why = format!("`{stranger}` is none of the products that go out");
            return Err(Error::Usage(why));
        }
        let strategies: BTreeMap<String, String> = self.strategy.into_iter().collect();
        let after = |product: &String| {
            let own = self.after.iter().filter(|(name, _)| name == product);
            own.map(|(_, before)| before.clone()).collect()
        };
        let member = |(product, release): &(String, String)| GroupMemberRequest {
            product: product.clone(),
            release: release.clone(),
            environment: self.environment.clone(),
            strategy: strategies.get(product).cloned(),
            minimum_healthy: self.minimum_healthy.clone(),
            after: after(product),
        };
        Ok(GroupRunRequest {
            members: self.members.iter().map(member).collect(),
        })
    }
}

impl RollbackArgs {
    async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        let request = ReturnRequest {
            reason: self.reason,
            past_no_return: self.past_no_return,
        };
        let path = format!("{}/rollback", address(self.group));
        let begun: GroupRunView = client.post(&path, &request).await?;
        if !self.wait {
            ui.data(&begun, drawn);
            return Ok(ExitStatus::Done);
        }
        let ended = follow(client, ui, begun).await?;
        ui.data(&ended, drawn);
        Ok(match ended.status.as_str() {
            "rolled_back" => ExitStatus::Done,
            _ => status_of(&ended),
        })
    }
}

fn address(group: u64) -> String {
    format!("/api/v1/group-runs/{group}")
}

fn status_of(view: &GroupRunView) -> ExitStatus {
    match view.status.as_str() {
        "rolled_back" => ExitStatus::RolledBack,
        "failed" => ExitStatus::Failed,
        "cancelled" => ExitStatus::Cancelled,
        _ => ExitStatus::Done,
    }
}

/// Says what changes, and what a person is waited for, until it ends.
async fn follow(client: &Client, ui: &Ui, begun: GroupRunView) -> Result<GroupRunView, Error> {
    let (mut view, mut said) = (begun, String::new());
    loop {
        let asks = view.waiting_on.iter().filter(|wait| wait.kind == "person");
        let asks: String = asks.map(|wait| format!("\n  {}", wait.remedy)).collect();
        let says = format!("{}{asks}", view.sentence);
        if says != said {
            ui.say(format_args!("{says}"));
            said = says;
        }
        if view.ended_at.is_some() {
            return Ok(view);
        }
        tokio::time::sleep(PACE).await;
        view = client.get(&address(view.id)).await?;
    }
}

fn listed(views: &[GroupRunView]) -> String {
    let row = |view: &GroupRunView| {
        vec![
            view.id.to_string(),
            view.status.replace('_', " "),
            view.sentence.clone(),
            ago(view.requested_at),
        ]
    };
    table(&["#", "status", "what", "when"], views.iter().map(row))
}

/// A sentence, what it waits for, and a line for each member.
fn drawn(view: &GroupRunView) -> String {
    let head = ["product", "release", "after", "deployment", "stands"];
    let members = table(&head, view.members.iter().map(row));
    let waits = view.waiting_on.iter();
    let waits: String = waits
        .map(|wait| format!("it waits for {}\n  {}\n", wait.sentence, wait.remedy))
        .collect();
    format!("group run {}: {}\n{waits}{members}", view.id, view.sentence)
}

fn row(member: &GroupMemberView) -> Vec<String> {
    let status = member.status.replace('_', " ");
    let stands = member.stands.as_ref().or(member.held.as_ref());
    vec![
        format!("{} in {}", member.product, member.environment),
        member.release.clone(),
        member.after.join(", "),
        member.deployment.to_string(),
        stands.map_or(status.clone(), |stands| format!("{status}: {stands}")),
    ]
}
