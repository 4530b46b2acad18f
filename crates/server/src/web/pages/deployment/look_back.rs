//! Looking back at a deployment that has ended: the form on its page, and a page with what its checks, or those of another
//! strategy, would have come to.

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        parts::counted,
        visitor::{Path, Query, Visitor},
    },
    checks::{Check, looked_back},
    number,
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::{Template, filters::HtmlSafe};
use axum::response::Response;
use serde::Deserialize;
use tidegate_domain::id::DeploymentId;
use tidegate_protocol::api::{CheckView, DeploymentView};

#[derive(Template)]
#[template(path = "deployment_look_back.html")]
struct Page {
    frame: Frame,
    id: u64,
    sentence: String,
    whose: String,
    form: Option<Form>,
    checks: Vec<Check>,
}

/// Whose checks are to be asked.
#[derive(Debug, Template)]
#[template(path = "parts/look_back.html")]
pub(super) struct Form {
    id: u64,
    /// Whether its own can be.
    has_own: bool,
    strategies: Vec<Choice>,
}

impl HtmlSafe for Form {}

#[derive(Debug)]
struct Choice {
    name: String,
    is_chosen: bool,
}

/// What the form holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    strategy: String,
}

impl Form {
    /// None where nothing can be asked, or not yet.
    pub(super) async fn of(
        app: &SharedApp,
        request: &Request,
        (view, chosen): (&DeploymentView, Option<&str>),
    ) -> Result<Option<Self>, Error> {
        if !view.has_ended() {
            return Ok(None);
        }
        let found = app.look_back_choice(request, DeploymentId(view.id)).await?;
        let choice = |name: String| Choice {
            is_chosen: chosen == Some(name.as_str()),
            name,
        };
        let form = Self {
            id: view.id,
            has_own: found.own,
            strategies: found.strategies.into_iter().map(choice).collect(),
        };
        let is_empty = !form.has_own && form.strategies.is_empty();
        Ok((!is_empty).then_some(form))
    }
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let here = format!("/deployments/{id}");
    let back = |error| Fault::back(error, &here);
    let strategy = Some(wanted.strategy.trim()).filter(|name| !name.is_empty());
    let found = app.look_back(&request, id, strategy).await.map_err(back)?;
    let view = app.deployment_view(&request, id).await?;
    let what = format!("{} {} in {}", view.product, view.release, view.environment);
    let by = strategy.map_or_else(String::new, |name| format!(" --strategy {name}"));
    let title = format!("Deployment {id}, looked back at: {what}");
    let frame = Frame::new(&title, Section::Deployments, &request).twins(
        format!("POST /api/v1/deployments/{id}/look-back"),
        format!("tidegate deployment look-back {id}{by}"),
    );
    answer(&Page {
        frame,
        id: view.id,
        sentence: sentence(&what, &found),
        whose: match strategy {
            Some(name) => format!("These are the checks of the strategy {name}"),
            None => "These are its own checks".to_owned(),
        },
        form: Form::of(&app, &request, (&view, strategy)).await?,
        checks: looked_back(&found),
    })
}

fn sentence(what: &str, found: &[CheckView]) -> String {
    let passed = found.iter().filter(|check| check.state == "passed").count();
    match found.len() {
        0 => format!("{what} was never watched for long enough to be looked back at."),
        all if passed == all => format!("{what} would have passed {}.", counted(all, "check")),
        all => format!(
            "{what} would have passed {passed} of {}.",
            counted(all, "check")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_how_many_would_have_passed() {
        let check = |state: &str| CheckView {
            check: "errors".into(),
            wave: 1,
            state: state.into(),
            dry_run: false,
            question: String::new(),
            reason: None,
            above: None,
            below: None,
            measurements: Vec::new(),
        };
        for (states, expect) in [
            (
                &[][..],
                "it was never watched for long enough to be looked back at.",
            ),
            (&["passed"], "it would have passed 1 check."),
            (
                &["passed", "no_data"],
                "it would have passed 1 of 2 checks.",
            ),
            (&["failed"], "it would have passed 0 of 1 check."),
        ] {
            let found: Vec<CheckView> = states.iter().map(|state| check(state)).collect();
            assert_eq!(sentence("it", &found), expect);
        }
    }
}
