//! Being asked to stop, by SIGTERM: it wakes everybody who waits for something. Start at [`Stop::on_term`].

use std::{
    ffi::{c_int, c_short, c_ulong, c_void},
    io::{self, PipeReader},
    os::fd::{AsRawFd, IntoRawFd, RawFd},
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
    time::Duration,
};

/// `signal(7)` and `poll(2)`.
const TERM: c_int = 15;
const READABLE: c_short = 1;

static ASKED: AtomicBool = AtomicBool::new(false);
/// The end of the pipe that is written to.
static BELL: AtomicI32 = AtomicI32::new(-1);

/// Whether somebody has asked.
pub(crate) struct Stop {
    /// Never read: once something is in it, it wakes whoever waits.
    bell: PipeReader,
}

impl Stop {
    /// From now on SIGTERM asks, and no longer ends the process.
    #[expect(
        unsafe_code,
        reason = "the standard library has no safe way to hear of a signal"
    )]
    pub(crate) fn on_term() -> io::Result<Self> {
        let (bell, rope) = io::pipe()?;
        BELL.store(rope.into_raw_fd(), Ordering::SeqCst);
        // SAFETY: `ask` is a handler as `signal` wants it, and calls nothing that a handler may not call.
        unsafe { signal(TERM, ask) };
        Ok(Self { bell })
    }

    pub(crate) fn is_asked(&self) -> bool {
        ASKED.load(Ordering::SeqCst)
    }

    /// Returns when there is something to read, when somebody has asked to stop, or after `limit`; whether the first is
    /// so. Once somebody has asked, that wakes nobody any more.
    pub(crate) fn wait(&self, source: &impl AsRawFd, limit: Option<Duration>) -> io::Result<bool> {
        let watched = [source.as_raw_fd(), self.bell.as_raw_fd()];
        let watched = if self.is_asked() {
            &watched[..1]
        } else {
            &watched[..]
        };
        poll_readable(watched, limit)
    }
}

#[expect(
    unsafe_code,
    reason = "the standard library has no safe way to wait for one of several"
)]
fn poll_readable(watched: &[RawFd], limit: Option<Duration>) -> io::Result<bool> {
    let mut polled: Vec<Polled> = watched.iter().map(|fd| Polled::new(*fd)).collect();
    let limit = limit.map_or(-1, |limit| {
        limit.as_millis().try_into().unwrap_or(c_int::MAX)
    });
    let count = c_ulong::try_from(polled.len()).unwrap_or_default();
    // SAFETY: `polled` is laid out as `poll` wants it, is as long as it is told, and lives longer than the call.
    let found = unsafe { poll(polled.as_mut_ptr(), count, limit) };
    match found {
        0.. => Ok(polled.first().is_some_and(|first| first.found != 0)),
        _ => {
            let error = io::Error::last_os_error();
            let is_signal = error.kind() == io::ErrorKind::Interrupted;
            if is_signal { Ok(false) } else { Err(error) }
        }
    }
}

/// What `poll` calls a `pollfd`.
#[repr(C)]
struct Polled {
    fd: RawFd,
    wanted: c_short,
    found: c_short,
}

impl Polled {
    fn new(fd: RawFd) -> Self {
        Self {
            fd,
            wanted: READABLE,
            found: 0,
        }
    }
}

#[expect(
    unsafe_code,
    reason = "the standard library has no safe way to write from a handler"
)]
extern "C" fn ask(_signal: c_int) {
    ASKED.store(true, Ordering::SeqCst);
    let byte = 0_u8;
    // SAFETY: one byte is read from where it lies. A pipe with room is written to without an error, and one without
    // wakes everybody already.
    unsafe { write(BELL.load(Ordering::SeqCst), (&raw const byte).cast(), 1) };
}

#[expect(unsafe_code, reason = "functions of the system's C library")]
unsafe extern "C" {
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn poll(polled: *mut Polled, count: c_ulong, limit_milliseconds: c_int) -> c_int;
    fn write(fd: RawFd, bytes: *const c_void, count: usize) -> isize;
}
