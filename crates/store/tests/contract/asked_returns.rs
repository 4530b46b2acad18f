//! Returns that are asked for: one of each deployment, open until somebody answers.

use crate::samples::{asked_return, name, time};
use tidegate_domain::{
    deployment::{AskedReturn, ReturnAnswer, ReturnWord},
    id::DeploymentId,
};
use tidegate_store::Store;

pub(crate) async fn what_was_asked_last_of_a_deployment_is_kept_and_found_until_it_is_answered(
    store: &Store,
) {
    let open = async || view!(store, (), |tx, ()| tx.open_asked_returns(10).await?);
    let keep = async |asked: AskedReturn| {
        commit!(store, asked, |tx, asked| tx
            .record_asked_return(asked)
            .await?);
    };
    keep(asked_return(7)).await;
    keep(asked_return(9)).await;
    assert_eq!(open().await, [asked_return(9), asked_return(7)]);
    let declined = AskedReturn {
        answer: Some(ReturnAnswer {
            by: name("ada"),
            at: time(9),
            word: ReturnWord::LetGo,
        }),
        ..asked_return(9)
    };
    keep(declined.clone()).await;
    assert_eq!(open().await, [asked_return(7)]);
    let of = async |id: u64| {
        view!(store, id, |tx, id| tx
            .asked_return(DeploymentId(*id))
            .await?)
    };
    assert_eq!(of(9).await, Some(declined));
    assert_eq!(of(8).await, None);
    // Asked again, it is open again.
    keep(asked_return(9)).await;
    assert_eq!(open().await.len(), 2);
}
