//! Trains in words.

use crate::{
    commands::{plan_file::room, task::due},
    ui::{ago, table},
};
use tidegate_protocol::api::{
    DepartureView, IntegrationView, TrainAmendmentView, TrainBillView, TrainMemberView,
    TrainSummary, TrainView, TrainWaitView,
};

pub(super) fn listed(all: &[TrainSummary]) -> String {
    if all.is_empty() {
        return "no train: `tidegate train plan NAME` writes an example of a plan".to_owned();
    }
    let row = |it: &TrainSummary| {
        let next = it.next.as_ref().zip(it.departure);
        vec![
            it.name.clone(),
            it.status.replace('_', " "),
            it.members.join(", "),
            next.map_or_else(String::new, |(to, at)| format!("{to} {}", due(Some(at)))),
            it.sentence.clone(),
        ]
    };
    table(
        &["train", "status", "members", "next", "how it stands"],
        all.iter().map(row),
    )
}

pub(super) fn told(view: &TrainView) -> String {
    let waits: String = view.waiting_on.iter().map(waits).collect();
    let departures = view.departures.iter().map(departure);
    let head = ["product", "release", "state", "has to be ready", "after"];
    let mut parts = vec![
        match waits.is_empty() {
            true => view.sentence.clone(),
            false => format!("{}\nIt waits:\n{}", view.sentence, waits.trim_end()),
        },
        table(&["to", "at", "barrier", "state"], departures),
        table(&head, view.members.iter().map(member)),
    ];
    parts.extend(view.integration.as_ref().map(integration));
    if !view.critical_path.is_empty() {
        let path = view.critical_path.iter();
        let path: Vec<String> = path
            .map(|it| format!("{} of {}", it.name, it.product))
            .collect();
        let room = view.room_minutes.map_or_else(|| "-".to_owned(), room);
        parts.push(format!("least room, {room}: {}", path.join(", then ")));
    }
    if !view.amendments.is_empty() {
        let head = ["changed", "before", "now", "by", "when", "why"];
        parts.push(table(&head, view.amendments.iter().map(amendment)));
    }
    parts.join("\n\n")
}

fn waits(it: &TrainWaitView) -> String {
    format!("- {}\n  {}\n", it.sentence, it.remedy)
}

fn departure(it: &DepartureView) -> Vec<String> {
    let barrier = it.tested_in.as_ref();
    let barrier = barrier.map(|it| format!("all run together in {it}"));
    vec![
        it.environment.clone(),
        due(Some(it.at)),
        barrier.unwrap_or_default(),
        it.state.replace('_', " "),
    ]
}

fn member(it: &TrainMemberView) -> Vec<String> {
    let late = match it.lateness.as_str() {
        "late" => ", late",
        "expected_late" => ", will be late",
        _ => "",
    };
    let after: Vec<&str> = it.after.iter().map(|it| it.product.as_str()).collect();
    vec![
        it.product.clone(),
        it.release.clone().unwrap_or_else(|| "not made".to_owned()),
        format!("{}{late}", it.state),
        due(it.deadline),
        after.join(", "),
    ]
}

fn integration(it: &IntegrationView) -> String {
    let head = match (it.holds, it.together_since) {
        (true, Some(at)) => format!(
            "it fits in {}; all came together in the environment before {}",
            it.environment,
            ago(at)
        ),
        (true, None) => format!("it fits in {}", it.environment),
        (false, _) => format!("it does not fit in {}:", it.environment),
    };
    let findings = it.findings.iter().map(|it| {
        let mark = if it.stops { "!" } else { "-" };
        format!("\n{mark} {}\n  {}", it.sentence, it.remedy)
    });
    head + &findings.collect::<String>()
}

fn amendment(it: &TrainAmendmentView) -> Vec<String> {
    vec![
        it.product.clone(),
        it.release.clone().unwrap_or_default(),
        it.replaced_by
            .clone()
            .unwrap_or_else(|| "dropped".to_owned()),
        it.by.clone().unwrap_or_else(|| "tidegate".to_owned()),
        ago(it.at),
        it.reason.clone(),
    ]
}

pub(super) fn bills(all: &[TrainBillView]) -> String {
    let bill = |it: &TrainBillView| {
        let head = match (it.edition, it.at) {
            (Some(edition), Some(at)) => format!("edition {edition}, {}, {}", ago(at), it.hash),
            _ => format!("as things are, {}", it.hash),
        };
        let row = |part: &tidegate_protocol::api::TrainPartView| {
            vec![
                format!("{} {}", part.product, part.release),
                part.component.clone(),
                part.version.clone(),
                part.digest.clone(),
                part.provides.join(", "),
                part.needs.join(", "),
            ]
        };
        let columns = [
            "release",
            "component",
            "version",
            "digest",
            "provides",
            "needs",
        ];
        format!("{head}\n{}", table(&columns, it.parts.iter().map(row)))
    };
    let all: Vec<String> = all.iter().map(bill).collect();
    all.join("\n")
}
