//! Commits that take back others of the same scope: both stay listed, and neither counts.
//!
//! The newest decides: a commit that was taken back itself takes nothing back, so that of a change, its revert and the revert
//! of that, the change counts. A revert of a merge takes back all that the merge brought.

use super::{
    adjustment::Index,
    change::{Change, Standing},
    meaning::Reverted,
};
use std::collections::{BTreeMap, BTreeSet};

/// The most steps that are gone through histories behind merges that were taken back.
const STEPS_MAX: usize = 5_000_000;

/// Marks what cancels out; the changes are in the order newest first.
pub(super) fn cancel(changes: &mut [Change], index: &Index) {
    let mut summaries = None;
    let mut steps = STEPS_MAX;
    for at in 0..changes.len() {
        if !changes[at].counts() || changes[at].meaning.reverts.is_empty() {
            continue;
        }
        let targets = targets(changes, index, at, &mut summaries);
        if targets.is_empty() {
            continue;
        }
        let Some(by) = changes[at].key.commit() else {
            continue;
        };
        let commits = targets
            .iter()
            .filter_map(|target| changes[*target].key.commit());
        let commits = commits.collect();
        for target in with_brought(changes, index, &targets, &mut steps) {
            if changes[target].counts() && target != at {
                changes[target].standing = Standing::Undone { by };
            }
        }
        changes[at].standing = Standing::Undoes { commits };
    }
}

type Summaries = BTreeMap<String, Vec<usize>>;

/// The changes that the one at a place takes back, if all of them are here: if one is not, it does something to what ran
/// before.
fn targets(
    changes: &[Change],
    index: &Index,
    at: usize,
    summaries: &mut Option<Summaries>,
) -> Vec<usize> {
    let mut targets = Vec::new();
    for reverted in &changes[at].meaning.reverts {
        let found = match reverted {
            Reverted::Commit(prefix) => index.find_commit(prefix).ok().filter(|found| *found != at),
            Reverted::Summary(summary) => {
                let summaries = summaries.get_or_insert_with(|| by_summary(changes));
                let mut older = summaries
                    .get(summary)
                    .into_iter()
                    .flatten()
                    .filter(|found| **found > at);
                older.next().copied().filter(|_| older.next().is_none())
            }
        };
        match found {
            Some(target) => targets.push(target),
            None => return Vec::new(),
        }
    }
    targets
}

fn by_summary(changes: &[Change]) -> Summaries {
    let mut summaries = Summaries::new();
    for (at, change) in changes.iter().enumerate() {
        if let Some(commit) = &change.commit {
            summaries
                .entry(commit.summary().to_owned())
                .or_default()
                .push(at);
        }
    }
    summaries
}

/// The targets, and what merges among them brought: all that is behind their other parents and not behind the first.
fn with_brought(
    changes: &[Change],
    index: &Index,
    targets: &[usize],
    steps: &mut usize,
) -> Vec<usize> {
    let mut all = targets.to_vec();
    for target in targets {
        let parents = parents(changes, index, *target);
        let is_merge = changes[*target]
            .commit
            .as_ref()
            .is_some_and(super::Commit::is_merge);
        let first = changes[*target]
            .commit
            .as_ref()
            .and_then(|commit| commit.parents.first());
        let first = first.and_then(|id| index.of_commit(*id));
        if is_merge {
            let kept = behind(
                changes,
                index,
                first.into_iter().collect(),
                &BTreeSet::new(),
                steps,
            );
            let others = parents
                .into_iter()
                .filter(|parent| Some(*parent) != first)
                .collect();
            all.extend(behind(changes, index, others, &kept, steps));
        }
    }
    all
}

/// The changes from some on backwards, but for those that are kept.
fn behind(
    changes: &[Change],
    index: &Index,
    from: Vec<usize>,
    kept: &BTreeSet<usize>,
    steps: &mut usize,
) -> BTreeSet<usize> {
    let (mut seen, mut open) = (BTreeSet::new(), from);
    while let Some(at) = open.pop() {
        if *steps == 0 || kept.contains(&at) || !seen.insert(at) {
            continue;
        }
        *steps -= 1;
        open.extend(parents(changes, index, at));
    }
    seen
}

fn parents(changes: &[Change], index: &Index, at: usize) -> Vec<usize> {
    let parents = changes[at].commit.iter().flat_map(|commit| &commit.parents);
    parents.filter_map(|id| index.of_commit(*id)).collect()
}
