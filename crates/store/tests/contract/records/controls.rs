//! Records of controls, approvals and change requests.

use super::{check, written};
use crate::{
    controls::{approval, change, evidence, judgement, returned, waiver},
    quarantine::stop,
    samples::{digest, name, repository},
};
use tidegate_domain::id::DeploymentId;
use tidegate_store::Store;

#[tokio::test]
async fn what_people_say_and_controls_find() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_waiver(&waiver(1)).await?;
            tx.record_approval(&approval(1)).await?;
            tx.record_change(&change(1)).await?;
            let release = (name("storefront"), "1.0.0".parse().unwrap());
            tx.record_evidence((&release.0, &release.1), &evidence())
                .await?;
            tx.record_judgement((DeploymentId(1), 0), &judgement())
                .await?;
            tx.record_return_judgement(DeploymentId(1), &returned())
                .await?;
            let of = repository("storefront/web");
            tx.record_quarantine(&of, digest("image"), &[stop()])
                .await?;
        });
    };
    check(
        "waiver",
        &written("SELECT record FROM waivers", vec![], fill).await,
        &waiver(1),
    );
    check(
        "approval",
        &written("SELECT record FROM approvals", vec![], fill).await,
        &approval(1),
    );
    check(
        "change",
        &written("SELECT record FROM changes", vec![], fill).await,
        &change(1),
    );
    check(
        "evidence",
        &written("SELECT record FROM evidence", vec![], fill).await,
        &evidence(),
    );
    check(
        "quarantine",
        &written("SELECT record FROM quarantine", vec![], fill).await,
        &vec![stop()],
    );
    check(
        "judgement",
        &written("SELECT record FROM judgements", vec![], fill).await,
        &judgement(),
    );
    check(
        "return-judgement",
        &written("SELECT record FROM return_judgements", vec![], fill).await,
        &returned(),
    );
}
