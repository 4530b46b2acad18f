//! People, tokens, sessions and links.

use crate::samples::{digest, name, person_id};
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{access::Level, id::TokenId};
use tidegate_store::{PersonRow, SessionRow, Store, TokenRow};

pub(crate) async fn people_are_unique_by_name_and_listed_in_order(store: &Store) {
    let names = ["co-op", "ada", "coop", "b-1", "b1"];
    for (number, text) in (1..).zip(names) {
        assert!(commit!(store, person(number, text), |tx, row| tx
            .record_person(row)
            .await?));
    }
    let again = person(9, "ada");
    assert!(
        !commit!(store, again, |tx, row| tx.record_person(row).await?),
        "the name is taken"
    );

    let people = view!(store, (), |tx, ()| tx.people().await?);
    let listed: Vec<_> = people.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        listed,
        ["ada", "b-1", "b1", "co-op", "coop"],
        "by bytes on both databases"
    );
    let ada = view!(store, (), |tx, ()| tx.person_named(&name("ada")).await?);
    assert_eq!(ada, Some(person(2, "ada")), "the first one stays");
    let nobody = view!(store, (), |tx, ()| tx.person_named(&name("eve")).await?);
    assert_eq!(nobody, None);
}

pub(crate) async fn a_token_is_good_until_it_expires_or_is_revoked(store: &Store) {
    commit!(store, person(1, "ada"), |tx, row| tx
        .record_person(row)
        .await?);
    let now = Timestamp::now();
    let tokens = [
        token(1, "lasting", None),
        token(2, "running", Some(now + SignedDuration::from_hours(1))),
        token(3, "expired", Some(now - SignedDuration::from_secs(1))),
    ];
    for token in tokens {
        commit!(store, token, |tx, token| tx.record_token(token).await?);
    }
    let lasting = by_token(store, "lasting").await.expect("it never expires");
    assert_eq!((lasting.name, lasting.person), (name("ada"), person_id(1)));
    assert_eq!(lasting.token, Some(token_id(1)));
    assert_eq!(lasting.repository.as_deref(), Some("storefront/web"));
    assert!(by_token(store, "running").await.is_some());
    assert!(by_token(store, "expired").await.is_none());
    assert!(by_token(store, "unknown").await.is_none());
    for (number, good) in [(1, true), (2, true), (3, false), (4, false)] {
        let found = view!(store, token_id(number), |tx, id| {
            tx.actor_by_token_id(*id).await?
        });
        let id = found.and_then(|actor| actor.token);
        assert_eq!(id, good.then_some(token_id(number)));
    }

    assert!(commit!(store, token_id(1), |tx, id| tx
        .revoke_token(*id)
        .await?));
    assert!(by_token(store, "lasting").await.is_none(), "it was revoked");
    let revoked = view!(store, token_id(1), |tx, id| {
        tx.actor_by_token_id(*id).await?
    });
    assert_eq!(revoked, None);
    assert!(
        !commit!(store, token_id(1), |tx, id| tx.revoke_token(*id).await?),
        "once is enough"
    );
    commit!(store, token(4, "lasting", None), |tx, token| tx
        .record_token(token)
        .await?);
    assert!(
        by_token(store, "lasting").await.is_none(),
        "a revoked secret stays revoked"
    );
}

pub(crate) async fn a_token_is_worth_no_more_than_its_person(store: &Store) {
    let helper = PersonRow {
        level: Level::Assist,
        ..person(1, "ada")
    };
    commit!(store, helper, |tx, row| tx.record_person(row).await?);
    commit!(store, token(1, "strong", None), |tx, token| tx
        .record_token(token)
        .await?);
    assert_eq!(
        by_token(store, "strong").await.unwrap().level,
        Level::Assist
    );
}

pub(crate) async fn a_session_ends_when_told_or_when_its_time_is_over(store: &Store) {
    commit!(store, person(1, "ada"), |tx, row| tx
        .record_person(row)
        .await?);
    for (secret, hours) in [("open", 1), ("over", -1)] {
        let row = session(secret, "session", hours);
        commit!(store, row, |tx, row| tx.record_session(row).await?);
    }
    let actor = by_session(store, "open").await.expect("it is open");
    assert_eq!((actor.name, actor.token), (name("ada"), None));
    assert!(by_session(store, "over").await.is_none());

    let link = commit!(store, digest("open"), |tx, secret| tx
        .use_link(*secret)
        .await?);
    assert!(link.is_none(), "a session is no link");
    assert!(
        by_session(store, "open").await.is_some(),
        "and trying does not end it"
    );
    commit!(store, digest("open"), |tx, secret| tx
        .end_session(*secret)
        .await?);
    assert!(by_session(store, "open").await.is_none());
}

pub(crate) async fn a_link_is_used_once_however_many_try(store: &Store) {
    commit!(store, person(1, "ada"), |tx, row| tx
        .record_person(row)
        .await?);
    for (secret, hours) in [("link", 1), ("late", -1)] {
        let row = session(secret, "link", hours);
        commit!(store, row, |tx, row| tx.record_session(row).await?);
    }
    assert!(
        by_session(store, "link").await.is_none(),
        "a link is no session"
    );
    let late = commit!(store, digest("late"), |tx, secret| tx
        .use_link(*secret)
        .await?);
    assert!(late.is_none(), "its time is over");

    let tries = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            commit!(store, digest("link"), |tx, secret| tx
                .use_link(*secret)
                .await?)
            .is_some()
        })
    });
    let used = futures::future::join_all(tries).await;
    assert_eq!(
        used.into_iter()
            .filter(|used| *used.as_ref().unwrap())
            .count(),
        1
    );
}

fn person(number: u128, text: &str) -> PersonRow {
    PersonRow {
        id: person_id(number),
        name: name(text),
        display: "Ada Lovelace".into(),
        level: Level::Enable,
    }
}

fn token_id(number: u128) -> TokenId {
    TokenId(uuid::Uuid::from_u128(number))
}

fn token(number: u128, secret: &str, expires_at: Option<Timestamp>) -> TokenRow {
    TokenRow {
        id: token_id(number),
        person: person_id(1),
        name: name("laptop"),
        secret: digest(secret),
        level: Level::Initiate,
        repository: Some("storefront/web".into()),
        expires_at,
    }
}

fn session(secret: &str, kind: &'static str, hours: i64) -> SessionRow {
    let expires_at = Timestamp::now() + SignedDuration::from_hours(hours);
    SessionRow {
        secret: digest(secret),
        person: person_id(1),
        kind,
        expires_at,
    }
}

async fn by_token(store: &Store, secret: &str) -> Option<tidegate_domain::access::Actor> {
    view!(store, digest(secret), |tx, secret| tx
        .actor_by_token(*secret)
        .await?)
}

async fn by_session(store: &Store, secret: &str) -> Option<tidegate_domain::access::Actor> {
    view!(store, digest(secret), |tx, secret| tx
        .actor_by_session(*secret)
        .await?)
}
