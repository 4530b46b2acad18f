//! One issue: what is wrong, what became of it, and what the visitor may do about it.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    offer::{self, Place, typed},
    parts::{Prose, Talk, issue_state, sentence},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, issues::IssueDeed},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{access::Action, control::Severity, id::IssueId, talk::Subject};
use tidegate_protocol::api::{HappenedView, IssueDeedRequest, IssueView};

#[derive(Template)]
#[template(path = "issue.html")]
struct Page {
    frame: Frame,
    sentence: String,
    state: Shown,
    raised: Moment,
    past: Vec<(Moment, HappenedView)>,
    /// Whether the visitor may work on it, if it falls to them.
    works: bool,
    /// Whether they may say whose it is and how bad.
    settles: bool,
    /// Why they may not, if so.
    barred: Option<Prose>,
    severities: Vec<&'static str>,
    issue: IssueView,
    talk: Talk,
}

/// What a person says of it.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    note: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    severity: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let issue = app.issue(&request, id).await?;
    let place = Place::product(&issue.product);
    let works = offer::barred(&app, &request, (Action::WorkTask, place)).await?;
    let settles = offer::barred(&app, &request, (Action::SettleIssue, place)).await?;
    let now = Timestamp::now();
    let past = issue.past.iter().cloned();
    answer(&Page {
        frame: Frame::new(&format!("Issue {id}"), Section::Work, &request).twins(
            format!("/api/v1/issues/{id}"),
            format!("tidegate issue show {id}"),
        ),
        sentence: sentence(&issue.title),
        state: Shown::new(issue_state(&issue).shape, issue.told.clone()),
        raised: Moment::seen(issue.at, now),
        past: past.map(|it| (Moment::seen(it.at, now), it)).collect(),
        works: works.is_none(),
        settles: settles.is_none(),
        barred: works,
        severities: Severity::ALL.map(Severity::word).to_vec(),
        talk: Talk::of(&app, &request, &Subject::Issue(id)).await?,
        issue,
    })
}

pub(in crate::web) async fn carry_out(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = format!("/issues/{id}");
    let back = |error: Error| Fault::back(error, &here);
    let said = IssueDeedRequest {
        note: word.note.trim().replace("\r\n", "\n"),
        to: typed(&word.to),
        severity: typed(&word.severity),
    };
    let of = number(&id).and_then(|id| Ok((id, IssueDeed::of(&deed)?)));
    let of = of.map_err(back)?;
    app.do_issue(request, of, &said).await.map_err(back)?;
    Ok(Redirect::to(&here))
}

fn number(text: &str) -> Result<IssueId, Error> {
    let number = text.parse().map(IssueId);
    number.map_err(|_| Error::not_found("issue-not-found", "issue", text))
}
