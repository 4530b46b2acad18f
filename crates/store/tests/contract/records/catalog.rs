//! Records of what is declared.

use super::{check, written};
use crate::samples;
use tidegate_domain::catalog::{Document, Organisation, Scalar, SlotVariables};

#[tokio::test]
async fn documents_of_the_catalog() {
    for (kind, document) in samples::documents() {
        let file = format!("catalog-{}", kind.as_str().to_lowercase());
        let sql = "SELECT record FROM catalog WHERE kind = $1";
        let written = written(sql, vec![kind.as_str().into()], |store| async move {
            let write = samples::documents();
            for (_, document) in write {
                commit!(store, document, |tx, document| tx
                    .record_document(document)
                    .await?);
            }
        });
        let written = written.await;
        match document {
            Document::Organisation(d) => check(&file, &written, &d),
            Document::Team(d) => check(&file, &written, &d),
            Document::Role(d) => check(&file, &written, &d),
            Document::Policy(d) => check(&file, &written, &d),
            Document::Procedure(d) => check(&file, &written, &*d),
            Document::Control(d) => check(&file, &written, &*d),
            Document::ChangeTemplate(d) => check(&file, &written, &d),
            Document::KeySet(d) => check(&file, &written, &d),
            Document::ReleaseTemplate(d) => check(&file, &written, &*d),
            Document::HandoverTemplate(d) => check(&file, &written, &*d),
            Document::Tracker(d) => check(&file, &written, &d),
            Document::Stakeholder(d) => check(&file, &written, &d),
            Document::Channel(d) => check(&file, &written, &d),
            Document::Audience(d) => check(&file, &written, &*d),
            Document::MessageTemplate(d) => check(&file, &written, &*d),
            Document::StatusPage(d) => check(&file, &written, &d),
            Document::Supplier(d) => check(&file, &written, &*d),
            Document::Programme(d) => check(&file, &written, &d),
            Document::Product(d) => check(&file, &written, &*d),
            Document::Environment(d) => check(&file, &written, &d),
            Document::Target(d) => check(&file, &written, &d),
            Document::Ring(d) => check(&file, &written, &d),
            Document::Strategy(d) => check(&file, &written, &*d),
            Document::Window(d) => check(&file, &written, &d),
            Document::Freeze(d) => check(&file, &written, &d),
        }
    }
}

#[tokio::test]
async fn an_organisation_that_mails_news() {
    let declared = r#"{"name": "acme", "news": {"by": "post", "gather": 60000, "daily_at": "08:00:00",
        "time_zone": "Europe/Amsterdam"}}"#;
    let organisation: Organisation = serde_json::from_str(declared).unwrap();
    let document = Document::Organisation(organisation.clone());
    let sql = "SELECT record FROM catalog WHERE kind = 'Organisation'";
    let record = written(sql, vec![], |store| async move {
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    });
    check("catalog-organisation-news", &record.await, &organisation);
}

#[tokio::test]
async fn targets_whose_slots_differ() {
    let mut target = samples::target("live/live-1");
    let port = |port: &str| [("port".to_owned(), Scalar(port.to_owned()))].into();
    target.slots = SlotVariables {
        blue: port("18101"),
        green: port("18102"),
    };
    let document = Document::Target(target.clone());
    let sql = "SELECT record FROM catalog WHERE kind = 'Target'";
    let record = written(sql, vec![], |store| async move {
        commit!(store, document, |tx, document| tx
            .record_document(document)
            .await?);
    });
    check("catalog-target-slots", &record.await, &target);
}
