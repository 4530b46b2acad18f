//! Servers of one PostgreSQL wake one another; one of SQLite has no others.

use tidegate_store::Store;

#[tokio::test(flavor = "multi_thread")]
async fn servers_hear_one_another_and_not_themselves() {
    let postgres = test_postgres::Postgres::start();
    let open = async || {
        let store = Store::open_postgres(&postgres.address()).await.unwrap();
        assert!(store.is_shared());
        store.wakes().await.unwrap().unwrap()
    };
    let (mut one, mut other) = (open().await, open().await);
    let words = |words: &[&str]| words.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    one.tell(&words(&["engine", "engine", "changes"]))
        .await
        .unwrap();
    other.tell(&words(&["target live/web-1"])).await.unwrap();
    assert_eq!(other.next().await.as_deref(), Some("engine"));
    assert_eq!(other.next().await.as_deref(), Some("changes"));
    assert_eq!(one.next().await.as_deref(), Some("target live/web-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn however_much_is_told_nobody_waits_for_another() {
    let postgres = test_postgres::Postgres::start();
    let store = Store::open_postgres(&postgres.address()).await.unwrap();
    let (one, mut other) = (
        store.wakes().await.unwrap().unwrap(),
        store.wakes().await.unwrap().unwrap(),
    );
    let all: Vec<String> = (0..5_000)
        .map(|it| format!("target live/web-{it}"))
        .collect();
    // Nobody listens meanwhile: both hear what they tell, and are answered all the same.
    one.tell(&all).await.unwrap();
    other.tell(&all).await.unwrap();
    one.tell(&["engine".to_owned()]).await.unwrap();
    for word in all.iter().chain(&["engine".to_owned()]) {
        assert_eq!(other.next().await.as_ref(), Some(word));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_the_database_is_told_so() {
    let postgres = test_postgres::Postgres::start();
    let store = Store::open_postgres(&postgres.address()).await.unwrap();
    let mut wakes = store.wakes().await.unwrap().unwrap();
    drop(postgres);
    assert_eq!(wakes.next().await, None);
    assert!(wakes.tell(&["engine".to_owned()]).await.is_err());
    assert!(store.wakes().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_shared_with_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(directory.path()).await.unwrap();
    assert!(!store.is_shared() && store.wakes().await.unwrap().is_none());
}
