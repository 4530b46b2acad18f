//! What awaits deployment: repositories, what their tags name, which release holds it, and where it runs.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::{Fingerprint, counted},
    visitor::Visitor,
};
use crate::{
    app::query::{Shelf, ShelfLine},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_protocol::api::StatusView;

#[derive(Template)]
#[template(path = "artifacts.html")]
struct Page {
    frame: Frame,
    sentence: String,
    repositories: Vec<Repository>,
}

struct Repository {
    name: String,
    anchor: String,
    artifacts: Vec<Artifact>,
}

struct Artifact {
    /// Each with the page that it leads to, the last moved first.
    tags: Vec<(String, String)>,
    digest: Fingerprint,
    kind: &'static str,
    media_type: String,
    size: String,
    moved: Moment,
    pinned: Option<Pin>,
    /// Whether it is in quarantine.
    is_held: bool,
    runs: Option<String>,
}

/// Why something must stay, and the page about that.
pub(super) struct Pin {
    pub reason: String,
    pub href: Option<String>,
}

pub(in crate::web) async fn show(app: State, Visitor(request): Visitor) -> Result<Response, Fault> {
    let shelves = app.shelves(&request).await?;
    let status = app.status(&request).await?;
    let frame = Frame::new("Artifacts", Section::Artifacts, &request).twins(
        "GET /v2/_catalog, with a token",
        "tidegate push PRODUCT/COMPONENT:VERSION DIR",
    );
    let runs = running(&status);
    let now = Timestamp::now();
    answer(&Page {
        frame,
        sentence: sentence(&shelves, &runs),
        repositories: shelves
            .iter()
            .map(|shelf| repository(shelf, &runs, now))
            .collect(),
    })
}

/// Digest → environment → how many targets run it.
type Running = BTreeMap<String, BTreeMap<String, usize>>;

fn running(status: &StatusView) -> Running {
    let mut running = Running::new();
    for place in status.products.iter().flat_map(|p| &p.environments) {
        let components = place.targets.iter().flat_map(|t| &t.components);
        for digest in components.filter_map(|c| c.digest.as_ref()) {
            let places = running.entry(digest.clone()).or_default();
            *places.entry(place.environment.clone()).or_default() += 1;
        }
    }
    running
}

/// An artifact is listed once, whatever number of tags it has.
fn repository(shelf: &Shelf, running: &Running, now: Timestamp) -> Repository {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut artifacts: Vec<Artifact> = Vec::new();
    for line in &shelf.lines {
        match seen.get(line.digest.as_str()) {
            Some(at) => artifacts[*at].tags.push(tag(&shelf.repository, line)),
            None => {
                seen.insert(&line.digest, artifacts.len());
                artifacts.push(artifact(&shelf.repository, line, (running, now)));
            }
        }
    }
    Repository {
        name: shelf.repository.clone(),
        anchor: shelf.repository.replace('/', "-"),
        artifacts,
    }
}

fn tag(repository: &str, line: &ShelfLine) -> (String, String) {
    let href = format!("/artifacts/{repository}/{}", line.tag);
    (line.tag.clone(), href)
}

fn artifact(repository: &str, line: &ShelfLine, (running, now): (&Running, Timestamp)) -> Artifact {
    let places = running.get(&line.digest);
    let runs = places.map(|places| {
        let places: Vec<_> = places
            .iter()
            .map(|(place, count)| format!("{place} ({count})"))
            .collect();
        places.join(", ")
    });
    Artifact {
        tags: vec![tag(repository, line)],
        digest: Fingerprint::of(&line.digest),
        kind: kind(&line.media_type),
        media_type: line.media_type.clone(),
        size: line.size.map_or_else(|| "–".to_owned(), kibibytes),
        moved: Moment::seen(line.moved_at, now),
        pinned: line.pinned.as_deref().map(pin),
        is_held: line.quarantine.is_some(),
        runs,
    }
}

/// `release storefront 1.1.0` leads to that release.
pub(super) fn pin(reason: &str) -> Pin {
    let mut words = reason.split(' ');
    let href = match (words.next(), words.next(), words.next()) {
        (Some("release"), Some(product), Some(version)) => {
            Some(format!("/products/{product}/releases/{version}"))
        }
        _ => None,
    };
    Pin {
        reason: reason.to_owned(),
        href,
    }
}

fn kind(media_type: &str) -> &'static str {
    match media_type {
        kind if kind.contains("index") || kind.contains("manifest.list") => "index",
        kind if kind.contains("docker") => "Docker image",
        _ => "OCI artifact",
    }
}

fn kibibytes(bytes: u64) -> String {
    let tenths = bytes * 10 / 1024;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn sentence(shelves: &[Shelf], running: &Running) -> String {
    let lines = shelves.iter().flat_map(|shelf| {
        let lines = shelf.lines.iter();
        lines.map(move |line| (&shelf.repository, line))
    });
    let mut seen = BTreeSet::new();
    let artifacts = lines.filter(|(of, line)| seen.insert((*of, &line.digest)));
    let artifacts: Vec<&ShelfLine> = artifacts.map(|(_, line)| line).collect();
    let count = artifacts.len();
    if count == 0 {
        return "Nothing awaits deployment yet.".to_owned();
    }
    let free = artifacts.iter().filter(|it| it.pinned.is_none()).count();
    let runs = artifacts
        .iter()
        .filter(|it| running.contains_key(&it.digest))
        .count();
    let free = match free {
        0 => "every one is held by a release".to_owned(),
        1 => "1 is in no release yet".to_owned(),
        _ => format!("{free} are in no release yet"),
    };
    let what = counted(count, "tagged artifact");
    format!(
        "{what} in {}: {runs} of them run somewhere, {free}.",
        if shelves.len() == 1 {
            "1 repository".to_owned()
        } else {
            format!("{} repositories", shelves.len())
        }
    )
}
