//! Runbooks: every edition of each, and what deployments run by.

use crate::samples::runbooks::{conducted, errand, runbook_edition};
use tidegate_domain::{
    id::{DeploymentId, Edition},
    runbook::{Conducted, Run, RunbookEdition, Way},
};
use tidegate_store::{Store, StoreError};

pub(crate) async fn every_edition_stays_and_both_ways_are_apart(store: &Store) {
    for number in 1..=3 {
        record(store, runbook_edition(number, Way::Forward))
            .await
            .unwrap();
    }
    record(store, runbook_edition(1, Way::Back)).await.unwrap();
    let taken = record(store, runbook_edition(3, Way::Forward)).await;
    assert!(taken.is_err());
    let found = async |way, before, limit| {
        view!(store, (errand(way), before, limit), |tx,
                                                    (
            of,
            before,
            limit,
        )| tx
            .runbooks_before(of, (Edition(*before), *limit))
            .await?)
    };
    let forward = |number| runbook_edition(number, Way::Forward);
    assert_eq!(found(Way::Forward, 100, 1).await, [forward(3)]);
    assert_eq!(
        found(Way::Forward, 3, 10).await,
        [forward(2), forward(1)],
        "the newest first"
    );
    assert_eq!(
        found(Way::Back, 100, 10).await,
        [runbook_edition(1, Way::Back)]
    );
}

async fn record(store: &Store, edition: RunbookEdition) -> Result<(), StoreError> {
    store
        .write(edition, |tx, edition| {
            Box::pin(async move { tx.record_runbook(edition).await })
        })
        .await
}

pub(crate) async fn what_a_deployment_runs_by_is_replaced_and_found_while_it_is_open(
    store: &Store,
) {
    let untouched = |deployment| {
        let it = conducted(deployment, Way::Forward);
        let run = Run::new(it.run.began);
        Conducted { run, ..it }
    };
    let keep = async |it: Conducted| {
        commit!(store, it, |tx, it| tx.record_conducted(it).await?);
    };
    let open = async || view!(store, (), |tx, ()| tx.open_runbooks().await?);
    keep(conducted(7, Way::Back)).await;
    keep(untouched(7)).await;
    keep(untouched(3)).await;
    assert_eq!(open().await, [DeploymentId(3), DeploymentId(7)]);
    let mut settled = conducted(7, Way::Forward);
    settled.run.steps.values_mut().for_each(|status| {
        *status = tidegate_domain::runbook::StepStatus::TimedOut {
            at: crate::samples::time(9),
        };
    });
    keep(settled.clone()).await;
    let all = view!(store, (), |tx, ()| tx.conducted(DeploymentId(7)).await?);
    assert_eq!(all, [settled, conducted(7, Way::Back)], "forward first");
    assert_eq!(
        open().await,
        [DeploymentId(3), DeploymentId(7)],
        "somebody is at a step of the backout plan"
    );
}
