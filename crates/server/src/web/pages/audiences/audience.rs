//! One audience: whom it reaches now, whom it does not, and why.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{Place, barred},
    parts::{Prose, counted},
    visitor::{Path, Query, Submitted, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeSet;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{AddressedView, AudienceView, LeftOutView};

#[derive(Template)]
#[template(path = "audience.html")]
struct Page {
    frame: Frame,
    sentence: String,
    /// What came of asking them.
    asked: Option<String>,
    channels: String,
    addressed: Vec<AddressedView>,
    left_out: Vec<LeftOut>,
    may_invite: bool,
    audience: AudienceView,
}

struct LeftOut {
    why: Prose,
    /// Whether what went there came back.
    bounced: bool,
    view: LeftOutView,
}

/// How many were just asked.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Came {
    asked: Option<u32>,
}

/// Whether those are asked, too, who did not answer.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wish {
    #[serde(default)]
    again: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Fault> {
    let back = |error| Fault::back(error, "/audiences");
    let mut audience = app.audience(&request, &name).await.map_err(back)?;
    let bounces = app.bounces(&request).await?.into_iter();
    let bounces: BTreeSet<String> = bounces.map(|it| it.recipient).collect();
    let invites = (Action::Invite, Place::default());
    let barred = barred(&app, &request, invites).await?;
    let left_out = |view: LeftOutView| LeftOut {
        why: Prose::exactly(&view.why),
        bounced: bounces.contains(&view.who),
        view,
    };
    let left_outs = std::mem::take(&mut audience.left_out);
    answer(&Page {
        frame: Frame::new(&audience.title, Section::Audiences, &request).twins(
            format!("/api/v1/audiences/{name}"),
            format!("tidegate audience show {name}"),
        ),
        sentence: sentence(&audience, left_outs.len()),
        asked: came.asked.map(asked),
        channels: audience.channels.join(", "),
        addressed: std::mem::take(&mut audience.addressed),
        left_out: left_outs.into_iter().map(left_out).collect(),
        may_invite: barred.is_none(),
        audience,
    })
}

fn sentence(audience: &AudienceView, left_out: usize) -> String {
    let title = &audience.title;
    let reached = usize::try_from(audience.recipients).unwrap_or(usize::MAX);
    match (reached, left_out) {
        (0, 0) => format!("Nobody is in “{title}”."),
        (0, _) => format!("“{title}” reaches nobody now."),
        (some, 0) => format!("“{title}” reaches {}.", counted(some, "recipient")),
        (some, not) => format!(
            "“{title}” reaches {}, and does not reach {not}.",
            counted(some, "recipient")
        ),
    }
}

fn asked(count: u32) -> String {
    match count {
        0 => "Nobody is left to ask.".to_owned(),
        1 => "1 address is asked.".to_owned(),
        many => format!("{many} addresses are asked."),
    }
}

pub(in crate::web) async fn invite(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(wish): Submitted<Wish>,
) -> Result<Redirect, Fault> {
    let here = format!("/audiences/{name}");
    let again = !wish.again.is_empty();
    let done = app.invite_stakeholders(request, &name, again).await;
    let done = done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&format!("{here}?asked={}", done.invited)))
}
