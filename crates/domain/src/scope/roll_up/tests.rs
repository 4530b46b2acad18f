//! Scopes of a few commits: what cancels out, what people adjust, what several parts come to.

use super::*;
use crate::scope::{
    adjustment::{Act, Decision, Unused},
    commit::tests::commit,
    item::tests::item,
    meaning::Kind,
    tracker::{TrackerSystem, tests::tracker},
};

fn part(component: &str, release: &str, commits: Vec<Commit>) -> Part {
    let origin = Origin {
        component: component.parse().unwrap(),
        release: release.parse().unwrap(),
    };
    Part { origin, commits }
}

/// A scope of one part; the commits are given oldest first.
fn scope(commits: &[Commit], adjustments: &[Adjustment]) -> Scope {
    let commits = commits.iter().rev().cloned().collect();
    Scope::of(
        vec![part("web", "1.1", commits)],
        &Links::new(&[]),
        adjustments,
    )
}

fn adjust(act: Act) -> Adjustment {
    let decision = Decision::new(
        "because",
        "ada".parse().unwrap(),
        jiff::Timestamp::UNIX_EPOCH,
    );
    Adjustment {
        act,
        decision: decision.unwrap(),
    }
}

fn take_out(text: &str) -> Adjustment {
    adjust(Act::TakeOut(text.parse().unwrap()))
}

fn revert(number: u8, of: u8) -> Commit {
    let id = commit(of, "").id;
    commit(
        number,
        &format!("Revert \"x\"\n\nThis reverts commit {id}."),
    )
}

/// Each change by the first digits of its commit, with `+` if it counts.
fn standing(scope: &Scope) -> Vec<String> {
    let mark = |change: &Change| {
        let mark = if change.counts() { "+" } else { "-" };
        format!("{mark}{:.2}", change.key.to_string())
    };
    scope.changes().iter().map(mark).collect()
}

#[test]
fn a_commit_and_its_revert_cancel_out_and_stay() {
    let feature = commit(1, "feat: a");
    for (commits, expect) in [
        (vec![feature.clone(), revert(2, 1)], &["-02", "-01"][..]),
        (
            vec![feature.clone(), revert(2, 1), revert(3, 2)],
            &["-03", "-02", "+01"],
        ),
        (
            vec![feature.clone(), revert(2, 1), revert(3, 2), revert(4, 3)],
            &["-04", "-03", "-02", "-01"],
        ),
        // What ran before is taken back: that is a change.
        (vec![feature.clone(), revert(2, 9)], &["+02", "+01"]),
        (
            vec![feature.clone(), commit(2, "Revert \"feat: a\" (#3)")],
            &["-02", "-01"],
        ),
        (
            vec![
                feature.clone(),
                commit(2, "feat: a"),
                commit(3, "revert: feat: a"),
            ],
            &["+03", "+02", "+01"],
        ),
        // A commit that says it takes itself back.
        (vec![revert(2, 2)], &["+02"]),
    ] {
        assert_eq!(standing(&scope(&commits, &[])), expect);
    }
    let cancelled = scope(&[feature, revert(2, 1)], &[]);
    let groups = cancelled.groups();
    assert_eq!(
        (groups.len(), groups[0].heading, groups[0].changes.len()),
        (1, Heading::CancelledOut, 2)
    );
}

#[test]
fn a_revert_of_a_merge_takes_back_what_it_brought() {
    let mut merge = commit(4, "Merge branch 'a'");
    merge.parents = vec![commit(2, "").id, commit(3, "").id];
    let mut side = commit(3, "feat: side");
    side.parents = vec![commit(1, "").id];
    let commits = [
        commit(1, "fix: base"),
        commit(2, "fix: main"),
        side,
        merge,
        revert(5, 4),
    ];
    assert_eq!(
        standing(&scope(&commits, &[])),
        ["-05", "-04", "-03", "+02", "+01"]
    );
}

