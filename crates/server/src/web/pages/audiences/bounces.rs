//! Recipients that refused to be one: nothing is sent there until somebody says that they are good.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{Place, barred},
    parts::{Prose, counted},
    visitor::{Submitted, Visitor},
};
use crate::http::access::State;
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{BounceRequest, BounceView};

/// The address of this page.
const HERE: &str = "/bounces";

#[derive(Template)]
#[template(path = "bounces.html")]
struct Page {
    frame: Frame,
    sentence: String,
    bounces: Vec<Bounced>,
    /// Why nothing can be said here.
    barred: Option<Prose>,
}

struct Bounced {
    at: Moment,
    view: BounceView,
}

/// Who, and what the other side said.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    recipient: String,
    #[serde(default)]
    reply: String,
}

impl Said {
    /// The same as programs ask for it.
    pub(in crate::web) fn wanted(self) -> BounceRequest {
        BounceRequest {
            recipient: self.recipient,
            reply: self.reply,
        }
    }
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let back = |error| Fault::back(error, "/audiences");
    let views = app.bounces(&request).await.map_err(back)?;
    let invites = (Action::Invite, Place::default());
    let now = Timestamp::now();
    let bounced = |view: BounceView| Bounced {
        at: Moment::seen(view.at, now),
        view,
    };
    answer(&Page {
        frame: Frame::new("What came back", Section::Audiences, &request)
            .twins("/api/v1/bounces", "tidegate bounce list"),
        sentence: match views.len() {
            0 => "Nothing came back.".to_owned(),
            many => format!("Nothing is sent to {}.", counted(many, "recipient")),
        },
        bounces: views.into_iter().map(bounced).collect(),
        barred: barred(&app, &request, invites).await?,
    })
}

pub(in crate::web) async fn report(
    app: State,
    Visitor(request): Visitor,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let done = app.report_bounce(request, &said.wanted()).await;
    done.map_err(|error| Fault::back(error, HERE))?;
    Ok(Redirect::to(HERE))
}

pub(in crate::web) async fn confirm(
    app: State,
    Visitor(request): Visitor,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let done = app.confirm_recipient(request, &said.wanted()).await;
    done.map_err(|error| Fault::back(error, HERE))?;
    Ok(Redirect::to(HERE))
}
