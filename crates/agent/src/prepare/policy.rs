//! Where an archive may write: beneath its root, along real directories, and nowhere else.
//!
//! Names are judged as text first; then every directory on the way must be a directory and not a link. Links are
//! judged once more when all is unpacked, because a later link can change what an earlier one means.

use std::{
    collections::VecDeque,
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

/// A longer name is refused, as Linux does.
const NAME_BYTES_MAX: usize = 4095;
/// More links on one way are taken for a circle, as Linux does.
const LINKS_MAX: usize = 40;

/// A name in an archive as a relative path of plain components; empty for the root itself.
pub(crate) fn plain_path(name: &[u8]) -> Result<PathBuf, String> {
    let shown = || String::from_utf8_lossy(&name[..name.len().min(200)]).into_owned();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(&0) {
        return Err(format!("`{}` is not a usable name", shown()));
    }
    let mut path = PathBuf::new();
    for component in Path::new(OsStr::from_bytes(name)).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => return Err(format!("`{}` contains `..`", shown())),
            Component::RootDir | Component::Prefix(_) => {
                return Err(format!("`{}` is absolute", shown()));
            }
        }
    }
    Ok(path)
}

/// Makes the directories above `path` beneath `root`. None of them may be anything but a directory.
pub(crate) fn make_parents(root: &Path, path: &Path) -> io::Result<Result<(), String>> {
    let mut place = root.to_owned();
    let Some(parent) = path.parent() else {
        return Ok(Ok(()));
    };
    for part in parent.components() {
        place.push(part);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                return Ok(Err(format!(
                    "`{}` goes through something else",
                    path.display()
                )));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&place)?,
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(()))
}

/// Whether a link at `link` (relative to the root) with this `target` stays inside, judged as text.
pub(crate) fn stays_inside(link: &Path, target: &Path) -> bool {
    let mut depth = link.components().count().saturating_sub(1);
    for component in target.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return false,
            },
            Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

/// Whether following the link at `link` beneath `root` leads outside, through whatever other links there are.
pub(crate) fn leads_outside(root: &Path, link: &Path) -> bool {
    let mut ahead: VecDeque<OsString> = link.iter().map(OsStr::to_owned).collect();
    let mut place = PathBuf::new();
    let mut links = 0;
    while let Some(part) = ahead.pop_front() {
        if part == ".." {
            if !place.pop() {
                return true;
            }
            continue;
        }
        place.push(&part);
        let Ok(target) = fs::read_link(root.join(&place)) else {
            continue;
        };
        links += 1;
        if links > LINKS_MAX || target.is_absolute() {
            return true;
        }
        place.pop();
        let mut target: VecDeque<OsString> = target
            .iter()
            .filter(|p| *p != ".")
            .map(OsStr::to_owned)
            .collect();
        target.append(&mut ahead);
        ahead = target;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_plain_relative_names_pass() {
        for (name, path) in [("a", "a"), ("./a//b/", "a/b"), (".", ""), ("a/./b", "a/b")] {
            assert_eq!(
                plain_path(name.as_bytes()),
                Ok(PathBuf::from(path)),
                "{name}"
            );
        }
        let long = "a/".repeat(3000);
        for name in ["", "/a", "..", "a/../b", "a/..", "//x", "a\0b", &long] {
            assert!(plain_path(name.as_bytes()).is_err(), "{name}");
        }
    }

    #[test]
    fn links_are_judged_as_text() {
        for (link, target, inside) in [
            ("a", "b", true),
            ("a", "..", false),
            ("d/a", "../b", true),
            ("d/a", "../../b", false),
            ("d/a", "/etc", false),
            ("a", "b/../c", true),
            ("a", "b/../../c", false),
        ] {
            assert_eq!(
                stays_inside(Path::new(link), Path::new(target)),
                inside,
                "{link} {target}"
            );
        }
    }

    #[test]
    fn links_through_links_are_followed() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("sub/deep")).unwrap();
        symlink("../..", at("sub/deep/up")).unwrap();
        symlink("sub/deep/up/../x", at("evil")).unwrap();
        symlink("sub/deep/up/sub", at("fine")).unwrap();
        symlink("circle", at("circle")).unwrap();
        for (link, outside) in [
            ("sub/deep/up", false),
            ("evil", true),
            ("fine", false),
            ("circle", true),
        ] {
            assert_eq!(
                leads_outside(root.path(), Path::new(link)),
                outside,
                "{link}"
            );
        }
    }
}
