//! How the shop misbehaves when the file `FAULT` asks for it: one line, a word and a number of seconds, and perhaps
//! ` where NAME=VALUE`: then only where its environment has that variable with that value.
//!
//! `unhealthy-after N`: `/healthz` answers 503 from then on. `exit-after N`: the process ends with status 3.
//! `slow-start N`: it begins to listen that late. Start at [`Fault::read`].

#![expect(
    clippy::disallowed_methods,
    reason = "a program without a runtime sleeps and exits by the standard library"
)]

use std::{env, fs, io, process, thread, time::Duration};

/// What is wrong with this build of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    UnhealthyAfter(Duration),
    ExitAfter(Duration),
}

impl Fault {
    /// Reads the file; a slow start is over when this returns.
    pub(crate) fn read() -> io::Result<Self> {
        let Ok(text) = fs::read_to_string("FAULT") else {
            return Ok(Self::None);
        };
        let wrong = || io::Error::other(format!("FAULT is not understood: {}", text.trim()));
        let (fault, here) = match text.trim().split_once(" where ") {
            Some((fault, condition)) => (fault, holds(condition).ok_or_else(wrong)?),
            None => (text.trim(), true),
        };
        if !here {
            return Ok(Self::None);
        }
        let (word, seconds) = fault.split_once(' ').ok_or_else(wrong)?;
        let seconds: f64 = seconds.trim().parse().map_err(|_| wrong())?;
        let duration = Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
        match word {
            "unhealthy-after" => Ok(Self::UnhealthyAfter(duration)),
            "exit-after" => Ok(Self::ExitAfter(duration)),
            "slow-start" => {
                thread::sleep(duration);
                Ok(Self::None)
            }
            _ => Err(wrong()),
        }
    }

    /// Begins the countdown to the end of the process, if that is the fault.
    pub(crate) fn start_clock(self) {
        if let Self::ExitAfter(duration) = self {
            thread::spawn(move || {
                thread::sleep(duration);
                eprintln!("storefront: the till is on fire");
                process::exit(3);
            });
        }
    }

    /// Whether the shop is well, so long after its start.
    pub(crate) fn is_well(self, age: Duration) -> bool {
        !matches!(self, Self::UnhealthyAfter(limit) if age >= limit)
    }
}

/// Whether the environment has the variable `NAME=VALUE`.
fn holds(condition: &str) -> Option<bool> {
    let (name, value) = condition.split_once('=')?;
    Some(env::var(name).is_ok_and(|found| found == value))
}
