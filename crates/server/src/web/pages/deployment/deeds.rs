//! What a person can do to a deployment: which forms the page offers, and what their submission does.

use super::super::super::{
    confirm,
    parts::{Changes, counted},
};
use crate::app::{
    Error, Kind, Request, SharedApp,
    query::Before,
    steer::{Leave, Wish},
};
use serde::Deserialize;
use tidegate_domain::{access::Action, id::DeploymentId};
use tidegate_protocol::api::{DeploymentView, ReturnRequest, RollbackRequest};

/// Something a person can do.
#[derive(Debug)]
pub(super) struct Deed {
    /// The last part of the form's address.
    pub path: &'static str,
    pub label: &'static str,
    /// What will change where.
    pub effect: String,
    /// What becomes of each component, where that is known.
    pub changes: Option<Changes>,
    /// What has to be typed.
    pub confirm: Option<String>,
    /// The wave that it is about, counted from 1.
    pub wave: Option<u32>,
}

/// Where going back leads.
#[derive(Debug)]
pub(super) struct Back {
    before: Before,
    changes: Changes,
}

/// The form of a deed.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Reason {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm: String,
    wave: Option<u32>,
}

/// Where going back from a deployment leads; none when nothing stood there before.
pub(super) async fn back(
    app: &SharedApp,
    request: &Request,
    view: &DeploymentView,
) -> Result<Option<Back>, Error> {
    let id = DeploymentId(view.id);
    let Some(before) = app.before_deployment(request, id).await? else {
        return Ok(None);
    };
    let release = async |version: &str| app.release_view(request, &view.product, version).await;
    let (from, to) = (
        release(&view.release).await?,
        release(&before.release).await?,
    );
    let changes = Changes::between(&from, &to);
    Ok(Some(Back { before, changes }))
}

/// What can be done now.
pub(super) fn possible(view: &DeploymentView, is_latest: bool, back: Option<Back>) -> Vec<Deed> {
    let is_held = view.held.is_some();
    let in_step = view.group_run.is_some() && !view.has_ended();
    let roll_back = |view| roll_back(view, back);
    let deeds = match view.status.as_str() {
        "requested" => vec![roll_back(view), cancel(view)],
        "preparing" | "rolling" if is_held => vec![resume(), roll_back(view), cancel(view)],
        "preparing" | "rolling" => sign_off(view)
            .into_iter()
            .chain(set_aside(view))
            .chain([pause(), roll_back(view), cancel(view)])
            .collect(),
        "rolling_back" => vec![cancel(view)],
        "cancelling" => vec![roll_back(view)],
        "succeeded" if is_latest && view.purpose == "promotion" => vec![roll_back(view)],
        _ => Vec::new(),
    };
    // A member of a group run goes back with its group, on the page of that.
    let own = |deed: &Deed| !in_step || !matches!(deed.path, "rollback" | "return");
    deeds.into_iter().filter(own).collect()
}

/// Those that somebody may do.
pub(super) fn allowed(deeds: Vec<Deed>, leave: &Leave) -> Vec<Deed> {
    let may = |deed: &Deed| {
        let action = match deed.path {
            "sign-off" => Action::SignOff,
            "override" | "confirm-override" => Action::OverrideCalendar,
            "rollback" | "return" => Action::RollBack,
            _ => Action::SteerDeployment,
        };
        let is_own = deed.path == "confirm-override" && leave.asked_override;
        leave.actions.contains(&action) && !is_own
    };
    let (may, may_not): (Vec<Deed>, Vec<Deed>) = deeds.into_iter().partition(may);
    // Who assists asks for it, and somebody else lets it go.
    let asks = |deed: Deed| {
        let can_ask = deed.path == "rollback" && leave.asks_rollback;
        can_ask.then(|| Deed {
            label: "Ask to roll back",
            effect: format!("{} Somebody of level 3 or above lets it go.", deed.effect),
            ..deed
        })
    };
    let asked = may_not.into_iter().filter_map(asks);
    may.into_iter().chain(asked).collect()
}

/// Letting a rollback go that somebody asked for: it does what a rollback does. Past the point of no return it is signed instead.
pub(super) fn let_go(view: &DeploymentView, back: Option<Back>) -> Option<Deed> {
    let deed = roll_back(view, back);
    (deed.path == "rollback").then_some(Deed {
        path: "let-rollback-go",
        label: "Let the rollback go",
        ..deed
    })
}

/// Does it; answers the deployment to look at next.
pub(super) async fn perform(
    app: &SharedApp,
    request: Request,
    (id, deed): (DeploymentId, &str),
    reason: &Reason,
) -> Result<DeploymentId, Error> {
    if deed == "sign-off" {
        let wave = reason.wave.and_then(|wave| wave.checked_sub(1));
        let wave = wave.ok_or_else(|| Error::invalid("wave", "waves are counted from 1"))?;
        app.sign_off(request, id, wave).await?;
        return Ok(id);
    }
    if matches!(deed, "override" | "confirm-override") {
        let view = app.deployment_view(&request, id).await?;
        confirm::meant(&view.release, &reason.confirm)?;
        let why = (deed == "override").then_some(reason.reason.trim());
        app.override_calendar(request, id, why).await?;
        return Ok(id);
    }
    match deed {
        "let-rollback-go" => {
            let view = app.deployment_view(&request, id).await?;
            confirm::meant(&view.release, &reason.confirm)?;
            app.supervise(request, id, &reason.reason).await?;
            return Ok(id);
        }
        "decline-rollback" => {
            app.decline_return(request, id, &reason.reason).await?;
            return Ok(id);
        }
        _ => {}
    }
    if matches!(deed, "rollback" | "return") {
        let view = app.deployment_view(&request, id).await?;
        confirm::meant(&view.release, &reason.confirm)?;
        return take_back(app, request, &view, (reason, deed == "return")).await;
    }
    let wish = match deed {
        "pause" => Wish::Pause,
        "resume" => Wish::Resume,
        "cancel" => Wish::Cancel,
        other => return Err(Error::not_found("page-not-found", "action", other)),
    };
    if wish == Wish::Cancel {
        let view = app.deployment_view(&request, id).await?;
        confirm::meant(&view.release, &reason.confirm)?;
    }
    app.steer(request, id, wish, reason.reason.trim()).await?;
    Ok(id)
}

