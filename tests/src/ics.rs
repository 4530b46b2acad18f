//! Calendars as another program reads them: icalendar for Python.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use crate::{process::installed, server::Server};
use std::process::Command;

/// The lines that a program in Python, `reader`, makes of a calendar.
pub fn read_by(server: &Server, reader: &str, calendar: &str) -> Vec<String> {
    let path = server.directory().join("calendar.ics");
    std::fs::write(&path, calendar).unwrap();
    let output = Command::new("python3")
        .env("PYTHONPATH", installed("icalendar"))
        .args(["-c", reader])
        .stdin(std::fs::File::open(&path).unwrap())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}
