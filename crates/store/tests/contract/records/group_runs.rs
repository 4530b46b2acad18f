//! The records of group runs and of their members.

use super::{check, written};
use crate::{group_runs::group, samples};
use tidegate_domain::{
    deployment::{Barrier, Cause, Deployment, Membership, NoReturn},
    group::{GroupCause, GroupStatus},
    id::{DeploymentId, GroupRunId},
};
use tidegate_store::Store;

#[tokio::test]
async fn group_runs_in_every_status() {
    for status in statuses() {
        let file = format!("group-run-{}", status.word().replace('_', "-"));
        let expected = group(1, status);
        let kept = expected.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| tx.record_group_run(kept).await?);
        };
        let record = written("SELECT record FROM group_runs", vec![], fill).await;
        check(&file, &record, &expected);
    }
}

#[tokio::test]
async fn a_member_of_a_group_run() {
    let membership = Membership {
        opened: Barrier::Change,
        frozen: true,
        wants_back: Some(Cause::Group {
            group: GroupRunId(3),
            reason: "shop in live: it failed".into(),
        }),
        ..Membership::of(GroupRunId(3))
    };
    let kept = Deployment {
        membership: Some(membership),
        ..samples::deployment(1, "live")
    };
    let expected = Deployment {
        targets: Vec::new(),
        ..kept.clone()
    };
    let fill = |store: Store| async move {
        commit!(store, kept, |tx, kept| {
            tx.record_deployment_requested(kept).await?;
        });
    };
    let record = written("SELECT record FROM deployments", vec![], fill).await;
    check("deployment-member", &record, &expected);
}

fn statuses() -> Vec<GroupStatus> {
    let (since, at, by) = (samples::time(1), samples::time(2), samples::name("ada"));
    let member = GroupCause::Member {
        member: "shop in live".into(),
        reason: "live-1: web: refused".into(),
    };
    let person = GroupCause::Person {
        by: by.clone(),
        reason: "too slow".into(),
    };
    let past = NoReturn {
        deployment: DeploymentId(1),
        job: "web/migrate".parse().unwrap(),
        from: since,
    };
    let cause = member.clone();
    vec![
        GroupStatus::Preparing { since },
        GroupStatus::Activating { since },
        GroupStatus::Finishing { since },
        GroupStatus::Frozen { cause, past, since },
        GroupStatus::RollingBack {
            cause: person.clone(),
            since,
        },
        GroupStatus::Cancelling {
            by: by.clone(),
            since,
        },
        GroupStatus::Succeeded { at },
        GroupStatus::RolledBack { cause: member, at },
        GroupStatus::Failed { cause: person, at },
        GroupStatus::Cancelled { by, at },
    ]
}
