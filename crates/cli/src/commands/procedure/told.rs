//! Procedures in words.

use crate::ui::{ago, table};
use tidegate_protocol::api::{
    NamedProcedureView, OldProcedureView, ProcedureDifferenceView, ProcedureGapView,
    ProcedureLineView, ProcedureReaderView, ProcedureSavedView, ProcedureVersionView,
    ProcedureView, ProcedureWorkView,
};

pub(super) fn listed(all: &[ProcedureLineView]) -> String {
    if all.is_empty() {
        return "no procedure is declared yet: `kind: Procedure`, by `tidegate apply`".to_owned();
    }
    let row = |it: &ProcedureLineView| {
        let state = match (it.retired, it.unread_by_me, it.overdue) {
            (true, _, _) => "not in use",
            (false, true, _) => "to be read",
            (false, false, true) => "review overdue",
            (false, false, false) => "",
        };
        vec![
            it.name.clone(),
            it.version.to_string(),
            it.owner.clone(),
            format!("{} of {}", it.bound - it.unread.min(it.bound), it.bound),
            it.review_by.clone().unwrap_or_else(|| "-".to_owned()),
            state.to_owned(),
            it.title.clone(),
        ]
    };
    let header = [
        "procedure",
        "version",
        "owner",
        "read by",
        "review by",
        "",
        "",
    ];
    table(&header, all.iter().map(row))
}

pub(super) fn told(view: &ProcedureView) -> String {
    let mut lines = vec![view.sentence.clone()];
    let binds = match view.binds.is_empty() {
        true => "nobody".to_owned(),
        false => view.binds.join(", "),
    };
    lines.push(format!("owned by {}, binds {binds}", view.owner));
    if let Some(day) = &view.review_by {
        let late = if view.overdue { ", overdue" } else { "" };
        lines.push(format!("review by {day}{late}"));
    }
    if let Some(reviewed) = &view.reviewed {
        lines.push(format!("reviewed: {reviewed}"));
    }
    if let Some(retired) = &view.retired {
        lines.push(format!("taken out of use {retired}"));
    }
    if !view.version.change.is_empty() {
        lines.push(format!("new in it: {}", view.version.change));
    }
    if view.unread_by_me {
        lines.push(format!(
            "! it binds you; when you have read it: `tidegate procedure acknowledge {} --version {}`",
            view.name, view.version.number
        ));
    }
    if !view.links.is_empty() {
        lines.push(format!("named by {}", view.links.join(", ")));
    }
    if !view.gap.unread_by.is_empty() {
        lines.push(format!("not read by {}", people(&view.gap.unread_by)));
    }
    lines.push(format!("\n{}", view.version.body.trim_end()));
    lines.join("\n")
}

fn people(all: &[ProcedureReaderView]) -> String {
    let told = all.iter().map(|it| match it.last {
        Some(last) => format!("{} (last version {last})", it.person),
        None => it.person.clone(),
    });
    told.collect::<Vec<_>>().join(", ")
}

pub(super) fn version(view: &ProcedureVersionView) -> String {
    let change = match view.change.is_empty() {
        true => String::new(),
        false => format!("\nnew in it: {}", view.change),
    };
    format!(
        "{}, version {} by {}, {}{change}\n\n{}",
        view.title,
        view.number,
        view.by,
        ago(view.at),
        view.body.trim_end()
    )
}

pub(super) fn history(all: &[ProcedureVersionView]) -> String {
    let row = |it: &ProcedureVersionView| {
        let minor = if it.minor { "small correction" } else { "" };
        vec![
            it.number.to_string(),
            it.by.clone(),
            ago(it.at),
            it.origin.clone(),
            minor.to_owned(),
            it.change.clone(),
        ]
    };
    let header = ["version", "by", "written", "in", "", "what is new"];
    table(&header, all.iter().map(row))
}

