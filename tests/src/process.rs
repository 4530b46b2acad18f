//! Processes that end when the test does, and what is left of them.

use rustix::{
    fs::{FlockOperation, flock},
    process::{Pid, Signal, kill_process},
};
use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::Duration,
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

    /// Its id.
    pub fn id(&self) -> u32 {
        self.0.id()
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

/// A port that is this process's own among all tests until it ends, and that no connection is given by chance: it lies
/// below those that the system hands out (`ip_local_port_range`, from 32768 on).
pub fn free_port() -> u16 {
    static OWN: Mutex<Vec<fs::File>> = Mutex::new(Vec::new());
    let places = std::env::temp_dir().join("tidegate-test-ports");
    fs::create_dir_all(&places).expect("a directory");
    let first = 10_000 + u16::try_from(std::process::id() % 20_000).expect("it is small");
    let ports = (first..30_000).chain(10_000..first);
    for port in ports {
        let place = fs::File::create(places.join(port.to_string())).expect("a file");
        let is_ours = flock(&place, FlockOperation::NonBlockingLockExclusive).is_ok();
        if is_ours && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            OWN.lock().expect("nobody panics here").push(place);
            return port;
        }
    }
    panic!("every port from 10000 to 30000 is taken");
}

/// Ends every process that was started out of `directory`: workloads and their keepers outlive agents on purpose.
pub fn end_all_of(directory: &Path) {
    for process in started_out_of(directory) {
        let name = process.file_name().and_then(OsStr::to_str);
        if let Some(id) = name.and_then(|name| name.parse().ok()) {
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

/// The processor's time that the processes started out of `directory` have used, and those that they waited for.
pub fn processor_time_of(directory: &Path) -> Duration {
    started_out_of(directory)
        .filter_map(|process| processor_time(&process))
        .sum()
}

/// The resident memory, in bytes, of the processes started out of `directory`.
pub fn memory_of(directory: &Path) -> u64 {
    started_out_of(directory)
        .filter_map(|process| kibibytes(&process, "VmRSS:"))
        .sum::<u64>()
        * 1024
}

/// The same at its highest.
pub fn highest_memory_of(directory: &Path) -> u64 {
    started_out_of(directory)
        .filter_map(|process| kibibytes(&process, "VmHWM:"))
        .sum::<u64>()
        * 1024
}

/// A line of `status` (proc(5)).
fn kibibytes(process: &Path, what: &str) -> Option<u64> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn started_out_of(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let processes = fs::read_dir("/proc").expect("this is Linux").flatten();
    let paths = processes.map(|entry| entry.path());
    paths.filter(move |process| belongs(process, directory))
}

/// The processor's time of one process, by its directory in `/proc` (proc(5): fields 14 to 17 of `stat`, in hundredths
/// of a second).
pub fn processor_time(process: &Path) -> Option<Duration> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(4);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}

fn belongs(process: &Path, directory: &Path) -> bool {
    let works_there = fs::read_link(process.join("cwd")).is_ok_and(|at| at.starts_with(directory));
    let names_it = fs::read(process.join("cmdline")).is_ok_and(|line| {
        line.split(|byte| *byte == 0)
            .any(|word| Path::new(OsStr::from_bytes(word)).starts_with(directory))
    });
    works_there || names_it
}
