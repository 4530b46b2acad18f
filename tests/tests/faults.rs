//! Disks that are really full: what does not fit is refused in words, what was acknowledged stays, what runs runs on,
//! and with room everything goes on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use tidegate_tests::{
    disk::SmallDisk,
    process::{Process, end_all_of},
    server::{Server, software, text},
    shop::until,
};

const MEGABYTE: usize = 1024 * 1024;

const CATALOG: &str = r#"kind: Product
name: shop
path: [live]
components:
  - name: web
    driver: service
    service:
      command: ["./run"]
      stop: { signal: TERM, grace: 2s }
---
kind: Environment
name: live
---
kind: Target
name: live-1
environment: live
"#;

const RUN: &str = "#!/bin/sh\necho $$ > pid\nsleep 1000 & wait\n";

#[tokio::test]
async fn a_server_without_room_refuses_in_words_and_goes_on_with_room() {
    let mut server = Server::on_small_disk(24).await;
    declare(&server);
    publish(&server, "1.0.0", MEGABYTE);
    let disk = server.disk.take().unwrap();

    let large = wares(&server, "2.0.0", 8 * MEGABYTE);
    disk.fill(4 * MEGABYTE as u64);
    let said = server.refused(6, &["push", "shop/web:2.0.0", text(&large)]);
    assert_eq!(
        said,
        "error: cannot push: the server's disk is full\nhint: make room on the server's disk, then push again\n"
    );
    // What did not fit was given back: the rest of the server needs room too.
    publish(&server, "1.1.0", MEGABYTE);

    disk.make_room();
    disk.fill(0);
    let said = full_store(&server);
    assert_eq!(
        said,
        "error: The server's disk is full\nhint: nothing of the request was kept; make room on the server's disk, \
         then try again\n"
    );
    let ready = server.http.get(server.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.status().as_u16(), 507);
    assert!(
        ready
            .text()
            .await
            .unwrap()
            .contains("The server's disk is full")
    );
    // Whoever only reads notices nothing.
    assert!(server.run(&["release", "list", "shop"]).contains("1.1.0"));
    let log = fs::read_to_string(server.directory().join("server.log")).unwrap();
    assert!(
        log.contains("store.commit_failed") && log.contains("registry.no_room"),
        "{log}"
    );

    disk.make_room();
    let ready = server.http.get(server.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.text().await.unwrap(), "ready\n");
    publish(&server, "2.0.0", 8 * MEGABYTE);
    server.disk = Some(disk);
    server.kill();
    server.start_again().await;
    let releases = server.run(&["release", "list", "shop"]);
    assert!(
        ["1.0.0", "1.1.0", "2.0.0"]
            .iter()
            .all(|version| releases.contains(version))
    );
    assert!(server.run(&["journal", "verify"]).contains("is intact"));
    assert!(server.run(&["doctor"]).contains("all is sound"));
}

#[tokio::test]
async fn a_target_without_room_says_so_and_what_runs_there_runs_on() {
    let server = Server::start().await;
    declare(&server);
    publish(&server, "1.0.0", MEGABYTE);
    publish(&server, "2.0.0", 16 * MEGABYTE);
    publish(&server, "3.0.0", MEGABYTE);
    let mut target = Target::join(&server, 16);
    deploy(&server, 0, "1.0.0");
    let serving = target.serving("1.0.0");

    let said = deploy(&server, 8, "2.0.0");
    assert!(
        said.contains("live-1") && said.contains("the disk of the agent is full"),
        "{said}"
    );
    assert_eq!(target.serving("1.0.0"), serving);
    assert_eq!(target.leftovers(), Vec::<PathBuf>::new());

    // Without room for a single byte the agent starts again and finds what runs.
    target.disk.fill(0);
    target.start_again(&server);
    deploy(&server, 8, "3.0.0");
    assert_eq!(target.serving("1.0.0"), serving);

    target.disk.make_room();
    deploy(&server, 0, "3.0.0");
    assert_ne!(target.serving("3.0.0"), serving);
    assert_eq!(target.leftovers(), Vec::<PathBuf>::new());
}

