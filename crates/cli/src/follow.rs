//! Following a deployment until it ends, through restarts of the server.

use crate::{Client, Error, ExitStatus, Ui};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use std::{collections::BTreeMap, time::Duration};
use tidegate_protocol::api::DeploymentView;

/// A server that does not answer for this long is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// From one attempt to reach it to the next.
const RETRY: Duration = Duration::from_millis(250);

/// Follows deployment `id`, showing what happens, and answers its last view.
///
/// # Errors
/// When the deployment does not exist, or the server stays away for two minutes.
pub async fn follow(client: &Client, ui: &Ui, id: u64) -> Result<DeploymentView, Error> {
    let mut shown = Shown::new(ui);
    let mut lost_at: Option<tokio::time::Instant> = None;
    loop {
        match watch(client, id, &mut shown).await {
            Ok(Some(view)) => {
                shown.bar.finish_and_clear();
                return Ok(view);
            }
            // The stream ended early: the server went away in an orderly manner.
            Ok(None) => {}
            Err(Error::Unreachable { .. } | Error::Answer(_))
                if lost_at.is_none_or(|at| at.elapsed() < PATIENCE) => {}
            Err(error) => return Err(error),
        }
        if lost_at.is_none_or(|at| shown.heard_at > at) {
            lost_at = Some(tokio::time::Instant::now());
            shown.note("the server does not answer; it is asked again");
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// What a deployment's end means for the exit status.
pub fn status_of(view: &DeploymentView) -> ExitStatus {
    match view.status.as_str() {
        "rolled_back" => ExitStatus::RolledBack,
        "failed" => ExitStatus::Failed,
        "cancelled" | "superseded" => ExitStatus::Cancelled,
        _ => ExitStatus::Done,
    }
}

async fn watch(
    client: &Client,
    id: u64,
    shown: &mut Shown<'_>,
) -> Result<Option<DeploymentView>, Error> {
    let response = client
        .open(&format!("/api/v1/deployments/{id}/stream"))
        .await?;
    let mut bytes = response.bytes_stream();
    let mut buffer = Vec::new();
    while let Some(piece) = bytes.next().await {
        buffer.extend_from_slice(&piece.map_err(Error::Answer)?);
        while let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = buffer.drain(..end + 2).collect();
            let Some(view) = read_event(&event) else {
                continue;
            };
            shown.show(&view);
            if view.has_ended() {
                return Ok(Some(view));
            }
        }
    }
    Ok(None)
}

/// The view in a server-sent event (HTML standard §9.2); none in a comment that keeps the connection alive.
fn read_event(event: &[u8]) -> Option<DeploymentView> {
    let text = String::from_utf8_lossy(event);
    let data: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .collect();
    serde_json::from_str(data.trim()).ok()
}

/// What the person has been told so far.
struct Shown<'a> {
    ui: &'a Ui,
    bar: ProgressBar,
    stages: BTreeMap<String, String>,
    status: String,
    waiting: String,
    heard_at: tokio::time::Instant,
}

impl<'a> Shown<'a> {
    fn new(ui: &'a Ui) -> Self {
        let bar = if Ui::is_watched() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let style =
            ProgressStyle::with_template("{bar:24.cyan/dim} {pos}/{len} targets  {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            ui,
            bar,
            stages: BTreeMap::new(),
            status: String::new(),
            waiting: String::new(),
            heard_at: tokio::time::Instant::now(),
        }
    }

    fn show(&mut self, view: &DeploymentView) {
        self.heard_at = tokio::time::Instant::now();
        let runs = || view.waves.iter().flat_map(|wave| &wave.targets);
        let is_new_status = view.status != self.status;
        self.status.clone_from(&view.status);
        if is_new_status && !view.has_ended() {
            self.note(&view.summary);
        }
        for run in runs() {
            let before = self.stages.insert(run.target.clone(), run.stage.clone());
            if before.as_ref() != Some(&run.stage) && tells(&run.stage) {
                let why = matches!(run.stage.as_str(), "failed" | "stuck");
                let detail = if why {
                    format!(" ({})", run.detail)
                } else {
                    String::new()
                };
                self.note(&format!("  {} {}{detail}", run.target, run.stage));
            }
        }
        if is_new_status && view.has_ended() {
            self.note(&view.summary);
        }
        let waiting = view
            .waiting_on
            .iter()
            .map(|w| w.sentence.as_str())
            .collect::<Vec<_>>()
            .join("; ");
        if waiting != self.waiting && !waiting.is_empty() {
            if !Ui::is_watched() && view.held.is_some() {
                self.note(&format!("waiting for {waiting}"));
            }
            self.waiting = waiting;
        }
        self.bar.set_length(runs().count() as u64);
        self.bar
            .set_position(runs().filter(|run| view.has_arrived(run)).count() as u64);
        self.bar
            .set_message(format!("waiting for {}", self.waiting));
    }

    fn note(&self, text: &str) {
        if Ui::is_watched() {
            self.bar.println(text);
        } else {
            self.ui.say(text);
        }
    }
}

/// Whether a person wants a line about it: what merely waits or lies ready is in the sum.
fn tells(stage: &str) -> bool {
    matches!(
        stage,
        "activating" | "passed" | "failed" | "restoring" | "restored" | "stuck"
    )
}
