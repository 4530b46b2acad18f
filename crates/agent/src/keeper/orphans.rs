//! Processes without a keeper: those a killed keeper left behind, and those that slipped out of their group.
//!
//! Each process is started with [`MARK`] in its environment, and its children inherit it. A process is only ever
//! signalled through a descriptor opened before its mark was read, so a reused id is never hit.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getpid, pidfd_open, pidfd_send_signal, waitpid,
};
use std::{
    fs,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

/// The variable whose value is the directory of the keeper that started the process.
pub(super) const MARK: &str = "TIDEGATE_KEEPER";
/// A killed process is gone within this, or sits in the kernel where nobody can help.
const GONE_WITHIN: Timespec = Timespec {
    tv_sec: 5,
    tv_nsec: 0,
};

/// Kills whatever an earlier keeper of `directory` left behind and waits until it is gone. The caller holds the
/// lock of the directory, so no other keeper lives.
pub(super) fn clear(directory: &Path) -> usize {
    let left = marked(directory);
    for process in &left {
        // It may have ended since it was found.
        pidfd_send_signal(process, Signal::KILL).ok();
    }
    for process in &left {
        // Readable when the process has ended; one that does not end cannot be helped.
        poll(
            &mut [PollFd::new(process, PollFlags::IN)],
            Some(&GONE_WITHIN),
        )
        .ok();
    }
    left.len()
}

/// Takes leave of ended processes that were handed to this one, and kills those still alive when `kill` says so.
/// Returns how many are left.
pub(super) fn reap(mains: &[u32], kill: Stragglers) -> usize {
    loop {
        let strays: Vec<Pid> = adopted()
            .filter(|pid| !mains.contains(pid))
            .filter_map(id)
            .collect();
        let ended = strays.iter().filter(|pid| take_leave(**pid, kill)).count();
        // Whoever has ended may have handed over children of its own.
        if ended == 0 {
            return strays.len();
        }
    }
}

/// Whether this child has ended.
fn take_leave(pid: Pid, kill: Stragglers) -> bool {
    if kill == Stragglers::Kill {
        // Our own child: its id cannot be reused before we wait for it.
        rustix::process::kill_process(pid, Signal::KILL).ok();
    }
    // An error means that there is no such child any more.
    !matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(None))
}

fn id(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// What to do with processes that slipped out of their group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stragglers {
    /// Their main process still runs.
    Leave,
    /// Nothing should run.
    Kill,
}

fn adopted() -> impl Iterator<Item = u32> {
    let me = getpid().as_raw_nonzero();
    let text = fs::read_to_string(format!("/proc/{me}/task/{me}/children")).unwrap_or_default();
    let pids: Vec<u32> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    pids.into_iter()
}

fn marked(directory: &Path) -> Vec<OwnedFd> {
    let Ok(all) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| {
        let process = pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()?;
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        has_mark(&environment, directory).then_some(process)
    })
    .collect()
}

fn has_mark(environment: &[u8], directory: &Path) -> bool {
    environment.split(|byte| *byte == 0).any(|variable| {
        let value = variable
            .strip_prefix(MARK.as_bytes())
            .and_then(|v| v.strip_prefix(b"="));
        value == Some(directory.as_os_str().as_bytes())
    })
}
