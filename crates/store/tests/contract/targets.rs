//! Desired states, reports, agents and enrolments.

use crate::samples::{desired, digest, instruction, key, name, report};
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    converge::DesiredState, generation::Instruction, id::EnrolmentId, revision::RevisionId,
};
use tidegate_store::{EnrolmentRow, InstructionKeyRow, Store, TargetKey};

pub(crate) async fn a_generation_only_grows_and_moves_the_cursor(store: &Store) {
    let live_1 = key("live/live-1");
    enrol(store, "live/live-1", "serial-1").await;
    assert_eq!(agent(store, "live/live-1").await.cursor, 1);
    for generation in 1..=3 {
        assert_eq!(
            tell(store, "live/live-1", 8080).await,
            instruction(generation)
        );
        assert_eq!(agent(store, "live/live-1").await.cursor, generation + 1);
    }
    let told = view!(store, live_1, |tx, key| tx.desired_of(key).await?);
    assert_eq!(
        told,
        [DesiredState {
            instruction: instruction(3),
            ..desired(8080)
        }]
    );
    assert_eq!(
        tell(store, "live/live-2", 8080).await,
        instruction(1),
        "each target for itself"
    );

    enrol(store, "live/live-1", "serial-2").await;
    let agent = agent(store, "live/live-1").await;
    assert_eq!(
        (agent.serial.as_str(), agent.cursor),
        ("serial-2", 4),
        "the cursor goes on"
    );
}

pub(crate) async fn a_renewal_that_another_overtook_is_seen_in_vain(store: &Store) {
    let live = key("live/live-1");
    commit!(store, live.clone(), |tx, key| {
        let now = tx.now();
        tx.record_agent_enrolled(key, ("01", now)).await?;
        tx.record_agent_renewed(key, "02").await?;
        tx.record_agent_renewed(key, "03").await?;
    });
    for (seen, expect) in [
        ("02", ("01", "03")),
        ("", ("01", "03")),
        ("03", ("03", "")),
        ("", ("03", "")),
    ] {
        let input = (live.clone(), seen);
        commit!(store, input, |tx, (key, seen)| {
            let now = tx.now();
            tx.record_renewal_seen(key, (seen, now)).await?;
        });
        let agent = agent(store, "live/live-1").await;
        assert_eq!((&*agent.serial, &*agent.next_serial), expect, "{seen}");
    }
}

pub(crate) async fn a_revoked_agent_stays_so_until_another_is_enrolled(store: &Store) {
    for target in ["live/live-1", "live/live-2", "staging/live-1"] {
        enrol(store, target, "serial-1").await;
    }
    let revoke = async || {
        let revoked = key("live/live-1");
        commit!(store, revoked, |tx, key| tx
            .record_agent_revoked(key)
            .await?)
    };
    let revoked = async || view!(store, name("live"), |tx, live| tx.revoked_in(live).await?);
    assert!(revoke().await);
    assert!(!revoke().await, "once");
    assert_eq!(revoked().await, [name("live-1")]);
    assert!(agent(store, "live/live-1").await.revoked_at.is_some());
    assert_eq!(agent(store, "live/live-2").await.revoked_at, None);
    enrol(store, "live/live-1", "serial-2").await;
    assert_eq!(agent(store, "live/live-1").await.revoked_at, None);
    assert_eq!(revoked().await, []);
}

pub(crate) async fn keys_of_instructions_are_kept_in_order_and_never_replaced(store: &Store) {
    let row = |number: u64, wrapped: &str| InstructionKeyRow {
        number,
        wrapped: wrapped.as_bytes().to_vec(),
        succession: (number > 1).then(|| wrapped.to_owned()),
    };
    for key in [row(1, "a"), row(1, "b"), row(2, "c")] {
        commit!(store, key, |tx, key| tx.record_instruction_key(key).await?);
    }
    let kept = view!(store, (), |tx, ()| tx.instruction_keys().await?);
    assert_eq!(kept, [row(1, "a"), row(2, "c")]);
}

pub(crate) async fn generations_are_never_given_twice(store: &Store) {
    let tellers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { tell(&store, "live/live-1", 8080).await.generation.0 })
    });
    let mut generations: Vec<_> = futures::future::join_all(tellers)
        .await
        .into_iter()
        .map(|generation| generation.unwrap())
        .collect();
    generations.sort_unstable();
    assert_eq!(generations, (1..=8).collect::<Vec<_>>());
}

