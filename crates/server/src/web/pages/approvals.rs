//! What is approved of a deployment: digest by digest, what differs from what was approved there last, who said what, and
//! what else keeps it from beginning.

mod findings;

use super::{
    super::{
        confirm,
        fault::Fault,
        frame::{Frame, Section, answer},
        offer::{self, Place},
        parts::{Fingerprint, Prose},
        state::State as Shown,
        visitor::{Path, Submitted, Visitor},
    },
    deployment::number,
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use findings::Finding;
use serde::Deserialize;
use tidegate_domain::{access::Action, control::Verdict, id::DeploymentId};
use tidegate_protocol::api::{
    ApprovalRequest, ApprovalsView, DeploymentView, PartView, ReturnView, SaidView,
};

#[derive(Template)]
#[template(path = "approvals.html")]
struct Page {
    frame: Frame,
    sentence: String,
    deployment: DeploymentView,
    stops: Vec<Prose>,
    form: Option<Form>,
    /// Why there is no form.
    barred: Option<Prose>,
    /// Whether somebody may let go what was asked for under supervision.
    may_release: bool,
    before: Option<u64>,
    differences: Vec<String>,
    contents: Vec<Content>,
    whole: String,
    parts: Vec<Part>,
    said: Vec<Said>,
    /// Whose yes would count towards what is missing.
    could: String,
    findings: Vec<Finding>,
    returns: Vec<Return>,
}

/// What it went back to, and what was found of that.
struct Return {
    release: String,
    findings: Vec<Finding>,
    snapshot: u64,
    /// Why nothing could be judged.
    unjudged: Option<String>,
}

/// What a person's word is bound to.
struct Form {
    parts: String,
    release: String,
}

struct Content {
    component: String,
    version: String,
    digest: String,
    href: String,
    is_changed: bool,
}

struct Part {
    name: String,
    hash: Option<Fingerprint>,
}

struct Said {
    by: String,
    state: Shown,
    note: String,
    counts: bool,
}

/// A person's word.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    note: String,
    #[serde(default)]
    parts: String,
    #[serde(default)]
    confirm: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let deployment = app.deployment_view(&request, id).await?;
    let approvals = app.approvals(&request, id).await?;
    let cleared = app.check_controls(&request, id).await?;
    let stand = Stand::of(&deployment);
    let is_own = app.own_accounts(&request).await?;
    let is_own = is_own.contains(&deployment.requested_by);
    let barred = barred(&app, &request, (&deployment, is_own)).await?;
    let place = Place::of(&deployment.product, &deployment.environment);
    let supervises = offer::barred(&app, &request, (Action::Supervise, place)).await?;
    let waits = app.waits_for_supervision(&request, id).await?;
    let frame = Frame::new(
        &format!("Approvals of deployment {id}"),
        Section::Deployments,
        &request,
    )
    .twins(
        format!("/api/v1/deployments/{id}/approvals"),
        format!("tidegate approvals {id}"),
    );
    let is_open = stand != Stand::Over;
    let stops: Vec<Prose> = match stand.has_next() {
        true => cleared.stops.iter().map(|stop| Prose::of(stop)).collect(),
        false => Vec::new(),
    };
    answer(&Page {
        sentence: sentence(&deployment, stops.len()),
        form: (is_open && barred.is_none()).then(|| Form {
            parts: approvals.parts.clone(),
            release: deployment.release.clone(),
        }),
        barred: barred.filter(|_| is_open),
        may_release: is_open && waits && supervises.is_none() && !is_own,
        stops,
        findings: findings::of(&cleared.findings),
        returns: cleared.returns.iter().map(went_back).collect(),
        ..page(frame, deployment, approvals)
    })
}

fn page(frame: Frame, deployment: DeploymentView, approvals: ApprovalsView) -> Page {
    let content = |it: &tidegate_protocol::api::ApprovedContentView| Content {
        href: format!(
            "/artifacts/{}/{}/{}",
            deployment.product, it.component, it.digest
        ),
        component: it.component.clone(),
        version: it.version.clone(),
        digest: it.digest.clone(),
        is_changed: it.changed,
    };
    Page {
        frame,
        sentence: String::new(),
        stops: Vec::new(),
        form: None,
        barred: None,
        may_release: false,
        before: approvals.before,
        differences: approvals.differences,
        contents: approvals.contents.iter().map(content).collect(),
        whole: approvals.parts,
        parts: approvals.hashes.iter().map(part).collect(),
        said: approvals.said.into_iter().map(said).collect(),
        could: approvals.could.join(", "),
        findings: Vec::new(),
        returns: Vec::new(),
        deployment,
    }
}

