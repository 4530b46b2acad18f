//! Records of runbooks, and of what deployments run by.

use super::{check, written};
use crate::samples::runbooks::{conducted, runbook_edition};
use tidegate_domain::runbook::Way;
use tidegate_store::Store;

#[tokio::test]
async fn runbooks() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_runbook(&runbook_edition(1, Way::Forward)).await?;
        });
    };
    let record = written("SELECT record FROM runbook_editions", vec![], fill).await;
    check("runbook", &record, &runbook_edition(1, Way::Forward));
}

#[tokio::test]
async fn conducted_runbooks() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_conducted(&conducted(7, Way::Back)).await?;
        });
    };
    let record = written("SELECT record FROM runbook_runs", vec![], fill).await;
    check("runbook-run", &record, &conducted(7, Way::Back));
}
