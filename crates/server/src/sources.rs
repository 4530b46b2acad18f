//! Reads what the sources of components have: repositories below one directory that the server was told of.
//!
//! What lies there is the operator's; which of it is read, people declare. Nothing outside of the directory is opened, whatever
//! a declaration or a link in the file system says. A history between commits never changes, so that what was read once is kept
//! for a while.

mod kept;
mod road;

pub(crate) use road::{Road, Travelled};

use kept::Kept;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tidegate_domain::scope::Commit;
use tidegate_git::Source;
use tokio::sync::Semaphore;

/// The one directory, and what was read below it.
#[derive(Debug)]
pub struct Sources {
    root: Option<PathBuf>,
    kept: Mutex<Kept>,
    /// One at a time, because reading keeps a core busy.
    reading: Semaphore,
}

/// Why a source was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Why.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) hint: String,
}

impl Sources {
    /// Those below a directory; without one, none is read.
    pub fn new(root: Option<PathBuf>) -> Self {
        Self {
            root,
            kept: Mutex::default(),
            reading: Semaphore::new(1),
        }
    }

    /// Reads the history that each component brings, in the same order.
    pub(crate) async fn read(self: &Arc<Self>, roads: Vec<Road>) -> Vec<Result<Travelled, Unread>> {
        let _turn = self.reading.acquire().await;
        let (sources, count) = (self.clone(), roads.len());
        let read = move || roads.iter().map(|road| sources.travel(road)).collect();
        let read = tokio::task::spawn_blocking(read).await;
        read.unwrap_or_else(|_| vec![Err(broken_off()); count])
    }

    /// The commit of a revision in a repository.
    pub(crate) async fn commit(
        self: &Arc<Self>,
        repository: String,
        revision: String,
    ) -> Result<Commit, Unread> {
        let sources = self.clone();
        let read = move || {
            let (source, _) = sources.open(&repository)?;
            Ok(source.commit(source.resolve(&revision)?)?)
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.unwrap_or_else(|_| Err(broken_off()))
    }

    fn travel(&self, road: &Road) -> Result<Travelled, Unread> {
        let (source, path) = self.open(&road.repository)?;
        let history = |range: tidegate_git::Range| {
            let known = self.kept().get(&path, &range);
            match known {
                Some(known) => Ok(known),
                None => {
                    let read = Arc::new(source.history(&range)?);
                    self.kept().put(&path, range, read.clone());
                    Ok(read)
                }
            }
        };
        road.travel(&source, &history)
    }

    /// Opens a repository that lies below the root in truth, and says where that is.
    fn open(&self, repository: &str) -> Result<(Source, PathBuf), Unread> {
        let root = self.root.as_deref().ok_or_else(|| {
            Unread::new(
                "this server reads no sources",
                "start it with `--sources DIR`: the directory with the clones or mirrors",
            )
        })?;
        let path = root.join(repository);
        let is_below = |path: &Path| {
            let real = root.canonicalize().ok()?;
            let path = path.canonicalize().ok()?;
            path.starts_with(real).then_some(path)
        };
        if !path.exists() {
            let why = format!("there is no `{repository}` in the server's sources");
            return Err(Unread::new(
                &why,
                "clone or mirror it there: `git clone --mirror`",
            ));
        }
        let path = is_below(&path).ok_or_else(|| {
            Unread::new(
                &format!("`{repository}` leads out of the server's sources"),
                "put the repository itself there, no link to it",
            )
        })?;
        Ok((Source::open(&path)?, path))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn broken_off() -> Unread {
    Unread::new("reading it was broken off", "the server's log says why")
}

impl Unread {
    pub(crate) fn new(why: &str, hint: &str) -> Self {
        Self {
            why: why.to_owned(),
            hint: hint.to_owned(),
        }
    }
}

impl From<tidegate_git::Fault> for Unread {
    fn from(fault: tidegate_git::Fault) -> Self {
        // A path of the server says more than people who read a release should know.
        let why = match &fault {
            tidegate_git::Fault::NotARepository { .. } => "it is not a git repository".to_owned(),
            tidegate_git::Fault::Unreadable { .. } => "the repository cannot be opened".to_owned(),
            tidegate_git::Fault::Name(_)
            | tidegate_git::Fault::Unknown(_)
            | tidegate_git::Fault::Several(_)
            | tidegate_git::Fault::NotACommit { .. }
            | tidegate_git::Fault::Shallow { .. }
            | tidegate_git::Fault::Missing { .. }
            | tidegate_git::Fault::Broken { .. }
            | tidegate_git::Fault::Large { .. }
            | tidegate_git::Fault::Long
            | tidegate_git::Fault::Path(_) => fault.to_string(),
        };
        Self::new(&why, fault.hint())
    }
}
