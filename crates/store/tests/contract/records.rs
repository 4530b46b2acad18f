//! Stored records of every version stay readable: a file each, as an old program wrote it.
//!
//! A file is never changed. A field may be added with a default; any other change is a new form, which gets a file of
//! its own (`NAME.v2.json`) while the old one must still be read. `RECORDS=write` writes the files that are missing.

mod catalog;
mod communications;
mod controls;
mod group_runs;
mod handovers;
mod instances;
mod issues;
mod jobs;
mod lifecycle;
mod planning;
mod procedures;
mod returns;
mod reviews;
mod runbooks;
mod scopes;
mod suppliers;
mod trains;

use crate::samples;
use serde::{Serialize, de::DeserializeOwned};
use std::path::PathBuf;
use tidegate_domain::{
    access::{Level, Proposal, ProposedChange, Settled},
    attachment::AttachedContent,
    catalog::{Document, Kind, Team},
    converge::{ActiveComponent, Attestation, DesiredState, Slot},
    deployment::{Cause, Deployment, Fresh, FreshStage, Hold, Stage, Status, Word, facts::Report},
    drill::{Drill, Ending},
    id::DeploymentId,
    name::Name,
};
use tidegate_store::{Store, UnreadAttachment, Value};

const TOLD: &str = "SELECT record FROM desired";
const SAID: &str = "SELECT record FROM observed";

#[tokio::test]
async fn what_service_accounts_trust() {
    let fill = |store: Store| async move {
        let robot = crate::access::person(1, "robot");
        commit!(store, robot, |tx, row| tx.record_person(row).await?);
        commit!(store, samples::trust(), |tx, trust| tx
            .record_trust(samples::person_id(1), trust)
            .await?);
    };
    let record = written("SELECT record FROM trusts", vec![], fill).await;
    check("trust", &record, &samples::trust());
}

#[tokio::test]
async fn releases_snapshots_and_revisions() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            let product: Name = samples::name("storefront");
            tx.record_release(&samples::release(1)).await?;
            tx.record_snapshot(&product, &samples::snapshot("first"))
                .await?;
            tx.record_revision(&samples::revision(8080)).await?;
        });
    };
    let release = written("SELECT record FROM releases", vec![], fill).await;
    check("release", &release, &samples::release(1));
    let snapshot = written("SELECT record FROM snapshots", vec![], fill).await;
    check("snapshot", &snapshot, &samples::snapshot("first"));
    let revision = written("SELECT record FROM revisions", vec![], fill).await;
    check("revision", &revision, &samples::revision(8080));
}

#[tokio::test]
async fn what_targets_are_told_and_say() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            let key = samples::key("live/live-1");
            let state = samples::desired(8080);
            tx.record_desired(&key, &state).await?;
            tx.record_report(&key, &samples::report("serves")).await?;
        });
    };
    let mut desired = samples::desired(8080);
    desired.instruction = samples::instruction(1);
    check("desired", &written(TOLD, vec![], fill).await, &desired);
    let observed = written(SAID, vec![], fill).await;
    check("observed", &observed, &samples::report("serves"));
}

#[tokio::test]
async fn what_targets_with_load_balancers_are_told_and_say() {
    let mut desired = samples::desired(8080);
    (desired.instruction, desired.traffic) = (samples::instruction(1), samples::routes());
    let mut report = samples::report("serves");
    report.observed.traffic = samples::route_reports();
    let both = (desired.clone(), report.clone());
    let record = told_and_said(TOLD, both.clone()).await;
    check("desired-traffic", &record, &desired);
    let record = told_and_said(SAID, both).await;
    check("observed-traffic", &record, &report);
}

#[tokio::test]
async fn what_targets_with_two_slots_are_told_and_say() {
    let mut desired = samples::desired(8080);
    let green = ActiveComponent {
        slot: Slot::Green,
        start: 7,
        ..desired.active[0].clone()
    };
    desired.instruction = samples::instruction(1);
    desired.active.push(green);
    let mut report = samples::report("serves");
    let green = Attestation {
        slot: Slot::Green,
        ..report.observed.active[0].clone()
    };
    report.observed.active.push(green);
    report.observed.contract = 1;
    let both = (desired.clone(), report.clone());
    let record = told_and_said(TOLD, both.clone()).await;
    check("desired-slots", &record, &desired);
    let record = told_and_said(SAID, both).await;
    check("observed-slots", &record, &report);
}

/// The record that `sql` finds after one target was told and has said this.
async fn told_and_said(sql: &'static str, both: (DesiredState, Report)) -> String {
    let fill = |store: Store| async move {
        commit!(store, both, |tx, (desired, report)| {
            let key = samples::key("live/live-1");
            tx.record_desired(&key, desired).await?;
            tx.record_report(&key, report).await?;
        });
    };
    written(sql, vec![], fill).await
}

