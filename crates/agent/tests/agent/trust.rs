//! Whoever stands between server and agent, or robs the server of all but its instruction key, attack by attack.

use crate::{
    artifact::{Artifact, pack},
    server::{Mischief, Server},
    signing::signer,
    stage::{Stage, eventually, lives, name},
    survival::kill,
    wares::revision,
};
use std::fs;
use tidegate_domain::{
    converge::{DesiredState, Health, ObservedState, signed::Statement},
    duration::Millis,
    generation::{Beginning, Incarnation},
    revision::Revision,
};
use tidegate_protocol::agent::SignedStates;

fn wares(stage: &Stage, mark: &str) -> (Artifact, Revision) {
    let script = format!("#!/bin/sh\n# {mark}\necho $$ > pid\nsleep 1000 & wait\n");
    let artifact = pack(&[("run", true, script.as_bytes())]);
    stage.offer(&artifact);
    let revision = revision(&artifact, &["./run"]);
    (artifact, revision)
}

/// Runs the first revision, and answers its process.
async fn running(stage: &mut Stage, revision: &Revision) -> u32 {
    stage.order(&[revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    process(stage).await
}

async fn process(stage: &Stage) -> u32 {
    let file = stage.data().join("products/shop/web/current/artifact/pid");
    eventually(async || fs::read_to_string(&file).ok()?.trim().parse().ok()).await
}

/// What the agent was told last.
fn told(stage: &Stage) -> (DesiredState, Vec<Revision>) {
    let answer = stage.server.memory.desired.borrow();
    let state = answer.desired.as_ref().unwrap()[0].clone();
    (state, answer.revisions.clone())
}

/// What the server would sign for a target at that time, for as long as it signs anything.
fn signed(
    stage: &Stage,
    (environment, target): (&str, &str),
    (state, at): (&DesiredState, jiff::Timestamp),
) -> SignedStates {
    let place = (&name(environment), &name(target));
    let envelope = stage.sign(|signing| {
        let statement = Statement::new(place, state, at, signing.lifetime);
        signing.signer.as_ref().unwrap().sign(&statement)
    });
    SignedStates {
        states: [(name("shop"), envelope)].into(),
        ..SignedStates::default()
    }
}

fn runs_only(state: &ObservedState, revision: &Revision) {
    let runs: Vec<_> = state
        .active
        .iter()
        .map(|a| (a.revision, a.health))
        .collect();
    assert_eq!(runs, [(Some(revision.id()), Health::Healthy)]);
}

#[tokio::test]
async fn forged_an_instruction_without_a_good_signature_is_not_taken() {
    let mut stage = Stage::new().await;
    let (_, revision) = wares(&stage, "first");
    stage.sign(|signing| signing.forged = Some(SignedStates::default()));
    stage.order(&[&revision], &[]);
    let said = stage.until_refused("is not signed").await;
    assert_eq!((said.instruction.generation.0, said.active.len()), (0, 0));

    // Somebody who holds another key, and sends it along.
    let foreign = stage.sign(|signing| {
        signing.forged = None;
        let own = signing.signer.replace(signer(8));
        let foreign = signing.sign(&[told(&stage).0]);
        signing.signer = own;
        foreign
    });
    stage.sign(|signing| signing.forged = Some(foreign));
    stage.say_again();
    stage.until_refused("not signed by the server's key").await;

    // Once nobody forges any more it asks again by itself.
    stage.sign(|signing| signing.forged = None);
    let state = stage.until(|state| state.refused.is_none() && !state.active.is_empty());
    assert_eq!(state.await.instruction.generation.0, 1);
    stage.until_web(revision.id(), Health::Healthy).await;
}

#[tokio::test]
async fn rollback_an_older_instruction_is_refused_with_its_own_good_signature() {
    let mut stage = Stage::new().await;
    let ((_, old), (_, new)) = (wares(&stage, "old"), wares(&stage, "new"));
    running(&mut stage, &old).await;
    let ((state, revisions), signed) = (told(&stage), stage.sign(|signing| signing.said.clone()));
    stage.order(&[&new], &[]);
    stage.until_web(new.id(), Health::Healthy).await;
    let process = process(&stage).await;

    stage.sign(|signing| signing.forged = Some(signed));
    stage.tell(state, &revisions.iter().collect::<Vec<_>>());
    let said = stage.until_refused("is older than").await;
    runs_only(&said, &new);
    assert_eq!(said.instruction.generation.0, 2);
    assert!(lives(process));

    // Nor is it after a restart: what was taken is remembered.
    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(Vec::new());
    stage.start_agent();
    runs_only(&stage.until_refused("is older than").await, &new);
    assert!(lives(process));
}

#[tokio::test]
async fn mix_and_match_what_was_signed_for_something_else_is_refused() {
    let mut stage = Stage::new().await;
    let ((_, old), (_, new)) = (wares(&stage, "old"), wares(&stage, "new"));
    let process = running(&mut stage, &old).await;
    let signed = |stage: &Stage, environment: &str, target: &str, state: &DesiredState| {
        signed(
            stage,
            (environment, target),
            (state, jiff::Timestamp::now()),
        )
    };
    let whole = signed(&stage, "live", "live-1", &told(&stage).0);
    // What is said from now on is never signed as it is.
    stage.sign(|signing| signing.forged = Some(SignedStates::default()));
    stage.order(&[&new], &[]);
    let next = told(&stage).0;
    let bank = DesiredState {
        product: name("bank"),
        ..next.clone()
    };
    for (forged, words) in [
        (
            signed(&stage, "live", "live-2", &next),
            "signed for live-2 in live",
        ),
        (
            signed(&stage, "staging", "live-1", &next),
            "signed for live-1 in staging",
        ),
        (
            signed(&stage, "live", "live-1", &bank),
            "signed for product bank",
        ),
        // The signature of another state of the same product, for this target.
        (whole, "not what was signed"),
    ] {
        stage.sign(|signing| signing.forged = Some(forged));
        stage.say_again();
        runs_only(&stage.until_refused(words).await, &old);
    }
    // A second content under the number that was taken, soundly signed.
    let again = DesiredState {
        minimum_healthy: Millis(1),
        ..next
    };
    let first = signed(&stage, "live", "live-1", &again);
    stage.sign(|signing| signing.forged = Some(first));
    stage.tell(again.clone(), &[&new]);
    stage.until_web(new.id(), Health::Healthy).await;
    let twice = DesiredState {
        minimum_healthy: Millis(2),
        ..again
    };
    let second = signed(&stage, "live", "live-1", &twice);
    stage.sign(|signing| signing.forged = Some(second));
    stage.tell(twice, &[&new]);
    stage
        .until_refused("says something else than the one that was taken")
        .await;
    assert!(!lives(process));
}

#[tokio::test]
async fn freeze_what_expires_begins_nothing_and_stops_nothing() {
    let mut stage = Stage::new().await;
    stage.sign(|signing| signing.lifetime = Millis::from_secs(3));
    let ((_, old), (artifact, new)) = (wares(&stage, "old"), wares(&stage, "new"));
    let first = running(&mut stage, &old).await;
    let memory = stage.server.memory.clone();
    memory.plan(artifact.layer, Mischief::Stall);
    stage.order(&[&new], &[]);
    let fetches = |state: &ObservedState| state.instruction.generation.0 == 2;
    stage.until(fetches).await;
    // From here on whoever stands between repeats what was signed last.
    stage.sign(|signing| signing.forged = Some(signing.said.clone()));
    runs_only(&stage.until_refused("ran out").await, &old);
    memory.mischief.send_modify(|all| all.clear());

    // What runs is kept healthy all the same, by this agent and by the next.
    kill(first);
    let anew = |state: &ObservedState| {
        state
            .active
            .iter()
            .any(|a| a.starts == 2 && a.health == Health::Healthy)
    };
    let said = stage.until(anew).await;
    runs_only(&said, &old);
    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(Vec::new());
    stage.start_agent();
    let said = stage.until_refused("ran out").await;
    assert_eq!(said.active[0].revision, Some(old.id()));
    assert!(!said.is_prepared(new.id()), "nothing new is prepared");
    let second = process(&stage).await;
    assert!(second != first && lives(second));

    // Nor is a new instruction begun whose signature was held back too long.
    stage.order(&[&new], &[]);
    let ago = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(4);
    let late = signed(&stage, ("live", "live-1"), (&told(&stage).0, ago));
    stage.sign(|signing| signing.forged = Some(late));
    stage.say_again();
    let said = stage.until_refused("ran out").await;
    assert_eq!(said.instruction.generation.0, 2);

    stage.sign(|signing| (signing.forged, signing.lifetime) = (None, Millis::from_secs(3600)));
    stage.say_again();
    stage.until_web(new.id(), Health::Healthy).await;
}

#[tokio::test]
async fn signatures_are_renewed_half_way_while_the_server_is_there() {
    let mut stage = Stage::new().await;
    stage.sign(|signing| signing.lifetime = Millis::from_secs(3));
    let ((_, old), (_, new)) = (wares(&stage, "old"), wares(&stage, "new"));
    running(&mut stage, &old).await;
    let renewed = async || stage.sign(|signing| (signing.renewals >= 4).then_some(()));
    eventually(renewed).await;
    let said = stage.server.memory.observed.borrow().clone();
    assert!(said.iter().all(|state| state.refused.is_none()), "{said:?}");
    stage.order(&[&new], &[]);
    stage.until_web(new.id(), Health::Healthy).await;
}

#[tokio::test]
async fn key_swap_only_the_key_that_is_held_names_its_successor() {
    let mut stage = Stage::new().await;
    let (_, revision) = wares(&stage, "first");
    // Another key vouches for itself.
    stage.sign(|signing| {
        signing.successions = vec![signer(8).vouch(signer(8).public())];
        signing.signer = Some(signer(8));
    });
    stage.order(&[&revision], &[]);
    stage.until_refused("not signed by the server's key").await;
    // The held key vouches for it.
    stage.sign(|signing| signing.successions = vec![signer(7).vouch(signer(8).public())]);
    stage.say_again();
    stage.until_web(revision.id(), Health::Healthy).await;
    // And the old one is not believed any more, also after a restart.
    stage.sign(|signing| (signing.signer, signing.successions) = (Some(signer(7)), vec![]));
    stage.order(&[], &[]);
    stage.until_refused("not signed by the server's key").await;
    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(Vec::new());
    stage.start_agent();
    let said = stage.until_refused("not signed by the server's key").await;
    runs_only(&said, &revision);
}

#[tokio::test]
async fn a_restored_server_is_followed_once_its_key_says_that_a_history_began() {
    let mut stage = Stage::new().await;
    let ((_, old), (_, new)) = (wares(&stage, "old"), wares(&stage, "new"));
    let process = running(&mut stage, &new).await;
    let word = |seed: u8, number| {
        let beginning = Beginning {
            incarnation: Incarnation(number),
            before: Incarnation(1),
            by: name("anna"),
            reason: "the disk was lost".to_owned(),
            at: jiff::Timestamp::now(),
            backup: None,
        };
        Some(signer(seed).begin(&beginning))
    };
    // Numbers that grow again, without a word or with that of a stranger, lead nobody back.
    (stage.incarnation, stage.generation) = (Incarnation(2), 0);
    stage.order(&[&old], &[]);
    runs_only(&stage.until_refused("belongs to history 2").await, &new);
    stage.sign(|signing| signing.beginning = word(8, 2));
    stage.order(&[&old], &[]);
    stage.sign(|signing| signing.beginning = word(7, 3));
    stage.order(&[&old], &[]);
    runs_only(
        &stage
            .until_refused(
                "belongs to history 2, and the newest that this agent was told to have begun is 3",
            )
            .await,
        &new,
    );
    assert!(lives(process), "what runs goes on");
    stage.incarnation = Incarnation(3);
    stage.order(&[&old], &[]);
    stage.until_web(old.id(), Health::Healthy).await;
    // It is kept, with the words of whoever wanted it; earlier histories are over.
    let kept = fs::read_to_string(stage.data().join("identity/trust.json")).unwrap();
    assert!(kept.contains("the disk was lost"), "{kept}");
    stage.kill_agent().await;
    stage.server.memory.observed.send_replace(Vec::new());
    stage.sign(|signing| signing.beginning = word(7, 2));
    (stage.incarnation, stage.generation) = (Incarnation(2), 90);
    stage.order(&[&new], &[]);
    stage.start_agent();
    runs_only(&stage.until_refused("is older than").await, &old);
}

#[tokio::test]
async fn an_agent_of_a_server_without_keys_takes_up_the_first_it_hears_of_for_good() {
    let server = Server::start().await;
    let signs = server.memory.signing.lock().unwrap().signer.take();
    let mut stage = Stage::with(server, None).await;
    let (_, revision) = wares(&stage, "first");
    running(&mut stage, &revision).await;
    stage.sign(|signing| signing.signer = signs);
    stage.say_again();
    let taken = || fs::read_to_string(stage.data().join("identity/trust.json"));
    eventually(async || taken().ok()?.contains("ed25519:").then_some(())).await;
    stage.sign(|signing| signing.signer = None);
    stage.order(&[], &[]);
    runs_only(&stage.until_refused("is not signed").await, &revision);
}
