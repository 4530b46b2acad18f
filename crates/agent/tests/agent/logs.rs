//! Programs that print too much, too long and too strangely: the files and the answers keep their limits.

use crate::{artifact::pack, stage::Stage, wares::revision};
use tidegate_domain::converge::Health;
use tidegate_protocol::agent::LogLine;

/// Of each of the two files.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Runs a script that ends with the line `done`, and answers the logs once that is there.
async fn printed(stage: &mut Stage, script: &str) -> Vec<LogLine> {
    let script = format!("#!/bin/sh\n{script}\necho; echo done\nsleep 1000\n");
    let artifact = pack(&[("run", true, script.as_bytes())]);
    stage.offer(&artifact);
    let revision = revision(&artifact, &["./run"]);
    stage.order(&[&revision], &[]);
    stage.until_web(revision.id(), Health::Healthy).await;
    loop {
        let lines = stage.logs(1_000_000).await;
        if lines.last().is_some_and(|line| line.text == "done") {
            return lines;
        }
    }
}

/// The limits hold for what is kept and for what is sent.
fn keeps_its_limits(stage: &Stage, lines: &[LogLine]) {
    for name in ["log", "log.1"] {
        let file = stage.data().join("keepers/shop/web").join(name);
        let length = file.metadata().map_or(0, |file| file.len());
        assert!(length <= FILE_BYTES_MAX, "{name} has {length} bytes");
    }
    assert!(serde_json::to_vec(lines).unwrap().len() <= ANSWER_BYTES_MAX);
}

#[tokio::test]
async fn megabytes_at_once_leave_the_newest_lines() {
    let mut stage = Stage::new().await;
    let lines = printed(&mut stage, "seq 1 2000000").await;
    keeps_its_limits(&stage, &lines);
    let numbers: Vec<u32> = lines.iter().filter_map(|l| l.text.parse().ok()).collect();
    assert!(numbers.len() > 5_000 && numbers.last() == Some(&2_000_000));
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
}

#[tokio::test]
async fn bytes_that_are_no_text_are_shown_as_far_as_they_can_be() {
    let mut stage = Stage::new().await;
    let lines = printed(&mut stage, "head -c 3000000 /dev/urandom").await;
    keeps_its_limits(&stage, &lines);
    assert!(lines.iter().any(|line| line.text.contains('\u{fffd}')));
}

#[tokio::test]
async fn a_line_without_an_end_comes_in_pieces() {
    let mut stage = Stage::new().await;
    let script = "head -c 10000000 /dev/zero | tr '\\0' x";
    let lines = printed(&mut stage, script).await;
    keeps_its_limits(&stage, &lines);
    let pieces = lines.iter().filter(|line| line.text.ends_with("x […]"));
    assert!(pieces.clone().count() > 50);
    assert!(pieces.into_iter().all(|piece| piece.text.len() < 17_000));
}
