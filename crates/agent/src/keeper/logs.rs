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
    time::Duration,
};
use tidegate_protocol::agent::LogLine;
use tokio::{io::AsyncReadExt, net::unix::pipe, time::timeout};

/// A file as long as this makes room for the next.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// A longer line becomes several.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Stands at the end of a piece of a line.
const GOES_ON: &str = " […]";
/// What one answer carries at most.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// A line that is not ended for so long is written as it is: it may be the last words of a program that hangs.
const QUIET: Duration = Duration::from_secs(1);

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
        let each = |line: &[u8]| self.line(stream, line);
        loop {
            let reading = pipe.read(&mut chunk);
            let read = if splitter.line.is_empty() {
                reading.await
            } else {
                let Ok(read) = timeout(QUIET, reading).await else {
                    splitter.finish(each);
                    continue;
                };
                read
            };
            match read {
                Ok(length @ 1..) => splitter.take(&chunk[..length], each),
                Ok(0) | Err(_) => break,
            }
        }
        splitter.finish(each);
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
    // In the form in which it is sent: a byte that no text holds becomes six there.
    let fits = |line: &LogLine| {
        let length = serde_json::to_vec(line).map_or(0, |json| json.len() + 1);
        let left = room.checked_sub(length);
        room = left.unwrap_or(0);
        left.is_some()
    };
    let newest_first = text.lines().rev().take(count).filter_map(parse_line);
    let mut lines: Vec<LogLine> = newest_first.take_while(fits).collect();
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
}

impl Splitter {
    fn take(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while let Some(end) = bytes.iter().position(|b| *b == b'\n') {
            self.extend(&bytes[..end], &mut each);
            self.flush(&mut each);
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes, &mut each);
    }

    /// Writes what was begun.
    fn finish(&mut self, mut each: impl FnMut(&[u8])) {
        if !self.line.is_empty() {
            self.flush(&mut each);
        }
    }

    fn extend(&mut self, mut bytes: &[u8], each: &mut impl FnMut(&[u8])) {
        while let Some((piece, rest)) = bytes
            .split_at_checked(LINE_BYTES_MAX - self.line.len())
            .filter(|(_, rest)| !rest.is_empty())
        {
            self.line.extend(piece);
            self.line.extend(GOES_ON.as_bytes());
            self.flush(each);
            bytes = rest;
        }
        self.line.extend(bytes);
    }

    fn flush(&mut self, each: &mut impl FnMut(&[u8])) {
        each(&self.line);
        self.line.clear();
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
    fn an_overlong_line_becomes_pieces_that_say_so() {
        let mut lines = Vec::new();
        let mut splitter = Splitter::default();
        let long = vec![b'x'; 2 * LINE_BYTES_MAX + 5];
        for bytes in [b"ab".as_slice(), b"c\n", &long, b"\nlast"] {
            splitter.take(bytes, |line| lines.push(line.to_vec()));
        }
        splitter.finish(|line| lines.push(line.to_vec()));
        let piece = [&long[..LINE_BYTES_MAX], GOES_ON.as_bytes()].concat();
        let expect = [
            b"abc".to_vec(),
            piece.clone(),
            piece,
            b"xxxxx".to_vec(),
            b"last".to_vec(),
        ];
        assert!(lines == expect);
    }

    #[test]
    fn an_answer_keeps_its_limit_whatever_is_in_the_lines() {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path());
        for _ in 0..100 {
            log.line("stdout", &[0; LINE_BYTES_MAX]);
        }
        let lines = last_lines(directory.path(), 1_000);
        let length = serde_json::to_vec(&lines).unwrap().len();
        assert!(length <= ANSWER_BYTES_MAX && length > ANSWER_BYTES_MAX - 7 * LINE_BYTES_MAX);
    }
}
