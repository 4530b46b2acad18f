//! Suppliers in words.

use crate::ui::table;
use jiff::Timestamp;
use tidegate_protocol::api::{
    AffectedView, ImpactView, ObservationView, ReceivedNoticeView, ResponseView,
    SupplierImportView, SupplierLineView, SupplierLinkView, SupplierNoticeView, SupplierPlaceView,
    SupplierScorecardView, SupplierTaskView, SupplierView,
};

pub(super) fn listed(suppliers: &[SupplierLineView]) -> String {
    if suppliers.is_empty() {
        return "none is declared; `tidegate apply` declares them (`kind: Supplier`)".to_owned();
    }
    let row = |it: &SupplierLineView| {
        vec![
            it.name.clone(),
            it.title.clone(),
            it.components.to_string(),
            it.awaited.to_string(),
            it.waits_for.clone().unwrap_or_default(),
        ]
    };
    let header = ["supplier", "title", "components", "awaited", ""];
    table(&header, suppliers.iter().map(row))
}

pub(super) fn told(supplier: &SupplierView) -> String {
    let mut parts = vec![match supplier.title.is_empty() {
        true => supplier.name.clone(),
        false => format!("{}: {}", supplier.name, supplier.title),
    }];
    let owner = supplier.owner.as_ref();
    parts.extend(owner.map(|it| format!("{it} deals with it")));
    parts.extend(
        supplier
            .contacts
            .iter()
            .map(|it| match it.matters.is_empty() {
                true => format!("  {} <{}>", it.name, it.mail),
                false => format!("  {} <{}> for {}", it.name, it.mail, it.matters.join(", ")),
            }),
    );
    parts.extend(supplier.obligations.iter().map(|it| format!("  {it}")));
    let lead_times = supplier.lead_times.iter();
    parts.extend(lead_times.map(|(what, length)| format!("  {what}: {length}")));
    let places = supplier.places.iter().map(place);
    parts.push(section(
        "components",
        &["component", "in", "runs", "asked"],
        places,
    ));
    let open = supplier.responses.iter().map(to_do);
    let header = ["response", "what", "for", "in", "because of", "due", "by"];
    parts.push(section("to be done", &header, open));
    let notices = supplier.notices.iter().map(|it| {
        vec![
            it.id.to_string(),
            it.title.clone(),
            it.kind.clone(),
            it.times
                .clone()
                .unwrap_or_else(|| "no time is given".to_owned()),
            it.status.clone(),
        ]
    });
    let header = ["notice", "title", "kind", "when", "status"];
    parts.push(section("announced", &header, notices));
    let observed = supplier.observations.iter().map(observation);
    parts.push(section(
        "observed",
        &["observation", "component", "in", "what", "is"],
        observed,
    ));
    let tasks = supplier.tasks.iter().map(|it| {
        let due = it.due.map(moment).unwrap_or_default();
        vec![it.id.to_string(), it.title.clone(), due, it.status.clone()]
    });
    parts.push(section(
        "asked for",
        &["task", "title", "due", "status"],
        tasks,
    ));
    let incidents = supplier
        .incidents
        .iter()
        .map(|it| vec![it.id.to_string(), it.title.clone(), moment(it.began)]);
    parts.push(section(
        "incidents",
        &["incident", "title", "began"],
        incidents,
    ));
    parts.retain(|it| !it.is_empty());
    parts.join("\n")
}

fn to_do(it: &ResponseView) -> Vec<String> {
    let due = it.due.map(moment).unwrap_or_default();
    vec![
        it.id.to_string(),
        it.what.clone(),
        it.product.clone(),
        it.environment.clone(),
        it.about.clone(),
        match it.overdue {
            true => format!("{due}, overdue"),
            false => due,
        },
        it.by.clone(),
    ]
}

fn place(it: &SupplierPlaceView) -> Vec<String> {
    let runs = it.runs.clone().unwrap_or_else(|| "not known".to_owned());
    let asked = it.silence.clone().or_else(|| it.asked.clone());
    vec![
        it.component.clone(),
        it.environment.clone(),
        runs,
        asked.unwrap_or_else(|| "nobody asks".to_owned()),
    ]
}

fn observation(it: &ObservationView) -> Vec<String> {
    vec![
        it.id.to_string(),
        it.component.clone(),
        it.environment.clone(),
        it.told.clone(),
        it.matched.clone(),
    ]
}

/// A table under its name; nothing when there is none of it.
fn section(name: &str, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!("\n{name}\n{}", table(header, rows)),
    }
}

pub(super) fn received(view: &ReceivedNoticeView) -> String {
    let mut lines = vec![notice(&view.notice), view.told.clone()];
    lines.extend(view.doubts.iter().map(|it| format!("look at it: {it}")));
    lines.join("\n")
}

