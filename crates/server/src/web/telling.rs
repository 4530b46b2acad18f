//! Entries of the journal in words.

mod beforehand;
mod handovers;
mod issues;
mod messages;
mod procedures;
mod reviews;
mod runbooks;
mod suppliers;

use super::parts::counted;
use serde_json::Value;
use std::collections::BTreeSet;
use tidegate_domain::deployment::Against;
use tidegate_protocol::api::EntryView;

/// What happened, as a person would say it.
pub(super) fn tell(entry: &EntryView) -> String {
    let (action, detail) = (entry.action.as_str(), &entry.detail);
    if let Some(event) = action.strip_prefix("deployment.") {
        of_clearance(event, detail).unwrap_or_else(|| of_deployment(event, detail))
    } else if let Some(event) = action.strip_prefix("group_run.") {
        of_group_run(event, detail)
    } else {
        of_access(action)
            .or_else(|| of_artifacts(action, detail))
            .or_else(|| beforehand::of_beforehand(action, detail))
            .or_else(|| handovers::of_handovers(action, detail))
            .or_else(|| messages::of_messages(action, detail))
            .or_else(|| reviews::of_reviews(action, detail))
            .or_else(|| runbooks::of_runbooks(action, detail))
            .or_else(|| issues::of_issues(action, detail))
            .or_else(|| procedures::of_procedures(action, detail))
            .or_else(|| suppliers::of_suppliers(action, detail))
            .unwrap_or_else(|| of_others(action, detail))
    }
}

/// What was said of a deployment, or found, before it went on.
fn of_clearance(event: &str, detail: &Value) -> Option<String> {
    let note = text(detail, "note");
    match event {
        "approved" => Some(because("approved exactly this", note)),
        "turned_down" => Some(because("turned it down", note)),
        "cleared" => Some("nothing kept the wave from beginning".to_owned()),
        "rollback_asked" => Some(because("asked to roll it back", text(detail, "reason"))),
        "rollback_let_go" => Some(because("let the rollback go that was asked for", note)),
        "rollback_declined" => Some(because("declined the rollback", note)),
        "rollback_overtaken" => Some("overtook the rollback that was asked for".to_owned()),
        "return_judged" => Some(judged(detail)),
        _ => None,
    }
}

/// What controls said of what a deployment went back to.
fn judged(detail: &Value) -> String {
    let release = text(detail, "release");
    let objections = detail.get("objections").and_then(Value::as_array);
    let objections = objections.into_iter().flatten().filter_map(Value::as_str);
    let objections: Vec<&str> = objections.collect();
    match objections.as_slice() {
        [] => format!("no enforced control objects to going back to {release}"),
        some => because(
            &format!("goes back to {release} all the same"),
            &some.join("; "),
        ),
    }
}

