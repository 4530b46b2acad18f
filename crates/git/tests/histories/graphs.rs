//! Which commits a range has, in histories of all shapes.

use crate::made::{Made, ids, summaries};
use std::{collections::BTreeSet, fmt::Write as _};
use tidegate_git::{Range, Source};

/// The same commits in the same order as git.
#[track_caller]
fn agrees(made: &Made, since: &str, to: &str) {
    let range = if since.is_empty() {
        to.to_owned()
    } else {
        format!("{since}..{to}")
    };
    let told = made.git(["log", "--format=%H", &range]);
    assert_eq!(ids(&made.history(since, to).unwrap()), told, "{range}");
}

#[test]
fn a_line_and_its_ends() {
    let made = Made::new();
    let first = made.commit("a", "one");
    let second = made.commit("a", "two");
    made.commit("a", "three");
    for (since, to) in [
        ("", "main"),
        ("main~1", "main"),
        ("main~2", "main"),
        ("main", "main"),
        ("main", "main~1"),
    ] {
        let since = if since.is_empty() {
            String::new()
        } else {
            made.id(since).to_string()
        };
        agrees(&made, &since, &made.id(to).to_string());
    }
    let history = made.history(&first.to_string(), "main").unwrap();
    assert_eq!(summaries(&history), ["three", "two"]);
    assert_eq!((history.left_out, history.apart.len()), (0, 0));
    let [three, two] = &history.commits[..] else {
        panic!()
    };
    assert_eq!(
        (&three.parents[..], two.time.as_second()),
        (&[second][..], 1_800_000_120)
    );
    assert_eq!(
        (two.author.name.as_str(), two.committer.email.as_str()),
        ("Ada", "bob@example.com")
    );
    // Back to what ran before: nothing new, and what runs is not in it.
    let back = made.history("main", &first.to_string()).unwrap();
    assert_eq!((back.commits.len(), back.apart), (0, vec![made.id("main")]));
}

#[test]
fn merges_bring_what_is_behind_them() {
    let made = Made::new();
    made.commit("a", "base");
    made.run("checkout -q -b side");
    made.commit("b", "side one");
    made.run("checkout -q main");
    made.commit("a", "main one");
    made.run("tag live");
    made.run("checkout -q side");
    made.commit("b", "side two");
    made.run("checkout -q main");
    let merge = made.merge("side");
    let history = made.history("live", "main").unwrap();
    assert_eq!(summaries(&history), ["Merge side", "side two", "side one"]);
    assert!(
        history.commits[0].is_merge() && history.commits[0].id == merge && history.apart.is_empty()
    );
    agrees(&made, "live", "main");
    agrees(&made, "side", "main");
}

#[test]
fn crossed_merges() {
    let made = Made::new();
    made.commit("a", "base");
    made.run("branch other");
    made.commit("a", "left one");
    made.run("tag left");
    made.run("checkout -q other");
    made.commit("b", "right one");
    made.run("tag right");
    made.merge("left");
    made.run("checkout -q main");
    made.merge("right");
    made.commit("a", "left two");
    made.run("checkout -q other");
    made.commit("b", "right two");
    for (since, to) in [
        ("main", "other"),
        ("other", "main"),
        ("left", "main"),
        ("right", "main"),
        ("left", "other"),
    ] {
        agrees(&made, since, to);
    }
    assert_eq!(
        made.history("other", "main").unwrap().apart,
        [made.id("other")]
    );
}

#[test]
fn histories_that_have_nothing_in_common() {
    let made = Made::new();
    made.commit("a", "one");
    made.run("checkout -q --orphan apart");
    made.commit("b", "another one");
    agrees(&made, "main", "apart");
    assert_eq!(
        made.history("main", "apart").unwrap().apart,
        [made.id("main")]
    );
}

#[test]
fn what_several_targets_run_is_left_out() {
    let made = Made::new();
    let ids = ["one", "two", "three"].map(|message| made.commit("a", message));
    made.run("checkout -q -b side main~1");
    let side = made.commit("b", "side");
    let source = made.source();
    let range = Range {
        since: vec![side, ids[0]],
        to: ids[2],
        paths: Vec::new(),
        most: 10,
    };
    let history = source.history(&range).unwrap();
    assert_eq!(
        (summaries(&history), &history.apart),
        (vec!["three"], &vec![side])
    );
}

#[test]
fn a_bound_leaves_out_the_oldest_and_says_so() {
    let made = Made::new();
    let ids = ["one", "two", "three"].map(|message| made.commit("a", message));
    let range = Range {
        since: Vec::new(),
        to: ids[2],
        paths: Vec::new(),
        most: 2,
    };
    let history = made.source().history(&range).unwrap();
    assert_eq!(
        (summaries(&history), history.left_out),
        (vec!["three", "two"], 1)
    );
}

/// Any graph, with clocks that are right: the same order as git. With clocks that are wrong: what is behind one and not
/// behind the other, by git's own lists of all that is behind each.
#[test]
fn random_graphs() {
    for (seed, skew) in [
        (1, 0),
        (2, 0),
        (3, 0),
        (4, 5_000),
        (5, 500_000),
        (6, 50_000_000),
    ] {
        let made = Made::new();
        let count = random_history(&made, seed, skew);
        let source = made.source();
        let mut random = Random(seed + 100);
        for _ in 0..25 {
            let [since, to] = [random.below(count), random.below(count)].map(|n| format!("n{n}"));
            if skew == 0 {
                agrees(&made, &since, &to);
            } else {
                differs_exactly(&made, &source, &since, &to);
            }
        }
    }
}

fn differs_exactly(made: &Made, source: &Source, since: &str, to: &str) {
    let behind = |revision: &str| -> BTreeSet<String> {
        made.git(["rev-list", revision])
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let (left_out, all) = (behind(since), behind(to));
    let [since, to] = [since, to].map(|revision| source.resolve(revision).unwrap());
    let range = Range {
        since: vec![since],
        to,
        paths: Vec::new(),
        most: usize::MAX,
    };
    let history = source.history(&range).unwrap();
    let found: BTreeSet<String> = history
        .commits
        .iter()
        .map(|commit| commit.id.to_string())
        .collect();
    assert_eq!(found, all.difference(&left_out).cloned().collect());
    assert_eq!(history.apart.is_empty(), all.contains(&since.to_string()));
}

/// Commits with up to three parents among the last twenty, each with a tag.
fn random_history(made: &Made, seed: u64, skew: u64) -> u64 {
    const COUNT: u64 = 120;
    let (mut stream, mut random) = (String::new(), Random(seed));
    for n in 0..COUNT {
        let time = 1_700_000_000 + n * 60 + random.below(skew + 1);
        write!(stream, "commit refs/tags/n{n}\nmark :{}\n", n + 1).unwrap();
        write!(
            stream,
            "committer A <a@b> {time} +0000\ndata 1\n{}\n",
            n % 10
        )
        .unwrap();
        let mut parents = BTreeSet::new();
        for _ in 0..n.min(random.below(4)) {
            parents.insert(n - random.below(n.min(20)));
        }
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            writeln!(stream, "{word} :{parent}").unwrap();
        }
        stream.push('\n');
    }
    made.git_with(["fast-import", "--quiet"], stream.as_bytes());
    COUNT
}

/// Numbers that are the same each time (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}
