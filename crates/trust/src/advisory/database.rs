//! Reading many records as a stream. One that is broken is skipped, counted and remarked by name.

use super::{
    Advisory, archive,
    objects::{Cut, Objects},
    osv::{self, RecordError},
};
use crate::remark::{Remarks, shown};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// The largest record, in bytes.
pub const RECORD_MAX: usize = 16 << 20;
/// The most entries of an archive.
pub const ENTRIES_MAX: u64 = 4_000_000;
/// The most bytes that all records of an archive may inflate to.
pub const INFLATED_MAX: u64 = 16 << 30;

/// Why a database cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The source failed.
    #[error("the advisories cannot be read")]
    Io(#[from] io::Error),
    /// Neither an archive nor JSON.
    #[error("the advisories are neither a zip of JSON files, nor JSON lines, nor a JSON array")]
    Form,
    /// Its directory is broken.
    #[error("the archive of advisories is broken")]
    Archive(#[source] rawzip::Error),
    /// Beyond every real one.
    #[error("the archive of advisories has more than {ENTRIES_MAX} entries")]
    Entries,
    /// A bomb.
    #[error("the archive of advisories inflates to more than {} GiB", INFLATED_MAX >> 30)]
    Inflated,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// How many advisories were handed on.
    pub advisories: u64,
    /// How many records were skipped.
    pub broken: u64,
    /// Which ones, and why.
    pub remarks: Remarks,
}

/// Reads one record.
pub fn read_record(bytes: &[u8]) -> Result<Advisory, RecordError> {
    osv::read(bytes)
}

/// Reads a database of any form and calls `each` with every advisory.
pub fn read<R: Read + Seek>(
    mut source: R,
    mut each: impl FnMut(Advisory),
) -> Result<Reading, DatabaseError> {
    let mut reading = Reading::default();
    match form(&mut source)? {
        Form::Archive => archive::read(source, |name, contents| match contents {
            Ok(bytes) => reading.take(name, bytes, &mut each),
            Err(why) => reading.skip(name, why),
        })?,
        Form::Array => reading.take_all(BufReader::with_capacity(BUFFER, source), false, each)?,
        Form::Lines => reading.take_all(BufReader::with_capacity(BUFFER, source), true, each)?,
    }
    Ok(reading)
}

const BUFFER: usize = 64 << 10;

enum Form {
    Archive,
    Array,
    Lines,
}

/// By the first characters; the source is back at its beginning afterwards.
fn form<R: Read + Seek>(source: &mut R) -> Result<Form, DatabaseError> {
    let mut head = Vec::new();
    source.by_ref().take(1024).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(0))?;
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&head);
    match text.trim_ascii_start().first() {
        Some(b'P') if head.starts_with(b"PK") => Ok(Form::Archive),
        Some(b'[') => Ok(Form::Array),
        Some(b'{') => Ok(Form::Lines),
        _ => Err(DatabaseError::Form),
    }
}

impl Reading {
    fn take_all<R: BufRead>(
        &mut self,
        source: R,
        in_lines: bool,
        mut each: impl FnMut(Advisory),
    ) -> io::Result<()> {
        let mut objects = Objects::new(source, in_lines);
        let mut number = 0_u64;
        while let Some(cut) = objects.next()? {
            number += 1;
            let name = || format!("record {number}");
            match cut {
                Cut::Object(bytes) => self.take(&name(), bytes, &mut each),
                Cut::Unbalanced => self.skip(&name(), "it does not end"),
                Cut::Oversized => self.skip(&name(), "it is larger than a record may be"),
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &str, bytes: &[u8], each: &mut impl FnMut(Advisory)) {
        match osv::read(bytes) {
            Ok(advisory) => {
                self.advisories += 1;
                each(advisory);
            }
            Err(RecordError::Json(error)) => self.skip(name, &error.to_string()),
            Err(error @ (RecordError::Id | RecordError::Many | RecordError::Event)) => {
                self.skip(name, &error.to_string());
            }
        }
    }

    fn skip(&mut self, name: &str, why: &str) {
        self.broken += 1;
        self.remarks.note(|| format!("{name}: {}", shown(why, 200)));
    }
}
