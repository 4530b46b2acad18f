//! What suppliers announced, what was seen of them, and what is done about it.

use crate::samples::{
    grants, incident, name, notice, notices, observation, observations, response, responses,
    supplier_task, supplier_tasks, time, watch,
};
use tidegate_domain::{
    id::{NoticeId, ObservationId, ResponseId, SupplierIncidentId, SupplierTaskId},
    supplier::{Line, response::About},
};
use tidegate_store::Store;

pub(crate) async fn a_notice_is_one_by_the_suppliers_own_number(store: &Store) {
    let first = commit!(store, (), |tx, ()| tx.next_notice().await?);
    assert_eq!(first, NoticeId(1));
    for (_, notice) in notices() {
        commit!(store, notice.clone(), |tx, it| tx.record_notice(it).await?);
        let (read, numbered, awaited) = view!(store, (), |tx, ()| (
            tx.notice(NoticeId(1)).await?,
            tx.notice_numbered((&name("acme"), &Line::of("CHG1")))
                .await?,
            tx.awaited_notices().await?,
        ));
        assert_eq!((read.as_ref(), &numbered), (Some(&notice), &read));
        assert_eq!(!awaited.is_empty(), notice.status.is_awaited());
    }
    let put = async |one| {
        let put = store.write(one, |tx, one| {
            Box::pin(async move { tx.record_notice(one).await })
        });
        put.await.is_ok()
    };
    assert!(!put(notice(2, "CHG1")).await);
    assert!(put(notice(2, "CHG2")).await);
    let of = async |supplier: &'static str, limit: u64| {
        let all = view!(store, (name(supplier), limit), |tx, (supplier, limit)| tx
            .notices_of(supplier, *limit)
            .await?);
        all.iter().map(|it| it.id.0).collect::<Vec<u64>>()
    };
    assert_eq!(of("acme", 9).await, [2, 1]);
    assert_eq!(of("acme", 1).await, [2]);
    assert_eq!(of("other", 9).await, [0; 0]);
}

pub(crate) async fn what_is_known_of_a_component_is_kept_with_the_deployments_observed(
    store: &Store,
) {
    let (one, mut other) = (watch("gateway"), watch("ledger"));
    other.supplier = name("other");
    for _ in 0..2 {
        commit!(store, [one.clone(), other.clone()], |tx, all| {
            tx.record_watch(&all[0]).await?;
            tx.record_watch(&all[1]).await?;
        });
    }
    let place = (name("acme"), name("gateway"), name("live"));
    let (found, none, of, all) = view!(store, place, |tx, (supplier, component, environment)| (
        tx.watch((supplier, component, environment)).await?,
        tx.watch((supplier, component, supplier)).await?,
        tx.watches(Some(supplier)).await?,
        tx.watches(None).await?,
    ));
    assert_eq!((found.as_ref(), none), (Some(&one), None));
    assert_eq!((of, all), (vec![one.clone()], vec![one, other]));

    let first = commit!(store, (), |tx, ()| tx.next_observation().await?);
    assert_eq!(first, ObservationId(1));
    for (_, observed) in observations() {
        commit!(store, observed.clone(), |tx, it| tx
            .record_observation(it)
            .await?);
        let read = view!(store, (), |tx, ()| tx.observation(ObservationId(1)).await?);
        assert_eq!(read, Some(observed));
    }
    commit!(store, observation(2), |tx, it| tx
        .record_observation(it)
        .await?);
    let all = view!(store, (), |tx, ()| tx
        .observations_of(&name("acme"), 9)
        .await?);
    assert_eq!(all.iter().map(|it| it.id.0).collect::<Vec<u64>>(), [2, 1]);
}