#[test]
fn people_take_out_and_add_and_are_told_what_did_nothing() {
    let commits = [commit(1, "feat: a"), revert(2, 1), commit(3, "fix: c")];
    let written = Act::write("limits".parse().unwrap(), Kind::Operations, " a  limit ").unwrap();
    let done = scope(
        &commits,
        &[
            take_out("0202020"),
            take_out("0303030"),
            adjust(Act::Add(Box::new(commit(3, "fix: c")))),
            adjust(Act::Add(Box::new(commit(9, "fix: from elsewhere")))),
            adjust(written.clone()),
        ],
    );
    // Without the revert, the feature counts.
    assert_eq!(standing(&done), ["+03", "-02", "+01", "+09", "++l"]);
    assert_eq!(done.changes()[4].meaning.description, "a limit");
    assert!(done.unmatched().is_empty());
    let mut twin = commit(4, "fix: d");
    let mut bytes = [1; 20];
    bytes[19] = 2;
    twin.id = crate::scope::CommitId::from_bytes(&bytes).unwrap();
    let odd = scope(
        &[commit(1, "feat: a"), twin],
        &[
            take_out("fffffff"),
            take_out("0101010"),
            take_out("+limits"),
            adjust(Act::Add(Box::new(commit(1, "feat: a")))),
            adjust(written),
            take_out("+limits"),
            take_out("+limits"),
        ],
    );
    let why: Vec<Unused> = odd
        .unmatched()
        .iter()
        .map(|unmatched| unmatched.why)
        .collect();
    assert_eq!(
        why,
        [
            Unused::Nothing,
            Unused::Several,
            Unused::Nothing,
            Unused::AlreadyThere,
            Unused::AlreadyOut
        ]
    );
    assert!(Decision::new(" ", "ada".parse().unwrap(), jiff::Timestamp::UNIX_EPOCH).is_err());
}

#[test]
fn several_parts_have_each_commit_once() {
    let [one, two, three] = [
        commit(1, "feat: a"),
        commit(2, "fix: b"),
        commit(3, "fix: c"),
    ];
    let parts = vec![
        part("web", "1.1", vec![one.clone()]),
        part("api", "1.1", vec![two.clone(), one]),
        part("web", "1.2", vec![three, two]),
    ];
    let scope = Scope::of(parts, &Links::new(&[]), &[]);
    let told: Vec<String> = scope
        .changes()
        .iter()
        .map(|change| {
            let origins = scope
                .origins_of(change)
                .map(|o| format!("{} {}", o.component, o.release));
            format!(
                "{:.2}: {}",
                change.key.to_string(),
                origins.collect::<Vec<_>>().join(", ")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "03: web 1.2",
            "02: api 1.1, web 1.2",
            "01: web 1.1, api 1.1"
        ]
    );
}

#[test]
fn contributors_and_items_are_of_what_counts() {
    let trackers = [tracker(TrackerSystem::GitHub, &["a/b"], None)];
    let catalogue: Catalogue = [item("github", "a/b#1", "One", "bug")]
        .into_iter()
        .collect();
    let mut by_bob = commit(3, "docs: c #2\n\nCo-authored-by: Ada L <ADA@example.com>");
    by_bob.author = Author {
        name: "Bob".to_owned(),
        email: String::new(),
    };
    let commits = vec![
        by_bob,
        commit(2, "fix: b, closes #1"),
        commit(1, "feat: a (#1)\n\n#3"),
    ];
    let links = Links::new(&trackers);
    let scope = Scope::of(
        vec![part("web", "1.1", commits)],
        &links,
        &[take_out("0101010")],
    );
    let contributors = scope
        .contributors()
        .into_iter()
        .map(|c| (c.author.name, c.changes));
    assert_eq!(
        contributors.collect::<Vec<_>>(),
        [("Ada L".to_owned(), 2), ("Bob".to_owned(), 1)]
    );
    let items = scope.items(&links, &catalogue);
    let told: Vec<_> = items
        .iter()
        .map(|linked| {
            (
                linked.key.key.as_str(),
                linked.item.map(|item| item.title.as_str()),
                linked.relation,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a/b#1", Some("One"), Relation::Closes),
            ("a/b#2", None, Relation::Mentions)
        ]
    );
}
