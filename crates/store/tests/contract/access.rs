//! People, tokens, sessions and links.

use crate::samples::{digest, name, person_id};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Action, ActorKind, Level, Scope, Tries, Trust},
    id::TokenId,
};
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
    assert_eq!(lasting.groups, ["sre".to_owned()].into());
    let used = lasting.token.unwrap();
    assert_eq!(
        (used.id, used.scope.to_string().as_str()),
        (token_id(1), "storefront/web, push only")
    );
    assert!(by_token(store, "running").await.is_some());
    assert!(by_token(store, "expired").await.is_none());
    assert!(by_token(store, "unknown").await.is_none());
    for (number, good) in [(1, true), (2, true), (3, false), (4, false)] {
        let found = view!(store, token_id(number), |tx, id| {
            tx.actor_by_token_id(*id).await?
        });
        let id = found.and_then(|actor| actor.token).map(|token| token.id);
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
        level: Some(Level::Assist),
        ..person(1, "ada")
    };
    commit!(store, helper, |tx, row| tx.record_person(row).await?);
    commit!(store, token(1, "strong", None), |tx, token| tx
        .record_token(token)
        .await?);
    let actor = by_token(store, "strong").await.unwrap();
    let token = actor.token.unwrap();
    assert_eq!(
        (actor.level, token.level),
        (Some(Level::Assist), Level::Initiate),
        "both are told; the authorizer takes the lower"
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
    commit!(store, (), |tx, ()| tx.end_session("open").await?);
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

pub(crate) async fn who_is_removed_holds_nothing_open_and_neither_do_their_programs(store: &Store) {
    let robot = PersonRow {
        kind: ActorKind::Service,
        owner: Some(person_id(1)),
        ..person(2, "robot")
    };
    for row in [person(1, "ada"), robot.clone()] {
        commit!(store, row, |tx, row| tx.record_person(row).await?);
    }
    let of_robot = TokenRow {
        person: person_id(2),
        ..token(2, "of the robot", None)
    };
    for row in [token(1, "of ada", None), of_robot] {
        commit!(store, row, |tx, row| tx.record_token(row).await?);
    }
    let row = session("open", "session", 1);
    commit!(store, row, |tx, row| tx.record_session(row).await?);
    commit!(store, (), |tx, ()| tx
        .record_password(person_id(1), Some("$argon2id$"))
        .await?);
    let with_password = view!(store, (), |tx, ()| tx.people_with_password().await?);
    assert_eq!(with_password, [person_id(1)].into());
    assert!(by_token(store, "of the robot").await.is_some());

    commit!(store, (), |tx, ()| tx
        .record_person_removed(person_id(1))
        .await?);
    assert!(by_session(store, "open").await.is_none());
    assert!(by_token(store, "of ada").await.is_none());
    assert!(
        by_token(store, "of the robot").await.is_none(),
        "nobody answers for it"
    );
    let people = view!(store, (), |tx, ()| tx.people().await?);
    assert_eq!(people, []);
    let password = view!(store, (), |tx, ()| tx.password(person_id(1)).await?);
    assert_eq!(password, None);
    let with_password = view!(store, (), |tx, ()| tx.people_with_password().await?);
    assert_eq!(with_password, [].into());
    let again = commit!(store, person(3, "ada"), |tx, row| tx
        .record_person(row)
        .await?);
    assert!(!again, "the journal speaks of that name");
}

pub(crate) async fn a_person_is_found_by_what_a_provider_calls_them(store: &Store) {
    let known = PersonRow {
        external: Some(("https://id.example".into(), "42".into())),
        ..person(1, "ada")
    };
    commit!(store, known.clone(), |tx, row| tx
        .record_person(row)
        .await?);
    let as_who = |subject: &'static str| async move {
        view!(store, subject, |tx, subject| tx
            .person_known_as("https://id.example", subject)
            .await?)
    };
    assert_eq!(as_who("42").await, Some(known.clone()));
    assert_eq!(as_who("43").await, None);
    let was_known = async |subject: &'static str| {
        view!(store, subject, |tx, subject| tx
            .is_known_as("https://id.example", subject)
            .await?)
    };
    assert!(was_known("42").await && !was_known("43").await);
    let changed = PersonRow {
        level: None,
        groups: BTreeMap::new(),
        ..known
    };
    commit!(store, changed.clone(), |tx, row| tx
        .record_person_changed(row)
        .await?);
    assert_eq!(as_who("42").await, Some(changed));
    commit!(store, (), |tx, ()| tx
        .record_person_removed(person_id(1))
        .await?);
    assert_eq!(as_who("42").await, None);
    assert!(was_known("42").await, "who was removed is not a stranger");
}

