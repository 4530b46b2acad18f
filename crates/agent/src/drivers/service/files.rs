//! The files of a component's settings, written beside its artifact before it starts. Private: they may hold the
//! values of secrets.

use crate::prepare::policy::{make_parents, plain_path};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// The instances of a component share its directory: what one is writing, no other takes for written.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Writes each file that is not there yet as it should be. Never through a link.
pub(crate) fn write_files(root: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    files
        .iter()
        .try_for_each(|(name, text)| write_file(root, name, text))
}

fn write_file(root: &Path, name: &str, text: &str) -> io::Result<()> {
    let path = plain_path(name.as_bytes()).map_err(io::Error::other)?;
    make_parents(root, &path)?.map_err(io::Error::other)?;
    let place = root.join(path);
    match fs::symlink_metadata(&place) {
        Ok(found) if found.is_file() && fs::read(&place)? == text.as_bytes() => return Ok(()),
        Ok(_) => fs::remove_file(&place)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(place)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_beside_the_artifact() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            write_files(root.path(), &[(name.to_owned(), text.to_owned())].into())
        };
        write("conf/app.ini", "one").unwrap();
        write("conf/app.ini", "two").unwrap();
        assert_eq!(
            fs::read_to_string(root.path().join("conf/app.ini")).unwrap(),
            "two"
        );
        std::os::unix::fs::symlink("/dev/shm", root.path().join("out")).unwrap();
        for bad in ["../evil", "/dev/shm/evil", "out/evil", ""] {
            assert!(write(bad, "x").is_err(), "{bad}");
        }
        // A link in the artifact is replaced, not followed.
        write("out", "plain").unwrap();
        assert!(
            fs::symlink_metadata(root.path().join("out"))
                .unwrap()
                .is_file()
        );
    }
}
