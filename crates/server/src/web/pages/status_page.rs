//! What outsiders see of a product, where its team declared a page for them; as a page, as data, and as a feed.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    state::State as Shown,
    visitor::{Guest, Path},
};
use crate::http::access::State;
use askama::Template;
use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use tidegate_domain::communication::status_page::{
    Condition, PublicMaintenance, PublicMessage, PublicState, PublicStatus,
};

#[derive(Template)]
#[template(path = "status_page.html")]
struct Page {
    frame: Frame,
    sentence: String,
    product: String,
    environments: Vec<Environment>,
    planned: Vec<Planned>,
    messages: Vec<Message>,
}

struct Environment {
    title: String,
    state: Shown,
    version: Option<String>,
}

struct Planned {
    title: String,
    from: Moment,
    until: Moment,
    words: Option<String>,
}

struct Message {
    subject: String,
    at: Moment,
    /// Made by the domain, in which nothing foreign means anything.
    html: String,
}

pub(in crate::web) async fn show(
    app: State,
    _: Guest,
    Path(product): Path<String>,
) -> Result<Response, Fault> {
    let status = app.public_status(&product).await?;
    let now = Timestamp::now();
    let frame = Frame::anonymous(&status.title, Section::Outside);
    answer(&Page {
        frame: Frame {
            twin: Some(format!("/status/{product}/status.json")),
            ..frame
        },
        sentence: sentence(&status),
        environments: status.environments.iter().map(environment).collect(),
        planned: status.planned.iter().map(|it| planned(it, now)).collect(),
        messages: status.messages.iter().map(|it| message(it, now)).collect(),
        product,
    })
}

pub(in crate::web) async fn data(
    app: State,
    _: Guest,
    Path(product): Path<String>,
) -> Result<Response, Fault> {
    Ok(Json(app.public_status(&product).await?).into_response())
}

pub(in crate::web) async fn feed(
    app: State,
    _: Guest,
    Path(product): Path<String>,
) -> Result<Response, Fault> {
    let text = app.public_feed(&product).await?;
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, text).into_response())
}

/// How it is, as a person would say it.
fn sentence(status: &PublicStatus) -> String {
    let title = &status.title;
    let of = |condition| {
        status
            .environments
            .iter()
            .filter(move |it| it.condition == condition)
    };
    let worst = [Condition::Down, Condition::Degraded, Condition::Updating];
    for condition in worst {
        let places: Vec<&str> = of(condition).map(|it| it.title.as_str()).collect();
        if !places.is_empty() {
            return format!("{title} {condition} in {}.", places.join(", "));
        }
    }
    match of(Condition::Operational).count() {
        0 => format!("How {title} does is not known."),
        _ => format!("{title} works."),
    }
}

fn environment(it: &PublicState) -> Environment {
    let shape = match it.condition {
        Condition::Operational => "steady",
        Condition::Updating => "moving",
        Condition::Degraded | Condition::Down => "failing",
        Condition::Unknown => "unknown",
    };
    Environment {
        title: it.title.clone(),
        state: Shown::new(shape, it.condition.to_string()),
        version: it.version.as_ref().map(ToString::to_string),
    }
}

fn planned(it: &PublicMaintenance, now: Timestamp) -> Planned {
    Planned {
        title: it.title.clone(),
        from: Moment::seen(it.maintenance.from, now),
        until: Moment::seen(it.maintenance.until, now),
        words: it.maintenance.words.clone(),
    }
}

fn message(it: &PublicMessage, now: Timestamp) -> Message {
    Message {
        subject: it.subject.clone(),
        at: Moment::seen(it.at, now),
        html: it.html.clone(),
    }
}