pub(in crate::web) async fn say(
    app: State,
    Visitor(request): Visitor,
    Path((id, verdict)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let id = number(&id)?;
    let here = format!("/deployments/{id}/approvals");
    let back = |error| Fault::back(error, &here);
    spoken(&app, request, (id, &verdict), &word)
        .await
        .map_err(back)?;
    Ok(Redirect::to(&here))
}

async fn spoken(
    app: &SharedApp,
    request: Request,
    (id, verdict): (DeploymentId, &str),
    word: &Word,
) -> Result<(), Error> {
    let verdict = match verdict {
        "approve" => Verdict::Approved,
        "turn-down" => Verdict::TurnedDown,
        "let-go" => return app.supervise(request, id, "").await,
        other => return Err(Error::not_found("page-not-found", "action", other)),
    };
    if verdict == Verdict::Approved {
        let view = app.deployment_view(&request, id).await?;
        confirm::meant(&view.release, &word.confirm)?;
    }
    let said = ApprovalRequest {
        note: word.note.trim().to_owned(),
        parts: Some(word.parts.clone()).filter(|parts| !parts.is_empty()),
    };
    app.approve(request, id, verdict, &said).await.map(drop)
}

/// Why whoever looks does not decide.
async fn barred(
    app: &SharedApp,
    request: &Request,
    (deployment, is_own): (&DeploymentView, bool),
) -> Result<Option<Prose>, Error> {
    if is_own {
        let why = "you asked for it, so somebody else approves it";
        return Ok(Some(Prose::of(why)));
    }
    let place = Place::of(&deployment.product, &deployment.environment);
    offer::barred(app, request, (Action::Approve, place)).await
}

/// What people's words and controls may still keep from happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Nothing was changed yet.
    Begins,
    /// More waves come.
    NextWave,
    /// The last wave is under way.
    LastWave,
    /// It goes forward no more.
    Over,
}

impl Stand {
    fn of(view: &DeploymentView) -> Self {
        let is_last = view
            .wave
            .is_some_and(|wave| wave as usize >= view.waves.len());
        match view.status.as_str() {
            "requested" | "preparing" => Self::Begins,
            "rolling" if is_last => Self::LastWave,
            "rolling" => Self::NextWave,
            _ => Self::Over,
        }
    }

    const fn has_next(self) -> bool {
        matches!(self, Self::Begins | Self::NextWave)
    }
}

fn sentence(view: &DeploymentView, stops: usize) -> String {
    let what = format!("{} {} to {}", view.product, view.release, view.environment);
    let held = match &view.held {
        Some(_) => " It is held: its own page says why.",
        None => "",
    };
    let from = match Stand::of(view) {
        Stand::Over => {
            let status = view.status.replace('_', " ");
            return format!("{what} is {status}: there is nothing to approve any more.");
        }
        Stand::LastWave => {
            return format!(
                "{what} is in its last wave: no word and no control keeps it from that.{held}"
            );
        }
        Stand::Begins => "beginning",
        Stand::NextWave => "its next wave",
    };
    let things = match stops {
        0 => "No word and no control keeps".to_owned(),
        1 => "One thing keeps".to_owned(),
        count => format!("{count} things keep"),
    };
    format!("{things} {what} from {from}.{held}")
}

fn went_back(view: &ReturnView) -> Return {
    Return {
        release: view.release.clone(),
        snapshot: view.snapshot,
        unjudged: view.unjudged.clone(),
        findings: findings::of(&view.findings),
    }
}

fn part(view: &PartView) -> Part {
    let name = match view.part.as_str() {
        "selector" => "limits and targets",
        name => name,
    };
    Part {
        name: name.to_owned(),
        hash: view.hash.as_deref().map(Fingerprint::of),
    }
}

fn said(view: SaidView) -> Said {
    let shape = match (view.verdict.as_str(), view.counts) {
        ("approved", true) => "steady",
        (_, true) => "failing",
        (_, false) => "unknown",
    };
    Said {
        state: Shown::new(shape, view.verdict),
        by: view.by,
        note: view.note,
        counts: view.counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told((status, wave, held): (&str, Option<u32>, Option<&str>), stops: usize) -> String {
        let wave_view = json!({ "title": "wave", "targets": [] });
        let view = json!({
            "id": 1, "product": "shop", "environment": "live", "release": "1.0.0", "snapshot": 1,
            "purpose": "promotion", "status": status, "summary": "", "strategy": "", "plan_hash": "",
            "waiting_on": [], "wave": wave, "held": held, "requested_by": "ada",
            "requested_at": "2026-01-01T00:00:00Z", "checks": [], "jobs": [], "fast_track": false,
            "waves": [wave_view, wave_view],
        });
        let view: DeploymentView = serde_json::from_value(view).unwrap();
        sentence(&view, stops)
    }

    #[test]
    fn the_headline_is_true_while_it_is_held_and_within_a_wave() {
        let held = Some("a check failed");
        for (stand, stops, expect) in [
            (
                ("requested", None, None),
                0,
                "No word and no control keeps shop 1.0.0 to live from beginning.",
            ),
            (
                ("preparing", None, held),
                1,
                "One thing keeps shop 1.0.0 to live from beginning. It is held: its own page says why.",
            ),
            (
                ("rolling", Some(1), None),
                2,
                "2 things keep shop 1.0.0 to live from its next wave.",
            ),
            (
                ("rolling", Some(1), held),
                0,
                "No word and no control keeps shop 1.0.0 to live from its next wave. It is held: its own page says why.",
            ),
            (
                ("rolling", Some(2), None),
                0,
                "shop 1.0.0 to live is in its last wave: no word and no control keeps it from that.",
            ),
            (
                ("rolled_back", None, None),
                0,
                "shop 1.0.0 to live is rolled back: there is nothing to approve any more.",
            ),
        ] {
            assert_eq!(told(stand, stops), expect);
        }
    }
}