pub(super) fn imported(view: &SupplierImportView) -> String {
    let mut lines: Vec<String> = view.received.iter().map(received).collect();
    lines.extend(view.refused.iter().map(|it| format!("not read: {it}")));
    match lines.is_empty() {
        true => "nothing is announced in it".to_owned(),
        false => lines.join("\n\n"),
    }
}

pub(super) fn notice(it: &SupplierNoticeView) -> String {
    let listed = |all: &[String], none: &str| match all.is_empty() {
        true => none.to_owned(),
        false => all.join(", "),
    };
    let mut lines = vec![
        format!("notice {} of {}: {}", it.id, it.supplier, it.title),
        format!(
            "{} of {} in {}",
            it.kind,
            listed(&it.components, "all its components"),
            listed(&it.environments, "all environments")
        ),
    ];
    lines.extend(it.version.as_ref().map(|it| format!("to {it}")));
    lines.push(
        it.times
            .clone()
            .unwrap_or_else(|| "no time is given".to_owned()),
    );
    lines.push(it.told.clone());
    lines.push(format!(
        "{}, edition {}, their number {}",
        it.source, it.edition, it.number
    ));
    if it.doubtful {
        lines.push(format!("it counts for nothing until somebody looks at it: `tidegate supplier notice acknowledge {}`", it.id));
    }
    if !it.description.is_empty() {
        lines.push(format!("\n{}", it.description));
    }
    lines.join("\n")
}

pub(super) fn impact(view: &ImpactView) -> String {
    let mut lines = Vec::new();
    if view.products.is_empty() {
        lines.push(format!("{} touches no product that you see", view.about));
    }
    lines.extend(view.products.iter().map(affected));
    lines.extend(view.responses.iter().map(response));
    lines.extend(view.plans.iter().map(|it| {
        let when = if it.at_that_time {
            ", at that time"
        } else {
            ""
        };
        format!("meets {}: {}{when}", it.plan, it.harm)
    }));
    lines.extend(view.unknown.iter().map(|it| format!("not known: {it}")));
    if view.hidden > 0 {
        lines.push(format!("and {} of other teams", view.hidden));
    }
    lines.join("\n")
}

fn affected(it: &AffectedView) -> String {
    let mut lines = vec![
        format!("{} in {}: {}", it.product, it.environment, it.told),
        format!("  {}", it.through),
    ];
    lines.extend(it.suggested.iter().map(|one| {
        format!(
            "  usually: {} by {}, for {}",
            one.what,
            moment(one.due),
            one.reason
        )
    }));
    lines.extend(
        it.responses
            .iter()
            .map(|one| format!("  {}", response(one))),
    );
    lines.join("\n")
}

pub(super) fn response(it: &ResponseView) -> String {
    let mut stands = match (it.status.as_str(), it.stands) {
        ("open", false) => "open, and over or set aside".to_owned(),
        (status, _) => status.to_owned(),
    };
    if it.overdue {
        stands.push_str(", overdue");
    }
    if it.outdated {
        stands.push_str(", for an edition that meant something else");
    }
    if let Some(outcome) = &it.outcome {
        stands = format!("{stands} by {outcome}");
    }
    let message = it.message.map(|id| format!("; message {id} is begun"));
    format!(
        "response {}: {} for {} in {} because of {} ({stands}), {} by {}{}",
        it.id,
        it.what,
        it.product,
        it.environment,
        it.about,
        it.reason,
        it.by,
        message.unwrap_or_default()
    )
}

pub(super) fn task(it: &SupplierTaskView) -> String {
    let mut lines = vec![format!("task {} of {}: {}", it.id, it.supplier, it.title)];
    lines.extend(it.due.map(|due| format!("due {}", moment(due))));
    lines.extend(it.late.clone());
    lines.push(it.status.clone());
    lines.extend(it.answer.clone());
    lines.join("\n")
}

pub(super) fn links(views: &[SupplierLinkView]) -> String {
    if views.is_empty() {
        return "nobody was given one; `tidegate supplier link give` makes one".to_owned();
    }
    let row = |it: &SupplierLinkView| {
        let good = if it.good { "good" } else { "over" };
        vec![
            it.nonce.clone(),
            it.contact.clone(),
            it.rights.join(", "),
            moment(it.until),
            good.to_owned(),
        ]
    };
    let header = ["link", "contact", "may", "until", ""];
    table(&header, views.iter().map(row))
}

pub(super) fn scored(view: &SupplierScorecardView) -> String {
    let rows = view.rows.iter();
    let rows = rows.map(|it| vec![it.what.clone(), it.told.clone(), it.counted.clone()]);
    format!(
        "{} from {} until {}\n{}",
        view.supplier,
        moment(view.from),
        moment(view.until),
        table(&["", "", "counted"], rows)
    )
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}
