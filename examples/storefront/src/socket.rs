//! Where the shop listens: on a socket handed over by the parent, or on one of its own. Start at [`listener`].

use std::{
    env, io,
    net::{Ipv4Addr, TcpListener},
    os::fd::{FromRawFd, RawFd},
    process,
};

/// The first descriptor that a parent passes on (`sd_listen_fds(3)`).
const FIRST: RawFd = 3;

/// The socket handed over, or else a new one on the loopback address.
pub(crate) fn listener(port: u16) -> io::Result<TcpListener> {
    match handed_over() {
        Some(listener) => Ok(listener),
        None => TcpListener::bind((Ipv4Addr::LOCALHOST, port)),
    }
}

#[expect(
    unsafe_code,
    reason = "the standard library has no safe way to adopt a descriptor"
)]
fn handed_over() -> Option<TcpListener> {
    let number = |name: &str| env::var(name).ok()?.parse::<u32>().ok();
    let ours = number("LISTEN_PID") == Some(process::id());
    if !ours || number("LISTEN_FDS") < Some(1) {
        return None;
    }
    // SAFETY: the parent promises by LISTEN_PID that descriptor 3 is an open listening socket meant for this very
    // process; nothing else here owns it, and this function is called once.
    Some(unsafe { TcpListener::from_raw_fd(FIRST) })
}
