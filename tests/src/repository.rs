//! A git repository, made by git itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    process::Command,
};

/// A repository with one branch, `main`.
#[derive(Debug)]
pub struct Repository {
    path: PathBuf,
    clock: Cell<u64>,
}

impl Repository {
    /// An empty one at a path.
    pub fn at(path: &Path) -> Self {
        std::fs::create_dir_all(path).unwrap();
        let made = Self {
            path: path.to_owned(),
            clock: Cell::new(1_790_000_000),
        };
        made.git(&["init", "-q", "-b", "main"]);
        made
    }

    /// A commit by Ada with this message; answers its id.
    pub fn commit(&self, message: &str) -> String {
        self.clock.set(self.clock.get() + 60);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A tag on what was committed last.
    pub fn tag(&self, name: &str) {
        self.git(&["tag", name]);
    }

    /// What git says, without the end of its last line.
    pub fn git(&self, arguments: &[&str]) -> String {
        let date = format!("{} +0000", self.clock.get());
        let output = Command::new("git")
            .args(arguments)
            .current_dir(&self.path)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_COMMITTER_NAME", "Ada")])
            .envs([
                ("GIT_AUTHOR_EMAIL", "ada@example.com"),
                ("GIT_COMMITTER_EMAIL", "ada@example.com"),
            ])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        let told = String::from_utf8_lossy(&output.stdout);
        told.trim_end().to_owned()
    }
}
