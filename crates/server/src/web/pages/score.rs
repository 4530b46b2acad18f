//! How large and how risky it is to deploy a release, with the terms in words and what would lower them.

pub(in crate::web) mod backtest;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::typed,
    parts::Prose,
    visitor::{Path, Query, Visitor},
};
use crate::{app::score::ScoreOf, http::access::State};
use askama::Template;
use axum::response::Response;
use form_urlencoded::Serializer;
use jiff::{civil::DateTime, tz::TimeZone};
use serde::Deserialize;
use tidegate_protocol::api::{DeploymentScoreView, ScoreTermView};

#[derive(Template)]
#[template(path = "score.html")]
struct Page {
    frame: Frame,
    parts: [(&'static str, &'static str, u32, Vec<Term>); 2],
    /// When it would begin, as a field of a form has it; empty for now.
    at: String,
    view: DeploymentScoreView,
}

struct Term {
    remedy: Option<Prose>,
    view: ScoreTermView,
}

/// Where it would go, when, and by which weights.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    environment: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    learnt: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let asked = asked.score();
    let here = format!("/products/{product}/releases/{version}/score");
    let view = app.score(&request, (&product, &version), &asked).await;
    let mut view = view.map_err(|error| Fault::back(error, &here))?;
    let terms = |all: Vec<ScoreTermView>| all.into_iter().map(term).collect();
    let (size, risk) = (
        std::mem::take(&mut view.size_terms),
        std::mem::take(&mut view.risk_terms),
    );
    let at = view.at.strftime("%Y-%m-%dT%H:%M").to_string();
    let title = format!("Size and risk of {product} {version}");
    answer(&Page {
        frame: Frame::new(&title, Section::Elsewhere, &request).twins(
            format!("/api/v1{here}{}", address(&asked)),
            format!("tidegate score show {product} {version}{}", flags(&asked)),
        ),
        parts: [
            ("size", "Where the size comes from", view.size, terms(size)),
            ("risk", "Where the risk comes from", view.risk, terms(risk)),
        ],
        at: asked.at.map(|_| at).unwrap_or_default(),
        view,
    })
}

impl Asked {
    /// The same as programs ask for it: a browser's time is one of UTC.
    fn score(&self) -> ScoreOf {
        let moment = |text: String| match text.parse::<DateTime>() {
            Ok(at) => at
                .to_zoned(TimeZone::UTC)
                .map_or(text, |it| it.timestamp().to_string()),
            Err(_) => text,
        };
        ScoreOf {
            environment: typed(&self.environment),
            at: typed(&self.at).map(moment),
            learnt: !self.learnt.is_empty(),
        }
    }
}

fn term(view: ScoreTermView) -> Term {
    Term {
        remedy: view.remedy.as_deref().map(Prose::exactly),
        view,
    }
}

/// What was asked for, behind the address.
fn address(asked: &ScoreOf) -> String {
    let mut query = Serializer::new(String::new());
    let said = [("environment", &asked.environment), ("at", &asked.at)];
    for (name, value) in said {
        query.extend_pairs(value.iter().map(|it| (name, it)));
    }
    query.extend_pairs(asked.learnt.then_some(("learnt", "true")));
    match query.finish() {
        query if query.is_empty() => query,
        query => format!("?{query}"),
    }
}

/// The same as flags of the command.
fn flags(asked: &ScoreOf) -> String {
    let said = [("to", &asked.environment), ("at", &asked.at)];
    let said = said.into_iter().filter_map(|(flag, value)| {
        let value = value.as_ref()?;
        Some(format!(" --{flag} {value}"))
    });
    let learnt = asked.learnt.then(|| " --learnt".to_owned());
    said.chain(learnt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_time_is_one_of_utc_and_goes_into_the_twins() {
        let asked = |at: &str| {
            let (environment, learnt) = ("live".to_owned(), "yes".to_owned());
            let at = at.to_owned();
            let asked = Asked {
                environment,
                at,
                learnt,
            };
            asked.score()
        };
        let some = asked("2026-12-04T15:30");
        assert_eq!(some.at.as_deref(), Some("2026-12-04T15:30:00Z"));
        assert_eq!(asked("2026-12-04T15:30:00Z").at, some.at);
        assert_eq!(
            address(&some),
            "?environment=live&at=2026-12-04T15%3A30%3A00Z&learnt=true"
        );
        assert_eq!(
            flags(&some),
            " --to live --at 2026-12-04T15:30:00Z --learnt"
        );
        assert_eq!(address(&ScoreOf::default()), "");
    }
}
