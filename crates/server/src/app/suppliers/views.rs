//! What is known of suppliers, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use tidegate_domain::{
    name::Name,
    supplier::{
        Incident, Notice, Observation, Response, Supplier, SupplierTask, Watch,
        grant::Handed,
        notice::Match,
        probe::{Means, Probe},
        response::ResponseStatus,
        task::TaskStatus,
    },
};
use tidegate_protocol::api::{
    IncidentView, ObservationView, ResponseView, SupplierLinkView, SupplierNoticeView,
    SupplierPlaceView, SupplierTaskView,
};

pub(super) fn notice(notice: &Notice, supplier: Option<&Supplier>) -> SupplierNoticeView {
    let edition = notice.current();
    let announcement = &edition.announcement;
    let promised = |it: &Supplier| it.notice_by(announcement.kind, announcement.begins()?);
    SupplierNoticeView {
        id: notice.id.0,
        supplier: notice.supplier.to_string(),
        number: notice.number.to_string(),
        kind: announcement.kind.word().to_owned(),
        title: announcement.title.to_string(),
        description: announcement.description.to_string(),
        components: names(&announcement.components),
        environments: names(&announcement.environments),
        version: announcement.version.as_ref().map(ToString::to_string),
        times: announcement.times.as_ref().map(ToString::to_string),
        begins: announcement.begins(),
        ends: announcement.ends(),
        status: notice.status.word().to_owned(),
        told: told(notice, supplier),
        seen: seen(notice),
        left: supplier.map(|it| left(notice, it)).unwrap_or_default(),
        source: edition.source.to_string(),
        edition: edition.edition.0,
        at: edition.at,
        due: supplier.and_then(promised),
        doubtful: notice.is_doubtful(),
    }
}

/// What became of it, with where that is so as long as it is not so everywhere.
fn told(notice: &Notice, supplier: Option<&Supplier>) -> String {
    let (status, seen) = (notice.status.to_string(), seen(notice));
    if seen.is_empty() || !notice.status.is_awaited() {
        return status;
    }
    let left = supplier.map(|it| left(notice, it)).unwrap_or_default();
    let seen = seen.join(" and ");
    match left.is_empty() {
        true => format!("{status}; seen of {seen}"),
        false => format!(
            "{status}; seen of {seen}, and not yet of {}",
            left.join(" and ")
        ),
    }
}

fn seen(notice: &Notice) -> Vec<String> {
    let all = notice.seen().iter();
    all.map(|it| format!("{} in {}", it.component, it.environment))
        .collect()
}

fn left(notice: &Notice, supplier: &Supplier) -> Vec<String> {
    let all = notice.left(supplier).into_iter();
    let all = all.filter(|_| notice.status.is_awaited());
    all.map(|(component, environment)| format!("{component} in {environment}"))
        .collect()
}

pub(super) fn observation(observed: &Observation) -> ObservationView {
    let deployed = &observed.deployed;
    ObservationView {
        id: observed.id.0,
        supplier: deployed.supplier.to_string(),
        component: deployed.component.to_string(),
        environment: deployed.environment.to_string(),
        from: deployed.change.from.to_string(),
        to: deployed.change.to.to_string(),
        at: deployed.change.by,
        told: deployed.change.to_string(),
        matched: observed.matched.to_string(),
        surprise: observed.matched == Match::Surprise,
    }
}

pub(super) fn place(
    (component, environment): (&Name, &Name),
    probe: Option<&Probe>,
    watch: Option<&Watch>,
) -> SupplierPlaceView {
    let known = watch.and_then(|it| it.known.as_ref());
    let silence = watch.and_then(|it| it.silence.as_ref());
    SupplierPlaceView {
        component: component.to_string(),
        environment: environment.to_string(),
        asked: probe.map(asked),
        runs: known.map(|it| it.seen.to_string()),
        since: known.map(|it| it.since),
        silence: silence.map(|it| format!("since {}: {}", it.since, it.fault)),
    }
}

