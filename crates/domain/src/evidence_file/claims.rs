//! What is told beside the journal has to be what the journal says.

use super::{DeploymentRecord, Dossier, lifecycle_claims};
use crate::{
    canonical,
    control::{Approval, Judgement, ReturnJudgement, Verdict},
    deployment::Deployment,
    digest::Digest,
    journal::Entry,
    release::Release,
};
use serde::Serialize;
use serde_json::{Value, json};

/// Checks every claim.
///
/// # Errors
/// The first that is not backed, in words.
pub(super) fn check(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    check_release(dossier, entries)?;
    check_artifacts(dossier)?;
    check_supplied(dossier, entries)?;
    for record in &dossier.deployments {
        check_deployment(dossier, record, entries)?;
    }
    for change in &dossier.changes {
        let subject = format!("change/{}", change.id);
        last_says(entries, &subject, change)?;
    }
    for waiver in &dossier.waivers {
        let subject = format!("waiver/{}", waiver.id);
        last_says(entries, &subject, waiver)?;
    }
    check_review(dossier, entries)?;
    lifecycle_claims::check(dossier, entries)
}

/// The journal says last that the review was closed, with exactly this.
fn check_review(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    let Some(review) = &dossier.review else {
        return Ok(());
    };
    let Release {
        product, version, ..
    } = &dossier.release;
    let subject = format!("review/{product}/{version}");
    let moves = |entry: &&Entry| {
        let is_move = matches!(entry.action.as_str(), "review.closed" | "review.reopened");
        entry.subject == subject && is_move
    };
    let last = entries.iter().rev().find(moves);
    let told = json!({
        "report": canonical::hash(&review.report), "findings": canonical::hash(&review.findings),
    });
    match last {
        Some(entry) if entry.action == "review.closed" && entry.detail == told => Ok(()),
        Some(_) | None => Err(format!(
            "{subject}: no entry says that it was closed like that"
        )),
    }
}

/// The hash of a sealed release is that of its contents and configuration, and the journal has it.
fn check_release(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    let Release {
        product,
        version,
        contents,
        sealed,
        ..
    } = &dossier.release;
    let Some(sealed) = sealed else {
        return Ok(());
    };
    let told = format!("release {product} {version}");
    let hash = dossier
        .snapshot
        .map(|snapshot| canonical::hash(&(product, version, contents, snapshot)));
    if hash != Some(sealed.hash) {
        return Err(format!(
            "{told}: its contents and configuration do not have the hash that it was sealed with"
        ));
    }
    let subject = format!("release/{product}/{version}");
    let is_it = |entry: &&Entry| {
        entry.subject == subject
            && entry.action == "release.sealed"
            && entry.detail["hash"] == sealed.hash.to_string().as_str()
    };
    match entries.iter().find(is_it) {
        Some(_) => Ok(()),
        None => Err(format!("{told}: no entry says that it was sealed")),
    }
}

/// What people and programs supplied was noted as it was supplied.
fn check_supplied(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    let Release {
        product, version, ..
    } = &dossier.release;
    let subject = format!("release/{product}/{version}");
    for supplied in &dossier.supplied {
        let told = canonical::hash(supplied);
        let is_it = |entry: &Entry| {
            entry.subject == subject
                && entry.action == "release.evidence"
                && canonical::hash(&entry.detail) == told
        };
        if !entries.iter().any(is_it) {
            let kind = &supplied.kind;
            return Err(format!("{subject}: no entry says that {kind} was supplied"));
        }
    }
    Ok(())
}

fn check_artifacts(dossier: &Dossier) -> Result<(), String> {
    let contents = &dossier.release.contents;
    for (component, artifact) in &dossier.artifacts {
        let digest = contents.get(component).map(|content| content.digest);
        let manifest = artifact.manifest.as_ref();
        let found = manifest.map(|text| Digest::of(text.as_bytes()));
        if digest.is_none() || found.is_some_and(|found| Some(found) != digest) {
            return Err(format!(
                "artifact {component}: it is not what the release contains"
            ));
        }
    }
    match contents
        .keys()
        .find(|it| !dossier.artifacts.contains_key(*it))
    {
        Some(missing) => Err(format!("artifact {missing}: it is missing from the file")),
        None => Ok(()),
    }
}

