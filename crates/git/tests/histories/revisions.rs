//! How revisions are named.

use crate::made::Made;
use std::fs;
use tidegate_git::{Fault, Source};

#[test]
fn branches_tags_and_digits() {
    let made = Made::new();
    let first = made.commit("a", "one");
    made.run("tag v1");
    made.run("tag -a -m annotated v1.0 v1");
    made.run("tag -a -m twice v1.0-again v1.0");
    let second = made.commit("a", "two");
    made.run("branch feature/x");
    made.run("tag main v1");
    made.run("pack-refs --all");
    let source = made.source();
    let digits = first.to_string();
    for (name, expect) in [
        ("v1", first),
        ("v1.0", first),
        ("refs/tags/v1.0-again", first),
        ("feature/x", second),
        ("HEAD", second),
        // As git: a tag before a branch.
        ("main", first),
        ("heads/main", second),
        (&digits, first),
        (&digits[..7], first),
        (&digits[..20].to_uppercase(), first),
    ] {
        assert_eq!(source.resolve(name).unwrap(), expect, "{name}");
    }
}

#[test]
fn what_is_no_name_is_not_looked_for() {
    let made = Made::new();
    made.commit("a", "one");
    let source = made.source();
    for name in [
        "",
        "-x",
        "main~1",
        "main^",
        "main..main",
        "HEAD@{1}",
        ":/one",
        "a b",
        "../x",
        "a\nb",
        &"x".repeat(300),
    ] {
        assert!(
            matches!(source.resolve(name), Err(Fault::Name(_))),
            "{name}"
        );
    }
    for name in [
        "v9",
        "abcdef0",
        "0123456789abcdef0123456789abcdef01234567",
        "é",
    ] {
        assert!(
            matches!(source.resolve(name), Err(Fault::Unknown(_))),
            "{name}"
        );
    }
    let tree = made.run("rev-parse main^{tree}");
    made.git(["tag", "tree", &tree]);
    let refused = source.resolve("tree").unwrap_err();
    assert_eq!(refused.to_string(), "`tree` is a tree, not a commit");
}

#[test]
fn digits_of_several_commits_are_refused() {
    let made = Made::new();
    made.commit("a", "one");
    let tree = made.run("rev-parse main^{tree}");
    // Two commits whose names begin alike cannot be had quickly; two files that claim to be so can.
    let object = made.object(&made.run("rev-parse main"));
    for end in ["0", "1"] {
        let name = format!("abcdef0{}{end}", "0".repeat(32));
        let copy = made.object(&name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&object, copy).unwrap();
    }
    assert!(matches!(
        made.source().resolve("abcdef0"),
        Err(Fault::Several(_))
    ));
    assert!(matches!(
        made.source().resolve(&tree),
        Err(Fault::NotACommit { .. })
    ));
}

#[test]
fn only_a_repository_is_opened_and_none_above_it() {
    let made = Made::new();
    let id = made.commit("dir/a", "one");
    for path in [
        made.path().join("dir"),
        made.path().join("nowhere"),
        made.path().join("dir/a"),
    ] {
        assert!(
            matches!(Source::open(&path), Err(Fault::NotARepository { .. })),
            "{}",
            path.display()
        );
    }
    made.run("clone -q --mirror . mirror.git");
    for path in ["mirror.git", ".git", "."] {
        assert_eq!(
            Source::open(&made.path().join(path))
                .unwrap()
                .resolve("main")
                .unwrap(),
            id
        );
    }
    made.run("worktree add -q tree");
    assert_eq!(
        Source::open(&made.path().join("tree"))
            .unwrap()
            .resolve("main")
            .unwrap(),
        id
    );
    let empty = Made::new();
    for name in ["main", "HEAD"] {
        assert!(matches!(
            empty.source().resolve(name),
            Err(Fault::Unknown(_))
        ));
    }
}

#[test]
fn names_of_64_digits() {
    let made = Made::with(&["--object-format=sha256"]);
    let id = made.commit("a", "one");
    assert_eq!(made.source().resolve(&id.to_string()[..9]).unwrap(), id);
    assert_eq!(made.history("", "main").unwrap().commits[0].id, id);
}

#[test]
fn settings_and_replacements_make_no_difference() {
    let made = Made::new();
    let first = made.commit("a", "one");
    let second = made.commit("a", "two");
    made.git(["replace", &second.to_string(), &first.to_string()]);
    made.run("config core.commitGraph maybe");
    made.run("config include.path /nowhere");
    let history = made.history("", "main").unwrap();
    assert_eq!(crate::made::summaries(&history), ["two", "one"]);
}
