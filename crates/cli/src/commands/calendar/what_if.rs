//! `tidegate calendar what-if`.

use super::{super::Context, lanes::told};
use crate::{Error, ExitStatus};
use clap::Args;
use jiff::tz::TimeZone;
use tidegate_protocol::api::{AgendaConflictView, AgendaEntryView, WhatIfRequest, WhatIfView};

/// Say what would break if something were at another time. Nothing is moved.
///
/// What moves is `release PRODUCT VERSION`, `train TRAIN ENVIRONMENT`, `booking PRODUCT VERSION NUMBER` or `notice NUMBER TIME`.
#[derive(Debug, Args)]
pub(in crate::commands) struct WhatIfArgs {
    /// What moves, such as `release storefront 1.1.0`; or its id, as `--output json` names it.
    #[arg(required = true, num_args = 1..=4, value_name = "WHAT")]
    what: Vec<String>,
    /// Where to: `2026-12-03T20:00` in the time zone of its plan; a day, or `+2d`, keeps the time of day.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: String,
}

impl WhatIfArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let wanted = WhatIfRequest {
            entry: self.what.join("/"),
            to: self.to,
        };
        let view: WhatIfView = context
            .client
            .post("/api/v1/calendar/what-if", &wanted)
            .await?;
        context.ui.data(&view, text);
        Ok(ExitStatus::Done)
    }
}

fn text(view: &WhatIfView) -> String {
    let zone = TimeZone::get(&view.time_zone).unwrap_or(TimeZone::UTC);
    let mut lines = vec![view.sentence.clone(), String::new()];
    for is in &view.after {
        let was = view.before.iter().find(|it| it.id == is.id);
        let was = was.map_or_else(|| "-".to_owned(), |it| moment(it, &zone));
        lines.push(format!(
            "{}: {was} → {} {}",
            is.title,
            moment(is, &zone),
            view.time_zone
        ));
    }
    for (title, all) in [
        ("there would be", &view.gained),
        ("there would be no more", &view.lost),
        ("there would still be", &view.kept),
    ] {
        lines.extend(listed(title, all, &zone));
    }
    for (title, tasks) in [
        ("late by it", &view.late_gained),
        ("late no more", &view.late_lost),
        ("late as before", &view.late_kept),
    ] {
        if !tasks.is_empty() {
            lines.push(format!("\n{title}: {}", tasks.join(", ")));
        }
    }
    if !view.falls_into.is_empty() {
        let names = view
            .falls_into
            .iter()
            .map(|it| format!("{} ({})", it.title, it.kind));
        lines.push(format!(
            "\nthen there is: {}",
            names.collect::<Vec<_>>().join(", ")
        ));
    }
    if view.cut {
        lines.push("\nthere is more than was looked at".to_owned());
    }
    lines.join("\n")
}

fn listed(title: &str, all: &[AgendaConflictView], zone: &TimeZone) -> Vec<String> {
    match all.is_empty() {
        true => Vec::new(),
        false => {
            let lines = all.iter().map(|it| told(it, zone));
            std::iter::once(format!("\n{title}")).chain(lines).collect()
        }
    }
}

fn moment(entry: &AgendaEntryView, zone: &TimeZone) -> String {
    let at = entry.start.to_zoned(zone.clone());
    at.strftime("%a %-d %b %Y %H:%M").to_string()
}
