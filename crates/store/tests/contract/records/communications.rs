//! Records of messages, deliveries, those who were left out, opt-ins and bounces.

use super::{check, written};
use crate::samples;
use tidegate_domain::id::MessageId;
use tidegate_store::Store;

#[tokio::test]
async fn messages() {
    for (word, message) in samples::messages() {
        let expected = message.clone();
        let fill = |store: Store| async move {
            commit!(store, message, |tx, message| tx
                .record_message(message)
                .await?);
        };
        let record = written("SELECT record FROM messages", vec![], fill).await;
        check(&format!("message-{word}"), &record, &expected);
    }
}

#[tokio::test]
async fn deliveries() {
    for (word, delivery) in samples::deliveries() {
        let expected = delivery.clone();
        let fill = |store: Store| async move {
            commit!(store, delivery, |tx, delivery| tx
                .record_deliveries_begun(std::slice::from_ref(delivery))
                .await?);
        };
        let record = written("SELECT record FROM deliveries", vec![], fill).await;
        check(&format!("delivery-{word}"), &record, &expected);
    }
}

#[tokio::test]
async fn left_out() {
    for (number, one) in samples::left_out().into_iter().enumerate() {
        let expected = one.clone();
        let fill = |store: Store| async move {
            commit!(store, [one], |tx, all| tx
                .record_left_out(MessageId(1), all)
                .await?);
        };
        let record = written("SELECT record FROM left_out", vec![], fill).await;
        check(&format!("left-out-{number}"), &record, &expected);
    }
}

#[tokio::test]
async fn opt_ins() {
    for (word, said) in samples::opt_ins() {
        let expected = said.clone();
        let fill = |store: Store| async move {
            commit!(store, said, |tx, said| tx.record_opt_in(said).await?);
        };
        let record = written("SELECT record FROM opt_ins", vec![], fill).await;
        check(&format!("opt-in-{word}"), &record, &expected);
    }
}

#[tokio::test]
async fn bounces() {
    let bounce = samples::bounce("ops@acme.example");
    let expected = bounce.clone();
    let fill = |store: Store| async move {
        commit!(store, bounce, |tx, bounce| tx.record_bounce(bounce).await?);
    };
    let record = written("SELECT record FROM bounces", vec![], fill).await;
    check("bounce", &record, &expected);
}
