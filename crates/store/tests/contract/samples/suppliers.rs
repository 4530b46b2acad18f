//! A supplier, what it announced and was seen to do, and what is done about it.

use super::{name, time};
use tidegate_domain::{
    catalog::Document,
    digest::Digest,
    id::{NoticeId, ObservationId, ResponseId, SupplierTaskId},
    supplier::{
        Incident, Notice, Observation, Response, SupplierTask, Watch, grant::Handed, notice::Seen,
        response::About,
    },
};
use tidegate_store::WatchRow;

/// A supplier with every optional part.
pub(super) fn document() -> Document {
    let text = r#"{"name": "acme", "title": "ACME Payments", "owner": "team:shop",
        "contacts": [{"name": "Eve", "mail": "eve@acme.example", "for": ["changes", "incidents"]}],
        "time_zone": "Europe/Berlin", "time_zones": {"W. Europe Standard Time": "Europe/Berlin"},
        "components": [{"name": "gateway", "title": "Gateway", "provides": {"payments-api": "2.1.0"},
            "environments": {"staging": {}, "live": {"probe": {"by": {"header": {"url": "https://pay.acme.example/",
            "name": "x-version", "pattern": "v(.+)"}}, "every": 60000, "timeout": 5000, "agree": 3}}}}],
        "obligations": {"notice": {"change": "10d", "end-of-life": "180d"}, "windows": [{"every": {
            "starts": "2026-01-06T22:00", "rule": "FREQ=WEEKLY", "lasts": "4h", "time_zone": "Europe/Berlin"}}],
            "availability": 99.9},
        "lead_times": {"certificate": "5d"}}"#;
    Document::Supplier(Box::new(serde_json::from_str(text).unwrap()))
}

/// A component about which everything is known that can be.
pub(crate) fn watch(component: &str) -> WatchRow {
    let text = r#"{"known": {"seen": {"version": "2.4.1"}, "since": "2026-11-27T09:00:00Z", "last": "2026-11-27T10:00:00Z"},
        "candidate": {"seen": {"version": "2.5.0"}, "since": "2026-11-27T10:01:00Z", "times": 1},
        "wavering": {"among": [{"version": "2.4.1"}, {"version": "2.5.0"}], "steady": 2},
        "silence": {"since": "2026-11-27T10:02:00Z", "times": 1, "fault": {"unanswered": {"timed_out": 10000}}}}"#;
    WatchRow {
        supplier: name("acme"),
        component: name(component),
        environment: name("live"),
        asked: time(0),
        watch: serde_json::from_str::<Watch>(text).unwrap(),
    }
}

/// The same with the question that it is known by.
pub(crate) fn questioned() -> WatchRow {
    let mut row = watch("gateway");
    row.watch = row.watch.asked(Digest::of(b"what is asked"));
    row
}

