//! Finds the program that a command names, before anything is started, so that the error is a clear one.

use super::protocol::Spec;
use rustix::fs::{Access, access};
use std::path::{Path, PathBuf};

/// The program of `spec`: relative to the artifact when it has a `/`, otherwise looked up in its `PATH`.
pub(super) fn find(spec: &Spec) -> Result<PathBuf, String> {
    let Some(program) = spec.command.first() else {
        return Err("the command is empty".to_owned());
    };
    if program.contains('/') {
        let path = spec.directory.join(program);
        return check(&path)
            .map(|()| path)
            .map_err(|why| format!("cannot run {program}: {why}"));
    }
    let path = spec.environment.get("PATH").map_or("", String::as_str);
    path.split(':')
        .filter(|directory| directory.starts_with('/'))
        .map(|directory| Path::new(directory).join(program))
        .find(|candidate| check(candidate).is_ok())
        .ok_or_else(|| format!("cannot run {program}: no such program in PATH ({path})"))
}

fn check(path: &Path) -> Result<(), &'static str> {
    if !path.is_file() {
        return Err("no such file");
    }
    access(path, Access::EXEC_OK).map_err(|_| "it is not executable")
}
