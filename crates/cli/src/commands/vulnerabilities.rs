//! `tidegate vulnerabilities`.

use super::{Context, parts::places};
use crate::{
    Error, ExitStatus,
    ui::{ago, table},
};
use clap::Args;
use tidegate_protocol::api::{VulnerabilitiesView, VulnerableView};

/// Show what is known against what runs now.
#[derive(Debug, Args)]
pub struct VulnerabilitiesArgs {}

impl VulnerabilitiesArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let found: VulnerabilitiesView = context.client.get("/api/v1/vulnerabilities").await?;
        context.ui.data(&found, listed);
        if found.advisories == 0 {
            context
                .ui
                .say("no advisories were imported: `tidegate advisories import FILE`");
        } else if let Some(at) = found.imported_at {
            context.ui.say(format!(
                "by {} advisories, imported {}",
                found.advisories,
                ago(at)
            ));
        }
        if found.untold > 0 {
            context.ui.say(format!(
                "{} more that are not worse are not told",
                found.untold
            ));
        }
        for artifact in &found.not_matched {
            context.ui.say(format!(
                "not everything can be said of {artifact}: its bill was not matched, or has more parts than are looked at"
            ));
        }
        for ecosystem in &found.unmatched {
            context.ui.say(format!(
                "nothing can be said of what is of {ecosystem}: no advisories of it were imported"
            ));
        }
        for artifact in &found.without_bill {
            context.ui.say(format!(
                "nothing can be said of {artifact}: it has no bill of materials"
            ));
        }
        Ok(ExitStatus::Done)
    }
}

fn listed(found: &VulnerabilitiesView) -> String {
    if found.vulnerabilities.is_empty() {
        return format!(
            "nothing is known against the {} artifacts that run",
            found.running
        );
    }
    let row = |it: &VulnerableView| {
        let known = &it.vulnerability;
        vec![
            known.severity.clone(),
            known.advisory.clone(),
            format!("{} {}", known.part, known.version.as_deref().unwrap_or("?")),
            known.fixed_in.clone().unwrap_or_default(),
            it.repository.clone(),
            places(&it.runs),
            known.summary.clone(),
        ]
    };
    table(
        &[
            "severity", "advisory", "part", "fixed in", "in", "runs", "what",
        ],
        found.vulnerabilities.iter().map(row),
    )
}
