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
    let mut text = view.sentence.clone();
    text.push('\n');
    text.extend(view.waiting_on.iter().map(waits));
    text.push('\n');
    let departures = view.departures.iter().map(departure);
    text.push_str(&table(&["to", "at", "barrier", ""], departures));
    text.push('\n');
    let head = ["product", "release", "state", "has to be ready", "after"];
    text.push_str(&table(&head, view.members.iter().map(member)));
    if let Some(it) = &view.integration {
        text.push_str(&integration(it));
    }
    if !view.critical_path.is_empty() {
        let path = view.critical_path.iter();
        let path: Vec<String> = path
            .map(|it| format!("{} of {}", it.name, it.product))
            .collect();
        let path = path.join(", then ");
        let room = view.room_minutes.map_or_else(|| "-".to_owned(), room);
        text.extend(["\nleast room, ", &room, ": ", &path, "\n"]);
    }
    if !view.amendments.is_empty() {
        let head = ["changed", "before", "now", "by", "when", "why"];
        text.push('\n');
        text.push_str(&table(&head, view.amendments.iter().map(amendment)));
    }
    text
}

fn waits(it: &TrainWaitView) -> String {
    format!("it waits for {}\n  {}\n", it.sentence, it.remedy)
}

fn departure(it: &DepartureView) -> Vec<String> {
    let barrier = match it.barrier.as_str() {
        "together" => "all ran together before",
        _ => "",
    };
    vec![
        it.environment.clone(),
        due(Some(it.at)),
        barrier.to_owned(),
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
            "\nit fits in {}; all run together in the environment before since {}\n",
            it.environment,
            ago(at)
        ),
        (true, None) => format!("\nit fits in {}\n", it.environment),
        (false, _) => format!("\nit does not fit in {}:\n", it.environment),
    };
    let findings = it.findings.iter().map(|it| {
        let mark = if it.stops { "!" } else { "-" };
        format!("{mark} {}\n  {}\n", it.sentence, it.remedy)
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
        let head = match (it.edition, &it.by, it.at) {
            (Some(edition), Some(by), Some(at)) => {
                format!("edition {edition} by {by}, {}, {}", ago(at), it.hash)
            }
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
