//! The records of a zip archive, APPNOTE 6.3.x, with bounds on what it may inflate to.

use super::database::{DatabaseError, ENTRIES_MAX, INFLATED_MAX, RECORD_MAX};
use crate::remark::shown;
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder};
use std::io::{BufReader, Read, Seek};

/// What an entry is, or why it is not read.
pub(super) type Entry<'a> = Result<&'a [u8], &'static str>;

/// Calls `each` with the name and the contents of every JSON file.
pub(super) fn read<R: Read + Seek>(
    source: R,
    mut each: impl FnMut(&str, Entry<'_>),
) -> Result<(), DatabaseError> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_seekable(source, &mut buffer).map_err(DatabaseError::Archive)?;
    let mut entries = archive.entries(&mut buffer);
    let (mut count, mut inflated) = (0, 0);
    let mut contents = Vec::new();
    while let Some(entry) = entries.next_entry().map_err(DatabaseError::Archive)? {
        count += 1;
        if count > ENTRIES_MAX {
            return Err(DatabaseError::Entries);
        }
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        if entry.is_dir() || !name.ends_with(".json") {
            continue;
        }
        let (place, method) = (entry.wayfinder(), entry.compression_method());
        let read = inflate(&archive, place, method, &mut contents);
        inflated += contents.len() as u64;
        if inflated > INFLATED_MAX {
            return Err(DatabaseError::Inflated);
        }
        each(&shown(&name, 200), read.map(|()| contents.as_slice()));
    }
    Ok(())
}

/// Fills `contents`; never beyond the bound of a record, whatever the archive says.
fn inflate<R: rawzip::ReaderAt>(
    archive: &ZipArchive<R>,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    contents: &mut Vec<u8>,
) -> Result<(), &'static str> {
    contents.clear();
    let max = RECORD_MAX as u64;
    if place.uncompressed_size_hint() > max {
        return Err(OVERSIZED);
    }
    let entry = archive
        .get_entry(place)
        .map_err(|_| "its header is broken")?;
    let packed = BufReader::new(entry.reader());
    let read = match method {
        CompressionMethod::DEFLATE => {
            let unpacked = entry.verifying_reader(DeflateDecoder::new(packed));
            unpacked.take(max + 1).read_to_end(contents)
        }
        CompressionMethod::STORE => {
            let unpacked = entry.verifying_reader(packed);
            unpacked.take(max + 1).read_to_end(contents)
        }
        _ => return Err("it is neither stored nor deflated"),
    };
    match read {
        _ if contents.len() > RECORD_MAX => Err(OVERSIZED),
        Ok(_) => Ok(()),
        Err(_) => Err("its contents are damaged"),
    }
}

const OVERSIZED: &str = "it is larger than a record may be";
