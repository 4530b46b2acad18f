//! What several pages are made of. Each part is a type beside its template in `templates/parts`.

mod addresses;
mod changes;
mod deployment_table;
mod fingerprint;
mod hurdles;
mod issue_table;
mod named_procedure;
mod prose;
mod saving;
mod talk;
mod task_table;

pub(super) use addresses::Addresses;
pub(super) use changes::{Change, Changes};
pub(super) use deployment_table::DeploymentTable;
pub(super) use fingerprint::Fingerprint;
pub(super) use hurdles::Hurdles;
pub(super) use issue_table::{IssueTable, issue_state};
pub(super) use named_procedure::NamedProcedure;
pub(super) use prose::Prose;
pub(super) use saving::{Came, Deed, Kept, Save, Saving, saved};
pub(super) use talk::Talk;
pub(super) use task_table::{TaskTable, task_state};

use tidegate_protocol::api::DeploymentView;

/// `text` with a capital first letter and a full stop, as a person would write it.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let end = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

/// What a deployment came to, without the cause, which is told on its own.
pub(super) fn without_cause(view: &DeploymentView) -> String {
    let cause = view.cause.as_deref().unwrap_or_default();
    match view.summary.strip_suffix(&format!(": {cause}.")) {
        Some(short) => format!("{short}."),
        None => view.summary.clone(),
    }
}

/// `count` of them: `1 target`, `6 targets`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