fn check_deployment(
    dossier: &Dossier,
    record: &DeploymentRecord,
    entries: &[Entry],
) -> Result<(), String> {
    let deployment = &record.deployment;
    let told = format!("deployment {}", deployment.id);
    let release = &dossier.release;
    if (&deployment.product, &deployment.release) != (&release.product, &release.version) {
        return Err(format!("{told}: it is of another release"));
    }
    let subject = format!("deployment/{}", deployment.id);
    let about: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.subject == subject)
        .collect();
    if !about.iter().any(|entry| asks_for(entry, deployment)) {
        return Err(format!(
            "{told}: no entry says that it was asked for like that"
        ));
    }
    let ended = format!("deployment.{}", deployment.status.word());
    let is_over = deployment.status.is_terminal();
    if is_over && !about.iter().any(|entry| entry.action == ended) {
        return Err(format!("{told}: no entry says that it ended like that"));
    }
    for (wave, judgement) in &record.judgements {
        if !about.iter().any(|entry| clears(entry, *wave, judgement)) {
            return Err(format!(
                "{told}: no entry says that wave {} began on what is told of it",
                wave + 1
            ));
        }
    }
    check_returns(&record.returns, &about).map_err(|why| format!("{told}: {why}"))?;
    for approval in &record.approvals {
        if !entries.iter().any(|entry| is_said(entry, approval)) {
            let by = &approval.by;
            return Err(format!("{told}: no entry says what is told of {by}"));
        }
    }
    Ok(())
}

/// Every return that is told is one that the journal has, and the other way round.
fn check_returns(returns: &[ReturnJudgement], about: &[&Entry]) -> Result<(), String> {
    let mut entries: Vec<&&Entry> = about
        .iter()
        .filter(|entry| entry.action == "deployment.return_judged")
        .collect();
    for told in returns {
        let Some(at) = entries.iter().position(|entry| tells(entry, &told.told())) else {
            return Err(format!(
                "no entry says that it went back to {} on what is told of it",
                told.release
            ));
        };
        entries.remove(at);
    }
    match entries.first() {
        None => Ok(()),
        Some(entry) => Err(format!(
            "it went back to {}, and nothing is told of that",
            entry.detail["release"].as_str().unwrap_or_default()
        )),
    }
}

fn asks_for(entry: &Entry, deployment: &Deployment) -> bool {
    entry.action == "deployment.requested"
        && entry.actor == deployment.requested_by.as_str()
        && entry.detail["environment"] == deployment.environment.as_str()
        && entry.detail["purpose"] == json!(deployment.purpose)
}

/// Whether the entry says that a wave began on that.
fn clears(entry: &Entry, wave: u32, judgement: &Judgement) -> bool {
    entry.action == "deployment.cleared"
        && entry.detail["wave"] == wave + 1
        && tells(entry, &judgement.told())
}

/// Whether the entry tells what a judgement rests on: the hash of the facts, what was found, and the exceptions.
fn tells(entry: &Entry, told: &Value) -> bool {
    let told = told.as_object().into_iter().flatten();
    told.into_iter()
        .all(|(name, value)| entry.detail.get(name) == Some(value))
}

/// An approval may have been given to another deployment of the same parts.
fn is_said(entry: &Entry, approval: &Approval) -> bool {
    let action = match approval.verdict {
        Verdict::Approved => "deployment.approved",
        Verdict::TurnedDown => "deployment.turned_down",
    };
    let parts = canonical::hash(&approval.parts).to_string();
    entry.action == action
        && entry.subject == format!("deployment/{}", approval.deployment)
        && entry.actor == approval.by.as_str()
        && entry.time == approval.at
        && entry.detail["hash"] == parts.as_str()
        && entry.detail["note"] == approval.note.as_str()
}