pub(crate) async fn responses_count_while_they_are_to_be_done_or_accept(store: &Store) {
    let first = commit!(store, (), |tx, ()| tx.next_response().await?);
    assert_eq!(first, ResponseId(1));
    for (word, response) in responses() {
        commit!(store, response.clone(), |tx, it| tx
            .record_response(it)
            .await?);
        let (read, counting) = view!(store, (), |tx, ()| (
            tx.response(ResponseId(1)).await?,
            tx.responses_in((&name("storefront"), &name("live")))
                .await?,
        ));
        assert_eq!(read, Some(response));
        assert_eq!(!counting.is_empty(), matches!(word, "hold" | "accept"));
    }
    commit!(
        store,
        (response(2), notice(1, "CHG1"), observation(1)),
        |tx, (response, notice, observation)| {
            tx.record_response(response).await?;
            tx.record_notice(notice).await?;
            tx.record_observation(observation).await?;
        }
    );
    let of = async |supplier: &'static str| {
        let all = view!(store, name(supplier), |tx, supplier| tx
            .responses_about(supplier)
            .await?);
        all.iter().map(|it| it.id.0).collect::<Vec<u64>>()
    };
    assert_eq!((of("acme").await, of("other").await), (vec![2], Vec::new()));
    let observed = responses().swap_remove(0).1;
    commit!(store, observed, |tx, it| tx.record_response(it).await?);
    assert_eq!(of("acme").await, [1, 2]);
    let (about, elsewhere) = view!(store, (), |tx, ()| (
        tx.responses_to(About::Notice(NoticeId(1))).await?,
        tx.responses_in((&name("storefront"), &name("staging")))
            .await?,
    ));
    assert_eq!((about, elsewhere), (vec![response(2)], Vec::new()));
}

pub(crate) async fn tasks_and_incidents_are_a_suppliers_own(store: &Store) {
    let first = commit!(store, (), |tx, ()| (
        tx.next_supplier_task().await?,
        tx.next_supplier_incident().await?
    ));
    assert_eq!(first, (SupplierTaskId(1), SupplierIncidentId(1)));
    for (_, task) in supplier_tasks() {
        commit!(store, task.clone(), |tx, it| tx
            .record_supplier_task(it)
            .await?);
        let read = view!(store, (), |tx, ()| tx
            .supplier_task(SupplierTaskId(1))
            .await?);
        assert_eq!(read, Some(task));
    }
    let mut other = supplier_task(2);
    other.supplier = name("other");
    commit!(
        store,
        (other.clone(), incident()),
        |tx, (task, incident)| {
            tx.record_supplier_task(task).await?;
            tx.record_supplier_incident(incident).await?;
        }
    );
    let (tasks, incidents, none) = view!(store, (), |tx, ()| (
        tx.supplier_tasks(&name("other"), 9).await?,
        tx.supplier_incidents(&name("acme"), 9).await?,
        tx.supplier_incidents(&name("other"), 9).await?,
    ));
    assert_eq!(
        (tasks, incidents, none),
        (vec![other], vec![incident()], Vec::new())
    );
}

pub(crate) async fn a_grant_is_found_by_its_nonce_and_a_request_counts_once(store: &Store) {
    for (_, handed) in grants() {
        commit!(store, handed.clone(), |tx, it| tx.record_grant(it).await?);
        let nonce = handed.grant.nonce.clone();
        let (found, all) = view!(store, nonce, |tx, nonce| (
            tx.grant(nonce).await?,
            tx.grants_of(&name("acme"), 9).await?
        ));
        assert_eq!((found, all), (Some(handed.clone()), vec![handed]));
    }
    let take = async |supplier: &'static str, since: i64| {
        commit!(
            store,
            (name(supplier), time(since)),
            |tx, (supplier, since)| tx
                .record_supplier_request((supplier, "msg_1"), *since)
                .await?
        )
    };
    assert!(take("acme", 0).await && take("other", 0).await);
    assert!(!take("acme", 0).await);
    let known = view!(store, (), |tx, ()| (
        tx.has_supplier_request((&name("acme"), "msg_1")).await?,
        tx.has_supplier_request((&name("acme"), "msg_2")).await?,
    ));
    assert_eq!(known, (true, false));
    // What is forgotten would count again, and is refused by its time before.
    assert!(take("acme", 4_000_000_000).await);
}
