//! A PostgreSQL of the test's own: its directory, its socket, ended by its process id.
//!
//! `initdb` runs once per machine and user into a template, which each test copies. The database sorts by the rules of
//! English, not by bytes, so that a query that relies on byte order and does not say so is found out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    io::{BufRead, BufReader},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const MISSING: &str = "PostgreSQL is missing: cargo xtask test installs it";

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    server: Child,
    directory: TempDir,
}

impl Postgres {
    /// Starts one with an empty database and waits until it takes connections.
    pub fn start() -> Self {
        let programs = programs();
        let user = User::unprivileged();
        let template = template(&programs, user);
        let directory = user.directory("tidegate-postgres-");
        let data = directory.path().join("data");
        user.run(Command::new("cp").arg("-a").arg(&template).arg(&data));
        let mut server = user
            .command(Command::new(programs.join("postgres")))
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .args(["-c", "max_connections=60", "-k"])
            .arg(directory.path())
            .arg("-D")
            .arg(&data)
            .stderr(Stdio::piped())
            .spawn()
            .expect(MISSING);
        wait_until_ready(&mut server);
        Self { server, directory }
    }

    /// What `Store::open_postgres` takes.
    pub fn address(&self) -> String {
        let directory = self.directory.path().display();
        format!("host={directory} user=postgres dbname=postgres")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let id = i32::try_from(self.server.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            // "Immediate shutdown": the data is thrown away anyway.
            rustix::process::kill_process(id, rustix::process::Signal::QUIT).ok();
        }
        self.server.wait().ok();
    }
}

/// Reads the server's log until it is ready, and goes on reading so that the pipe never fills.
fn wait_until_ready(server: &mut Child) {
    let mut lines = BufReader::new(server.stderr.take().expect("piped")).lines();
    let mut log = String::new();
    loop {
        let Some(Ok(line)) = lines.next() else {
            panic!("PostgreSQL ended before it was ready:\n{log}");
        };
        if line.contains("ready to accept connections") {
            break;
        }
        log.push_str(&line);
        log.push('\n');
    }
    std::thread::spawn(move || lines.for_each(drop));
}

/// The directory of `initdb` and `postgres`: Debian's newest, or that on the path.
fn programs() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let newest = debian
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|bin| bin.join("initdb").is_file())
    };
    newest.or_else(on_path).expect(MISSING)
}

/// A data directory as `initdb` leaves it; whoever makes it first puts it in its place in one step.
fn template(programs: &Path, user: User) -> PathBuf {
    let version = programs.to_string_lossy().replace('/', "-");
    let place = std::env::temp_dir().join(format!("tidegate-template-{}{version}", user.id));
    if !place.join("PG_VERSION").exists() {
        let fresh = user.directory("tidegate-initdb-");
        let data = fresh.path().join("data");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
        ]);
        initdb.args([
            "--locale-provider=icu",
            "--icu-locale=en-US",
            "--locale=C.UTF-8",
            "-D",
        ]);
        user.run(initdb.arg(&data));
        // Fails when another test was quicker; its template is as good.
        std::fs::rename(&data, &place).ok();
    }
    place
}

/// Who runs the server: it refuses to be run by root.
#[derive(Clone, Copy)]
struct User {
    id: u32,
    group: u32,
    switch: bool,
}

impl User {
    fn unprivileged() -> Self {
        let id = rustix::process::getuid().as_raw();
        if id != 0 {
            let group = rustix::process::getgid().as_raw();
            return Self {
                id,
                group,
                switch: false,
            };
        }
        let people = std::fs::read_to_string("/etc/passwd").unwrap();
        let line = people
            .lines()
            .find_map(|line| line.strip_prefix("postgres:"));
        let mut fields = line.expect(MISSING).split(':').skip(1);
        let mut number = || fields.next().unwrap().parse().unwrap();
        Self {
            id: number(),
            group: number(),
            switch: true,
        }
    }

    fn command(self, mut command: Command) -> Command {
        if self.switch {
            command.uid(self.id).gid(self.group);
        }
        command.current_dir("/").stdout(Stdio::null());
        command
    }

    fn run(self, command: &mut Command) {
        if self.switch {
            command.uid(self.id).gid(self.group);
        }
        let done = command.current_dir("/").output().expect(MISSING);
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{command:?}: {errors}");
    }

    fn directory(self, prefix: &str) -> TempDir {
        let directory = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
        if self.switch {
            chown(directory.path(), Some(self.id), Some(self.group)).unwrap();
        }
        directory
    }
}
