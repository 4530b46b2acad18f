//! Records of trains and of their plans.

use super::{check, written};
use crate::samples;
use tidegate_store::Store;

#[tokio::test]
async fn trains_in_every_status() {
    for status in samples::train_statuses() {
        let file = format!("train-{}", status.word().replace('_', "-"));
        let train = samples::train("autumn", status);
        let expected = train.clone();
        let fill = |store: Store| async move {
            commit!(store, train, |tx, train| tx.record_train(train).await?);
        };
        let record = written("SELECT record FROM trains", vec![], fill).await;
        check(&file, &record, &expected);
    }
}

#[tokio::test]
async fn savings_of_a_trains_plan() {
    for edition in [1, 2] {
        let plan = samples::train_plan(edition);
        let expected = plan.clone();
        let fill = |store: Store| async move {
            commit!(store, plan, |tx, plan| tx.record_train_plan(plan).await?);
        };
        let record = written("SELECT record FROM train_plans", vec![], fill).await;
        check(&format!("train-plan-{edition}"), &record, &expected);
    }
}
