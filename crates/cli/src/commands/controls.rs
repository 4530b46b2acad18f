//! `tidegate controls`.

use super::{Context, procedure};
use crate::{Error, ExitStatus, ui::table};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tidegate_protocol::api::{
    BacktestRequest, BacktestView, ClearanceView, ControlView, FindingView, ReturnView,
};

/// Look at what releases have to satisfy, try controls on the past, and say that you have read them.
#[derive(Debug, Subcommand)]
pub enum ControlsCommand {
    /// List every control with its mode, and how many have read it.
    List,
    /// Print one control with its document and its policy.
    Show {
        /// Its name.
        control: String,
    },
    /// Print what controls and people say of a deployment now: what holds, what is missing, and who can supply it.
    Check {
        /// The number of the deployment.
        deployment: u64,
    },
    Backtest(BacktestArgs),
    /// Say that you have read a control, or all, in the version that is in force.
    Acknowledge {
        /// Its name; all unless set.
        control: Option<String>,
    },
    /// Print the Cedar schema that controls are written by.
    Schema,
    /// Print the controls that come with the program.
    Shipped,
}

/// List the deployments so far that a control would have stopped. Nothing is changed.
#[derive(Debug, Args)]
pub struct BacktestArgs {
    /// A control by its name.
    #[arg(required_unless_present = "file")]
    control: Option<String>,
    /// A file that declares one.
    #[arg(short, long, conflicts_with = "control")]
    file: Option<PathBuf>,
}

impl ControlsCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let (client, ui) = (&context.client, context.ui);
        match self {
            Self::List => {
                let controls: Vec<ControlView> = client.get("/api/v1/controls").await?;
                ui.data(&controls, |controls| listed(controls));
            }
            Self::Show { control } => {
                let controls: Vec<ControlView> = client.get("/api/v1/controls").await?;
                let found = controls.into_iter().find(|it| it.name == control);
                let found = found.ok_or_else(|| {
                    Error::Usage(format!(
                        "there is no control `{control}`; `tidegate controls list` shows them"
                    ))
                })?;
                ui.data(&found, shown);
            }
            Self::Check { deployment } => {
                let path = format!("/api/v1/deployments/{deployment}/controls");
                let view: ClearanceView = client.get(&path).await?;
                ui.data(&view, checked);
                return Ok(if view.clear {
                    ExitStatus::Done
                } else {
                    ExitStatus::NotReady
                });
            }
            Self::Backtest(args) => args.run(context).await?,
            Self::Acknowledge { control } => {
                let path = control
                    .as_ref()
                    .map_or("/api/v1/controls/acknowledge".to_owned(), |control| {
                        format!("/api/v1/controls/{control}/acknowledge")
                    });
                client.tell(&path, &serde_json::json!({})).await?;
                ui.say(match control {
                    Some(control) => format!("you have read control {control}"),
                    None => "you have read every control in force".to_owned(),
                });
            }
            Self::Schema => ui.line(&client.text("/api/v1/controls/schema").await?),
            Self::Shipped => ui.line(&client.text("/api/v1/controls/shipped").await?),
        }
        Ok(ExitStatus::Done)
    }
}

impl BacktestArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let file = self.file.as_ref().map(|path| {
            let text = std::fs::read_to_string(path);
            text.map_err(|why| Error::Usage(format!("{}: {why}", path.display())))
        });
        let request = BacktestRequest {
            control: self.control,
            file: file.transpose()?,
        };
        let view: BacktestView = context
            .client
            .post("/api/v1/controls/backtest", &request)
            .await?;
        context.ui.data(&view, backtested);
        Ok(())
    }
}

fn listed(controls: &[ControlView]) -> String {
    let row = |it: &ControlView| {
        let all = it.read_by.len() + it.unread_by.len();
        vec![
            it.name.clone(),
            it.mode.clone(),
            it.severity.clone(),
            it.version.to_string(),
            format!("{} of {all}", it.read_by.len()),
            it.title.clone(),
        ]
    };
    table(
        &["control", "mode", "severity", "version", "read by", "asks"],
        controls.iter().map(row),
    )
}

fn shown(control: &ControlView) -> String {
    let mut lines = vec![
        format!(
            "{} (version {}, {}, {}{})",
            control.title,
            control.version,
            control.mode,
            control.severity,
            if control.quarantine {
                ", quarantines artifacts"
            } else {
                ""
            }
        ),
        String::new(),
        control.document.trim().to_owned(),
        String::new(),
        control.policy.trim().to_owned(),
    ];
    if let Some(named) = &control.procedure {
        lines.push(format!("\n{}", procedure::named(named)));
    }
    if let Some(owner) = &control.owner {
        lines.push(format!("\n{owner} answers for it"));
    }
    if !control.unread_by.is_empty() {
        lines.push(format!("\nnot read by {}", control.unread_by.join(", ")));
    }
    lines.join("\n")
}

fn checked(view: &ClearanceView) -> String {
    let mut lines = vec![findings(&view.findings)];
    if view.clear {
        lines.push("nothing stops it".to_owned());
    }
    let stops = view.stops.iter();
    lines.extend(stops.map(|stop| format!("it waits for {stop}")));
    for ReturnView {
        release,
        snapshot,
        at,
        findings: found,
        unjudged,
    } in &view.returns
    {
        let back = format!("\nit went back to {release}, configuration {snapshot} ({at})");
        if let Some(why) = unjudged {
            lines.push(format!("{back}, of which nothing could be said: {why}"));
            continue;
        }
        lines.push(format!("{back}, of which controls found"));
        lines.push(findings(found));
    }
    lines.join("\n")
}

fn findings(findings: &[FindingView]) -> String {
    let row = |it: &FindingView| {
        let what = it
            .lacks
            .iter()
            .map(|lack| format!("{}: {}", lack.of, lack.what));
        let what: Vec<String> = what.collect();
        let remedy = it.lacks.first().map(|lack| lack.remedy.clone());
        vec![
            it.state.clone(),
            match it.demanded {
                true => format!("{} (by the release's plan)", it.control),
                false => it.control.clone(),
            },
            what.join("; "),
            remedy.unwrap_or_default(),
        ]
    };
    table(
        &["state", "control", "missing", "how it is supplied"],
        findings.iter().map(row),
    )
}

fn backtested(view: &BacktestView) -> String {
    let mut lines: Vec<String> = view
        .stopped
        .iter()
        .map(|it| {
            format!(
                "deployment {} ({}, {}): {}",
                it.deployment,
                it.what,
                it.at,
                it.lacked.join("; ")
            )
        })
        .collect();
    lines.extend(view.returned.iter().map(|it| {
        let (id, what, lacked) = (it.deployment, &it.what, it.lacked.join("; "));
        format!(
            "deployment {id} went back ({what}, {}), and would not have been stopped: {lacked}",
            it.at
        )
    }));
    lines.push(format!(
        "{} would have stopped {} of the {} deployments that it is about; {} were looked at",
        view.control, view.stopped_total, view.about, view.tried
    ));
    lines.join("\n")
}
