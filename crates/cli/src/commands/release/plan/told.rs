//! Plans, and what became of them, in words.

use crate::{
    commands::{plan_file::room, task::due},
    ui::{ago, table},
};
use tidegate_protocol::api::{
    BookingView, MilestoneView, OverloadView, PreparedView, ReleasePlanView, TaskView,
};

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
    if !view.prepared.is_empty() {
        let header = ["ready ahead", "", "how far", "what makes it"];
        parts.push(table(&header, view.prepared.iter().map(prepared)));
    }
    parts.extend(view.unreached.iter().map(|name| {
        format!("stakeholder {name} is to be informed, and no message about the release is for them: `tidegate message write {} {}`", view.product, view.version)
    }));
    parts.extend(view.overloads.iter().map(overload));
    parts.join("\n\n")
}

fn prepared(it: &PreparedView) -> Vec<String> {
    vec![
        it.kind.clone(),
        it.name.clone(),
        it.state.clone(),
        it.remedy.clone().unwrap_or_default(),
    ]
}

fn overload(it: &OverloadView) -> String {
    let who = match it.people {
        1 => it.party.clone(),
        people => format!("{} ({people} people)", it.party),
    };
    format!(
        "{who} has more to do than there is time for: {} too much until {}: {}",
        room(it.over_minutes),
        due(Some(it.until)),
        it.tasks.join(", ")
    )
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
