//! Rollbacks that somebody asks for.

use super::{check, written};
use crate::samples;
use tidegate_domain::deployment::{AskedReturn, ReturnAnswer, ReturnWord};
use tidegate_store::Store;

#[tokio::test]
async fn returns_that_are_asked_for() {
    let answer = |word| {
        Some(ReturnAnswer {
            by: samples::name("ada"),
            at: samples::time(9),
            word,
        })
    };
    let declined = ReturnWord::Declined {
        note: "they are full".to_owned(),
    };
    for (word, answer) in [
        ("open", None),
        ("let-go", answer(ReturnWord::LetGo)),
        ("declined", answer(declined)),
        ("overtaken", answer(ReturnWord::Overtaken)),
    ] {
        let asked = AskedReturn {
            answer,
            ..samples::asked_return(7)
        };
        let kept = asked.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| tx.record_asked_return(kept).await?);
        };
        let record = written("SELECT record FROM asked_returns", vec![], fill).await;
        check(&format!("asked-return-{word}"), &record, &asked);
    }
}
