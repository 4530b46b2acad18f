//! Histories that were read a short time ago.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
};
use tidegate_git::{History, Range};

/// The most commits that are kept, over all histories.
const COMMITS_MAX: usize = 300_000;
/// The most histories.
const HISTORIES_MAX: usize = 200;

/// The histories that were read last, the newest first.
#[derive(Debug, Default)]
pub(super) struct Kept(VecDeque<(PathBuf, Range, Arc<History>)>);

impl Kept {
    pub(super) fn get(&mut self, path: &Path, range: &Range) -> Option<Arc<History>> {
        let is_it = |it: &(PathBuf, Range, Arc<History>)| it.0 == path && it.1 == *range;
        let at = self.0.iter().position(is_it)?;
        let found = self.0.remove(at)?;
        let history = found.2.clone();
        self.0.push_front(found);
        Some(history)
    }

    pub(super) fn put(&mut self, path: &Path, range: Range, history: Arc<History>) {
        self.0.push_front((path.to_owned(), range, history));
        let (mut commits, mut fit) = (0, 0);
        for (_, _, history) in self.0.iter().take(HISTORIES_MAX) {
            commits += history.commits.len();
            if commits > COMMITS_MAX {
                break;
            }
            fit += 1;
        }
        self.0.truncate(fit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::scope::CommitId;

    fn range(digit: char) -> Range {
        let to: String = std::iter::repeat_n(digit, 40).collect();
        Range {
            since: Vec::<CommitId>::new(),
            to: to.parse().unwrap(),
            paths: Vec::new(),
            most: 1,
        }
    }

    #[test]
    fn what_was_not_asked_for_lately_goes_first() {
        let mut kept = Kept::default();
        let empty = Arc::new(History {
            commits: Vec::new(),
            left_out: 0,
            apart: Vec::new(),
        });
        let path = Path::new("shop.git");
        kept.put(path, range('a'), empty.clone());
        for _ in 1..HISTORIES_MAX {
            kept.put(path, range('b'), empty.clone());
        }
        assert!(kept.get(path, &range('a')).is_some());
        assert!(kept.get(Path::new("other.git"), &range('a')).is_none());
        kept.put(path, range('c'), empty);
        assert!(kept.get(path, &range('a')).is_some());
        assert_eq!(kept.0.len(), HISTORIES_MAX);
    }
}
