//! Records of watches, notices, observations, responses, tasks, incidents and grants.

use super::{check, written};
use crate::samples;
use tidegate_store::Store;

#[tokio::test]
async fn supplier_watches() {
    let fill = |store: Store| async move {
        commit!(store, samples::watch("gateway"), |tx, it| tx
            .record_watch(it)
            .await?);
    };
    let record = written("SELECT record FROM supplier_watches", vec![], fill).await;
    check("supplier-watch", &record, &samples::watch("gateway").watch);
    let fill = |store: Store| async move {
        commit!(store, samples::questioned(), |tx, it| tx
            .record_watch(it)
            .await?);
    };
    let record = written("SELECT record FROM supplier_watches", vec![], fill).await;
    check(
        "supplier-watch-questioned",
        &record,
        &samples::questioned().watch,
    );
}

/// A record of each of these, by the words beside them.
macro_rules! records {
    ($($test:ident $table:literal $file:literal $record:ident;)+) => {$(
        #[tokio::test]
        async fn $test() {
            for (word, one) in samples::$test() {
                let expected = one.clone();
                let fill = |store: Store| async move {
                    commit!(store, one, |tx, one| tx.$record(one).await?);
                };
                let record = written(concat!("SELECT record FROM ", $table), vec![], fill).await;
                check(&format!("{}-{word}", $file), &record, &expected);
            }
        }
    )+};
}

records! {
    notices "supplier_notices" "supplier-notice" record_notice;
    observations "supplier_observations" "supplier-observation" record_observation;
    responses "supplier_responses" "supplier-response" record_response;
    supplier_tasks "supplier_tasks" "supplier-task" record_supplier_task;
    grants "supplier_grants" "supplier-grant" record_grant;
}

#[tokio::test]
async fn supplier_incidents() {
    let fill = |store: Store| async move {
        commit!(store, samples::incident(), |tx, it| tx
            .record_supplier_incident(it)
            .await?);
    };
    let record = written("SELECT record FROM supplier_incidents", vec![], fill).await;
    check("supplier-incident", &record, &samples::incident());
}
