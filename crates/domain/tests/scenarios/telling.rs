//! Events as a scenario tells them.

use tidegate_domain::deployment::{Deployment, Event, Split};

/// An event in a line: its word, its target, and what a person wants to know.
pub fn told(deployment: &Deployment, event: &Event) -> (String, Option<String>) {
    let target = event
        .target()
        .map(|target| deployment.targets[target.0 as usize].target.to_string());
    let detail = match event {
        Event::TargetFailed { reason, .. }
        | Event::TargetStuck { reason, .. }
        | Event::Held { reason, .. } => format!(": {reason}"),
        Event::RollbackStarted { cause } | Event::Failed { cause } => format!(": {cause}"),
        Event::TrafficShifted { split } => match split {
            Split::Even | Split::Unsettled => " evenly".to_owned(),
            Split::Share {
                percent, drains, ..
            } => {
                format!(" {percent}{}", if *drains { ", drained" } else { "" })
            }
        },
        Event::WaveStarted { wave } => format!(" {}", wave + 1),
        Event::CheckStarted { check, .. } => format!(" {check}"),
        Event::JobStarted { job, .. } | Event::TrialStarted { job, .. } => format!(" {job} on"),
        Event::JobEnded { job, outcome } | Event::TrialEnded { job, outcome } => {
            format!(" {job}: {outcome}")
        }
        Event::CheckEnded { check, outcome, .. } => format!(" {check}: {outcome}"),
        _ => String::new(),
    };
    (format!("{}{detail}", event.word()), target)
}
