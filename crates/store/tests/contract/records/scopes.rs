//! Records of what people decide and write of a release's scope, and of work items.

use super::{check, written};
use crate::samples;
use tidegate_store::Store;

#[tokio::test]
async fn adjustments() {
    let acts = ["take-out", "add", "write"];
    for (act, adjustment) in acts.into_iter().zip(samples::adjustments()) {
        let expected = adjustment.clone();
        let fill = |store: Store| async move {
            commit!(store, adjustment, |tx, adjustment| {
                let release = samples::release(1);
                tx.record_adjustment((&release.product, &release.version), adjustment)
                    .await?;
            });
        };
        let record = written("SELECT record FROM adjustments", vec![], fill).await;
        check(&format!("adjustment-{act}"), &record, &expected);
    }
}

#[tokio::test]
async fn wordings() {
    let subjects = ["introduction", "change", "item"];
    for (subject, wording) in subjects.into_iter().zip(samples::wordings()) {
        let expected = wording.clone();
        let fill = |store: Store| async move {
            commit!(store, wording, |tx, wording| {
                let release = samples::release(1);
                tx.record_wording((&release.product, &release.version), wording)
                    .await?;
            });
        };
        let record = written("SELECT record FROM wordings", vec![], fill).await;
        check(&format!("wording-{subject}"), &record, &expected);
    }
}

#[tokio::test]
async fn work_items() {
    let fill = |store: Store| async move {
        commit!(store, samples::work_item("SHOP-1"), |tx, item| tx
            .record_work_item(item)
            .await?);
    };
    let record = written("SELECT record FROM work_items", vec![], fill).await;
    check("work-item", &record, &samples::work_item("SHOP-1"));
}
