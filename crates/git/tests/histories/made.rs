//! A repository made for a test: the same each time, whatever the machine's and the user's settings for git are.

use std::{
    cell::Cell,
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;
use tidegate_domain::scope::CommitId;
use tidegate_git::{Fault, History, Range, Source};

/// A repository with a work tree.
pub(crate) struct Made {
    directory: TempDir,
    /// The time of the next commit.
    clock: Cell<i64>,
}

impl Made {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// An empty one, made with more arguments of `git init`.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let made = Self {
            directory: tempfile::tempdir().unwrap(),
            clock: Cell::new(1_800_000_000),
        };
        made.git(["init", "-q", "-b", "main"].iter().chain(arguments));
        made
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What git says, without the last line's end.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        self.git_with(arguments, b"")
    }

    /// The same, with something to read for git.
    pub(crate) fn git_with<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> String {
        let date = format!("{} +0100", self.clock.get());
        let mut git = Command::new("git");
        git.args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs([
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ])
            .envs([
                ("GIT_AUTHOR_NAME", "Ada"),
                ("GIT_AUTHOR_EMAIL", "ada@example.com"),
            ])
            .envs([
                ("GIT_COMMITTER_NAME", "Bob"),
                ("GIT_COMMITTER_EMAIL", "bob@example.com"),
            ])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = git.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{git:?}: {talk}");
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }

    /// Words as arguments.
    pub(crate) fn run(&self, words: &str) -> String {
        self.git(words.split(' '))
    }

    /// A commit on what is checked out, which writes its message to a file.
    pub(crate) fn commit(&self, file: &str, message: &str) -> CommitId {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, message).unwrap();
        self.clock.set(self.clock.get() + 60);
        self.run("add -A");
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// A merge of a branch into what is checked out.
    pub(crate) fn merge(&self, branch: &str) -> CommitId {
        self.clock.set(self.clock.get() + 60);
        self.git([
            "merge",
            "-q",
            "--no-ff",
            "-m",
            &format!("Merge {branch}"),
            branch,
        ]);
        self.id("HEAD")
    }

    pub(crate) fn id(&self, revision: &str) -> CommitId {
        self.git(["rev-parse", &format!("{revision}^{{commit}}")])
            .parse()
            .unwrap()
    }

    pub(crate) fn source(&self) -> Source {
        Source::open(self.path()).unwrap()
    }

    /// The file of a loose object.
    pub(crate) fn object(&self, id: &str) -> PathBuf {
        self.path()
            .join(".git/objects")
            .join(&id[..2])
            .join(&id[2..])
    }

    /// What is in `to` and not in `since`, an empty text for nothing.
    pub(crate) fn history(&self, since: &str, to: &str) -> Result<History, Fault> {
        let source = self.source();
        let since = match since {
            "" => Vec::new(),
            since => vec![source.resolve(since)?],
        };
        let to = source.resolve(to)?;
        source.history(&Range {
            since,
            to,
            paths: Vec::new(),
            most: usize::MAX,
        })
    }
}

/// The names of commits, one a line.
pub(crate) fn ids(history: &History) -> String {
    let ids = history.commits.iter().map(|commit| commit.id.to_string());
    ids.collect::<Vec<_>>().join("\n")
}

/// The summaries of commits.
pub(crate) fn summaries(history: &History) -> Vec<&str> {
    history
        .commits
        .iter()
        .map(|commit| commit.summary())
        .collect()
}
