//! Mails of news begin when they are due, and after a restore nothing is mailed again.

use super::*;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;
use tempfile::TempDir;
use tidegate_domain::{
    catalog::Document,
    id::PersonId,
    talk::{News, Why},
    text::Line,
};
use tidegate_store::{PersonRow, Store};
use uuid::Uuid;

fn ben() -> Name {
    "ben".parse().unwrap()
}

/// A store in which `ben` has an address; nobody is mailed news.
async fn opened() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(directory.path()).await.unwrap();
    let person = PersonRow {
        id: PersonId(Uuid::nil()),
        name: ben(),
        display: "Ben".to_owned(),
        kind: ActorKind::Person,
        level: None,
        owner: None,
        email: Some("ben@example.org".to_owned()),
        groups: BTreeMap::new(),
        external: None,
    };
    let made = store.write(person, |tx, person| tx.record_person(person).boxed());
    assert!(made.await.unwrap());
    (directory, store)
}

/// The organisation says that people are mailed.
async fn declare(store: &Store, gather: &str) {
    let news = json!({ "by": "post", "gather": gather });
    let organisation = serde_json::from_value(json!({ "name": "acme", "news": news }));
    let organisation: Organisation = organisation.unwrap();
    let kept = store.write(organisation, |tx, organisation| {
        async move {
            begin_by(tx, organisation).await?;
            let document = Document::Organisation(organisation.clone());
            Ok::<_, Error>(tx.record_document(&document).await?)
        }
        .boxed()
    });
    kept.await.unwrap();
}

/// Something is new for `ben`.
async fn happens(store: &Store, id: u64) {
    let news = News {
        id: NewsId(id),
        to: ben(),
        subject: "release/shop/1.0.0".parse().unwrap(),
        why: Why::Named,
        by: "ada".parse().unwrap(),
        at: Timestamp::UNIX_EPOCH,
        line: Line::of("said: look, @ben"),
    };
    let kept = store.write(news, |tx, news| tx.record_news(news).boxed());
    kept.await.unwrap();
}

/// Up to where those were told who are to be mailed something.
async fn told(store: &Store) -> Vec<u64> {
    let untold = store.read((), |tx, ()| tx.untold_news().boxed()).await;
    let up_to = |(mailing, _): (Mailing, Untold)| mailing.up_to.0;
    untold.unwrap().into_iter().map(up_to).collect()
}

#[tokio::test]
async fn when_mails_begin_nobody_is_mailed_their_past() {
    let (_directory, store) = opened().await;
    happens(&store, 1).await;
    assert_eq!(told(&store).await, [0]);
    declare(&store, "1h").await;
    assert_eq!(told(&store).await, [0; 0]);
    happens(&store, 2).await;
    assert_eq!(told(&store).await, [1]);
    // What is declared otherwise begins nothing anew.
    declare(&store, "2m").await;
    assert_eq!(told(&store).await, [1]);
    // An address that somebody has from now on.
    let begun = store.write(ben(), |tx, ben| begin_for(tx, ben).boxed());
    begun.await.unwrap();
    assert_eq!(told(&store).await, [0; 0]);
}

#[tokio::test]
async fn after_a_restore_nothing_is_mailed_again() {
    let (_directory, store) = opened().await;
    declare(&store, "2m").await;
    happens(&store, 1).await;
    assert_eq!(told(&store).await, [0]);
    let given_up = store.write((), |tx, ()| give_up(tx).boxed());
    given_up.await.unwrap();
    assert_eq!(told(&store).await, [0; 0]);
    happens(&store, 2).await;
    assert_eq!(told(&store).await, [1]);
}