pub(crate) async fn what_a_token_made_ends_with_it(store: &Store) {
    commit!(store, person(1, "ada"), |tx, row| tx
        .record_person(row)
        .await?);
    let child = |number, parent| TokenRow {
        parent: Some(token_id(parent)),
        ..token(number, &format!("token {number}"), None)
    };
    let alone = token(4, "token 4", None);
    for row in [token(1, "token 1", None), child(2, 1), child(3, 2), alone] {
        commit!(store, row, |tx, row| tx.record_token(row).await?);
    }
    let listed = view!(store, (), |tx, ()| tx.tokens(Some(person_id(1))).await?);
    assert_eq!(listed.len(), 4);
    assert_eq!(
        listed
            .iter()
            .filter(|it| it.parent == Some(token_id(1)))
            .count(),
        1
    );
    assert!(
        listed
            .iter()
            .all(|it| it.used_at.is_none() && it.person == name("ada"))
    );

    let begun = |number: u128| SessionRow {
        token: Some(token_id(number)),
        ..session(&format!("by token {number}"), "session", 1)
    };
    for row in [begun(1), begun(3), begun(4)] {
        commit!(store, row, |tx, row| tx.record_session(row).await?);
    }

    commit!(store, (), |tx, ()| tx
        .record_token_used(token_id(4))
        .await?);
    assert!(commit!(store, (), |tx, ()| tx
        .revoke_token(token_id(1))
        .await?));
    let left = view!(store, (), |tx, ()| tx.tokens(None).await?);
    let ids: Vec<_> = left.iter().map(|it| it.id).collect();
    assert_eq!(ids, [token_id(4)]);
    assert!(left[0].used_at.is_some());
    for (secret, goes_on) in [
        ("by token 1", false),
        ("by token 3", false),
        ("by token 4", true),
    ] {
        let found = by_session(store, secret).await;
        assert_eq!(found.is_some(), goes_on, "{secret}");
    }
}

pub(crate) async fn a_replaced_secret_counts_for_a_moment_and_ends_with_its_session(store: &Store) {
    commit!(store, person(1, "ada"), |tx, row| tx
        .record_person(row)
        .await?);
    let next = SessionRow {
        id: "old".to_owned(),
        ..session("next", "session", 1)
    };
    for row in [session("old", "session", 1), next] {
        commit!(store, row, |tx, row| tx.record_session(row).await?);
    }
    let soon = Timestamp::now() + SignedDuration::from_mins(1);
    let replace = |until| async move {
        commit!(store, until, |tx, until| tx
            .record_session_replaced(digest("old"), *until)
            .await?)
    };
    assert!(replace(soon).await);
    assert!(!replace(soon).await, "once is enough");
    let old = view!(store, (), |tx, ()| tx
        .actor_by_session(digest("old"))
        .await?);
    assert!(old.is_some_and(|it| it.is_replaced && it.id == "old"));
    let listed = view!(store, (), |tx, ()| tx.sessions_of(person_id(1)).await?);
    assert_eq!(listed.len(), 1, "one session, whatever secrets it has");
    assert!(commit!(store, (), |tx, ()| tx.end_session("old").await?));
    assert!(by_session(store, "old").await.is_none());
    assert!(by_session(store, "next").await.is_none());
}

pub(crate) fn person(number: u128, text: &str) -> PersonRow {
    PersonRow {
        id: person_id(number),
        name: name(text),
        display: "Ada Lovelace".into(),
        kind: ActorKind::Person,
        level: Some(Level::Enable),
        owner: None,
        email: Some("ada@example.org".into()),
        groups: [(name("corp"), ["sre".to_owned()].into())].into(),
        external: None,
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
        scope: Scope {
            product: Some(name("storefront")),
            component: Some(name("web")),
            actions: Some([Action::Push].into()),
        },
        parent: None,
        trust: None,
        expires_at,
    }
}

fn session(secret: &str, kind: &'static str, hours: i64) -> SessionRow {
    let expires_at = Timestamp::now() + SignedDuration::from_hours(hours);
    SessionRow {
        secret: digest(secret),
        id: secret.to_owned(),
        person: person_id(1),
        kind,
        began_at: Timestamp::now(),
        expires_at,
        client: "a browser".to_owned(),
        how: "token".to_owned(),
        token: None,
    }
}

async fn by_token(store: &Store, secret: &str) -> Option<tidegate_domain::access::Actor> {
    view!(store, digest(secret), |tx, secret| tx
        .actor_by_token(*secret)
        .await?)
}

async fn by_session(store: &Store, secret: &str) -> Option<tidegate_domain::access::Actor> {
    let found = view!(store, digest(secret), |tx, secret| tx
        .actor_by_session(*secret)
        .await?);
    found.map(|found| found.actor)
}

pub(crate) async fn a_password_that_changed_ends_the_other_sessions(store: &Store) {
    for row in [person(1, "ada"), person(2, "bob")] {
        commit!(store, row, |tx, row| tx.record_person(row).await?);
    }
    let of_bob = SessionRow {
        person: person_id(2),
        ..session("bob's", "session", 1)
    };
    for row in [
        session("this", "session", 1),
        session("other", "session", 1),
        session("link", "link", 1),
        of_bob,
    ] {
        commit!(store, row, |tx, row| tx.record_session(row).await?);
    }
    commit!(store, (), |tx, ()| tx
        .end_other_sessions(person_id(1), Some("this"))
        .await?);
    assert!(by_session(store, "this").await.is_some());
    assert!(by_session(store, "other").await.is_none());
    assert!(by_session(store, "bob's").await.is_some());
    let link = commit!(store, (), |tx, ()| tx.use_link(digest("link")).await?);
    assert!(link.is_none());
    commit!(store, (), |tx, ()| tx
        .end_other_sessions(person_id(1), None)
        .await?);
    assert!(by_session(store, "this").await.is_none());
}

