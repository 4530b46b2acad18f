//! Entries of the journal in words.

use serde_json::Value;
use tidegate_protocol::api::EntryView;

/// What happened, as a person would say it.
pub(super) fn tell(entry: &EntryView) -> String {
    let detail = &entry.detail;
    let target = text(detail, "target");
    let reason = text(detail, "reason");
    match entry.action.as_str() {
        "deployment.requested" => format!("asked for it {}", targets(detail)),
        "deployment.started" => "began: every target prepares".to_owned(),
        "deployment.target_preparing" => format!("{target} was told to prepare"),
        "deployment.target_prepared" => format!("{target} has everything ready"),
        "deployment.wave_started" => format!("wave {} began", wave(detail)),
        "deployment.signed_off" => format!("signed off wave {}", wave(detail)),
        "deployment.target_activated" => format!("{target} was told to run it"),
        "deployment.target_passed" => format!("{target} runs it, and stayed healthy"),
        "deployment.target_failed" => format!("{target} failed: {reason}"),
        "deployment.traffic_shifted" => shifted(detail),
        "deployment.check_started" => {
            format!("check {} is asked from now on", text(detail, "check"))
        }
        "deployment.check_ended" => check_ended(detail),
        "deployment.check_retried" => format!("wants check {} asked anew", text(detail, "check")),
        "deployment.check_accepted" => because(
            &format!("accepts check {} as it is", text(detail, "check")),
            word(detail),
        ),
        "deployment.target_retried" => format!("wants {target} tried again"),
        "deployment.target_ignored" => because(&format!("ignores {target}"), word(detail)),
        "deployment.target_excluded" => because(&format!("excluded {target}"), word(detail)),
        "deployment.override_asked" => {
            because("wants to go on although the calendar is closed", reason)
        }
        "deployment.override_confirmed" => {
            "agreed to go on although the calendar is closed".to_owned()
        }
        "deployment.superseded" => "another deployment takes its place".to_owned(),
        "deployment.succeeded" => "every target in scope runs it".to_owned(),
        "deployment.held" => because("held", reason),
        "deployment.resumed" => "resumed".to_owned(),
        "deployment.rollback_started" => because("going back", cause(detail)),
        "deployment.target_restoring" => format!("{target} was told to go back"),
        "deployment.target_restored" => format!("{target} is back on what it ran before"),
        "deployment.target_stuck" => format!("{target} is stuck: {reason}"),
        "deployment.rolled_back" => "every changed target is back".to_owned(),
        "deployment.failed" => "ended without success; a person is needed".to_owned(),
        "deployment.cancel_requested" => "asked to cancel".to_owned(),
        "deployment.cancelled" => "cancelled; targets stay as they are".to_owned(),
        "rehearsal.made" => because("rehearsed it", text(detail, "found")),
        "drill.started" => "began a rollback drill".to_owned(),
        "drill.leg_began" => format!(
            "began a leg of the drill: {}",
            text(detail, "leg").replace('_', " ")
        ),
        "drill.ended" => because(&format!("the drill {}", text(detail, "ending")), reason),
        "drill.cancelled" => "cancelled the drill".to_owned(),
        "release.drafted" => "drafted the release".to_owned(),
        "release.sealed" => "sealed the release".to_owned(),
        "release.blocked" => because("blocked the release", reason),
        "release.unblocked" => "lets the release go out again".to_owned(),
        "release.reconfigured" => "took a new configuration snapshot".to_owned(),
        "catalog.changed" => "changed what is declared".to_owned(),
        "catalog.removed" => "removed what was declared".to_owned(),
        "person.signed_in" => "signed in to the pages".to_owned(),
        "person.created" => "added the person".to_owned(),
        "token.created" => "made a token".to_owned(),
        "token.revoked" => "revoked a token".to_owned(),
        "enrolment.created" => "allowed agents to join".to_owned(),
        "agent.enrolled" => "joined".to_owned(),
        "agent.connected" => "is in touch".to_owned(),
        "agent.lost" => "is out of touch".to_owned(),
        "secret.set" => "set a secret".to_owned(),
        other => other.replace(['.', '_'], " "),
    }
}

/// The page about a subject, if there is one.
pub(super) fn address(subject: &str) -> Option<String> {
    let parts: Vec<_> = subject.split('/').collect();
    match parts.as_slice() {
        ["deployment", id] => Some(format!("/deployments/{id}")),
        ["rehearsal", id] => Some(format!("/rehearsals/{id}")),
        ["release", product, version] => Some(format!("/products/{product}/releases/{version}")),
        _ => None,
    }
}

fn text<'a>(detail: &'a Value, name: &str) -> &'a str {
    detail.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn shifted(detail: &Value) -> String {
    let split = detail.get("split").unwrap_or(&Value::Null);
    match (
        text(split, "percent"),
        split.get("drains") == Some(&Value::Bool(true)),
    ) {
        ("", _) => "requests are shared out evenly".to_owned(),
        (percent, true) => {
            format!("{percent} of requests go to what changed; the next wave receives none")
        }
        (percent, false) => format!("{percent} of requests go to what changed"),
    }
}

fn check_ended(detail: &Value) -> String {
    let outcome = detail.get("outcome").unwrap_or(&Value::Null);
    let came = match text(outcome, "outcome") {
        "passed" => "passed",
        "failed" => "failed",
        "inconclusive" => "is inconclusive",
        _ => "has no data",
    };
    let what = format!("check {} {came}", text(detail, "check"));
    because(&what, text(outcome, "reason"))
}

/// A person's reason about a target.
fn word(detail: &Value) -> &str {
    text(detail.get("word").unwrap_or(&Value::Null), "reason")
}

fn because(what: &str, why: &str) -> String {
    match why {
        "" => what.to_owned(),
        _ => format!("{what}: {why}"),
    }
}

fn wave(detail: &Value) -> u64 {
    detail.get("wave").and_then(Value::as_u64).unwrap_or(0) + 1
}

fn targets(detail: &Value) -> String {
    let count = detail
        .get("targets")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    format!("on {}", super::parts::counted(count, "target"))
}

fn cause(detail: &Value) -> &str {
    let cause = detail.get("cause").unwrap_or(&Value::Null);
    match text(cause, "cause") {
        "targets" => "more targets failed than allowed",
        "check" => "a check did not pass",
        "balancers" => "requests were not shared out",
        "person" => text(cause, "reason"),
        other => other,
    }
}
