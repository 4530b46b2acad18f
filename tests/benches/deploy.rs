//! What a deployment costs beside its floor: 10.7 MB in 200 files to 10, 50 and 200 agents of this machine.
//!
//! The floor is what any tool has to do on every target: hash the archive, unpack it, make it durable. The processor's
//! time is that of the server, the agents, the keepers and the commands together. `cargo bench -p tidegate-tests --bench
//! deploy -- 10 50` chooses other numbers of targets; build the program first (`cargo build --release`).

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use rustix::process::{Resource, getrlimit, setrlimit};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::{self, File},
    io::BufReader,
    path::Path,
    thread,
    time::{Duration, Instant},
};
use tidegate_tests::{
    fleet::Fleet,
    process::processor_time_of,
    server::{Server, text},
};

const FILES: u32 = 200;
const BYTES: usize = 10_700_000;

#[tokio::main]
async fn main() {
    let counts: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let counts = if counts.is_empty() {
        vec![10, 50, 200]
    } else {
        counts
    };
    // Two sockets and some files for every agent.
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    println!("targets  floor CPU  CPU each  no-op CPU  floor wall  wall   (seconds)");
    for count in counts {
        measure(count).await;
    }
}

async fn measure(count: usize) {
    let names: Vec<String> = (1..=count).map(|number| format!("t{number}")).collect();
    let server = Server::start().await;
    for version in ["1.0.0", "1.1.0"] {
        software(&server.directory().join(version), version);
    }
    let floor = floor(&server.directory().join("1.0.0"), count);
    declare(&server, &names);
    let targets: Vec<_> = names.iter().map(|name| ("live", name.as_str())).collect();
    let _fleet = Fleet::start(&server, &targets).await;
    deploy(&server, "1.0.0");
    let deployed = cost(&server, || deploy(&server, "1.1.0"));
    let repeated = cost(&server, || deploy(&server, "1.1.0"));
    let each =
        |cost: &Cost| cost.processor.as_secs_f64() / f64::from(u32::try_from(count).unwrap());
    println!(
        "{count:>7}  {:>9.4}  {:>8.4}  {:>9.4}  {:>10.2}  {:>5.2}",
        each(&floor),
        each(&deployed),
        each(&repeated),
        floor.wall.as_secs_f64(),
        deployed.wall.as_secs_f64(),
    );
}

/// What something took.
struct Cost {
    processor: Duration,
    wall: Duration,
}

fn cost(server: &Server, work: impl FnOnce()) -> Cost {
    let (before, begun) = (processor_time_of(server.directory()), Instant::now());
    work();
    Cost {
        wall: begun.elapsed(),
        processor: processor_time_of(server.directory()).saturating_sub(before),
    }
}

/// Hashes, unpacks and syncs the archive once for each target, on two threads.
fn floor(software: &Path, count: usize) -> Cost {
    let archive = software.with_extension("tar.zst");
    let encoder = zstd::Encoder::new(File::create(&archive).unwrap(), 3).unwrap();
    let mut builder = tar::Builder::new(encoder);
    builder.append_dir_all(".", software).unwrap();
    builder.into_inner().unwrap().finish().unwrap();
    let place = software.with_extension("floor");
    let own = || processor_time_of_self();
    let (before, begun) = (own(), Instant::now());
    thread::scope(|scope| {
        for half in 0..2 {
            let (archive, place) = (&archive, &place);
            scope.spawn(move || {
                for turn in (half..count).step_by(2) {
                    once(archive, &place.join(turn.to_string()));
                }
            });
        }
    });
    let cost = Cost {
        wall: begun.elapsed(),
        processor: own().saturating_sub(before),
    };
    fs::remove_dir_all(place).unwrap();
    cost
}

fn once(archive: &Path, place: &Path) {
    let hash = Sha256::digest(fs::read(archive).unwrap());
    assert_eq!(hash.len(), 32);
    let decoder = zstd::Decoder::new(BufReader::new(File::open(archive).unwrap())).unwrap();
    tar::Archive::new(decoder).unpack(place).unwrap();
    rustix::fs::syncfs(File::open(place).unwrap()).unwrap();
}

fn processor_time_of_self() -> Duration {
    let own = format!("/proc/{}", std::process::id());
    tidegate_tests::process::processor_time(Path::new(&own)).unwrap()
}

/// Files that compress by about half, as programs do; the version is in each.
fn software(directory: &Path, version: &str) {
    fs::create_dir_all(directory).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..FILES {
        let mut content = format!("{version} {number}\n");
        while content.len() < BYTES / FILES as usize {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            write!(content, "{:016x}", state.rotate_left(29)).unwrap();
        }
        fs::write(directory.join(format!("file-{number}")), content).unwrap();
    }
}

fn declare(server: &Server, names: &[String]) {
    let mut catalog = "kind: Product\nname: load\npath: [live]\ncomponents:\n  - name: app\n    driver: service\n    \
        service: { command: [\"/bin/sleep\", \"1000000\"] }\n---\nkind: Environment\nname: live\n"
        .to_owned();
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
    for version in ["1.0.0", "1.1.0"] {
        let directory = server.directory().join(version);
        server.run(&["push", &format!("load/app:{version}"), text(&directory)]);
        let component = format!("app={version}");
        server.run(&[
            "release",
            "create",
            "load",
            version,
            "--component",
            &component,
        ]);
    }
}

fn deploy(server: &Server, version: &str) {
    let how = [
        "--strategy",
        "all-at-once",
        "--minimum-healthy",
        "1ms",
        "--wait",
    ];
    server.run(&[&["deploy", "load", version, "--to", "live"][..], &how].concat());
}
