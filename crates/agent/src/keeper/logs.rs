//! What a component writes: each line with its time and stream, in two files that take turns.
//!
//! The keeper writes through [`Log`]; the agent reads the files directly with [`last_lines`], whether the keeper
//! lives or not. A line is `TIME STREAM TEXT`.

use jiff::Timestamp;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_protocol::agent::LogLine;
use tokio::{io::AsyncReadExt, net::unix::pipe};

/// A file as long as this makes room for the next.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// A longer line is cut.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Stands at the end of a line that was cut.
const CUT: &str = " […cut]";
/// What one answer carries at most.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// The writer; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    files: Arc<Mutex<Files>>,
}

#[derive(Debug)]
struct Files {
    directory: PathBuf,
    file: Option<File>,
    bytes: u64,
    limit: u64,
}

impl Log {
    /// Continues the files in `directory`.
    pub(crate) fn open(directory: &Path) -> Self {
        Self::with_limit(directory, FILE_BYTES_MAX)
    }

    fn with_limit(directory: &Path, limit: u64) -> Self {
        let files = Files {
            directory: directory.to_owned(),
            file: None,
            bytes: 0,
            limit,
        };
        Self {
            files: Arc::new(Mutex::new(files)),
        }
    }

    /// Appends one line. A full disk loses the line, never the workload.
    pub(crate) fn line(&self, stream: &str, text: &[u8]) {
        let line = format_line(stream, text);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.append(line.as_bytes()).is_err() {
            files.file = None;
        }
    }

    /// Copies a pipe into the log, line by line, until its writers are gone.
    pub(crate) async fn copy(self, stream: &'static str, mut pipe: pipe::Receiver) {
        let mut splitter = Splitter::default();
        let mut chunk = vec![0; 8 * 1024];
        while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
            splitter.take(&chunk[..length], |line| self.line(stream, line));
        }
        splitter.finish(|line| self.line(stream, line));
    }
}

impl Files {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.file.is_some() && self.bytes + line.len() as u64 > self.limit {
            std::fs::rename(current(&self.directory), older(&self.directory))?;
            self.file = None;
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let path = current(&self.directory);
                let file = OpenOptions::new().create(true).append(true).open(path)?;
                self.bytes = file.metadata()?.len();
                none.insert(file)
            }
        };
        file.write_all(line)?;
        self.bytes += line.len() as u64;
        Ok(())
    }
}

/// The last `count` lines, oldest first.
pub(crate) fn last_lines(directory: &Path, count: u32) -> Vec<LogLine> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut text = tail(&older(directory)).unwrap_or_default();
    text.extend(tail(&current(directory)).unwrap_or_default());
    let text = String::from_utf8_lossy(&text);
    let mut room = ANSWER_BYTES_MAX;
    let fits = |line: &&str| {
        let left = room.checked_sub(line.len());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let newest_first = text.lines().rev().take(count).take_while(fits);
    let mut lines: Vec<LogLine> = newest_first.filter_map(parse_line).collect();
    lines.reverse();
    lines
}

fn current(directory: &Path) -> PathBuf {
    directory.join("log")
}

fn older(directory: &Path) -> PathBuf {
    directory.join("log.1")
}

/// As much of the end of a file as an answer can carry.
fn tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(
        length.saturating_sub(ANSWER_BYTES_MAX as u64),
    ))?;
    let mut bytes = Vec::new();
    file.take(ANSWER_BYTES_MAX as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn format_line(stream: &str, text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    format!(
        "{} {stream} {}\n",
        Timestamp::now(),
        text.trim_end_matches('\r')
    )
}

fn parse_line(line: &str) -> Option<LogLine> {
    let mut parts = line.splitn(3, ' ');
    let time = parts.next()?.parse().ok()?;
    let stream = parts.next()?.to_owned();
    Some(LogLine {
        time,
        stream,
        text: parts.next()?.to_owned(),
    })
}

/// Cuts a stream of bytes into lines of bounded length.
#[derive(Default)]
struct Splitter {
    line: Vec<u8>,
    overlong: bool,
}

impl Splitter {
    fn take(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while let Some(end) = bytes.iter().position(|b| *b == b'\n') {
            self.extend(&bytes[..end]);
            self.flush(&mut each);
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes);
    }

    fn finish(&mut self, mut each: impl FnMut(&[u8])) {
        if !self.line.is_empty() {
            self.flush(&mut each);
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = LINE_BYTES_MAX - self.line.len().min(LINE_BYTES_MAX);
        self.line.extend(&bytes[..bytes.len().min(room)]);
        self.overlong |= bytes.len() > room;
    }

    fn flush(&mut self, each: &mut impl FnMut(&[u8])) {
        if self.overlong {
            self.line.extend(CUT.as_bytes());
        }
        each(&self.line);
        self.line.clear();
        self.overlong = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_as_they_were_written() {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path());
        log.line("stdout", b"one");
        log.line("stderr", b"two with spaces \xff\r");
        log.line("keeper", b"");
        let lines = last_lines(directory.path(), 2);
        let read: Vec<_> = lines
            .iter()
            .map(|l| (l.stream.as_str(), l.text.as_str()))
            .collect();
        assert_eq!(
            read,
            [("stderr", "two with spaces \u{fffd}"), ("keeper", "")]
        );
    }

    #[test]
    fn two_files_take_turns() {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::with_limit(directory.path(), 2_000);
        for n in 0..1_000 {
            log.line("stdout", format!("line {n}").as_bytes());
        }
        let length = |path: PathBuf| path.metadata().unwrap().len();
        assert!(length(current(directory.path())) <= 2_000);
        assert!(length(older(directory.path())) <= 2_000);
        let lines = last_lines(directory.path(), 30);
        assert_eq!(lines.len(), 30);
        assert_eq!(
            (lines[0].text.as_str(), lines[29].text.as_str()),
            ("line 970", "line 999")
        );
    }

    #[test]
    fn overlong_lines_are_cut_with_a_mark() {
        let mut lines = Vec::new();
        let mut splitter = Splitter::default();
        let long = vec![b'x'; 3 * LINE_BYTES_MAX];
        for bytes in [b"ab".as_slice(), b"c\n", &long, b"\nlast"] {
            splitter.take(bytes, |line| lines.push(line.to_vec()));
        }
        splitter.finish(|line| lines.push(line.to_vec()));
        assert_eq!(lines[0], b"abc");
        assert_eq!(lines[1].len(), LINE_BYTES_MAX + CUT.len());
        assert!(lines[1].ends_with(CUT.as_bytes()));
        assert_eq!(lines[2], b"last");
    }
}