/// How a version is found out.
fn asked(probe: &Probe) -> String {
    let every = probe.every;
    match &probe.by {
        Means::Header(it) => format!("header {} of {}, every {every}", it.name, it.url),
        Means::Json(it) => format!("{} of {}, every {every}", it.path, it.url),
        Means::Tag(it) => format!("tag {} of {}, every {every}", it.tag, it.repository),
        Means::Command(it) => format!("command {}, every {every}", it.run.join(" ")),
        Means::Webhook(_) => "the supplier tells it by a webhook".to_owned(),
    }
}

/// Without what counts of it.
pub(super) fn response(response: &Response) -> ResponseView {
    ResponseView {
        id: response.id.0,
        about: response.about.to_string(),
        edition: response.edition.map(|it| it.0),
        product: response.product.to_string(),
        environment: response.environment.to_string(),
        what: response.what.to_string(),
        reason: response.reason.clone(),
        by: response.by.to_string(),
        at: response.at,
        due: response.due,
        message: response.message.map(|it| it.0),
        status: response.status.word().to_owned(),
        stands: false,
        overdue: false,
        outdated: false,
        outcome: outcome(response),
    }
}

/// Who ended it and what they said, unless that is what was decided.
fn outcome(response: &Response) -> Option<String> {
    let (by, said) = match &response.status {
        ResponseStatus::Open => return None,
        ResponseStatus::Done { by, note, .. } => (by, note),
        ResponseStatus::Dropped { by, reason, .. } => (by, reason),
    };
    (*said != response.reason).then(|| format!("{by}: {said}"))
}

pub(super) fn task(task: &SupplierTask) -> SupplierTaskView {
    let answer = match &task.status {
        TaskStatus::Asked | TaskStatus::Withdrawn { .. } => None,
        TaskStatus::Acknowledged { by, .. } => Some(format!("{by} knows")),
        TaskStatus::Finished { by, note, .. } if note.is_empty() => Some(format!("{by} did it")),
        TaskStatus::Finished { by, note, .. } => Some(format!("{by} did it: {note}")),
    };
    SupplierTaskView {
        id: task.id.0,
        supplier: task.supplier.to_string(),
        title: task.title.to_string(),
        description: task.description.to_string(),
        notice: task.notice.map(|it| it.0),
        due: task.due,
        by: task.by.to_string(),
        status: task.status.word().to_owned(),
        answer,
        late: task
            .lead
            .as_ref()
            .filter(|_| task.is_asked_late())
            .map(|it| {
                format!(
                    "asked for too late: {} had to be asked for by {}",
                    it.what, it.ask_by
                )
            }),
    }
}

pub(super) fn incident(incident: &Incident) -> IncidentView {
    IncidentView {
        id: incident.id.0,
        title: incident.title.to_string(),
        component: incident.component.as_ref().map(ToString::to_string),
        began: incident.began,
        by: incident.by.to_string(),
    }
}

/// A link; of those from before the record was put back from a backup none is good.
pub(super) fn link(
    handed: &Handed,
    (now, restored): (Timestamp, Option<Timestamp>),
) -> SupplierLinkView {
    let grant = &handed.grant;
    SupplierLinkView {
        nonce: grant.nonce.to_string(),
        url: None,
        contact: grant.contact.to_string(),
        rights: grant.rights.iter().map(word).collect(),
        tasks: grant.tasks.iter().flatten().map(|it| it.0).collect(),
        until: grant.until,
        by: handed.by.to_string(),
        good: handed.is_good(now) && restored.is_none_or(|at| at <= handed.at),
    }
}

/// As files and requests write it.
pub(super) fn word<T: Serialize>(it: &T) -> String {
    let value = serde_json::to_value(it).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn names<'a>(all: impl IntoIterator<Item = &'a Name>) -> Vec<String> {
    all.into_iter().map(ToString::to_string).collect()
}