/// Going back from a deployment that has ended is a deployment of its own.
async fn take_back(
    app: &SharedApp,
    request: Request,
    view: &DeploymentView,
    (reason, past_no_return): (&Reason, bool),
) -> Result<DeploymentId, Error> {
    let reason = reason.reason.trim().to_owned();
    if !view.has_ended() {
        let wanted = ReturnRequest {
            reason,
            past_no_return,
        };
        let id = DeploymentId(view.id);
        app.roll_back_running(request, id, &wanted).await?;
        return Ok(id);
    }
    if !super::is_latest(app, &request, view).await? {
        let detail = format!("something newer was deployed to {} since", view.environment);
        return Err(Error::refused(Kind::Conflict, "deployment-state", detail)
            .hint("open the newest deployment there, and roll that one back"));
    }
    let wanted = RollbackRequest {
        product: view.product.clone(),
        environment: view.environment.clone(),
        reason,
        past_no_return,
    };
    app.roll_back(request, &wanted).await
}

/// Where the plan waits for a person's word.
fn sign_off(view: &DeploymentView) -> Option<Deed> {
    view.waiting_on.iter().find(|w| w.kind == "sign_off")?;
    let wave = view.wave?;
    let next = view.waves.get(wave as usize)?;
    let targets = counted(next.targets.len(), "target");
    let place = &view.environment;
    Some(Deed {
        path: "sign-off",
        label: "Sign off",
        effect: format!(
            "You have looked at the waves so far. “{}” begins: {targets} in {place} change to {} {}.",
            next.title, view.product, view.release
        ),
        changes: None,
        confirm: None,
        wave: Some(wave),
    })
}

/// Where the calendar is closed.
fn set_aside(view: &DeploymentView) -> Option<Deed> {
    let mut waits = view.waiting_on.iter().map(|wait| wait.kind.as_str());
    let closed = waits.find(|kind| matches!(*kind, "calendar" | "override"))?;
    let (product, release, place) = (&view.product, &view.release, &view.environment);
    let asked = closed == "override";
    Some(Deed {
        path: if asked {
            "confirm-override"
        } else {
            "override"
        },
        label: if asked {
            "Confirm the override"
        } else {
            "Deploy all the same"
        },
        effect: format!(
            "{product} {release} goes on in {place} although the calendar is closed. {}",
            match asked {
                true => "You are the second person: whoever asked does not confirm.",
                false => "It takes a second person to confirm.",
            }
        ),
        changes: None,
        confirm: Some(view.release.clone()),
        wave: None,
    })
}

fn pause() -> Deed {
    Deed {
        path: "pause",
        label: "Pause",
        effect: "Nothing new is begun; what is under way on a target is finished.".to_owned(),
        changes: None,
        confirm: None,
        wave: None,
    }
}

fn resume() -> Deed {
    Deed {
        path: "resume",
        label: "Resume",
        effect: "It goes on where it stopped.".to_owned(),
        changes: None,
        confirm: None,
        wave: None,
    }
}

fn roll_back(view: &DeploymentView, back: Option<Back>) -> Deed {
    let changed = view.waves.iter().flat_map(|wave| &wave.targets);
    let changed = changed
        .filter(|run| matches!(run.stage.as_str(), "activating" | "passed" | "failed"))
        .count();
    let targets = counted(changed, "target");
    let place = &view.environment;
    let effect = match &back {
        Some(Back { before, .. }) => format!(
            "{targets} in {place} go back to {} {}, with configuration {}.",
            view.product, before.release, before.snapshot
        ),
        None => format!("{targets} in {place} go back to what they ran before this deployment."),
    };
    let (path, label, effect) = match &view.no_return {
        None => ("rollback", "Roll back", effect),
        Some(past) => {
            let effect = format!(
                "{effect} But {past}: you sign that going back is right all the same, and say why. A newer release may be the better way."
            );
            ("return", "Sign off and roll back", effect)
        }
    };
    Deed {
        path,
        label,
        effect,
        changes: back.map(|back| back.changes),
        confirm: Some(view.release.clone()),
        wave: None,
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
        changes: None,
        confirm: Some(view.release.clone()),
        wave: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_may_do_is_offered() {
        let deed = |path| Deed { path, ..pause() };
        let all = || ["pause", "sign-off", "confirm-override", "rollback"].map(deed);
        let offered = |actions: &[Action], asked_override| -> Vec<&str> {
            let leave = Leave {
                actions: actions.iter().copied().collect(),
                asked_override,
                asks_rollback: actions == [Action::Assist],
            };
            let deeds = allowed(all().into(), &leave);
            deeds.iter().map(|deed| deed.path).collect()
        };
        assert_eq!(offered(&[], false), [""; 0]);
        assert_eq!(offered(&[Action::Assist], false), ["rollback"], "asked for");
        assert_eq!(
            offered(&[Action::SteerDeployment, Action::RollBack], false),
            ["pause", "rollback"]
        );
        let overrides = &[Action::OverrideCalendar];
        assert_eq!(offered(overrides, false), ["confirm-override"]);
        assert_eq!(offered(overrides, true), [""; 0], "they asked themselves");
    }
}
