//! A source, opened.

use crate::fault::Fault;
use gix::open::Options;
use std::{fmt, path::Path};

/// A git repository on this machine, opened for reading.
pub struct Source {
    pub(crate) repository: gix::Repository,
}

/// What holds for every repository, whatever its own settings say: nothing stands in for an object.
const SETTINGS: [&str; 1] = ["core.useReplaceRefs=false"];

impl Source {
    /// Opens the repository at a path: a directory with `.git` in it, or a bare one such as a mirror. None above it is looked
    /// for.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let owned = || path.to_owned();
        // Reduced, whoever owns it: its settings name programs and paths, and nothing here needs them.
        let options = Options::isolated()
            .with(gix::sec::Trust::Reduced)
            .config_overrides(SETTINGS.into_iter().chain([crate::object::LIMIT]))
            .lossy_config(true);
        let is_there = path.join(".git").exists() || path.join("HEAD").exists();
        match gix::ThreadSafeRepository::open_opts(path, options) {
            Ok(repository) => Ok(Self {
                repository: repository.to_thread_local(),
            }),
            Err(_) if !is_there => Err(Fault::NotARepository { path: owned() }),
            Err(error) => Err(Fault::Unreadable {
                path: owned(),
                source: error.into(),
            }),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source")
            .field(&self.repository.git_dir())
            .finish()
    }
}
