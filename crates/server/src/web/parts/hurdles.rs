//! What stands between a release, or a train, and live, and whose that is.

use super::{
    super::moment::{Moment, length},
    Prose,
};
use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_protocol::api::{HurdleView, HurdlesView};

/// All of it, in the order in which it comes; nothing where nothing does.
#[derive(Debug, Default, Template)]
#[template(path = "parts/hurdles.html")]
pub(in crate::web) struct Hurdles {
    sentence: String,
    rows: Vec<Hurdle>,
}

#[derive(Debug)]
struct Hurdle {
    environment: Option<String>,
    whose: String,
    what: Prose,
    remedy: Prose,
    until: Option<Moment>,
    /// How much longer it may take, in words; nothing where nobody said.
    room: String,
    is_late: bool,
}

impl HtmlSafe for Hurdles {}

impl Hurdles {
    /// As it is found.
    pub(in crate::web) fn of(view: HurdlesView, now: Timestamp) -> Self {
        let rows = view.hurdles.into_iter();
        Self {
            sentence: view.sentence,
            rows: rows.map(|it| hurdle(it, now)).collect(),
        }
    }
}

fn hurdle(view: HurdleView, now: Timestamp) -> Hurdle {
    let room = view.room_minutes.map(|minutes| match minutes {
        0.. => length(minutes * 60),
        late => format!("{} late", length(-late * 60)),
    });
    Hurdle {
        what: Prose::of(&view.what),
        remedy: Prose::of(&view.remedy),
        until: view.until.map(|at| Moment::seen(at, now)),
        is_late: view.room_minutes.is_some_and(|minutes| minutes < 0),
        room: room.unwrap_or_default(),
        environment: view.environment,
        whose: view.whose,
    }
}