/// What happened to a deployment.
fn of_deployment(event: &str, detail: &Value) -> String {
    let target = text(detail, "target");
    let reason = text(detail, "reason");
    match event {
        "requested" => format!("asked for it {}", targets(detail)),
        "started" => "began: every target prepares".to_owned(),
        "target_preparing" => format!("{target} was told to prepare"),
        "target_prepared" => format!("{target} has everything ready"),
        "wave_started" => format!("wave {} began", wave(detail)),
        "signed_off" => format!("signed off wave {}", wave(detail)),
        "target_activated" => format!("{target} was told to run it"),
        "target_passed" => format!("{target} runs it, and stayed healthy"),
        "target_failed" => format!("{target} failed: {reason}"),
        "traffic_shifted" => shifted(detail),
        "check_started" => {
            format!("check {} is asked from now on", text(detail, "check"))
        }
        "trial_started" => format!(
            "{target} was told to run job {} for check {}",
            text(detail, "job"),
            text(detail, "check")
        ),
        "trial_ended" => job_ended(detail),
        "check_ended" => check_ended(detail),
        "check_retried" => format!("wants check {} asked anew", text(detail, "check")),
        "check_accepted" => because(
            &format!("accepts check {} as it is", text(detail, "check")),
            word(detail),
        ),
        "barrier_opened" => match text(detail, "barrier") {
            "change" => "its group lets it change".to_owned(),
            _ => "its group lets it succeed".to_owned(),
        },
        "group_froze" => "its group stands still".to_owned(),
        "group_thawed" => "its group goes on".to_owned(),
        "return_wanted" => because("would go back, and leaves that to its group", cause(detail)),
        "job_started" => format!("{target} was told to run job {}", text(detail, "job")),
        "job_ended" => job_ended(detail),
        "job_retried" => format!("wants job {} run again", text(detail, "job")),
        "job_accepted" => because(
            &format!("accepts job {} as done", text(detail, "job")),
            word(detail),
        ),
        "return_signed" => because(
            "signed that going back is right although something cannot be undone",
            word(detail),
        ),
        "baseline_chosen" => format!("{target} is to start anew, to be compared with"),
        "baseline_started" => format!("{target} was told to start anew"),
        "baseline_stands" => format!("{target} started anew, and stayed healthy"),
        "target_retried" => format!("wants {target} tried again"),
        "target_ignored" => because(&format!("ignores {target}"), word(detail)),
        "target_excluded" => because(&format!("excluded {target}"), word(detail)),
        "override_asked" => because(&set_aside(detail), reason),
        "supervised" => "let it go, under supervision".to_owned(),
        "override_confirmed" => "agreed to go on although the calendar is closed".to_owned(),
        "superseded" => "another deployment takes its place".to_owned(),
        "succeeded" => "every target in scope runs it".to_owned(),
        "held" => because("held", reason),
        "resumed" => "resumed".to_owned(),
        "rollback_started" => because("going back", cause(detail)),
        "target_restoring" => format!("{target} was told to go back"),
        "target_restored" => format!("{target} is back on what it ran before"),
        "target_stuck" => format!("{target} is stuck: {reason}"),
        "rolled_back" => "every changed target is back".to_owned(),
        "failed" => "ended without success; a person is needed".to_owned(),
        "cancel_requested" => "asked to cancel".to_owned(),
        "cancelled" => "cancelled; targets stay as they are".to_owned(),
        other => other.replace('_', " "),
    }
}

/// What in the calendar somebody wants set aside.
fn set_aside(detail: &Value) -> String {
    let against = detail.get("against").cloned();
    match against.map(serde_json::from_value::<Against>) {
        Some(Ok(against)) => format!("wants to go on in spite of {against}"),
        Some(Err(_)) | None => "wants to go on although the calendar is closed".to_owned(),
    }
}

/// What happened to a group run.
fn of_group_run(event: &str, detail: &Value) -> String {
    match event {
        "requested" => "asked for several deployments in lockstep".to_owned(),
        "prepared" => "all lie ready, so they change in order".to_owned(),
        "changed" => "all have changed, so each may succeed".to_owned(),
        "froze" => "stands still: it would go back, and something cannot be undone".to_owned(),
        "thawed" => "goes on: what failed was dealt with".to_owned(),
        "rollback_started" => because("all go back in reverse order", cause(detail)),
        "cancel_requested" => "asked to cancel it".to_owned(),
        "succeeded" => "all succeeded".to_owned(),
        "rolled_back" => "all are back".to_owned(),
        "failed" => "ended neither all here nor all there; a person is needed".to_owned(),
        "cancelled" => "cancelled; targets stay as they are".to_owned(),
        other => other.replace('_', " "),
    }
}

/// What happened to people, and to what lets somebody in.
fn of_access(action: &str) -> Option<String> {
    let told = match action {
        "person.signed_in" => "signed in to the pages",
        "person.created" => "added the person",
        "person.changed" => "changed the person",
        "person.removed" => "removed the person",
        "person.invited" => "made a link to sign in by",
        "person.password_set" => "set the password",
        "person.password_removed" => "removed the password",
        "person.put_out" => "came by a provider whose groups do not let them in any more",
        "person.rights_kept" => "keep what groups would take, as the last who administer people",
        "person.unlinked" => "ended the link to an identity provider",
        "session.ended" => "ended a sign-in",
        "token.created" => "made a token",
        "token.revoked" => "revoked a token",
        "token.exchanged" => "got a short-lived token for one of its own",
        "trust.set" => "lends the account to whoever brings such a token",
        "trust.ended" => "lends the account no more",
        _ => return None,
    };
    Some(told.to_owned())
}

