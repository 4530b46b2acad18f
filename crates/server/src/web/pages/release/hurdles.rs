//! What stands between a release and live, as the page shows it.

use super::super::super::{
    moment::{Moment, length},
    parts::Prose,
};
use jiff::Timestamp;
use tidegate_protocol::api::HurdleView;

/// One of them.
pub(super) struct Hurdle {
    pub(super) environment: Option<String>,
    pub(super) whose: String,
    pub(super) what: Prose,
    pub(super) remedy: Prose,
    pub(super) until: Option<Moment>,
    /// How much longer it may take, in words; nothing where nobody said.
    pub(super) room: String,
    pub(super) is_late: bool,
}

/// All of them, in the order in which they come.
pub(super) fn of(views: Vec<HurdleView>, now: Timestamp) -> Vec<Hurdle> {
    views.into_iter().map(|view| hurdle(view, now)).collect()
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