#[tokio::test]
async fn deployments_in_every_status() {
    for status in statuses() {
        let file = format!("deployment-{}", status.word().replace('_', "-"));
        let expected = Deployment {
            status,
            ..samples::deployment(1, "live")
        };
        let deployment = expected.clone();
        let fill = |store: Store| async move {
            commit!(store, deployment, |tx, deployment| {
                tx.record_deployment_requested(deployment).await?;
            });
        };
        let record = written("SELECT record FROM deployments", vec![], fill).await;
        // Targets are records of their own.
        check(
            &file,
            &record,
            &Deployment {
                targets: vec![],
                ..expected
            },
        );
    }
}

#[tokio::test]
async fn targets_of_deployments_in_every_stage() {
    for stage in stages() {
        let file = format!("deployment-target-{}", stage.word());
        let mut deployment = samples::deployment(1, "live");
        deployment.targets.truncate(1);
        deployment.targets[0].stage = stage;
        let expected = deployment.targets[0].clone();
        let fill = |store: Store| async move {
            commit!(store, deployment, |tx, deployment| {
                tx.record_deployment_requested(deployment).await?;
            });
        };
        let record = written("SELECT record FROM deployment_targets", vec![], fill).await;
        check(&file, &record, &expected);
    }
}

#[tokio::test]
async fn targets_that_are_compared_with() {
    let mut deployment = samples::deployment(1, "live");
    deployment.targets.truncate(1);
    deployment.targets[0].fresh = Some(Fresh {
        wave: 1,
        stage: FreshStage::Stands {
            since: deployment.requested_at,
            at: deployment.requested_at,
        },
    });
    let expected = deployment.targets[0].clone();
    let fill = |store: Store| async move {
        commit!(store, deployment, |tx, deployment| tx
            .record_deployment_requested(deployment)
            .await?);
    };
    let record = written("SELECT record FROM deployment_targets", vec![], fill).await;
    check("deployment-target-fresh", &record, &expected);
}

#[tokio::test]
async fn preflights() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_preflight(&samples::preflights::preflight(1, "live"))
                .await?;
            tx.record_duty(&samples::preflights::duty("ada", 9)).await?;
        });
    };
    let record = written("SELECT record FROM preflights", vec![], fill).await;
    check(
        "preflight",
        &record,
        &samples::preflights::preflight(1, "live"),
    );
    let record = written("SELECT record FROM duties", vec![], fill).await;
    check("duty", &record, &samples::preflights::duty("ada", 9));
}

#[tokio::test]
async fn rehearsals() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_rehearsal(&samples::rehearsal(1, "live")).await?;
        });
    };
    let record = written("SELECT record FROM rehearsals", vec![], fill).await;
    check("rehearsal", &record, &samples::rehearsal(1, "live"));
}

#[tokio::test]
async fn drills_with_every_ending() {
    let endings = [
        None,
        Some(Ending::Passed),
        Some(Ending::Failed {
            reason: "going back: deployment 7 failed".into(),
        }),
        Some(Ending::Cancelled {
            by: samples::name("ada"),
        }),
    ];
    for ending in endings {
        let drill = Drill {
            ended: ending.map(|ending| (samples::time(9), ending)),
            ..samples::drill(1)
        };
        let (file, expected) = (format!("drill-{}", drill.word()), drill.clone());
        let fill = |store: Store| async move {
            commit!(store, drill, |tx, drill| tx.record_drill(drill).await?);
        };
        let record = written("SELECT record FROM drills", vec![], fill).await;
        check(&file, &record, &expected);
    }
}

#[tokio::test]
async fn proposals_open_and_settled() {
    let settled = Settled {
        agreed: true,
        by: samples::name("bob"),
        at: samples::time(3),
    };
    for (file, settled) in [("proposal-open", None), ("proposal-settled", Some(settled))] {
        let proposal = Proposal {
            settled,
            ..samples::proposal(1)
        };
        let expected = proposal.clone();
        let fill = |store: Store| async move {
            commit!(store, proposal, |tx, it| tx.record_proposal(it).await?);
        };
        let record = written("SELECT record FROM proposals", vec![], fill).await;
        check(file, &record, &expected);
    }
}

