//! How soon all is back: from the first target that is found failing until every one of them runs the old revision again.
//!
//! Fifty agents of this machine run a release that turns bad everywhere at once. Its health check runs every 200 ms: nothing can
//! be noticed sooner, so that is the physical limit beside which the figures stand. `cargo bench -p tidegate-tests --bench rollback
//! -- 10` chooses another number of targets; build the program first (`cargo build --release`).

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use jiff::Timestamp;
use serde_json::Value;
use std::{fmt::Write as _, fs};
use tidegate_tests::{
    browser::until,
    fleet::Fleet,
    server::{Server, software, text},
};

const RUNS: usize = 5;
const INTERVAL: &str = "200ms";

#[tokio::main]
async fn main() {
    let count = std::env::args().find_map(|word| word.parse().ok());
    let names: Vec<String> = (1..=count.unwrap_or(50)).map(|n| format!("t{n}")).collect();
    let server = Server::start().await;
    let broken = server.directory().join("broken");
    declare(&server, &names, text(&broken));
    let targets: Vec<_> = names.iter().map(|name| ("live", name.as_str())).collect();
    let _fleet = Fleet::start(&server, &targets).await;
    server.run(&[
        "deploy",
        "load",
        "1.0.0",
        "--to",
        "live",
        "--strategy",
        "all-at-once",
        "--wait",
    ]);
    let (mut each, mut whole, mut noticed) = (Vec::new(), Vec::new(), Vec::new());
    for run in 2..2 + RUNS {
        fs::remove_file(&broken).ok();
        let id = run.to_string();
        begin(&server, &id).await;
        let turned_bad = Timestamp::now();
        fs::write(&broken, "").unwrap();
        ended(&server, &id).await;
        let (first, back) = times(&server, &id).await;
        noticed.push(millis(turned_bad, first));
        let mut took: Vec<f64> = back.iter().map(|at| millis(first, *at)).collect();
        took.sort_by(f64::total_cmp);
        whole.extend(took.last());
        each.extend(took);
    }
    let targets = names.len();
    println!("{targets} targets, {RUNS} runs, health checks every {INTERVAL}; milliseconds");
    println!("from the first one found failing to    p50    p99   most");
    print("a target's being back", &mut each);
    print("all targets' being back", &mut whole);
    print("(from turning bad to the first)", &mut noticed);
}

fn print(what: &str, of: &mut [f64]) {
    of.sort_by(f64::total_cmp);
    let last = of.len() - 1;
    let at = |percent: usize| of[(last * percent).div_ceil(100)];
    println!(
        "{what:<36}{:>6.0} {:>6.0} {:>6.0}",
        at(50),
        at(99),
        of[last]
    );
}

fn millis(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() * 1000.0
}

/// Deploys what will turn bad, until all run it and are watched.
async fn begin(server: &Server, id: &str) {
    let how = ["--strategy", "rolling", "--batch", "100%", "--bake", "10m"];
    server.run(
        &[
            &[
                "deploy",
                "load",
                "1.1.0",
                "--to",
                "live",
                "--minimum-healthy",
                "300ms",
            ][..],
            &how,
        ]
        .concat(),
    );
    let path = format!("/api/v1/deployments/{id}");
    until("all bake", async || {
        let view = server.get(&path).await;
        let waits = view["waiting_on"].as_array()?.iter();
        waits
            .filter(|wait| wait["kind"] == "bake")
            .count()
            .checked_sub(1)
    })
    .await;
}

async fn ended(server: &Server, id: &str) {
    let path = format!("/api/v1/deployments/{id}");
    until("it is back", async || {
        let view = server.get(&path).await;
        (view["status"] == "rolled_back").then_some(())
    })
    .await;
}

/// When the first target was found failing, and when each was back, by the journal.
async fn times(server: &Server, id: &str) -> (Timestamp, Vec<Timestamp>) {
    let path = format!("/api/v1/journal?subject=deployment/{id}&limit=500");
    let page = server.get(&path).await;
    let entries = page["entries"].as_array().unwrap();
    let of = |action: &str| {
        let own = entries.iter().filter(|entry| entry["action"] == action);
        let at = |entry: &Value| entry["time"].as_str().unwrap().parse().unwrap();
        own.map(at).collect::<Vec<Timestamp>>()
    };
    let failed = of("deployment.target_failed").into_iter().min().unwrap();
    (failed, of("deployment.target_restored"))
}

/// Two releases: one is always well, the other as long as a file is not there.
fn declare(server: &Server, names: &[String], broken: &str) {
    let mut catalog = format!(
        "kind: Product\nname: load\npath: [live]\ncomponents:\n  - name: app\n    driver: service\n    service:\n      \
         command: [\"./serve\"]\n      health: {{ exec: {{ command: [\"./check\"] }}, interval: {INTERVAL}, healthy_after: 1, \
         unhealthy_after: 1, deadline: 20s }}\n---\nkind: Environment\nname: live\n"
    );
    for name in names {
        write!(
            catalog,
            "---\nkind: Target\nname: {name}\nenvironment: live\n"
        )
        .unwrap();
    }
    let file = server.directory().join("catalog.yaml");
    fs::write(&file, catalog).unwrap();
    server.run(&["apply", "-f", text(&file), "--yes"]);
    for (version, check) in [
        ("1.0.0", "exit 0".to_owned()),
        ("1.1.0", format!("[ ! -e {broken} ]")),
    ] {
        let serve = format!("#!/bin/sh\n# {version}\nexec sleep 1000000\n");
        let check = format!("#!/bin/sh\n{check}\n");
        let files = [("serve", serve.as_str()), ("check", check.as_str())];
        let directory = software(server.directory(), version, &files);
        server.run(&["push", &format!("load/app:{version}"), text(&directory)]);
        let app = format!("app={version}");
        server.run(&["release", "create", "load", version, "--component", &app]);
    }
}
