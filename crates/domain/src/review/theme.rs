//! What comes up again and again, over all reviews.

use super::Review;
use crate::{
    id::TaskId,
    name::Name,
    planning::{Task, TaskState},
    text::Line,
    version::Version,
};
use jiff::Timestamp;
use std::{cmp::Reverse, collections::BTreeMap};

/// Something that reviews name again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// As they call it.
    pub name: Name,
    /// Where it came up, the newest first; each review once.
    pub heard: Vec<Heard>,
    /// The actions that were agreed on because of it and are still to be done.
    pub open: Vec<TaskId>,
    /// Those that are done.
    pub done: Vec<TaskId>,
    /// Whether it came up again after an action about it was done.
    pub came_back: bool,
}

/// A review in which something came up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Of which product.
    pub product: Name,
    /// Of which release.
    pub version: Version,
    /// When the review was begun.
    pub at: Timestamp,
    /// What its notes have in common there.
    pub title: Line,
}

/// The themes of these reviews with the actions that are known of them, those first that came up most and last.
pub fn themes(reviews: &[Review], actions: &[Task]) -> Vec<Theme> {
    let mut all: BTreeMap<&Name, Vec<Heard>> = BTreeMap::new();
    for review in reviews {
        let mut own: BTreeMap<&Name, Heard> = BTreeMap::new();
        for group in &review.groups {
            let Some(theme) = &group.theme else { continue };
            own.entry(theme).or_insert_with(|| Heard {
                product: review.product.clone(),
                version: review.version.clone(),
                at: review.begun,
                title: group.title.clone(),
            });
        }
        for (theme, heard) in own {
            all.entry(theme).or_default().push(heard);
        }
    }
    let mut themes: Vec<Theme> = all
        .into_iter()
        .map(|(name, heard)| theme(name, heard, actions))
        .collect();
    let last = |theme: &Theme| theme.heard.first().map(|heard| heard.at);
    themes.sort_by_key(|theme| (Reverse(theme.heard.len()), Reverse(last(theme))));
    themes
}

fn theme(name: &Name, mut heard: Vec<Heard>, actions: &[Task]) -> Theme {
    heard.sort_by_key(|it| Reverse(it.at));
    let last = heard.first().map(|it| it.at);
    let (mut open, mut done, mut came_back) = (Vec::new(), Vec::new(), false);
    let about = |task: &&Task| {
        let improves = task.improvement.as_ref();
        improves.and_then(|it| it.theme.as_ref()) == Some(name)
    };
    for task in actions.iter().filter(about) {
        match &task.state {
            TaskState::Open | TaskState::Started { .. } => open.push(task.id),
            TaskState::Done { at, .. } => {
                done.push(task.id);
                came_back |= last.is_some_and(|last| last > *at);
            }
            TaskState::Skipped { .. } | TaskState::Dropped { .. } => {}
        }
    }
    Theme {
        name: name.clone(),
        heard,
        open,
        done,
        came_back,
    }
}
