//! One process of a workload, in a group of its own, looked at without taking its status, so that its id cannot be
//! reused before its group is dealt with.

use super::{clock::now_ms, executable, logs::Log, orphans, protocol::Spec};
use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use std::{
    io,
    os::{
        fd::OwnedFd,
        unix::process::{CommandExt, ExitStatusExt},
    },
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
};
use tidegate_domain::revision::StopSignal;
use tokio::{net::unix::pipe, time::Instant};

/// The first descriptor that is passed on.
const FIRST_SOCKET: i32 = 3;

/// A process that runs, or has ended and was not yet [finished](Process::finish).
#[derive(Debug)]
pub(super) struct Process {
    pub(super) spec: Arc<Spec>,
    pub(super) pid: u32,
    pub(super) since_ms: u64,
    /// Set once it was asked to stop: when it will be killed.
    pub(super) kill_at: Option<Instant>,
    child: Child,
    group: Pid,
}

/// What a process is started with.
pub(super) struct Start<'a> {
    pub(super) spec: &'a Arc<Spec>,
    pub(super) sockets: Vec<OwnedFd>,
    pub(super) log: &'a Log,
    /// The keeper's directory, which marks whatever descends from it.
    pub(super) directory: &'a Path,
}

impl Process {
    /// Starts it. The error is one sentence for people.
    pub(super) fn start(start: Start<'_>) -> Result<Self, String> {
        let program = executable::find(start.spec)?;
        let name = start.spec.command[0].clone();
        Self::spawn(start, &program).map_err(|error| format!("cannot run {name}: {error}"))
    }

    fn spawn(start: Start<'_>, program: &Path) -> io::Result<Self> {
        let spec = Arc::clone(start.spec);
        let mut command = command(&spec, program);
        command
            .env(orphans::MARK, start.directory)
            .current_dir(&spec.directory)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mappings = (FIRST_SOCKET..).zip(start.sockets);
        let mappings = mappings.map(|(child_fd, parent_fd)| FdMapping {
            parent_fd,
            child_fd,
        });
        command
            .fd_mappings(mappings.collect())
            .map_err(io::Error::other)?;
        let mut child = command.spawn()?;
        follow(&mut child, start.log);
        let pid = child.id();
        let group = Pid::from_child(&child);
        Ok(Self {
            spec,
            pid,
            since_ms: now_ms(),
            kill_at: None,
            child,
            group,
        })
    }

    /// Asks it to stop; what is left after its grace is killed.
    pub(super) fn stop(&mut self) {
        if self.kill_at.is_none() {
            let settings = &self.spec.stop;
            self.kill_at = Some(Instant::now() + settings.grace.as_duration());
            // It may have ended by itself; then that is on its way to us.
            kill_process(self.group, signal(settings.signal)).ok();
        }
    }

    /// Whether it has ended. Its status stays to be taken, so its id stays its own.
    pub(super) fn has_ended(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // An error means that there is no such child.
        waitid(WaitId::Pid(self.group), look).map_or(true, |found| found.is_some())
    }

    /// Kills the whole group.
    pub(super) fn kill(&self) {
        kill_process_group(self.group, Signal::KILL).ok();
    }

    /// Takes leave of a process that has ended: whatever else is in its group is killed while its id still
    /// belongs to it.
    pub(super) fn finish(mut self) -> Ending {
        self.kill();
        match self.child.wait() {
            Ok(status) => Ending {
                words: describe(status),
                success: status.success(),
            },
            Err(error) => Ending {
                words: format!("ended, its status is lost: {error}"),
                success: false,
            },
        }
    }
}

/// How a process ended.
#[derive(Debug)]
pub(super) struct Ending {
    /// One sentence for people, without its subject.
    pub(super) words: String,
    /// Whether its status was 0.
    pub(super) success: bool,
}

/// The command without sockets is the program itself; with sockets it goes through `launch`.
fn command(spec: &Spec, program: &Path) -> Command {
    let mut command = if spec.listen.is_empty() {
        Command::new(program)
    } else {
        let mut launcher = Command::new(&spec.launcher);
        let sockets = spec.listen.len().to_string();
        launcher
            .args(["agent", "launch", "--sockets", &sockets, "--"])
            .arg(program);
        launcher
    };
    command
        .args(&spec.command[1..])
        .env_clear()
        .envs(&spec.environment);
    command
}

fn follow(child: &mut Child, log: &Log) {
    let out = child.stdout.take().map(|p| ("stdout", OwnedFd::from(p)));
    let err = child.stderr.take().map(|p| ("stderr", OwnedFd::from(p)));
    for (stream, pipe) in out.into_iter().chain(err) {
        if let Ok(pipe) = pipe::Receiver::from_owned_fd(pipe) {
            tokio::spawn(log.clone().copy(stream, pipe));
        }
    }
}

fn signal(signal: StopSignal) -> Signal {
    match signal {
        StopSignal::Term => Signal::TERM,
        StopSignal::Int => Signal::INT,
        StopSignal::Quit => Signal::QUIT,
        StopSignal::Hup => Signal::HUP,
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(9)) => "was killed (signal 9)".to_owned(),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
