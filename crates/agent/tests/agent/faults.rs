//! Programs that misbehave, each with the one sentence that people read.

use crate::{
    artifact::pack,
    stage::{Stage, eventually, free_address, lives, program},
    wares::{check, revision, settings},
};
use std::fs;
use tidegate_domain::{converge::Health, duration::Millis, revision::Revision};
use tidegate_protocol::agent::LogLine;

/// Runs a script and returns the detail once its health is as expected.
async fn detail(stage: &mut Stage, script: &str, health: Health) -> String {
    let revision = scripted(stage, script);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), health).await.detail
}

fn scripted(stage: &Stage, script: &str) -> Revision {
    let artifact = pack(&[("run", true, format!("#!/bin/sh\n{script}\n").as_bytes())]);
    stage.offer(&artifact);
    revision(&artifact, &["./run"])
}

#[tokio::test]
async fn a_program_that_keeps_ending_has_failed() {
    let mut stage = Stage::new().await;
    let said = detail(&mut stage, "exit 3", Health::Failed).await;
    assert_eq!(said, "exited with status 3, 4 times before it was healthy");
}

#[tokio::test]
async fn a_new_instruction_starts_anew_what_has_failed() {
    let mut stage = Stage::new().await;
    let revision = scripted(&stage, "exit 3");
    stage.order(&[&revision], &[]);
    let failed = stage.until_web(revision.id(), Health::Failed).await;
    assert_eq!(failed.starts, 4);
    stage.order(&[&revision], &[]);
    let anew = stage.until_web(revision.id(), Health::Starting).await;
    assert!(anew.starts < 4, "started {} times", anew.starts);
    stage.until_web(revision.id(), Health::Failed).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_has_failed() {
    let mut stage = Stage::new().await;
    let artifact = pack(&[("run", false, b"no program")]);
    stage.offer(&artifact);
    for (command, said) in [
        ("./absent", "cannot run ./absent: no such file"),
        ("./run", "cannot run ./run: it is not executable"),
    ] {
        let revision = revision(&artifact, &[command]);
        stage.order(&[&revision], &[]);
        assert_eq!(
            stage.until_web(revision.id(), Health::Failed).await.detail,
            said
        );
    }
}

#[tokio::test]
async fn a_port_in_use_has_failed() {
    let mut stage = Stage::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut revision = scripted(&stage, "sleep 1000");
    settings(&mut revision).listen = vec![address];
    stage.order(&[&revision], &[]);
    let said = stage.until_web(revision.id(), Health::Failed).await.detail;
    assert_eq!(said, format!("cannot bind {address}: address in use"));
    drop(taken);
    stage.until_web(revision.id(), Health::Healthy).await;
}

#[tokio::test]
async fn a_program_that_never_answers_misses_its_deadline() {
    let mut stage = Stage::new().await;
    let mut revision = scripted(&stage, "sleep 1000");
    let mut check = check(free_address().port());
    check.deadline = Millis(1_000);
    settings(&mut revision).health = Some(check);
    stage.order(&[&revision], &[]);
    let said = stage.until_web(revision.id(), Health::Failed).await.detail;
    assert!(
        said.starts_with("not healthy within 1 s: GET /healthz failed: connection"),
        "{said}"
    );
}

#[tokio::test]
async fn a_program_that_ignores_the_signal_is_killed_with_all_it_started() {
    let mut stage = Stage::new().await;
    let script = "trap '' TERM\necho $$ > pids\n(trap '' TERM; sleep 1000) & echo $! >> pids\n\
        setsid sh -c 'trap \"\" TERM; echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' &\nwhile :; do wait; sleep 1; done";
    let revision = scripted(&stage, script);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    let path = stage.data().join("products/shop/web/current/artifact/pids");
    let pids = eventually(async || {
        let text = fs::read_to_string(&path).ok()?;
        let pids: Vec<u32> = text.lines().filter_map(|l| l.parse().ok()).collect();
        (pids.len() == 4).then_some(pids)
    })
    .await;
    assert!(pids.iter().all(|pid| lives(*pid)));
    stage.order(&[], &[]);
    stage.until(|state| state.active.is_empty()).await;
    eventually(async || (!pids.iter().any(|pid| lives(*pid))).then_some(())).await;
    let said = format!("{} did not end within 400 ms and is killed", pids[0]);
    assert!(stage.logs(10).await.iter().any(|line| line.text == said));
}

#[tokio::test]
async fn a_program_that_outlives_itself_in_its_children_leaves_none() {
    let mut stage = Stage::new().await;
    let script = "setsid sh -c 'echo $$ >> children; sleep 1000' &\n\
        until [ -s children ]; do sleep 0.02; done\nexit 3";
    let said = detail(&mut stage, script, Health::Failed).await;
    assert_eq!(said, "exited with status 3, 4 times before it was healthy");
    let path = stage
        .data()
        .join("products/shop/web/current/artifact/children");
    let children = fs::read_to_string(path).unwrap();
    let children: Vec<u32> = children.lines().filter_map(|l| l.parse().ok()).collect();
    assert!(!children.is_empty());
    eventually(async || (!children.iter().any(|pid| lives(*pid))).then_some(())).await;
}

#[tokio::test]
async fn a_program_that_crashes_says_by_which_signal() {
    let mut stage = Stage::new().await;
    let said = detail(&mut stage, "kill -SEGV $$", Health::Failed).await;
    assert_eq!(
        said,
        "was ended by signal 11, 4 times before it was healthy"
    );
}

#[tokio::test]
async fn a_program_that_hangs_on_its_socket_misses_its_deadline() {
    let mut stage = Stage::new().await;
    let address = free_address();
    let mut revision = scripted(&stage, "printf 'opening the database: '; sleep 1000");
    let mut check = check(address.port());
    (check.timeout, check.deadline) = (Millis(300), Millis(1_000));
    let settings = settings(&mut revision);
    (settings.listen, settings.health) = (vec![address], Some(check));
    stage.order(&[&revision], &[]);
    let said = stage.until_web(revision.id(), Health::Failed).await.detail;
    let expect = "not healthy within 1 s: GET /healthz failed: no answer within 300ms";
    assert!(said.starts_with(expect), "{said}");
    // Its last words are there though it never ended the line.
    let has_last_words =
        |lines: &[LogLine]| lines.iter().any(|l| l.text == "opening the database: ");
    while !has_last_words(&stage.logs(10).await) {}
}

#[tokio::test]
async fn a_program_whose_own_port_is_taken_says_so_in_its_log() {
    let mut stage = Stage::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let artifact = pack(&[("VERSION", false, b"1")]);
    stage.offer(&artifact);
    let program = program();
    let revision = revision(&artifact, &[program.to_str().unwrap(), "serve", &address]);
    stage.order(&[&revision], &[]);
    let said = stage.until_web(revision.id(), Health::Failed).await.detail;
    assert_eq!(said, "exited with status 1, 4 times before it was healthy");
    let lines = stage.logs(10).await;
    assert!(
        lines
            .iter()
            .any(|line| line.stream == "stderr"
                && line.text == "Address already in use (os error 98)")
    );
}

#[tokio::test]
async fn a_secret_is_given_to_the_process_and_to_nobody_else() {
    let mut stage = Stage::new().await;
    let mut revision = scripted(&stage, "echo length ${#KEY}; sleep 1000");
    let reference = "${secret:key@1}".to_owned();
    settings(&mut revision)
        .environment
        .insert("KEY".to_owned(), reference);
    settings(&mut revision)
        .command
        .push("${secret:key@1}".to_owned());
    stage.order(&[&revision], &[]);
    let waiting = stage
        .until(|s| s.active.iter().any(|a| a.detail.contains("secret")))
        .await;
    assert_eq!(
        waiting.active[0].detail,
        "waits for the secret key@1 from the server"
    );
    let value = "correct horse battery staple";
    stage.server.memory.desired.send_modify(|answer| {
        answer
            .secrets
            .insert("shop/key@1".to_owned(), value.to_owned());
    });
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    let lines = stage.logs(10).await;
    assert!(
        lines
            .iter()
            .any(|line| line.text == format!("length {}", value.len()))
    );
    let state = fs::read_to_string(stage.data().join("state.json")).unwrap();
    assert!(state.contains("secret:key@1") && !state.contains(value));
    assert!(
        !stage
            .logs(100)
            .await
            .iter()
            .any(|line| line.text.contains(value))
    );
}