pub(super) fn difference(view: &ProcedureDifferenceView) -> String {
    let mut lines = vec![match view.changes.is_empty() {
        true => format!(
            "nothing differs between versions {} and {}",
            view.from, view.to
        ),
        false => format!(
            "from version {} to {}: {}",
            view.from,
            view.to,
            view.changes.join("; ")
        ),
    }];
    if !view.changes.is_empty() {
        let line = |it: &tidegate_protocol::api::ProcedureLineChangeView| {
            format!("{} {}", it.mark, it.text).trim_end().to_owned()
        };
        lines.extend(view.lines.iter().map(line));
    }
    lines.join("\n")
}

pub(super) fn gaps(all: &[ProcedureGapView]) -> String {
    let open = all.iter().filter(|it| !it.unread_by.is_empty());
    let row = |it: &ProcedureGapView| {
        let bound = it.read_by.len() + it.unread_by.len();
        vec![
            it.name.clone(),
            it.version.to_string(),
            format!("{} of {bound}", it.unread_by.len()),
            people(&it.unread_by),
        ]
    };
    let rows: Vec<_> = open.map(row).collect();
    match rows.is_empty() {
        true => "everybody whom you may see has read what binds them".to_owned(),
        false => table(&["procedure", "version", "not read by", ""], rows),
    }
}

pub(super) fn old(all: &[OldProcedureView]) -> String {
    if all.is_empty() {
        return "nothing that you may see goes by an old version".to_owned();
    }
    let row = |it: &OldProcedureView| {
        vec![
            it.procedure.clone(),
            it.version.to_string(),
            it.in_force.to_string(),
            it.what.clone(),
            it.remedy.clone(),
        ]
    };
    let header = ["procedure", "version", "in force", "what", "what helps"];
    table(&header, all.iter().map(row))
}

/// What saving changed, or would change, in words.
pub(super) fn saved(view: &ProcedureSavedView) -> String {
    let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let changes = view.changes.iter().map(|it| format!("  {it}"));
    let both = view.conflicts.iter().map(|it| {
        let (theirs, mine) = (or_nothing(&it.theirs), or_nothing(&it.mine));
        format!("! {}: {theirs} there, {mine} here", it.path)
    });
    let merged = "what others saved in between is in it".to_owned();
    let came_to = match (view.saved, view.conflicts.len(), view.changes.is_empty()) {
        (true, _, _) => format!("version {} is saved", view.version),
        (false, 0, true) => format!("nothing differs from version {}", view.version),
        (false, 0, false) => "that would be changed".to_owned(),
        (false, many, _) => format!(
            "both changed the same in {many} places: settle that, and save on version {}",
            view.version
        ),
    };
    let lines = changes.chain(both);
    let lines = lines.chain(view.merged.then_some(merged)).chain([came_to]);
    lines.collect::<Vec<String>>().join("\n")
}

/// The procedure that something names.
pub(in super::super) fn named(view: &NamedProcedureView) -> String {
    let (name, version, in_force) = (&view.name, view.version, view.in_force);
    let old = match view.old {
        true => format!(", an old version: {in_force} is in force"),
        false => String::new(),
    };
    let unread = unread(view).map(|it| format!("; {it}"));
    format!(
        "by procedure {name}, version {version}{old}{}",
        unread.unwrap_or_default()
    )
}

/// That a procedure binds whoever asks, and they have not read it.
pub(in super::super) fn unread(view: &NamedProcedureView) -> Option<String> {
    view.unread_by_me.then(|| {
        format!(
            "procedure {0} binds you, and you have not acknowledged version {1}: `tidegate procedure show {0}`",
            view.name, view.in_force
        )
    })
}

/// Procedures that wait for somebody.
pub(in super::super) fn work(all: &[ProcedureWorkView]) -> String {
    let row = |it: &ProcedureWorkView| {
        let what = match &it.due {
            Some(due) => format!("review, due by {due}"),
            None => format!("read version {}", it.version),
        };
        vec![it.name.clone(), it.title.clone(), what, it.owner.clone()]
    };
    table(
        &["procedure", "", "what is to do", "owner"],
        all.iter().map(row),
    )
}
