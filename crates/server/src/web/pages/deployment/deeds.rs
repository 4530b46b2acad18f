//! What a person can do to a deployment: which forms the page offers, and what their submission does.

use super::super::super::confirm;
use crate::app::{Error, Kind, Request, SharedApp, steer::Wish};
use serde::Deserialize;
use tidegate_domain::id::DeploymentId;
use tidegate_protocol::api::{DeploymentView, RollbackRequest};

/// Something a person can do.
#[derive(Debug)]
pub(super) struct Deed {
    /// The last part of the form's address.
    pub path: &'static str,
    pub label: &'static str,
    /// What will change where.
    pub effect: String,
    /// What has to be typed.
    pub confirm: Option<String>,
}

/// The form of a deed.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Reason {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm: String,
}

/// What can be done now.
pub(super) fn possible(view: &DeploymentView, is_latest: bool) -> Vec<Deed> {
    let is_held = view.held.is_some();
    match view.status.as_str() {
        "requested" => vec![roll_back(view), cancel(view)],
        "preparing" | "rolling" if is_held => vec![resume(), roll_back(view), cancel(view)],
        "preparing" | "rolling" => vec![pause(), roll_back(view), cancel(view)],
        "rolling_back" => vec![cancel(view)],
        "cancelling" => vec![roll_back(view)],
        "succeeded" if is_latest && view.purpose == "promotion" => vec![roll_back(view)],
        _ => Vec::new(),
    }
}

/// Does it; answers the deployment to look at next.
pub(super) async fn perform(
    app: &SharedApp,
    request: Request,
    (id, deed): (DeploymentId, &str),
    reason: &Reason,
) -> Result<DeploymentId, Error> {
    let wish = match deed {
        "pause" => Wish::Pause,
        "resume" => Wish::Resume,
        "cancel" => Wish::Cancel,
        "rollback" => Wish::RollBack,
        other => return Err(Error::not_found("page-not-found", "action", other)),
    };
    let view = app.deployment_view(&request, id).await?;
    if matches!(wish, Wish::Cancel | Wish::RollBack) {
        confirm::meant(&view.release, &reason.confirm)?;
    }
    if wish == Wish::RollBack && view.has_ended() {
        return take_back(app, request, &view, reason).await;
    }
    app.steer(request, id, wish, reason.reason.trim()).await?;
    Ok(id)
}

/// Going back from a deployment that has ended is a deployment of its own.
async fn take_back(
    app: &SharedApp,
    request: Request,
    view: &DeploymentView,
    reason: &Reason,
) -> Result<DeploymentId, Error> {
    if !super::is_latest(app, &request, view).await? {
        let detail = format!("something newer was deployed to {} since", view.environment);
        return Err(Error::refused(Kind::Conflict, "deployment-state", detail)
            .hint("open the newest deployment there, and roll that one back"));
    }
    let wanted = RollbackRequest {
        product: view.product.clone(),
        environment: view.environment.clone(),
        reason: reason.reason.trim().to_owned(),
    };
    app.roll_back(request, &wanted).await
}

fn pause() -> Deed {
    Deed {
        path: "pause",
        label: "Pause",
        effect: "Nothing new is begun; what is under way on a target is finished.".to_owned(),
        confirm: None,
    }
}

fn resume() -> Deed {
    Deed {
        path: "resume",
        label: "Resume",
        effect: "It goes on where it stopped.".to_owned(),
        confirm: None,
    }
}

fn roll_back(view: &DeploymentView) -> Deed {
    let changed = view.waves.iter().flat_map(|wave| &wave.targets);
    let changed = changed
        .filter(|run| matches!(run.stage.as_str(), "activating" | "passed" | "failed"))
        .count();
    let targets = super::super::super::parts::counted(changed, "target");
    Deed {
        path: "rollback",
        label: "Roll back",
        effect: format!(
            "{targets} in {} go back to what they ran before this deployment.",
            view.environment
        ),
        confirm: Some(view.release.clone()),
    }
}

fn cancel(view: &DeploymentView) -> Deed {
    Deed {
        path: "cancel",
        label: "Cancel deployment",
        effect: format!(
            "It ends now. Targets in {} stay as they are: some may run {}, others what they ran before.",
            view.environment, view.release
        ),
        confirm: Some(view.release.clone()),
    }
}