pub(crate) async fn the_last_revision_that_proved_itself_is_kept(store: &Store) {
    let revision = |text: &str| RevisionId(digest(text));
    for (target, text) in [
        ("live/live-1", "a"),
        ("live/live-1", "b"),
        ("live/live-2", "a"),
    ] {
        prove(store, target, text).await;
    }
    let proved = view!(store, (), |tx, ()| {
        let mut proved = tx.proved_in(&name("live"), &name("shop")).await?;
        proved.sort();
        proved
    });
    assert_eq!(
        proved,
        [
            (name("live-1"), revision("b")),
            (name("live-2"), revision("a"))
        ]
    );
    let of_one = view!(store, (), |tx, ()| {
        let mut of = Vec::new();
        for target in ["live/live-1", "live/live-3"] {
            of.push(tx.proved(&key(target), &name("shop")).await?);
        }
        of
    });
    assert_eq!(of_one, [Some(revision("b")), None]);
}

pub(crate) async fn after_a_restore_nobody_was_heard_and_nothing_is_proved(store: &Store) {
    for target in ["live/live-1", "live/live-2", "live/live-3"] {
        enrol(store, target, "serial").await;
        prove(store, target, "a").await;
    }
    let unheard = async || view!(store, (), |tx, ()| tx.unheard().await?);
    let was_heard =
        async |target: &str| view!(store, key(target), |tx, key| tx.was_heard(key).await?);
    assert_eq!(unheard().await, []);
    commit!(store, key("live/live-3"), |tx, key| tx
        .record_agent_revoked(key)
        .await?);
    commit!(store, crate::dump::mark(), |tx, mark| tx
        .record_restored(mark)
        .await?);
    let silent = [key("live/live-1"), key("live/live-2")];
    assert_eq!(unheard().await, silent, "a revoked one is not waited for");
    assert!(!was_heard("live/live-1").await);
    commit!(store, key("live/live-1"), |tx, key| tx
        .record_heard(key)
        .await?);
    enrol(store, "live/live-2", "serial-2").await;
    assert_eq!(unheard().await, []);
    assert!(was_heard("live/live-1").await && was_heard("live/live-4").await);

    let proved = async || {
        view!(store, (), |tx, ()| tx
            .proved_in(&name("live"), &name("shop"))
            .await?)
    };
    assert_eq!(proved().await, []);
    prove(store, "live/live-1", "b").await;
    let again = (name("live-1"), RevisionId(digest("b")));
    assert_eq!(proved().await, [again]);
    let other = view!(store, (), |tx, ()| tx
        .proved(&key("live/live-2"), &name("shop"))
        .await?);
    assert_eq!(other, None);
}

pub(crate) async fn what_is_forgotten_of_a_product_leaves_the_others(store: &Store) {
    tell(store, "live/live-1", 8080).await;
    tell(store, "live/live-2", 8080).await;
    prove(store, "live/live-1", "a").await;
    let product = desired(8080).product;
    let forget = async |product: &tidegate_domain::name::Name| {
        commit!(store, product.clone(), |tx, product| tx
            .forget_product(&key("live/live-1"), product)
            .await?);
    };
    let told = async |target: &str| {
        let told = view!(store, key(target), |tx, key| tx.desired_of(key).await?);
        told.len()
    };
    forget(&name("another")).await;
    assert_eq!(told("live/live-1").await, 1);
    forget(&product).await;
    assert_eq!(
        (told("live/live-1").await, told("live/live-2").await),
        (0, 1)
    );
}

async fn prove(store: &Store, target: &str, revision: &str) {
    let input = (key(target), RevisionId(digest(revision)));
    commit!(store, input, |tx, (key, revision)| {
        tx.record_proved(key, &name("shop"), *revision).await?;
    });
}

pub(crate) async fn environments_do_not_see_each_others_targets(store: &Store) {
    let keys = ["live-x/live-1", "live/live-2", "live/live-1", "live0/a"];
    for text in keys {
        tell(store, text, 8080).await;
        let input = (key(text), report(text));
        commit!(store, input, |tx, (key, report)| tx
            .record_report(key, report)
            .await?);
        enrol(store, text, "serial").await;
        commit!(store, key(text), |tx, key| {
            tx.record_connection(key, key.target.as_str() != "live-1", "1")
                .await?
        });
    }
    let in_touch = view!(store, name("live"), |tx, live| tx.in_touch_in(live).await?);
    assert_eq!(in_touch, [name("live-2")]);
    let (told, said) = view!(store, (), |tx, ()| {
        let (live, product) = (name("live"), name("storefront"));
        (
            tx.desired_in(&live, &product).await?,
            tx.reports_in(&live, &product).await?,
        )
    });
    let mut told: Vec<_> = told.iter().map(|(target, _)| target.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["live-1", "live-2"]);
    let mut said: Vec<_> = said
        .into_iter()
        .map(|(_, r)| r.observed.active[0].detail.clone())
        .collect();
    said.sort_unstable();
    assert_eq!(said, ["live/live-1", "live/live-2"]);
    let agents = view!(store, (), |tx, ()| tx.agents().await?);
    let listed: Vec<_> = agents.iter().map(|agent| agent.key.to_string()).collect();
    assert_eq!(
        listed,
        ["live-x/live-1", "live/live-1", "live/live-2", "live0/a"],
        "by bytes"
    );
}

