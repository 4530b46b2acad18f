//! One rehearsal: what a deployment would come to, how far each fault would get, and what that rests on.

mod curve;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::{Fingerprint, sentence},
    state::State as Shown,
    visitor::{Path, Visitor},
};
use crate::{app::Error, http::access::State};
use askama::Template;
use axum::response::Response;
use curve::Curve;
use jiff::Timestamp;
use std::cmp::Reverse;
use tidegate_domain::{duration::Millis, id::RehearsalId};
use tidegate_protocol::api::{RehearsalView, ScenarioView, SpreadView};

#[derive(Template)]
#[template(path = "rehearsal.html")]
struct Page {
    frame: Frame,
    view: RehearsalView,
    plan: Fingerprint,
    made: Moment,
    scenarios: Vec<Scenario>,
}

/// One scenario, in words and as a curve.
struct Scenario {
    number: usize,
    title: String,
    consequence: String,
    state: Shown,
    /// How many runs ended so.
    share: String,
    /// How all of them ended.
    outcomes: String,
    took: String,
    reaches: String,
    unhealthy: u32,
    back: Option<String>,
    waited: String,
    curve: Curve,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let missing = |_| Error::not_found("rehearsal-not-found", "rehearsal", &id);
    let number: u64 = id.parse().map_err(missing)?;
    let view = app.rehearsal_view(&request, RehearsalId(number)).await?;
    let title = format!("Rehearsal {number}: {} {}", view.product, view.release);
    let frame = Frame::new(&title, Section::Elsewhere, &request).twins(
        format!("/api/v1/rehearsals/{number}"),
        format!("tidegate rehearsal show {number}"),
    );
    answer(&page(frame, view))
}

fn page(frame: Frame, view: RehearsalView) -> Page {
    let scenarios = (1..).zip(&view.scenarios);
    Page {
        frame,
        plan: Fingerprint::of(&view.plan_hash),
        made: Moment::seen(view.requested_at, Timestamp::now()),
        scenarios: scenarios.map(|(i, one)| scenario(i, one, &view)).collect(),
        view,
    }
}

fn scenario(number: usize, of: &ScenarioView, view: &RehearsalView) -> Scenario {
    let mut outcomes: Vec<_> = of.outcomes.iter().collect();
    outcomes.sort_by_key(|(_, count)| Reverse(**count));
    let usual = outcomes.first().map_or("unfinished", |first| first.0);
    let said = |(word, count): &(&String, &u32)| format!("{} {count}", word.replace('_', " "));
    let waited = of.waited.iter().filter(|waited| waited.length_ms > 0);
    let waited = waited.take(1).map(|waited| {
        let kind = waited.kind.replace('_', " ");
        format!("{kind}, {}", Millis(waited.length_ms).rough())
    });
    Scenario {
        number,
        title: sentence(&of.title).trim_end_matches('.').to_owned(),
        consequence: match of.fault {
            Some(_) => sentence(&format!("it {}", of.consequence)),
            None => String::new(),
        },
        state: Shown::of_deployment(usual, usual == "held"),
        share: format!(
            "{} of {}",
            outcomes.first().map_or(0, |first| *first.1),
            view.runs
        ),
        outcomes: outcomes.iter().map(said).collect::<Vec<_>>().join(", "),
        took: rough(of.took),
        reaches: format!("{} of {}", of.exposed_max, view.targets),
        unhealthy: of.unhealthy_max,
        back: of.restored.map(|restored| back(restored, of)),
        waited: waited.collect(),
        curve: Curve::of(&of.exposure, view.targets),
    }
}

fn back(restored: SpreadView, of: &ScenarioView) -> String {
    let took = rough(restored);
    match of.restored_runs == of.exposed_runs {
        true => took,
        false => format!("{took}, {} of {}", of.restored_runs, of.exposed_runs),
    }
}

/// As most of them take at most.
fn rough(spread: SpreadView) -> String {
    Millis(spread.p90_ms).rough()
}
