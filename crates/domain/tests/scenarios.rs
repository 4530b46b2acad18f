//! Stories about one deployment, told in text: what people and hosts do, and what the engine makes of it.
//!
//! A line that begins with `> ` is a command of [`stage::Stage`]; the lines below it are what follows from it. A scenario
//! fails when something else follows. `ACCEPT=1 cargo test -p tidegate-domain --test scenarios` writes down what does;
//! read the difference before you keep it.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "a test that cannot go on says where, and its modules are nobody else's"
)]

#[expect(dead_code, reason = "only the simulator has messages arrive twice")]
#[path = "simulation/host.rs"]
mod host;
#[path = "simulation/sample.rs"]
mod sample;
#[path = "scenarios/stage.rs"]
mod stage;

use stage::Stage;
use std::{fs, path::Path};

#[test]
fn every_scenario_goes_as_it_is_told() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let accept = std::env::var_os("ACCEPT").is_some();
    let mut wrong = Vec::new();
    let mut told = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap();
        let found = play(&expected);
        told += 1;
        if found != expected && accept {
            fs::write(&path, found).unwrap();
        } else if found != expected {
            wrong.push(format!(
                "{}: {}",
                path.display(),
                difference(&expected, &found)
            ));
        }
    }
    assert!(told > 0, "there are no scenarios");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The scenario with what follows from its commands.
fn play(text: &str) -> String {
    let mut stage = Stage::default();
    let mut told = String::new();
    for line in text.lines().filter(|line| !line.starts_with("  ")) {
        told.push_str(line);
        told.push('\n');
        if let Some(command) = line.strip_prefix("> ") {
            for happened in stage.perform(command) {
                told.push_str("  ");
                told.push_str(&happened);
                told.push('\n');
            }
        }
    }
    told
}

fn difference(expected: &str, found: &str) -> String {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    for number in 1.. {
        match (expected.next(), found.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
                return format!("line {number}: expected\n  {a}\nand found\n  {b}");
            }
        }
    }
    String::new()
}
