//! Plans, and what became of them, in words.

use crate::{
    commands::task::due,
    ui::{ago, table},
};
use tidegate_protocol::api::{
    BookingView, MilestoneView, PlanEditionView, PlanSavedView, ReleasePlanView, TaskView,
};

pub(super) fn saved(view: &PlanSavedView) -> String {
    let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let changed = view.differences.iter().map(|it| {
        let (before, after) = (or_nothing(&it.before), or_nothing(&it.after));
        format!("  {}: {before} → {after}", it.path)
    });
    let both = view.conflicts.iter().map(|it| {
        let (theirs, mine) = (or_nothing(&it.theirs), or_nothing(&it.mine));
        format!("! {}: {theirs} there, {mine} here", it.path)
    });
    let late = view
        .newly_late
        .iter()
        .map(|it| format!("! {it} would be late"));
    let merged = "what others saved in between is in it".to_owned();
    let lines = changed.chain(both).chain(late);
    let lines = lines
        .chain(view.merged.then_some(merged))
        .chain([came_to(view)]);
    lines.collect::<Vec<String>>().join("\n")
}

fn came_to(view: &PlanSavedView) -> String {
    let is_same = view.differences.is_empty();
    match (view.saved, view.conflicts.len(), is_same) {
        (true, _, _) => format!("edition {} is saved", view.edition),
        (false, 0, true) => format!("nothing differs from edition {}", view.edition),
        (false, 0, false) => "that would be changed".to_owned(),
        (false, many, _) => format!(
            "both changed the same in {many} places: settle that, and save on edition {}",
            view.edition
        ),
    }
}

pub(super) fn history(editions: &[PlanEditionView]) -> String {
    let row = |it: &PlanEditionView| {
        let paths: Vec<&str> = it.differences.iter().map(|it| it.path.as_str()).collect();
        let more = match paths.len() {
            0..=4 => String::new(),
            many => format!(" and {} more", many - 4),
        };
        let shown: Vec<&str> = paths.into_iter().take(4).collect();
        vec![
            it.edition.to_string(),
            it.by.clone(),
            ago(it.at),
            format!("{}{more}", shown.join(", ")),
        ]
    };
    table(
        &["edition", "by", "saved", "changed"],
        editions.iter().map(row),
    )
}

pub(super) fn told(view: &ReleasePlanView) -> String {
    let mut parts = vec![format!(
        "{} {}: {}",
        view.product, view.version, view.sentence
    )];
    let template = view
        .template
        .as_ref()
        .map(|it| format!(", begun from {it}"));
    parts.push(format!(
        "edition {} by {}, {}{}; target {}, ends {} ({})",
        view.edition,
        view.by,
        ago(view.at),
        template.unwrap_or_default(),
        due(view.target),
        due(view.ends),
        view.time_zone,
    ));
    let involved = view
        .involved
        .iter()
        .map(|it| format!("{}: {}", it.part, it.party));
    let involved: Vec<String> = involved.collect();
    if !involved.is_empty() {
        parts.push(involved.join(", "));
    }
    if !view.milestones.is_empty() {
        let header = ["milestone", "due", "ends", ""];
        parts.push(table(&header, view.milestones.iter().map(milestone)));
    }
    if !view.tasks.is_empty() {
        let header = ["task", "", "state", "who", "due", "ends", "room"];
        parts.push(table(&header, view.tasks.iter().map(task)));
    }
    if !view.critical_path.is_empty() {
        parts.push(format!(
            "what decides when: {}",
            view.critical_path.join(" → ")
        ));
    }
    if !view.bookings.is_empty() {
        let header = ["booked", "from", "until", ""];
        parts.push(table(&header, view.bookings.iter().map(booking)));
    }
    parts.join("\n\n")
}

fn milestone(it: &MilestoneView) -> Vec<String> {
    let state = match (it.reached, it.late) {
        (true, _) => "reached",
        (false, true) => "late",
        (false, false) => "",
    };
    vec![
        it.title.clone(),
        due(it.due),
        due(it.ends),
        state.to_owned(),
    ]
}

fn task(it: &TaskView) -> Vec<String> {
    let waits = match it.waits_for.is_empty() {
        true => it.told.clone(),
        false => format!("{}, waits for {}", it.told, it.waits_for.join(", ")),
    };
    let room = it.float_minutes.map_or_else(String::new, room);
    vec![
        it.id.to_string(),
        it.title.clone(),
        waits,
        it.assignee.clone().unwrap_or_else(|| it.owner.clone()),
        due(it.due),
        due(it.ends),
        match it.critical {
            true => format!("{room} ◆"),
            false => room,
        },
    ]
}

/// Minutes as people say them.
fn room(minutes: i64) -> String {
    let word = |minutes: i64| match minutes {
        0..=119 => format!("{minutes} min"),
        120..=2879 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    };
    match minutes {
        0.. => word(minutes),
        late => format!("{} late", word(-late)),
    }
}

fn booking(it: &BookingView) -> Vec<String> {
    let who = match it.shared {
        true => format!("{} (shared)", it.environment),
        false => it.environment.clone(),
    };
    let clashes = it.clashes.iter().map(|it| format!("! {it}"));
    let clashes: Vec<String> = clashes.collect();
    vec![
        who,
        due(Some(it.from)),
        due(Some(it.until)),
        clashes.join("; "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_told_in_the_unit_people_would_use() {
        for (minutes, told) in [
            (0, "0 min"),
            (119, "119 min"),
            (180, "3 h"),
            (4320, "3 d"),
            (-90, "90 min late"),
        ] {
            assert_eq!(room(minutes), told);
        }
    }
}
