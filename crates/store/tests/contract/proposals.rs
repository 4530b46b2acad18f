//! Changes that wait for a second person.

use crate::samples::{name, proposal, time};
use tidegate_domain::{
    access::{Proposal, Settled},
    id::ProposalId,
};
use tidegate_store::Store;

pub(crate) async fn proposals_are_listed_until_they_are_settled(store: &Store) {
    let first = commit!(store, (), |tx, ()| tx.next_proposal().await?);
    let second = commit!(store, (), |tx, ()| tx.next_proposal().await?);
    assert_eq!([first, second], [ProposalId(1), ProposalId(2)]);
    for id in [1, 2] {
        commit!(store, proposal(id), |tx, it| tx.record_proposal(it).await?);
    }
    let settled = Proposal {
        settled: Some(Settled {
            agreed: false,
            by: name("bob"),
            at: time(3),
        }),
        ..proposal(1)
    };
    commit!(store, settled.clone(), |tx, it| tx
        .record_proposal(it)
        .await?);
    let list = |only_open| async move {
        view!(store, only_open, |tx, only_open| tx
            .proposals(*only_open, 9)
            .await?)
    };
    assert_eq!(list(true).await, [proposal(2)]);
    assert_eq!(list(false).await, [proposal(2), settled.clone()]);
    let found = view!(store, first, |tx, id| tx.proposal(*id).await?);
    assert_eq!(found, Some(settled));
}

pub(crate) async fn every_change_of_the_catalog_is_counted(store: &Store) {
    let count = || async { view!(store, (), |tx, ()| tx.catalog_changes().await?) };
    assert_eq!(count().await, 0);
    for (_, document) in crate::samples::documents() {
        let before = count().await;
        commit!(store, document, |tx, it| tx.record_document(it).await?);
        assert!(count().await > before);
    }
    let before = count().await;
    let kind = tidegate_domain::catalog::Kind::Policy;
    commit!(store, kind, |tx, kind| tx
        .record_document_removed(*kind, "live-captains")
        .await?);
    assert!(count().await > before);
}
