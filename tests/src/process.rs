//! Processes that end when the test does, and what is left of them.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A process of a test. Dropping it ends it.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `program`; what it says goes to `log`.
    pub fn start(program: &Path, arguments: &[&str], log: &Path) -> Self {
        let file = fs::File::options().create(true).append(true).open(log);
        let file = file.expect("the log can be written");
        let copy = file.try_clone().expect("a file has a second handle");
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(copy)
            .spawn();
        let child = child.unwrap_or_else(|why| {
            panic!("{} does not start: {why}", program.display());
        });
        Self(child)
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that has ended already refuses both, which is as good.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The program under test: `TIDEGATE_BIN`, or what cargo built beside the tests.
pub fn tidegate() -> PathBuf {
    std::env::var_os("TIDEGATE_BIN").map_or_else(|| program("tidegate"), PathBuf::from)
}

/// A program of the workspace that cargo built beside the tests.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows where it lies");
    let beside = own
        .ancestors()
        .nth(2)
        .expect("tests lie in target/PROFILE/deps");
    let path = beside.join(name);
    assert!(
        path.exists(),
        "{} is missing: `cargo xtask test` builds it, and so does `cargo build -p {name}`",
        path.display()
    );
    path
}

/// A program that the tests need on the machine.
pub fn required(path: &str, how: &str) -> PathBuf {
    assert!(Path::new(path).exists(), "{path} is missing: {how}");
    path.into()
}

/// What `cargo xtask test` installs for the tests, by its path below `tests/.parts`.
pub fn installed(path: &str) -> PathBuf {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/.parts");
    required(&format!("{place}/{path}"), "cargo xtask test installs it")
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has free ports");
    listener.local_addr().expect("it is bound").port()
}

/// Ends every process that was started out of `directory`: workloads and their keepers outlive agents on purpose.
pub fn end_all_of(directory: &Path) {
    let Ok(processes) = fs::read_dir("/proc") else {
        return;
    };
    for entry in processes.flatten() {
        let id = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some(id) = id.filter(|_| belongs(&entry.path(), directory)) {
            end(id);
        }
    }
}

/// Ends a process by its id.
pub fn end(id: i32) {
    if let Some(id) = Pid::from_raw(id) {
        kill_process(id, Signal::KILL).ok();
    }
}

fn belongs(process: &Path, directory: &Path) -> bool {
    let works_there = fs::read_link(process.join("cwd")).is_ok_and(|at| at.starts_with(directory));
    let names_it = fs::read(process.join("cmdline")).is_ok_and(|line| {
        line.split(|byte| *byte == 0)
            .any(|word| Path::new(OsStr::from_bytes(word)).starts_with(directory))
    });
    works_there || names_it
}
