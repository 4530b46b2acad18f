//! Tar archives as backups are: plain entries, one after another (POSIX.1-2017, pax, "ustar Interchange Format").

use crate::Fault;
use std::io::{self, Read, Write};

/// What entries are aligned to.
const BLOCK: usize = 512;

/// Begins an entry.
pub(crate) fn write_header(out: &mut impl Write, path: &str, size: u64) -> io::Result<()> {
    out.write_all(made(path, size)?.as_bytes())
}

/// The one header that an entry has.
fn made(path: &str, size: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// What stands between an entry of that size and the next.
pub(crate) fn write_padding(out: &mut impl Write, size: u64) -> io::Result<()> {
    out.write_all(&[0; BLOCK][..missing(size)])
}

/// Two empty blocks end an archive.
pub(crate) fn write_end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

/// How many bytes are missing to a whole block.
fn missing(size: u64) -> usize {
    let beyond = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    (BLOCK - beyond) % BLOCK
}

/// Path and size of the next entry; none at the end of the archive.
pub(crate) fn header(input: &mut impl Read) -> Result<Option<(String, u64)>, Fault> {
    let mut block = [0; BLOCK];
    filled(input, &mut block)?;
    if block == [0; BLOCK] {
        return Ok(None);
    }
    let header = tar::Header::from_byte_slice(&block);
    let wrong = || Fault::Form("it is not such an archive".to_owned());
    let size = header.entry_size().map_err(|_| wrong())?;
    let path = String::from_utf8(header.path_bytes().into_owned()).map_err(|_| wrong())?;
    // Another one may say the same. It was not written by us.
    let is_ours = made(&path, size).is_ok_and(|made| made.as_bytes() == header.as_bytes());
    if !is_ours {
        return Err(wrong());
    }
    Ok(Some((path, size)))
}

pub(crate) fn content(input: &mut impl Read, size: u64, max: u64) -> Result<Vec<u8>, Fault> {
    if size > max {
        return Err(Fault::Form(format!(
            "an entry has {size} bytes, more than {max}"
        )));
    }
    let mut bytes = Vec::new();
    input.by_ref().take(size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(Fault::Cut);
    }
    padding(input, size)?;
    Ok(bytes)
}

pub(crate) fn padding(input: &mut impl Read, size: u64) -> Result<(), Fault> {
    let mut block = [0; BLOCK];
    let padding = &mut block[..missing(size)];
    filled(input, padding)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(Fault::Form(
            "there is something between its entries".to_owned(),
        ));
    }
    Ok(())
}

pub(crate) fn filled(input: &mut impl Read, buffer: &mut [u8]) -> Result<(), Fault> {
    let is_cut = |why: &io::Error| why.kind() == io::ErrorKind::UnexpectedEof;
    input.read_exact(buffer).map_err(|why| {
        if is_cut(&why) {
            Fault::Cut
        } else {
            Fault::Read(why)
        }
    })
}