#[tokio::test]
async fn proposals_of_every_kind() {
    let name = || samples::name("no-fridays");
    let removed = [
        ProposedChange::PolicyRemoved { name: name() },
        ProposedChange::RoleRemoved { name: name() },
        ProposedChange::ControlRemoved { name: name() },
        ProposedChange::ChangeTemplateRemoved { name: name() },
        ProposedChange::KeySetRemoved { name: name() },
    ];
    let declared = samples::documents()
        .into_iter()
        .filter_map(|(_, it)| proposed(it));
    for change in declared.chain(removed) {
        let word = serde_json::to_value(&change).unwrap()["is"].clone();
        let proposal = Proposal {
            change,
            ..samples::proposal(1)
        };
        let expected = proposal.clone();
        let fill = |store: Store| async move {
            commit!(store, proposal, |tx, it| tx.record_proposal(it).await?);
        };
        let record = written("SELECT record FROM proposals", vec![], fill).await;
        let file = format!("proposal-of-{}", word.as_str().unwrap());
        check(&file, &record, &expected);
    }
}

/// The change that declares this, where a second person has to agree to it.
fn proposed(document: Document) -> Option<ProposedChange> {
    Some(match document {
        Document::Policy(policy) => ProposedChange::Policy { policy },
        Document::Role(role) => ProposedChange::Role { role },
        Document::Control(control) => ProposedChange::Control { control },
        Document::ChangeTemplate(template) => ProposedChange::ChangeTemplate { template },
        Document::KeySet(key_set) => ProposedChange::KeySet { key_set },
        Document::Environment(environment) => ProposedChange::Environment {
            environment: Box::new(environment),
        },
        Document::Organisation(_)
        | Document::Team(_)
        | Document::Procedure(_)
        | Document::Programme(_)
        | Document::Product(_)
        | Document::Target(_)
        | Document::Ring(_)
        | Document::Strategy(_)
        | Document::ReleaseTemplate(_)
        | Document::HandoverTemplate(_)
        | Document::Tracker(_)
        | Document::Stakeholder(_)
        | Document::Channel(_)
        | Document::Audience(_)
        | Document::MessageTemplate(_)
        | Document::StatusPage(_)
        | Document::Supplier(_)
        | Document::Window(_)
        | Document::Freeze(_) => return None,
    })
}

#[tokio::test]
async fn teams_that_give_levels() {
    let team = Team {
        name: samples::name("shop"),
        title: String::new(),
        members: Vec::new(),
        levels: [(samples::name("ada"), Level::Ensure)].into(),
        groups: [("sre".to_owned(), Level::Apply)].into(),
    };
    let document = Document::Team(team.clone());
    let sql = "SELECT record FROM catalog WHERE kind = 'Team'";
    let record = written(sql, vec![], |store| async move {
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    });
    check("catalog-team-levels", &record.await, &team);
}

#[tokio::test]
async fn an_unknown_form_is_refused_and_not_misread() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(directory.path()).await.unwrap();
    let id = commit!(store, (), |tx, ()| {
        let id = tx.record_revision(&samples::revision(8080)).await?;
        let sql = "UPDATE revisions SET record = REPLACE(record, '\"v\":1', '\"v\":2')";
        assert_eq!(tx.execute(sql, &[]).await?, 1);
        id
    });
    let read = store.read(id, |tx, id| Box::pin(tx.revision(*id))).await;
    assert!(read.unwrap_err().to_string().contains("cannot be read"));
}

/// What a fresh database holds as the record after `fill`.
async fn written<F: Future<Output = ()>>(
    sql: &'static str,
    values: Vec<Value>,
    fill: impl FnOnce(Store) -> F,
) -> String {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(directory.path()).await.unwrap();
    fill(store.clone()).await;
    view!(store, (sql, values), |tx, (sql, values)| {
        tx.row(sql, values)
            .await?
            .expect("a record")
            .text(0)?
            .to_owned()
    })
}

/// The file still means `expected`, and this program still writes all that was in it.
fn check<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(
    file: &str,
    written: &str,
    expected: &T,
) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/records")
        .join(format!("{file}.v1.json"));
    if !path.exists() && std::env::var_os("RECORDS").is_some_and(|value| value == "write") {
        std::fs::write(&path, format!("{written}\n")).unwrap();
    }
    let golden = std::fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{} is missing: run with RECORDS=write", path.display()));
    let mut golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
    let now: serde_json::Value = serde_json::from_str(written).unwrap();
    assert!(
        contains(&now, &golden),
        "{file}: what an older program looks for is written no more; give the record a new version"
    );
    let read: T = serde_json::from_value(golden["is"].take()).unwrap();
    assert_eq!(read, *expected, "{file}");
}

/// Whether `new` says all that `old` says; fields may have been added.
fn contains(new: &serde_json::Value, old: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (new, old) {
        (Object(new), Object(old)) => old
            .iter()
            .all(|(key, old)| new.get(key).is_some_and(|new| contains(new, old))),
        (Array(new), Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| contains(new, old))
        }
        _ => new == old,
    }
}