/// The last entry about a subject says exactly this.
fn last_says<T: Serialize>(entries: &[Entry], subject: &str, told: &T) -> Result<(), String> {
    let last = entries.iter().rfind(|entry| entry.subject == subject);
    let said = last.map(|entry| canonical::hash(&entry.detail));
    if said == Some(canonical::hash(told)) {
        return Ok(());
    }
    Err(format!("{subject}: the journal says something else of it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        control::{Finding, Lack, Mode, Severity},
        id::{ApprovalId, DeploymentId, PersonId, SnapshotNumber, WaiverId},
        name::Name,
        plan::PartHashes,
    };
    use jiff::Timestamp;
    use uuid::Uuid;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn entry(action: &str, actor: &str, detail: Value) -> Entry {
        Entry {
            v: 1,
            time: Timestamp::UNIX_EPOCH,
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: "deployment/7".to_owned(),
            detail,
            request: None,
        }
    }

    #[test]
    fn what_people_said_is_what_they_said_and_when() {
        let approval = Approval {
            id: ApprovalId(Uuid::nil()),
            product: name("shop"),
            environment: name("live"),
            release: "1.0.0".parse().unwrap(),
            deployment: DeploymentId(7),
            parts: PartHashes {
                version: 1,
                contents: Some(Digest::of(b"contents")),
                configuration: None,
                strategy: None,
                selector: None,
                backout: None,
                communications: None,
                deployment_plan: None,
            },
            by: name("zoe"),
            human: PersonId(Uuid::nil()),
            verdict: Verdict::Approved,
            note: "as agreed".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let detail = json!({ "hash": canonical::hash(&approval.parts), "note": "as agreed" });
        let said = entry("deployment.approved", "zoe", detail);
        assert!(is_said(&said, &approval));
        let changes: [fn(&mut Approval); 5] = [
            |it| it.note = "gladly".to_owned(),
            |it| it.at = "2026-01-01T00:00:00Z".parse().unwrap(),
            |it| it.by = name("eve"),
            |it| it.verdict = Verdict::TurnedDown,
            |it| it.deployment = DeploymentId(8),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut bent = approval.clone();
            change(&mut bent);
            assert!(!is_said(&said, &bent), "change {number}");
        }
    }

    fn judgement() -> Judgement {
        let finding = |control: &str, lacks| Finding {
            control: name(control),
            title: String::new(),
            version: 1,
            mode: Mode::Observe,
            demanded: false,
            severity: Severity::High,
            lacks,
        };
        let lack = Lack {
            of: "release".to_owned(),
            what: "it is not drilled".to_owned(),
            remedy: "drill it".to_owned(),
        };
        let facts = json!({
            "at": Timestamp::UNIX_EPOCH,
            "release": {
                "product": "shop", "version": "1.0.0", "team": "makers", "sealed": true, "configured": true,
                "created_by": "ada",
            },
            "deployment": {
                "environment": "live", "is_last": true, "requested_by": "ada", "plan": Digest::of(b"plan"),
                "targets": 1, "waves": 1,
            },
            "artifacts": {},
        });
        Judgement {
            facts: serde_json::from_value(facts).unwrap(),
            findings: vec![
                finding("signed", Vec::new()),
                finding("drilled", vec![lack]),
            ],
            waivers: vec![WaiverId(3)],
        }
    }

    /// Changes of what is told, none of which the journal says.
    const BENT: [fn(&mut Judgement); 5] = [
        |it| it.findings[1].lacks.clear(),
        |it| it.findings[1].mode = Mode::Enforce,
        |it| drop(it.findings.remove(0)),
        |it| it.waivers.clear(),
        |it| it.facts.deployment.targets = 2,
    ];

    fn said(action: &str, of: (&str, Value)) -> Entry {
        let mut detail = judgement().told();
        detail[of.0] = of.1;
        entry(action, "tidegate", detail)
    }

    #[test]
    fn what_a_wave_began_on_is_what_was_found_then() {
        let said = said("deployment.cleared", ("wave", json!(1)));
        assert!(clears(&said, 0, &judgement()));
        assert!(!clears(&said, 1, &judgement()));
        for (number, change) in BENT.iter().enumerate() {
            let mut bent = judgement();
            change(&mut bent);
            assert!(!clears(&said, 0, &bent), "change {number}");
        }
    }

    fn returned(judgement: Judgement) -> ReturnJudgement {
        ReturnJudgement {
            release: "1.0.0".parse().unwrap(),
            snapshot: SnapshotNumber(1),
            at: Timestamp::UNIX_EPOCH,
            judgement: Some(judgement),
            unjudged: None,
        }
    }

    fn check_back(returns: &[ReturnJudgement], entries: &[ReturnJudgement]) -> Result<(), String> {
        let entry = |it: &ReturnJudgement| entry("deployment.return_judged", "tidegate", it.told());
        let entries: Vec<Entry> = entries.iter().map(entry).collect();
        let about: Vec<&Entry> = entries.iter().collect();
        check_returns(returns, &about)
    }

    #[test]
    fn what_it_went_back_to_is_what_was_found_of_it_then() {
        let told = [returned(judgement())];
        assert_eq!(check_back(&told, &told), Ok(()));
        for (number, change) in BENT.iter().enumerate() {
            let mut bent = judgement();
            change(&mut bent);
            assert!(
                check_back(&[returned(bent)], &told).is_err(),
                "change {number}"
            );
        }
        let changes: [fn(&mut ReturnJudgement); 3] = [
            |it| it.release = "1.1.0".parse().unwrap(),
            |it| it.snapshot = SnapshotNumber(2),
            |it| (it.judgement, it.unjudged) = (None, Some("it is broken".to_owned())),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut bent = returned(judgement());
            change(&mut bent);
            assert!(check_back(&[bent.clone()], &told).is_err(), "{number}");
            assert_eq!(check_back(&[bent.clone()], &[bent]), Ok(()), "{number}");
        }
    }

    #[test]
    fn no_return_is_left_out() {
        let twice = [returned(judgement()), returned(judgement())];
        assert_eq!(check_back(&twice, &twice), Ok(()));
        for left in [&twice[..1], &[]] {
            let said = check_back(left, &twice).unwrap_err();
            assert_eq!(said, "it went back to 1.0.0, and nothing is told of that");
        }
        assert!(check_back(&twice, &twice[..1]).is_err(), "told twice");
    }
}
