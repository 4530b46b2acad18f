//! Handovers in words.

use super::super::task::due;
use crate::ui::{ago, table};
use tidegate_protocol::api::{
    AvailabilityView, HandoverItemView, HandoverLineView, HandoverView, HandoverWordView,
    HandoversView, SheetView, WaitingHandoverView,
};

pub(super) fn told(view: &HandoverView) -> String {
    let mut parts = vec![head(view), items(&view.items)];
    parts.extend(sheet(&view.sheet));
    parts.join("\n\n")
}

fn head(view: &HandoverView) -> String {
    let mut lines = vec![
        format!(
            "{} of {} {} is {}, edition {} by {}, {}",
            view.kind,
            view.product,
            view.version,
            view.state,
            view.edition,
            view.by,
            ago(view.at)
        ),
        view.sentence.clone(),
        dates(&view.availability),
        format!("from {} to {} ({})", view.gives, view.takers, view.template),
    ];
    for (deed, word) in [
        ("offered", &view.offered),
        ("accepted", &view.accepted),
        ("rejected", &view.rejected),
    ] {
        lines.extend(word.iter().map(|it| said(deed, it)));
    }
    if view.state == "offered" {
        lines.push(format!("accepted as {}", view.hash));
    }
    lines.join("\n")
}

fn said(deed: &str, word: &HandoverWordView) -> String {
    let note = match word.note.is_empty() {
        true => String::new(),
        false => format!(": {}", word.note),
    };
    format!("{deed} by {}, {}{note}", word.by, ago(word.at))
}

fn items(items: &[HandoverItemView]) -> String {
    let row = |it: &HandoverItemView| {
        vec![
            it.name.clone(),
            it.state.clone(),
            it.gives.clone(),
            it.title.clone(),
            remark(it),
        ]
    };
    table(&["item", "state", "who", "", ""], items.iter().map(row))
}

/// What was said of an item, or what helps.
fn remark(it: &HandoverItemView) -> String {
    if let Some(why) = &it.rejected {
        return format!("rejected: {why}");
    }
    let link = it.link.iter().cloned();
    let note = it.said.iter().map(|said| said.note.clone());
    let said: Vec<String> = note.chain(link).filter(|it| !it.is_empty()).collect();
    match (it.state.as_str(), said.is_empty()) {
        ("open", _) => it.remedy.clone(),
        (_, _) => said.join(" "),
    }
}

fn sheet(sheet: &SheetView) -> Vec<String> {
    let mut parts = Vec::new();
    if !sheet.visible.is_empty() {
        parts.push(format!("customers may see:\n{}", sheet.visible.trim_end()));
    }
    for (what, links) in [("asset", &sheet.assets), ("monitor", &sheet.monitors)] {
        let rows = links
            .iter()
            .map(|it| vec![it.name.clone(), it.title.clone(), it.link.clone()]);
        if !links.is_empty() {
            parts.push(table(&[what, "", "where"], rows));
        }
    }
    let errors = sheet.known_errors.iter().map(|it| {
        let (text, workaround) = (it.text.clone(), it.workaround.clone());
        vec![it.name.clone(), it.severity.clone(), text, workaround]
    });
    if !sheet.known_errors.is_empty() {
        let header = ["known error", "severity", "", "what helps"];
        parts.push(table(&header, errors));
    }
    let contacts = sheet.contacts.iter().map(|it| {
        let (hours, about) = (it.hours.clone(), it.about.clone());
        vec![it.name.clone(), it.who.clone(), hours, about]
    });
    if !sheet.contacts.is_empty() {
        parts.push(table(&["contact", "who", "hours", ""], contacts));
    }
    let taught = sheet.taught.iter().map(|it| {
        let (about, on) = (it.about.clone(), it.on.clone());
        vec![it.name.clone(), it.who.clone(), about, on]
    });
    if !sheet.taught.is_empty() {
        parts.push(table(&["taught", "who", "", "on"], taught));
    }
    parts
}

/// The dates of a release, which are not the same: live, announced, and generally available.
pub(in crate::commands) fn dates(view: &AvailabilityView) -> String {
    let embargo = view.embargo_until;
    let embargo = embargo.map(|at| format!(", embargo until {}", due(Some(at))));
    format!(
        "live {}, announced {}, generally available {}{}\n{}",
        due(view.live_since),
        due(view.announced_at),
        due(view.available_since),
        embargo.unwrap_or_default(),
        view.sentence
    )
}

/// The handovers of a release.
pub(super) fn listed(view: &HandoversView) -> String {
    let handovers = match view.handovers.is_empty() {
        true => "no handover is begun".to_owned(),
        false => lines(&view.handovers),
    };
    format!("{}\n\n{handovers}", dates(&view.availability))
}

/// Handovers, a line each.
pub(super) fn lines(all: &[HandoverLineView]) -> String {
    let row = |it: &HandoverLineView| {
        vec![
            format!("{} {}", it.product, it.version),
            it.kind.clone(),
            it.state.clone(),
            it.takes.clone(),
            it.sentence.clone(),
        ]
    };
    table(
        &["release", "handover", "state", "to", ""],
        all.iter().map(row),
    )
}

/// What waits of handovers.
pub(in crate::commands) fn waiting(all: &[WaitingHandoverView]) -> String {
    let row = |it: &WaitingHandoverView| {
        vec![
            format!("{} {}", it.product, it.version),
            it.kind.clone(),
            it.item.clone().unwrap_or_default(),
            match &it.why {
                Some(why) => format!("{}. {why}", it.title),
                None => it.title.clone(),
            },
            it.owner.clone(),
        ]
    };
    table(
        &["release", "handover", "item", "", "who"],
        all.iter().map(row),
    )
}
