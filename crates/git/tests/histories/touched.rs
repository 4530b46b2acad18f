//! Histories of a part of a repository.

use crate::made::{Made, summaries};
use tidegate_git::{Fault, Range};

fn touching(made: &Made, paths: &[&str]) -> Result<Vec<String>, Fault> {
    let range = Range {
        since: Vec::new(),
        to: made.id("main"),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        most: usize::MAX,
    };
    let history = made.source().history(&range)?;
    Ok(summaries(&history).into_iter().map(str::to_owned).collect())
}

fn several_components() -> Made {
    let made = Made::new();
    made.commit("web/src/a", "web begins");
    made.commit("api/a", "api begins");
    made.commit("web/src/b", "web goes on");
    made.commit("web/README", "web is explained");
    made.run("checkout -q -b side main~1");
    made.commit("api/b", "api on the side");
    made.run("checkout -q main");
    made.merge("side");
    made.run("rm -q -r web/src");
    made.commit("web.txt", "web/src is gone");
    made.run("checkout -q -b second main~1");
    made.commit("doc", "nothing of either");
    made.run("checkout -q main");
    made.merge("second");
    made
}

#[test]
fn commits_that_touch_a_path() {
    let made = several_components();
    for (paths, expect) in [
        (
            &["web/src"][..],
            &["web/src is gone", "web goes on", "web begins"][..],
        ),
        (&["api/"], &["Merge side", "api on the side", "api begins"]),
        (
            &["web/README", "api/b"],
            &["Merge side", "api on the side", "web is explained"],
        ),
        (&["web/src/b/c"], &[]),
        (&["nowhere"], &[]),
    ] {
        assert_eq!(touching(&made, paths).unwrap(), expect, "{paths:?}");
        // Git, of commits that are no merges.
        let mut log = vec![
            "log",
            "--no-merges",
            "--full-history",
            "--format=%s",
            "main",
            "--",
        ];
        log.extend(paths);
        let told = made.git(log);
        let plain: Vec<&str> = expect
            .iter()
            .copied()
            .filter(|s| !s.starts_with("Merge"))
            .collect();
        assert_eq!(told, plain.join("\n"));
    }
    assert_eq!(touching(&made, &[]).unwrap().len(), 9);
}

#[test]
fn what_is_no_path_is_refused() {
    let made = several_components();
    for path in ["", "/", "/web", "web/../api", "./web", "web//src", "a\0b"] {
        assert!(
            matches!(touching(&made, &[path]), Err(Fault::Path(_))),
            "{path}"
        );
    }
}