/// What happened to artifacts, and to what is known of them.
fn of_artifacts(action: &str, detail: &Value) -> Option<String> {
    let count = |name: &str| detail.get(name).map_or(0, length);
    Some(match action {
        "artifact.attached" => "read what is attached to it".to_owned(),
        "artifact.damaged" => "found damaged, and set aside".to_owned(),
        "artifact.retired" => format!(
            "took the tag {} away: its time is over",
            text(detail, "tag")
        ),
        "artifact.vulnerabilities" => format!(
            "found other known vulnerabilities: {} new, {} gone",
            count("new"),
            count("gone")
        ),
        "advisories.imported" => "imported advisories".to_owned(),
        "release.evidence" => "gave evidence".to_owned(),
        _ => return None,
    })
}

/// How many there are of what is a list, or a map.
fn length(value: &Value) -> usize {
    value
        .as_array()
        .map(Vec::len)
        .or_else(|| value.as_object().map(serde_json::Map::len))
        .unwrap_or_default()
}

/// What happened to anything else.
fn of_others(action: &str, detail: &Value) -> String {
    let reason = text(detail, "reason");
    match action {
        "drill.started" => "began a rollback drill".to_owned(),
        "drill.leg_began" => format!(
            "began a leg of the drill: {}",
            text(detail, "leg").replace('_', " ")
        ),
        "drill.ended" => because(&format!("the drill {}", text(detail, "ending")), reason),
        "drill.cancelled" => "cancelled the drill".to_owned(),
        "release.drafted" => "drafted the release".to_owned(),
        "release.contents_set" => "set what the draft is made of".to_owned(),
        "release.plan_begun" => "began the plan of the release".to_owned(),
        "release.planned" => "changed the plan of the release".to_owned(),
        "task.created" => because("brought up the task", text(detail, "title")),
        "task.assigned" => "said who does the task".to_owned(),
        "task.started" => because("began the task", text(detail, "title")),
        "task.finished" => because("finished the task", text(detail, "title")),
        "task.skipped" => because("skipped the task", text(detail, "note")),
        "task.reopened" => "took the task up again".to_owned(),
        "task.dropped" => "took the task out of the plan".to_owned(),
        "release.sealed" => "sealed the release".to_owned(),
        "release.blocked" => because("blocked the release", reason),
        "release.unblocked" => "lets the release go out again".to_owned(),
        "release.reconfigured" => "took a new configuration snapshot".to_owned(),
        "catalog.changed" => "changed what is declared".to_owned(),
        "catalog.removed" => "removed what was declared".to_owned(),
        "enrolment.created" => "allowed agents to join".to_owned(),
        "agent.enrolled" => "joined".to_owned(),
        "agent.revoked" => "revoked the agent".to_owned(),
        "agent.certificate-found" => {
            "showed a certificate that was issued after the backup was made".to_owned()
        }
        "instruction-key.renewed" => "renewed the key that instructions are signed with".to_owned(),
        "agent.connected" => "is in touch".to_owned(),
        "agent.lost" => "is out of touch".to_owned(),
        "journal.alarm" => because("raised an alarm about the journal", reason),
        "journal.alarm_ended" => "ended its alarm about the journal".to_owned(),
        "target.joined" => "joined late, and was told to run what stands here".to_owned(),
        "target.admitted" => "joined late, and receives requests now".to_owned(),
        "artifact.quarantined" => because("it is in quarantine", &lacks(detail)),
        "artifact.quarantine_left" => "it left quarantine".to_owned(),
        "change.requested" => "asked for the change".to_owned(),
        "change.approved" => "approved the change request".to_owned(),
        "change.turned_down" => "turned the change request down".to_owned(),
        "change.closed" => "closed the change request".to_owned(),
        "waiver.requested" => because("asked for an exception", reason),
        "waiver.signed" => "signed the exception off".to_owned(),
        "waiver.ended" => "ended the exception".to_owned(),
        "controls.acknowledged" => "has read controls".to_owned(),
        "secret.set" => "set a secret".to_owned(),
        "secrets.rotated" => "sealed all secrets anew".to_owned(),
        "proposal.made" => "proposed the change, which a second person agrees to".to_owned(),
        "proposal.agreed" => "agreed to the proposal".to_owned(),
        "proposal.turned_down" => "turned the proposal down".to_owned(),
        "backup.made" => "made a backup".to_owned(),
        "incarnation.begun" => "let the server go on after a backup was put back".to_owned(),
        other => other.replace(['.', '_'], " "),
    }
}