/// A notice that is announced.
pub(crate) fn notice(id: u64, number: &str) -> Notice {
    let mut notice = in_status(r#""is": "announced", "since": "2026-11-27T10:00:00Z""#);
    notice.id = NoticeId(id);
    notice.number = tidegate_domain::supplier::Line::of(number);
    notice
}

/// A notice in each of its statuses, by the words of those.
pub(crate) fn notices() -> Vec<(&'static str, Notice)> {
    let at = r#""at": "2026-12-02T02:00:00Z""#;
    [
        (
            "announced",
            r#""is": "announced", "since": "2026-11-27T10:00:00Z""#.to_owned(),
        ),
        (
            "acknowledged",
            format!(r#""is": "acknowledged", "by": "ada", {at}"#),
        ),
        (
            "overdue",
            r#""is": "overdue", "since": "2026-12-02T03:00:00Z""#.to_owned(),
        ),
        (
            "happened",
            format!(r#""is": "happened", "witness": {{"observation": 1}}, {at}"#),
        ),
        (
            "happened-as-told",
            format!(r#""is": "happened", "witness": {{"person": "ada"}}, {at}"#),
        ),
        (
            "closed",
            format!(r#""is": "closed", "by": "ada", {at}, "note": "All well""#),
        ),
        ("cancelled", format!(r#""is": "cancelled", {at}"#)),
        (
            "withdrawn",
            format!(r#""is": "withdrawn", "by": "ada", {at}, "reason": "Written twice""#),
        ),
    ]
    .map(|(word, status)| (word, in_status(&status)))
    .into_iter()
    .chain([("seen", seen())])
    .collect()
}

/// One that was seen in one place.
fn seen() -> Notice {
    let notice = in_status(r#""is": "announced", "since": "2026-11-27T10:00:00Z""#);
    notice.seen_in(Seen {
        component: name("gateway"),
        environment: name("live"),
        by: ObservationId(1),
        at: time(1),
    })
}

fn in_status(status: &str) -> Notice {
    let text = format!(
        r#"{{"id": 1, "supplier": "acme", "number": "CHG1", "editions": [{{"edition": 1, "announcement": {{"kind": "change",
        "title": "Gateway 2.5.0", "description": "Faster", "components": ["gateway"], "environments": ["live"],
        "times": {{"time_zone": "Europe/Berlin", "periods": [{{"from": "2026-12-01T21:00:00Z", "until": "2026-12-02T01:00:00Z"}}],
        "cut": true}}, "version": "2.5.0", "provides": {{"payments-api": "2.2.0"}}}}, "sequence": 1,
        "stamp": "2026-11-27T09:59:00Z", "source": {{"mail": {{"from": "eve@acme.example", "vouched": "contact"}}}},
        "at": "2026-11-27T10:00:00Z"}}], "status": {{{status}}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// A deployment that nobody announced.
pub(crate) fn observation(id: u64) -> Observation {
    let mut observed = observations().swap_remove(0).1;
    observed.id = ObservationId(id);
    observed
}

/// An observed deployment, as a surprise and as one that was announced.
pub(crate) fn observations() -> Vec<(&'static str, Observation)> {
    [
        ("surprise", r#"{"is": "surprise"}"#),
        (
            "announced",
            r#"{"is": "announced", "notice": 1, "fit": {"misplaced": {"early": 7200}, "announced": "2.6.0"}}"#,
        ),
    ]
    .map(|(word, matched)| {
        let text = format!(
            r#"{{"id": 1, "deployed": {{"supplier": "acme", "component": "gateway", "environment": "live", "change": {{
            "from": {{"version": "2.4.1"}}, "to": {{"version": "2.5.0"}}, "after": "2026-12-01T21:00:00Z",
            "by": "2026-12-01T21:05:00Z", "is_back": false}}}}, "matched": {matched}}}"#
        );
        (word, serde_json::from_str(&text).unwrap())
    })
    .into()
}

/// A response to notice 1 that holds the storefront in live.
pub(crate) fn response(id: u64) -> Response {
    let mut open = responses().swap_remove(0).1;
    open.id = ResponseId(id);
    open.about = About::Notice(NoticeId(1));
    open
}

/// Each that can be done about a change, in each of its statuses.
pub(crate) fn responses() -> Vec<(&'static str, Response)> {
    let done = r#"{"is": "done", "by": "ada", "at": "2026-12-02T02:00:00Z", "note": "All well"}"#;
    let dropped =
        r#"{"is": "dropped", "by": "ada", "at": "2026-12-02T02:00:00Z", "reason": "No need"}"#;
    let until = r#"{"hold": {"until": "2026-12-02T01:00:00Z"}}"#;
    [
        ("hold", r#"{"hold": {"until": null}}"#, r#"{"is": "open"}"#),
        ("hold-until", until, dropped),
        ("reverify", r#"{"reverify": {"environment": "staging"}}"#, done),
        ("inform", r#"{"inform": {"audience": "customers"}}"#, done),
        ("accept", r#""accept""#, done),
    ]
    .map(|(word, what, status)| {
        let text = format!(
            r#"{{"id": 1, "about": {{"observation": 1}}, "product": "storefront", "environment": "live", "what": {what},
            "reason": "It may break", "by": "ada", "at": "2026-11-27T10:00:00Z", "due": "2026-12-01T21:00:00Z",
            "status": {status}}}"#
        );
        (word, serde_json::from_str(&text).unwrap())
    })
    .into_iter()
    .chain([("of-an-edition", of_an_edition())])
    .collect()
}

/// A hold about an edition of a notice, which is over.
fn of_an_edition() -> Response {
    let text = r#"{"id": 1, "about": {"notice": 1}, "edition": 2, "product": "storefront", "environment": "live",
        "what": {"hold": {"until": null}}, "reason": "It may break", "by": "ada", "at": "2026-11-27T10:00:00Z",
        "status": {"is": "dropped", "by": "ada", "at": "2026-12-02T02:00:00Z", "reason": "No need"}}"#;
    serde_json::from_str(text).unwrap()
}

/// A task that was asked for.
pub(crate) fn supplier_task(id: u64) -> SupplierTask {
    let mut asked = supplier_tasks().swap_remove(0).1;
    asked.id = SupplierTaskId(id);
    asked
}

/// A task in each of its statuses, by the words of those.
pub(crate) fn supplier_tasks() -> Vec<(&'static str, SupplierTask)> {
    let by = r#""by": "eve@acme.example", "at": "2026-11-28T10:00:00Z""#;
    [
        ("asked", r#""is": "asked""#.to_owned()),
        ("acknowledged", format!(r#""is": "acknowledged", {by}"#)),
        (
            "finished",
            format!(r#""is": "finished", {by}, "answered": "2026-11-28T09:00:00Z", "note": "Done""#),
        ),
        (
            "withdrawn",
            r#""is": "withdrawn", "by": "ada", "at": "2026-11-28T10:00:00Z""#.to_owned(),
        ),
    ]
    .map(|(word, status)| {
        let text = format!(
            r#"{{"id": 1, "supplier": "acme", "title": "Send the notes", "description": "In English", "notice": 1,
            "due": "2026-12-01T10:00:00Z", "by": "ada", "at": "2026-11-27T10:00:00Z", "status": {{{status}}}}}"#
        );
        (word, serde_json::from_str(&text).unwrap())
    })
    .into()
}

/// Something that went wrong.
pub(crate) fn incident() -> Incident {
    let text = r#"{"id": 1, "supplier": "acme", "title": "Payments down", "component": "gateway",
        "began": "2026-11-27T09:00:00Z", "by": "ada", "at": "2026-11-27T10:00:00Z"}"#;
    serde_json::from_str(text).unwrap()
}

/// A grant that is good, and one that was taken back.
pub(crate) fn grants() -> Vec<(&'static str, Handed)> {
    let text = r#"{"grant": {"server": "https://tidegate.example", "supplier": "acme", "contact": "eve@acme.example",
        "rights": ["see-tasks", "acknowledge", "finish", "see-notices", "announce"], "tasks": [1],
        "until": "2026-12-27T10:00:00Z", "nonce": "AAAAAAAAAAAAAAAAAAAAAA"}, "by": "ada", "at": "2026-11-27T10:00:00Z"}"#;
    let good: Handed = serde_json::from_str(text).unwrap();
    let back = good.clone().taken_back(name("ben"), time(1));
    let announced = good.clone().announces(time(1)).unwrap();
    vec![
        ("good", good),
        ("taken-back", back),
        ("announced", announced),
    ]
}
