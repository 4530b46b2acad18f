//! What each control finds of a deployment.

use super::super::super::{parts::Prose, state::State as Shown};
use tidegate_protocol::api::{FindingView, LackView};

/// What one control found.
pub(super) struct Finding {
    pub control: String,
    pub title: String,
    pub state: Shown,
    pub lacks: Vec<Lack>,
}

/// What does not satisfy it.
pub(super) struct Lack {
    pub what: Prose,
    pub remedy: Prose,
}

/// What stops it first, then what is lacking, then what holds.
pub(super) fn of(views: &[FindingView]) -> Vec<Finding> {
    let rank = |view: &&FindingView| match view.state.as_str() {
        "stops" | "objected" => 0,
        "waived" => 1,
        "holds" => 3,
        _ => 2,
    };
    let mut views: Vec<_> = views.iter().collect();
    views.sort_by_key(rank);
    views.into_iter().map(finding).collect()
}

fn finding(view: &FindingView) -> Finding {
    let (shape, word) = match view.state.as_str() {
        "holds" => ("steady", "holds"),
        "waived" => ("held", "set aside"),
        "stops" if view.demanded => ("failing", "stops it, by the release’s plan"),
        "stops" => ("failing", "stops it"),
        "objected" => ("failing", "does not hold, stopped nothing"),
        _ => ("unknown", "lacking, observed only"),
    };
    Finding {
        control: view.control.clone(),
        title: view.title.clone(),
        state: Shown::new(shape, word),
        lacks: view.lacks.iter().map(lack).collect(),
    }
}

fn lack(view: &LackView) -> Lack {
    Lack {
        what: Prose::exactly(&format!("{}: {}", view.of, view.what)),
        remedy: Prose::of(&view.remedy),
    }
}
