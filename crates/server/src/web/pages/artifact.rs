//! One artifact: whose signatures it carries, how it was built, what it is made of, what is known against it, and where it
//! runs.

mod materials;
mod trust;

use super::{
    super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        moment::Moment,
        parts::{Prose, counted},
        visitor::{Path, Visitor},
    },
    artifacts::{Pin, pin},
};
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use materials::{Bill, Tests, Weakness};
use std::collections::BTreeMap;
use tidegate_protocol::api::{
    ArtifactView, AttachedView, PlaceView, QuarantineView, StatementView,
};
use trust::KeySet;

/// How many of the targets that run it are named.
const NAMED: usize = 12;

#[derive(Template)]
#[template(path = "artifact.html")]
struct Page {
    frame: Frame,
    sentence: String,
    /// What keeps it in quarantine, and how that is supplied.
    quarantine: Vec<(Prose, Prose)>,
    /// What its signatures lack.
    lacks: Option<Prose>,
    repository: String,
    digest: String,
    tags: Vec<String>,
    held_by: Option<Pin>,
    waiting: Option<String>,
    sets: Vec<KeySet>,
    statements: Vec<StatementView>,
    bills: Vec<Bill>,
    weaknesses: Vec<Weakness>,
    tests: Vec<Tests>,
    places: Vec<Place>,
    attached: Vec<Attached>,
}

/// Where it runs, by environment and release.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    environment: String,
    product: String,
    release: String,
    count: usize,
    targets: String,
}

struct Attached {
    kind: String,
    media_type: String,
    when: Moment,
    why: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, component, reference)): Path<(String, String, String)>,
) -> Result<Response, Fault> {
    let of = (product.as_str(), component.as_str(), reference.as_str());
    let view = app.artifact(&request, of).await;
    let view = view.map_err(|error| Fault::back(error, "/artifacts"))?;
    let separator = if reference.contains(':') { '@' } else { ':' };
    let name = format!("{product}/{component}{separator}{reference}");
    let called = match separator {
        '@' => view.repository.clone(),
        _ => format!("{} {reference}", view.repository),
    };
    let frame = Frame::new(&called, Section::Artifacts, &request).twins(
        format!("/api/v1/artifacts/{product}/{component}/{reference}"),
        format!("tidegate artifact show {name}"),
    );
    answer(&page(frame, &called, &view))
}

fn page(frame: Frame, called: &str, view: &ArtifactView) -> Page {
    let now = Timestamp::now();
    Page {
        frame,
        sentence: sentence(called, view),
        quarantine: view.quarantine.iter().flat_map(kept_in).collect(),
        lacks: view
            .unsigned_because
            .as_deref()
            .map(|why| Prose::exactly(&format!("{why}."))),
        repository: view.repository.clone(),
        digest: view.digest.clone(),
        tags: view.tags.clone(),
        held_by: view.kept_for.as_deref().map(pin),
        waiting: waiting(view.waiting),
        sets: view.signatures.iter().map(trust::key_set).collect(),
        statements: view.statements.clone(),
        bills: view
            .bills
            .iter()
            .map(|it| materials::bill(it, now))
            .collect(),
        weaknesses: view.bills.iter().flat_map(materials::weaknesses).collect(),
        tests: view.tests.iter().map(materials::tests).collect(),
        places: places(&view.runs),
        attached: view.attached.iter().map(|it| attached(it, now)).collect(),
    }
}

fn kept_in(quarantine: &QuarantineView) -> Vec<(Prose, Prose)> {
    let told = quarantine.lacks.iter().map(|lack| {
        let what = match lack.control.as_str() {
            "" => lack.what.clone(),
            control => format!("control {control}: {}", lack.what),
        };
        (Prose::exactly(&what), Prose::of(&lack.remedy))
    });
    told.collect()
}

fn sentence(called: &str, view: &ArtifactView) -> String {
    let signed = match view.signed {
        true => "is signed by all it takes",
        false => "does not count as signed",
    };
    let runs = match view.runs.len() {
        0 => "runs nowhere".to_owned(),
        count => format!("runs on {}", counted(count, "target")),
    };
    format!("{called} {signed}, and {runs}.")
}

fn waiting(count: u64) -> Option<String> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    (count > 0).then(|| {
        let what = counted(count, "attachment");
        format!("{what} still to be read: what is said here may change.")
    })
}

fn places(runs: &[PlaceView]) -> Vec<Place> {
    let mut places: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for place in runs {
        let key = (
            place.environment.as_str(),
            place.product.as_str(),
            place.release.as_str(),
        );
        places.entry(key).or_default().push(&place.target);
    }
    let place = |((environment, product, release), targets): (_, Vec<&str>)| Place {
        environment: String::from(environment),
        product: String::from(product),
        release: String::from(release),
        count: targets.len(),
        targets: named(&targets),
    };
    places.into_iter().map(place).collect()
}

fn named(targets: &[&str]) -> String {
    let some = targets.iter().take(NAMED).copied();
    let mut text = some.collect::<Vec<_>>().join(", ");
    if targets.len() > NAMED {
        text = format!("{text} and {} more", targets.len() - NAMED);
    }
    text
}

fn attached(attached: &AttachedView, now: Timestamp) -> Attached {
    let kind = match attached.kind.as_str() {
        "bill" => "bill of materials",
        "tests" => "test report",
        "other" => "something else",
        "beyond" => "not looked at",
        kind => kind,
    };
    Attached {
        kind: kind.to_owned(),
        media_type: attached.media_type.clone(),
        when: Moment::seen(attached.received_at, now),
        why: attached.why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_by_release_and_many_targets_are_cut() {
        let place = |number: usize| PlaceView {
            environment: "live".into(),
            target: format!("t{number}"),
            product: "shop".into(),
            release: "1.0.0".into(),
        };
        let runs: Vec<_> = (0..14).map(place).collect();
        let told = places(&runs);
        assert_eq!((told.len(), told[0].count), (1, 14));
        assert!(told[0].targets.ends_with("t11 and 2 more"));
    }
}
