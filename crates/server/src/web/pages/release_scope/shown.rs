//! What the page shows of a scope and of notes.

use super::super::super::{moment::Moment, parts::Prose};
use jiff::Timestamp;
use tidegate_protocol::api::{
    NotesView, ScopeChangeView, ScopeGroupView, ScopeItemView, ScopeLostView, ScopeUnreadView,
    ScopeView,
};

/// A component whose history is not known.
pub(super) struct Unread {
    pub(super) component: String,
    pub(super) why: Prose,
    pub(super) hint: Prose,
}

/// What would be taken away.
pub(super) struct Lost {
    pub(super) component: String,
    pub(super) commits: Vec<String>,
    pub(super) more: u64,
}

/// Changes under a heading.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) count: u64,
    /// How many are not shown.
    pub(super) more: u64,
    pub(super) changes: Vec<Change>,
}

/// A change.
pub(super) struct Change {
    pub(super) change: String,
    pub(super) short: String,
    pub(super) area: Option<String>,
    pub(super) description: String,
    pub(super) breaking: Option<String>,
    pub(super) told: Option<String>,
    pub(super) authors: String,
    pub(super) at: Option<Moment>,
    pub(super) items: String,
    pub(super) releases: String,
    /// Whether it is part of the release, so that it can be taken out.
    pub(super) counts: bool,
    /// Whether it is a commit that was taken out, so that it can be added again.
    pub(super) is_out: bool,
}

/// A work item.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) url: Option<String>,
    pub(super) title: Option<String>,
    pub(super) state: String,
    pub(super) changes: u64,
    pub(super) closes: bool,
}

/// What one audience is told.
pub(super) struct Notes {
    pub(super) audience: String,
    pub(super) introduction: String,
    pub(super) chapters: Vec<(String, Vec<Line>)>,
    pub(super) unworded: Vec<Line>,
    pub(super) unplaced: String,
    pub(super) writers: String,
    pub(super) markdown: String,
    pub(super) written: u64,
}

/// A line that can be said otherwise.
pub(super) struct Line {
    /// Tells its form from others on the page.
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) area: Option<String>,
    pub(super) text: String,
    pub(super) detail: Option<String>,
    pub(super) remark: Option<String>,
    pub(super) by: String,
}

/// What runs where the release goes.
pub(super) fn since(scope: &ScopeView) -> String {
    let Some(since) = &scope.since else {
        return String::new();
    };
    match scope.releases.as_slice() {
        [] | [_] => format!("Since {} (deployment {}).", since.version, since.deployment),
        all => format!(
            "Since {} (deployment {}), put together from {}.",
            since.version,
            since.deployment,
            all.join(", ")
        ),
    }
}

/// Who contributed.
pub(super) fn contributors(scope: &ScopeView) -> String {
    let names = scope.contributors.iter();
    let names: Vec<String> = names
        .map(|it| format!("{} ({})", it.name, it.changes))
        .collect();
    names.join(", ")
}

/// What was left out or did nothing.
pub(super) fn remarks(scope: &ScopeView) -> Vec<String> {
    let unmatched = scope.unmatched.iter().map(|it| {
        format!(
            "What {} decided about {} does nothing: {}.",
            it.by, it.change, it.why
        )
    });
    let left_out = (scope.left_out > 0)
        .then(|| format!("{} older commits are not looked at.", scope.left_out));
    unmatched.chain(left_out).collect()
}

impl Unread {
    pub(super) fn of(view: &ScopeUnreadView) -> Self {
        Self {
            component: view.component.clone(),
            why: Prose::of(&view.why),
            hint: Prose::of(&view.hint),
        }
    }
}

impl Lost {
    pub(super) fn of(view: &ScopeLostView) -> Self {
        Self {
            component: view.component.clone(),
            commits: view.commits.clone(),
            more: view.more,
        }
    }
}

impl Group {
    pub(super) fn of(view: &ScopeGroupView, now: Timestamp) -> Self {
        let shown = u64::try_from(view.changes.len()).unwrap_or(u64::MAX);
        Self {
            title: view.title.clone(),
            count: view.count,
            more: view.count.saturating_sub(shown),
            changes: view.changes.iter().map(|it| change(it, now)).collect(),
        }
    }
}

fn change(view: &ScopeChangeView, now: Timestamp) -> Change {
    Change {
        change: view.change.clone(),
        short: view.short.clone(),
        area: view.area.clone(),
        description: view.description.clone(),
        breaking: view.breaking.clone(),
        told: view.told.clone(),
        authors: view.authors.join(", "),
        at: view.at.map(|at| Moment::seen(at, now)),
        items: view.items.join(", "),
        releases: view.releases.join(", "),
        counts: matches!(view.standing.as_str(), "counts" | "added"),
        is_out: view.standing == "taken-out" && !view.change.starts_with('+'),
    }
}

impl Item {
    pub(super) fn of(view: &ScopeItemView) -> Self {
        Self {
            key: view.key.clone(),
            url: view.url.clone(),
            title: view.title.clone(),
            state: view.state.clone().unwrap_or_default(),
            changes: view.changes,
            closes: view.closes,
        }
    }
}

impl Notes {
    pub(super) fn of(view: NotesView) -> Self {
        let mut number = 0;
        let mut id = || {
            number += 1;
            format!("line-{number}")
        };
        let mut chapters = Vec::new();
        for chapter in view.chapters {
            let line = |it: tidegate_protocol::api::NotesLineView| Line {
                id: id(),
                subject: it.subject,
                area: it.area,
                text: it.text,
                detail: it.detail,
                remark: it.remark,
                by: it.written_by.join(", "),
            };
            chapters.push((chapter.title, chapter.lines.into_iter().map(line).collect()));
        }
        let unworded = view.unworded.into_iter().map(|it| Line {
            id: id(),
            subject: it.change,
            area: None,
            text: it.description,
            detail: None,
            remark: None,
            by: String::new(),
        });
        Self {
            audience: format!("{}s", view.audience),
            introduction: view.introduction.unwrap_or_default(),
            unworded: unworded.collect(),
            chapters,
            unplaced: view.unplaced.join(", "),
            writers: view.writers.join(", "),
            markdown: view.markdown,
            written: view.written,
        }
    }
}