fn statuses() -> Vec<Status> {
    let (ada, since, at) = (samples::name("ada"), samples::time(1), samples::time(2));
    let hold = Some(Hold {
        reason: "lunch".into(),
        by: Some(ada.clone()),
        since,
    });
    let failed = vec![(samples::name("live-1"), "web: refused".to_owned())];
    let targets = Cause::Targets {
        failed: failed.clone(),
    };
    let person = Cause::Person {
        by: ada.clone(),
        reason: "too slow".into(),
    };
    let rollback = Cause::Rollback {
        first: Box::new(targets.clone()),
        stuck: failed,
    };
    vec![
        Status::Requested,
        Status::Preparing { since, hold: None },
        Status::Rolling {
            wave: 1,
            since,
            hold,
        },
        Status::RollingBack {
            cause: person,
            since,
        },
        Status::Cancelling {
            by: ada.clone(),
            since,
        },
        Status::Succeeded { at },
        Status::RolledBack { cause: targets, at },
        Status::Failed {
            cause: rollback,
            at,
        },
        Status::Cancelled {
            by: ada,
            at,
            unreached: vec![samples::name("live-2")],
        },
        Status::Superseded {
            by: DeploymentId(8),
            at,
        },
    ]
}

fn stages() -> Vec<Stage> {
    let (since, at, reason) = (samples::time(1), samples::time(2), "refused".to_owned());
    vec![
        Stage::Waiting,
        Stage::Preparing { since },
        Stage::Prepared,
        Stage::Activating { since },
        Stage::Passed { at },
        Stage::Failed {
            at,
            reason: reason.clone(),
            activated: true,
            ignored: None,
        },
        Stage::Excluded {
            at,
            word: Word {
                by: samples::name("ada"),
                reason: "the machine is gone".to_owned(),
            },
            activated: false,
        },
        Stage::Restoring {
            since,
            failed: true,
        },
        Stage::Restored { at },
        Stage::Stuck {
            at,
            reason,
            old_fails: false,
        },
    ]
}

/// Every kind that a person can declare has a sample; components are part of their product.
#[test]
fn no_kind_is_forgotten() {
    let samples: Vec<_> = samples::documents()
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    let missing = Kind::ALL.iter().filter(|kind| !samples.contains(kind));
    assert_eq!(missing.collect::<Vec<_>>(), [&Kind::Component]);
}

#[tokio::test]
async fn histories() {
    let (mark, beginning) = (crate::dump::mark(), crate::dump::beginning(2));
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_restored(&crate::dump::mark()).await?;
            tx.record_beginning(&crate::dump::beginning(2)).await?;
        });
    };
    let record = written("SELECT record FROM restores", vec![], fill).await;
    check("restored", &record, &mark);
    let record = written("SELECT record FROM incarnations", vec![], fill).await;
    check("beginning", &record, &beginning);
}

#[tokio::test]
async fn attachments_of_every_kind() {
    let contents = [
        r#"{"is": "signature", "form": "simple_signing", "text": "{}", "annotations": {"signature": "MEUC"}}"#,
        r#"{"is": "bill", "bill": {"format": "SPDX 2.3", "about_it": true, "parts": 1, "licences": ["MIT"],
            "matched_at": "2026-01-02T03:04:05Z", "untold": 2, "vulnerabilities": [{"advisory": "GHSA-1", "part": "lodash",
            "aliases": ["CVE-1"], "summary": "It breaks", "version": "4.17.20", "severity": "critical",
            "fixed_in": "4.17.21"}]}}"#,
        r#"{"is": "tests", "tests": {"passed": 1, "failed": 1, "skipped": 1, "failures": ["shop pays"]}}"#,
        r#"{"is": "other"}"#,
        r#"{"is": "beyond", "of": "bill"}"#,
        r#"{"is": "unreadable", "why": "It is not JSON"}"#,
    ];
    for content in contents {
        let content: AttachedContent = serde_json::from_str(content).unwrap();
        let word = serde_json::to_value(&content).unwrap()["is"].clone();
        let attachment = crate::trust::attachment(content);
        let expected = attachment.clone();
        let fill = |store: Store| async move {
            let of = UnreadAttachment {
                repository: samples::repository("storefront/web"),
                manifest: attachment.manifest,
                artifact: samples::digest("artifact"),
                received: samples::time(0),
                tries: 0,
                version: 0,
            };
            let read = [(attachment, Vec::new())];
            commit!(store, (of, read), |tx, (of, read)| tx
                .record_attachments(of, read)
                .await?);
        };
        let record = written("SELECT record FROM attachments", vec![], fill).await;
        let file = format!("attachment-{}", word.as_str().unwrap());
        check(&file, &record, &expected);
    }
}
