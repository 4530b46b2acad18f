//! What Tidegate takes while it does nothing, and until it is ready: memory of server and agent, the processor's time of a
//! server's start, and of a command.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use std::{path::Path, process::Command, time::Instant};
use tidegate_tests::{
    fleet::Fleet,
    process::{memory_of, processor_time_of, tidegate},
    server::{Server, text},
};

const RUNS: u32 = 50;

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    let started = processor_time_of(server.directory());
    println!(
        "server, start to ready: {} ms of the processor",
        started.as_millis()
    );
    println!("server, idle: {:.1} MB", megabytes(server.directory()));
    let catalog = server.directory().join("catalog.yaml");
    std::fs::write(
        &catalog,
        "kind: Environment\nname: live\n---\nkind: Target\nname: t1\nenvironment: live\n",
    )
    .unwrap();
    server.run(&["apply", "-f", text(&catalog), "--yes"]);
    let _fleet = Fleet::start(&server, &[("live", "t1")]).await;
    println!(
        "agent, idle: {:.1} MB",
        megabytes(&server.directory().join("agents"))
    );
    time("tidegate --version", || {
        assert!(
            Command::new(tidegate())
                .arg("--version")
                .output()
                .unwrap()
                .status
                .success()
        );
    });
    time("tidegate status", || {
        server.run(&["status"]);
    });
}

fn megabytes(directory: &Path) -> f64 {
    memory_of(directory) as f64 / 1e6
}

fn time(what: &str, work: impl Fn()) {
    let begun = Instant::now();
    (0..RUNS).for_each(|_| work());
    println!(
        "{what}: {:.1} ms",
        begun.elapsed().as_secs_f64() * 1000.0 / f64::from(RUNS)
    );
}