pub(crate) async fn the_last_report_counts(store: &Store) {
    let input = (key("live/live-1"), name("storefront"));
    let missing = view!(store, input.clone(), |tx, (key, product)| tx
        .report(key, product)
        .await?);
    assert_eq!(missing, None);
    for detail in ["first", "second"] {
        let input = (key("live/live-1"), report(detail));
        commit!(store, input, |tx, (key, report)| tx
            .record_report(key, report)
            .await?);
    }
    let found = view!(store, input, |tx, (key, product)| tx
        .report(key, product)
        .await?);
    assert_eq!(found, Some(report("second")));
}

pub(crate) async fn a_connection_is_written_only_when_it_changes(store: &Store) {
    enrol(store, "live/live-1", "serial").await;
    let enrolled = agent(store, "live/live-1").await;
    assert!(!enrolled.connected);
    let steps = [
        (true, "1.2.0", true, "1.2.0"),
        (true, "1.3.0", false, "1.2.0"),
        (false, "", true, "1.2.0"),
        (false, "", false, "1.2.0"),
        (true, "1.3.0", true, "1.3.0"),
    ];
    for (connected, version, changed, kept) in steps {
        let input = (key("live/live-1"), connected, version);
        let answer = commit!(store, input, |tx, (key, connected, version)| {
            tx.record_connection(key, *connected, version).await?
        });
        let agent = agent(store, "live/live-1").await;
        let seen = (answer, agent.connected, agent.program_version.as_str());
        assert_eq!(seen, (changed, connected, kept));
        assert!(agent.connection_changed_at >= enrolled.connection_changed_at);
    }
    let stranger = commit!(store, key("live/live-9"), |tx, key| {
        tx.record_connection(key, true, "1.0.0").await?
    });
    assert!(!stranger, "nobody enrolled it");
}

pub(crate) async fn an_enrolment_is_used_as_often_as_it_says(store: &Store) {
    for (number, secret, uses, hours) in [(1, "good", 3, 1), (2, "late", 3, -1)] {
        let enrolment = EnrolmentRow {
            id: EnrolmentId(uuid::Uuid::from_u128(number)),
            secret: digest(secret),
            environment: name("live"),
            uses,
            replaces: false,
            expires_at: Timestamp::now() + SignedDuration::from_hours(hours),
        };
        commit!(store, enrolment, |tx, row| tx.record_enrolment(row).await?);
    }
    assert!(
        !use_enrolment(store, "late", "live").await,
        "its time is over"
    );
    assert!(
        !use_enrolment(store, "good", "staging").await,
        "another environment"
    );
    assert!(!use_enrolment(store, "unknown", "live").await);
    let agents = (0..10).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { use_enrolment(&store, "good", "live").await })
    });
    let used = futures::future::join_all(agents).await;
    assert_eq!(
        used.into_iter()
            .filter(|used| *used.as_ref().unwrap())
            .count(),
        3
    );
}

async fn tell(store: &Store, target: &str, port: u16) -> Instruction {
    commit!(store, (key(target), desired(port)), |tx, (key, state)| {
        tx.record_desired(key, state).await?
    })
}

async fn enrol(store: &Store, target: &str, serial: &str) {
    let input: (TargetKey, String) = (key(target), serial.to_owned());
    commit!(store, input, |tx, (key, serial)| {
        let now = tx.now();
        tx.record_agent_enrolled(key, (serial, now)).await?;
    });
}

async fn agent(store: &Store, target: &str) -> tidegate_store::AgentRow {
    view!(store, key(target), |tx, key| tx.agent(key).await?).expect("it enrolled")
}

async fn use_enrolment(store: &Store, secret: &str, environment: &str) -> bool {
    commit!(store, (digest(secret), name(environment)), |tx,
                                                         (
        secret,
        environment,
    )| {
        tx.use_enrolment(*secret, environment).await?.is_some()
    })
}
