//! Records of handovers.

use super::{check, written};
use crate::samples::handovers::{handover, statuses};
use tidegate_domain::handover::HandoverKind;
use tidegate_store::Store;

const SQL: &str = "SELECT record FROM handovers";

#[tokio::test]
async fn handovers() {
    let marketing = handover(HandoverKind::GeneralAvailability, 1);
    let mut all = statuses();
    all.push(("general-availability", marketing));
    for (word, handover) in all {
        let kept = handover.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| tx.record_handover(kept).await?);
        };
        let record = written(SQL, vec![], fill).await;
        check(&format!("handover-{word}"), &record, &handover);
    }
}
