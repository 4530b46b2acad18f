//! Records of what was told of builds and tests.

use super::{check, written};
use crate::samples::{
    lifecycle::{begun, built, case, fact, tested},
    name,
};
use tidegate_store::{FactWait, Store};

const SQL: &str = "SELECT record FROM lifecycle_facts";

#[tokio::test]
async fn facts_of_builds_and_tests() {
    for (word, what) in [
        ("build", built()),
        ("suite", tested()),
        ("suite-begun", begun()),
        ("case", case()),
    ] {
        let fact = fact("e-1", "r-1", &["image"], what);
        let kept = fact.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| tx
                .record_fact(&name("storefront"), kept, FactWait::Nothing)
                .await?);
        };
        let record = written(SQL, vec![], fill).await;
        check(&format!("fact-{word}"), &record, &fact);
    }
}