/// A target whose agent's directory lies on a small disk.
struct Target {
    data: PathBuf,
    disk: SmallDisk,
    agent: Option<Process>,
}

impl Target {
    fn join(server: &Server, megabytes: u32) -> Self {
        let data = server.directory().join("live-1");
        let made = server.run(&[
            "enrolment",
            "create",
            "--environment",
            "live",
            "--output",
            "json",
        ]);
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        let disk = SmallDisk::mount(&data, megabytes);
        let enrolled = disk.run(&[
            "agent",
            "enroll",
            "--server",
            &server.agent_address,
            "--token",
            made["token"].as_str().unwrap(),
            "--environment",
            "live",
            "--name",
            "live-1",
            "--data",
            text(&data),
        ]);
        assert!(enrolled.status.success(), "{enrolled:?}");
        let mut target = Self {
            data,
            disk,
            agent: None,
        };
        target.start_again(server);
        target
    }

    /// Ends the agent without a warning, if it runs, and starts it.
    fn start_again(&mut self, server: &Server) {
        self.agent = None;
        let in_touch = || server.run(&["target", "list"]).contains("in touch");
        let log = self.data.with_extension("log");
        self.agent = Some(
            self.disk
                .start(&["agent", "run", "--data", text(&self.data)], &log),
        );
        until("the agent is in touch", in_touch);
    }

    /// The process that serves, which must be of this version.
    fn serving(&self, version: &str) -> String {
        let artifact = self.disk.path().join("products/shop/web/current/artifact");
        let held = fs::read_to_string(artifact.join("VERSION")).unwrap();
        assert_eq!(held, version);
        let pid = fs::read_to_string(artifact.join("pid")).unwrap();
        assert!(Path::new("/proc").join(pid.trim()).exists());
        pid
    }

    /// What a preparation leaves while it is under way.
    fn leftovers(&self) -> Vec<PathBuf> {
        let files = |directory: &str| fs::read_dir(self.disk.path().join(directory)).unwrap();
        let unpacked = files("products/shop/web/releases")
            .flatten()
            .map(|entry| entry.path());
        let partial = unpacked.filter(|path| path.extension().is_some());
        let downloads = files("blobs/sha256").flatten().map(|entry| entry.path());
        partial.chain(downloads).collect()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.agent = None;
        end_all_of(&self.data);
    }
}

fn declare(server: &Server) {
    let catalog = server.directory().join("catalog.yaml");
    fs::write(&catalog, CATALOG).unwrap();
    server.run(&["apply", "-f", text(&catalog), "--yes"]);
}

fn publish(server: &Server, version: &str, bytes: usize) {
    let artifact = format!("shop/web:{version}");
    server.run(&["push", &artifact, text(&wares(server, version, bytes))]);
    let contents = format!("web={version}");
    server.run(&[
        "release",
        "create",
        "shop",
        version,
        "--component",
        &contents,
    ]);
}

/// Software of about that size that nothing makes smaller.
fn wares(server: &Server, version: &str, bytes: usize) -> PathBuf {
    let directory = software(
        server.directory(),
        version,
        &[("run", RUN), ("VERSION", version)],
    );
    let mut random = fs::File::open("/dev/urandom").unwrap();
    let mut noise = fs::File::create(directory.join("noise")).unwrap();
    std::io::copy(
        &mut std::io::Read::take(&mut random, bytes as u64),
        &mut noise,
    )
    .unwrap();
    noise.flush().unwrap();
    directory
}

/// Deploys; the command must end with `status`. Answers all that it said.
fn deploy(server: &Server, status: i32, version: &str) -> String {
    let arguments = [
        "deploy",
        "shop",
        version,
        "--to",
        "live",
        "--minimum-healthy",
        "200ms",
        "--wait",
    ];
    let output = server.output(&arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{version}: {said}");
    said
}

/// Asks for tokens until there is no room for another; answers what was said then.
fn full_store(server: &Server) -> String {
    let refused = (0..200).find_map(|number| {
        let name = format!("token-{number}");
        let output = server.output(&["token", "create", &name]);
        (!output.status.success()).then_some(output)
    });
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(6));
    String::from_utf8(refused.stderr).unwrap()
}
