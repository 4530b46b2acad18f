//! A table of issues.

use super::super::state::State as Shown;
use askama::{Template, filters::HtmlSafe};
use tidegate_protocol::api::IssueView;

/// Issues, of one release or of several.
#[derive(Debug, Template)]
#[template(path = "parts/issue_table.html")]
pub(in crate::web) struct IssueTable {
    label: &'static str,
    shows_release: bool,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    state: Shown,
    view: IssueView,
}

impl HtmlSafe for IssueTable {}

impl IssueTable {
    /// Of several releases, or of one.
    pub(in crate::web) fn of(
        label: &'static str,
        issues: Vec<IssueView>,
        shows_release: bool,
    ) -> Self {
        let row = |view: IssueView| Row {
            state: issue_state(&view),
            view,
        };
        Self {
            label,
            shows_release,
            rows: issues.into_iter().map(row).collect(),
        }
    }

    /// Whether there is none.
    pub(in crate::web) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// How far an issue is, with how bad it is.
pub(in crate::web) fn issue_state(issue: &IssueView) -> Shown {
    let shape = match (issue.state.as_str(), issue.severity.as_str()) {
        ("open", "high" | "critical") => "failing",
        ("open", _) => "waiting",
        ("started", _) => "moving",
        ("resolved", _) => "steady",
        (_, _) => "held",
    };
    Shown::new(shape, issue.state.clone())
}
