//! Group runs: kept as long as they run and after, newest first.

use crate::samples::{name, time};
use tidegate_domain::{
    group::{GroupRun, GroupStatus, Member},
    id::{DeploymentId, GroupRunId},
};
use tidegate_store::Store;

pub(crate) fn group(id: u64, status: GroupStatus) -> GroupRun {
    let member = |(number, after): (u64, Vec<u32>)| Member {
        deployment: DeploymentId(number),
        product: name(&format!("product-{number}")),
        release: "1.1.0".parse().unwrap(),
        environment: name("live"),
        after,
    };
    GroupRun {
        id: GroupRunId(id),
        members: [(1, vec![]), (2, vec![0])].map(member).into(),
        requested_by: name("ada"),
        requested_at: time(0),
        status,
    }
}

pub(crate) async fn what_runs_is_found_and_what_ended_stays(store: &Store) {
    let first = commit!(store, (), |tx, ()| tx.next_group_run().await?);
    assert_eq!(first, GroupRunId(1));
    let running = group(1, GroupStatus::Preparing { since: time(1) });
    let other = group(2, GroupStatus::Activating { since: time(2) });
    commit!(store, (running.clone(), other.clone()), |tx, (a, b)| {
        tx.record_group_run(a).await?;
        tx.record_group_run(b).await?;
    });
    let found = view!(store, (), |tx, ()| tx.running_group_runs().await?);
    assert_eq!(found, [running, other.clone()]);
    let ended = group(1, GroupStatus::Succeeded { at: time(9) });
    commit!(store, ended.clone(), |tx, ended| tx
        .record_group_run(ended)
        .await?);
    let found = view!(store, (), |tx, ()| tx.running_group_runs().await?);
    assert_eq!(found, std::slice::from_ref(&other));
    let read = view!(store, (), |tx, ()| tx.group_run(GroupRunId(1)).await?);
    assert_eq!(read, Some(ended.clone()));
    let all = view!(store, (), |tx, ()| tx
        .group_runs_before(GroupRunId(9), 10)
        .await?);
    assert_eq!(all, [other, ended.clone()]);
    let older = view!(store, (), |tx, ()| tx
        .group_runs_before(GroupRunId(2), 1)
        .await?);
    assert_eq!(older, [ended]);
}
