//! The guided choices: what can be said of each target that failed.

use crate::app::{Error, Request, SharedApp, field, guide::Guidance};
use serde::Deserialize;
use tidegate_domain::id::DeploymentId;
use tidegate_protocol::api::DeploymentView;

/// So many failed targets have choices on the page; the others follow when these are dealt with.
const SHOWN: usize = 8;

/// A failed target that a person can say something of.
#[derive(Debug)]
pub(super) struct Choice {
    pub target: String,
    /// Why it failed.
    pub reason: String,
    /// Why that does not count, if somebody wants it ignored.
    pub ignored: Option<String>,
}

/// The form of a choice.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    reason: String,
}

/// The failed targets of a deployment that still goes forward, and how many more there are.
pub(super) fn choices(view: &DeploymentView) -> (Vec<Choice>, usize) {
    if !matches!(view.status.as_str(), "preparing" | "rolling") {
        return (Vec::new(), 0);
    }
    let runs = view.waves.iter().flat_map(|wave| &wave.targets);
    let failed = runs.filter(|run| run.stage == "failed");
    let mut choices: Vec<Choice> = failed
        .map(|run| Choice {
            target: run.target.clone(),
            reason: run.detail.clone(),
            ignored: run.ignored.clone(),
        })
        .collect();
    let more = choices.len().saturating_sub(SHOWN);
    choices.truncate(SHOWN);
    (choices, more)
}

/// Does what a form says of a check.
pub(super) async fn perform_on_check(
    app: &SharedApp,
    request: Request,
    (id, check, deed): (DeploymentId, &str, &str),
    word: &Word,
) -> Result<(), Error> {
    let which = (id, field("check", check)?);
    app.guide_check(request, which, accepted(deed, word)?).await
}

/// Does what a form says of a job.
pub(super) async fn perform_on_job(
    app: &SharedApp,
    request: Request,
    (id, job, deed): (DeploymentId, &str, &str),
    word: &Word,
) -> Result<(), Error> {
    let which = (id, field("job", job)?);
    app.guide_job(request, which, accepted(deed, word)?).await
}

/// The reason for which it is accepted; none where it is to be tried again.
fn accepted<'a>(deed: &str, word: &'a Word) -> Result<Option<&'a str>, Error> {
    match deed {
        "retry" => Ok(None),
        "accept" => Ok(Some(word.reason.trim())),
        other => Err(Error::not_found("page-not-found", "action", other)),
    }
}

/// Does what a form says of a target.
pub(super) async fn perform(
    app: &SharedApp,
    request: Request,
    (id, target, deed): (DeploymentId, &str, &str),
    word: &Word,
) -> Result<(), Error> {
    let guidance = match deed {
        "retry" => Guidance::Retry,
        "ignore" => Guidance::Ignore,
        "exclude" => Guidance::Exclude,
        other => return Err(Error::not_found("page-not-found", "action", other)),
    };
    let which = (id, field("target", target)?);
    app.guide(request, which, guidance, word.reason.trim())
        .await
}