/// The page about a subject, if there is one that the visitor may open: of people, those that they may meet.
pub(super) fn address(subject: &str, people: &BTreeSet<String>) -> Option<String> {
    let parts: Vec<_> = subject.split('/').collect();
    match parts.as_slice() {
        ["deployment", id] => Some(format!("/deployments/{id}")),
        ["group-run", id] => Some(format!("/group-runs/{id}")),
        ["change", id] => Some(format!("/changes/{id}")),
        ["proposal", id] => Some(format!("/proposals?all=true#proposal-{id}")),
        ["review", product, version] => {
            Some(format!("/products/{product}/releases/{version}/review"))
        }
        ["issue", id] => Some(format!("/issues/{id}")),
        ["task", id] => Some(format!("/tasks/{id}")),
        ["message", id] => Some(format!("/messages/{id}")),
        ["supplier", name] => Some(format!("/suppliers/{name}")),
        ["supplier-notice", id] => Some(format!("/supplier-notices/{id}")),
        ["waiver", id] => Some(format!("/waivers/{id}")),
        ["control", name] => Some(format!("/controls/{name}")),
        ["person", name] => people.contains(*name).then(|| format!("/people/{name}")),
        ["artifact", product, artifact] => {
            let (component, digest) = artifact.split_once('@')?;
            Some(format!("/artifacts/{product}/{component}/{digest}"))
        }
        ["rehearsal", id] => Some(format!("/rehearsals/{id}")),
        ["preflight", id] => Some(format!("/preflights/{id}")),
        ["release", product, version] => Some(format!("/products/{product}/releases/{version}")),
        _ => None,
    }
}

fn lacks(detail: &Value) -> String {
    let lacks = detail.get("lacks").and_then(Value::as_array);
    let lacks = lacks.into_iter().flatten().filter_map(Value::as_str);
    lacks.collect::<Vec<_>>().join("; ")
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

fn job_ended(detail: &Value) -> String {
    let outcome = detail.get("outcome").unwrap_or(&Value::Null);
    let came = match text(outcome, "outcome") {
        "done" => "is done",
        "failed" => "failed",
        _ => "has an unknown outcome",
    };
    let what = format!("job {} {came}", text(detail, "job"));
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
    format!("on {}", counted(count, "target"))
}

fn cause(detail: &Value) -> &str {
    let cause = detail.get("cause").unwrap_or(&Value::Null);
    match text(cause, "cause") {
        "targets" => "more targets failed than allowed",
        "check" => "a check did not pass",
        "job" => "a job did not succeed",
        "balancers" => "requests were not shared out",
        "person" | "member" | "group" => text(cause, "reason"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    /// What is written to the journal about something else than deployments and group runs.
    const ACTIONS: [&str; 36] = [
        "advisories.imported",
        "artifact.attached",
        "artifact.damaged",
        "artifact.retired",
        "artifact.vulnerabilities",
        "backup.made",
        "catalog.changed",
        "change.requested",
        "controls.acknowledged",
        "deployment.rollback_let_go",
        "deployment.supervised",
        "enrolment.created",
        "incarnation.begun",
        "journal.alarm",
        "person.changed",
        "person.invited",
        "person.password_removed",
        "person.password_set",
        "person.removed",
        "proposal.agreed",
        "proposal.made",
        "proposal.turned_down",
        "rehearsal.made",
        "preflight.made",
        "duty.confirmed",
        "duty.ended",
        "release.evidence",
        "release.sealed",
        "secret.set",
        "secrets.rotated",
        "session.ended",
        "token.created",
        "token.exchanged",
        "trust.ended",
        "trust.set",
        "waiver.signed",
    ];

    #[test]
    fn what_happens_is_told_in_words() {
        for action in ACTIONS {
            let entry = EntryView {
                sequence: 0,
                time: Timestamp::UNIX_EPOCH,
                actor: "ada".to_owned(),
                action: action.to_owned(),
                subject: String::new(),
                detail: Value::Null,
            };
            let (_, verb) = action.split_once('.').unwrap();
            let raw = [action.replace(['.', '_'], " "), verb.replace('_', " ")];
            assert!(!raw.contains(&tell(&entry)), "{action} is told as it is");
        }
    }

    #[test]
    fn only_people_that_one_may_meet_are_linked() {
        let people = BTreeSet::from(["ada".to_owned()]);
        let link = |subject| address(subject, &people);
        assert_eq!(link("person/ada"), Some("/people/ada".to_owned()));
        assert_eq!(link("person/gone"), None);
        assert_eq!(link("deployment/7"), Some("/deployments/7".to_owned()));
    }
}
