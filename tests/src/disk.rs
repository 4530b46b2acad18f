//! File systems of a few megabytes that really become full: memory mounted in a mount namespace of its own, which
//! needs no rights of an administrator.

use crate::{
    process::{Process, required, tidegate},
    server::text,
    shop::until,
};
use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

const HOW: &str = "install the Debian package util-linux";

/// A small disk, there for whatever is started [within](Self::start).
#[derive(Debug)]
pub struct SmallDisk {
    directory: PathBuf,
    id: String,
    _holder: Process,
}

impl SmallDisk {
    /// Mounts one over `directory`, which is made.
    pub fn mount(directory: &Path, megabytes: u32) -> Self {
        let unshare = required("/usr/bin/unshare", HOW);
        fs::create_dir_all(directory).expect("a directory");
        let script =
            format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$0\" && exec sleep infinity");
        let log = directory.with_extension("mount.log");
        let holder = Process::start(
            &unshare,
            &[
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                &script,
                text(directory),
            ],
            &log,
        );
        let disk = Self {
            directory: directory.to_owned(),
            id: holder.id().to_string(),
            _holder: holder,
        };
        disk.become_mounted(&log);
        disk
    }

    /// Starts the program with the disk in its place; what it says goes to `log`.
    pub fn start(&self, arguments: &[&str], log: &Path) -> Process {
        let (nsenter, program) = (required("/usr/bin/nsenter", HOW), tidegate());
        let mut all = self.entering();
        all.push(text(&program));
        all.extend(arguments);
        Process::start(&nsenter, &all, log)
    }

    /// Runs the program to its end with the disk in its place.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(required("/usr/bin/nsenter", HOW))
            .args(self.entering())
            .arg(tidegate())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the program runs")
    }

    /// The disk as it is seen from outside.
    pub fn path(&self) -> PathBuf {
        let inside = self.directory.strip_prefix("/").expect("an absolute path");
        Path::new("/proc").join(&self.id).join("root").join(inside)
    }

    /// Fills it up to the last `left` bytes.
    pub fn fill(&self, left: u64) {
        let mut file = File::create(self.ballast()).expect("a file");
        let chunk = vec![1; 64 * 1024];
        let mut length = 0;
        loop {
            match file.write(&chunk) {
                Ok(written) => length += written as u64,
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("the disk cannot be filled: {error}"),
            }
        }
        file.set_len(length.saturating_sub(left)).expect("a length");
    }

    /// Makes room again.
    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).expect("it was filled");
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    fn entering(&self) -> Vec<&str> {
        vec![
            "--target",
            &self.id,
            "--user",
            "--mount",
            "--preserve-credentials",
            "--",
        ]
    }

    fn become_mounted(&self, log: &Path) {
        let mounts = format!("/proc/{}/mountinfo", self.id);
        let what = format!("a file system is mounted, see {}", log.display());
        until(&what, || {
            let now = fs::read_to_string(&mounts).unwrap_or_default();
            now.contains(text(&self.directory))
        });
    }
}
