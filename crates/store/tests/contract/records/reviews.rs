//! Records of reviews, of their reports, and of actions.

use super::{check, written};
use crate::samples::{
    reviews::{improvement, report, report_of_others, review, stages},
    task,
};
use tidegate_domain::planning::{Task, TaskState};
use tidegate_store::Store;

#[tokio::test]
async fn reviews() {
    for stage in stages() {
        let it = review(stage);
        let name = format!("review-{}", it.stage.word());
        let kept = it.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| tx.record_review(kept).await?);
        };
        let record = written("SELECT record FROM reviews", vec![], fill).await;
        check(&name, &record, &it);
    }
}

#[tokio::test]
async fn reports() {
    for (name, report) in [
        ("review-report", report()),
        ("review-report-of-others", report_of_others()),
    ] {
        let kept = report.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| {
                let of = (&"shop".parse().unwrap(), &"1.0.0".parse().unwrap());
                tx.record_review_report(of, kept).await?;
            });
        };
        let record = written("SELECT record FROM review_reports", vec![], fill).await;
        check(name, &record, &report);
    }
}

#[tokio::test]
async fn actions() {
    let action = || Task {
        improvement: Some(improvement()),
        ..task(1, TaskState::Open)
    };
    let fill = |store: Store| async move {
        commit!(store, action(), |tx, action| tx.record_task(action).await?);
    };
    let record = written("SELECT record FROM tasks", vec![], fill).await;
    check("task-action", &record, &action());
}