pub(crate) async fn tries_are_counted_by_subject_and_forgotten_after_a_day(store: &Store) {
    let now = Timestamp::now();
    let tries = |count, hours| Tries {
        count,
        last_at: now - SignedDuration::from_hours(hours),
    };
    let kept = async |subject: &'static str| {
        let found = view!(store, digest(subject), |tx, subject| tx
            .tries(*subject)
            .await?);
        found.map(|found| found.count)
    };
    for (subject, count, hours) in [("ada", 1, 1), ("ada", 2, 1), ("bob", 7, 25)] {
        let input = (digest(subject), tries(count, hours));
        commit!(store, input, |tx, (subject, tries)| tx
            .record_tries(*subject, Some(*tries))
            .await?);
    }
    assert_eq!((kept("ada").await, kept("bob").await), (Some(2), Some(7)));
    let forgotten = commit!(store, (), |tx, ()| tx.forget_tries().await?);
    assert_eq!(forgotten, 1);
    assert_eq!((kept("ada").await, kept("bob").await), (Some(2), None));
    commit!(store, (), |tx, ()| tx
        .record_tries(digest("ada"), None)
        .await?);
    assert_eq!(kept("ada").await, None);
}

pub(crate) async fn what_was_lent_is_forgotten_once_it_is_over(store: &Store) {
    commit!(store, person(1, "robot"), |tx, row| tx
        .record_person(row)
        .await?);
    let now = Timestamp::now();
    let (over, good) = (
        now - SignedDuration::from_secs(1),
        now + SignedDuration::from_hours(1),
    );
    let lent = |number, end, parent: Option<u128>| TokenRow {
        parent: parent.map(token_id),
        trust: parent.is_none().then(|| name("ci")),
        ..token(number, &format!("token {number}"), Some(end))
    };
    let own = TokenRow {
        trust: None,
        ..lent(4, over, None)
    };
    for row in [
        lent(1, over, None),
        lent(2, over, Some(1)),
        lent(3, good, None),
        own,
    ] {
        commit!(store, row, |tx, row| tx.record_token(row).await?);
    }
    let forgotten = commit!(store, (), |tx, ()| tx.forget_lent_tokens().await?);
    assert_eq!(forgotten, 2);
    for (number, is_kept) in [(1, false), (2, false), (3, true), (4, true)] {
        let owner = view!(store, token_id(number), |tx, id| tx
            .token_owner(*id)
            .await?);
        assert_eq!(owner.is_some(), is_kept, "token {number}");
    }
}

pub(crate) async fn a_trust_is_replaced_by_name_and_its_tokens_end_with_it(store: &Store) {
    for row in [person(1, "robot"), person(2, "other")] {
        commit!(store, row, |tx, row| tx.record_person(row).await?);
    }
    let ci = crate::samples::trust();
    let changed = Trust {
        minutes: 5,
        ..ci.clone()
    };
    for (who, trust) in [(1, ci.clone()), (1, changed.clone()), (2, ci.clone())] {
        commit!(store, (person_id(who), trust), |tx, (who, trust)| tx
            .record_trust(*who, trust)
            .await?);
    }
    let of = async |who| view!(store, person_id(who), |tx, who| tx.trusts(*who).await?);
    assert_eq!(of(1).await, [changed]);
    let lent = |number, secret: &str, who, trust: Option<&Trust>| TokenRow {
        person: person_id(who),
        trust: trust.map(|trust| trust.name.clone()),
        ..token(number, secret, None)
    };
    for row in [
        lent(1, "lent", 1, Some(&ci)),
        lent(2, "own", 1, None),
        lent(3, "lent to another", 2, Some(&ci)),
        TokenRow {
            parent: Some(token_id(1)),
            ..lent(4, "made with what was lent", 1, None)
        },
    ] {
        commit!(store, row, |tx, row| tx.record_token(row).await?);
    }
    let begun = SessionRow {
        token: Some(token_id(4)),
        ..session("begun with what was lent", "session", 1)
    };
    commit!(store, begun, |tx, row| tx.record_session(row).await?);
    let end = async || {
        let name = ci.name.clone();
        commit!(store, name, |tx, name| tx
            .end_trust(person_id(1), name)
            .await?)
    };
    assert!(end().await);
    assert!(!end().await, "once is enough");
    assert!(by_token(store, "lent").await.is_none());
    assert!(by_token(store, "made with what was lent").await.is_none());
    assert!(
        by_session(store, "begun with what was lent")
            .await
            .is_none()
    );
    assert!(by_token(store, "own").await.is_some());
    assert!(by_token(store, "lent to another").await.is_some());
    assert_eq!((of(1).await.len(), of(2).await.len()), (0, 1));
}
