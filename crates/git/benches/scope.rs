//! How long it takes from a repository to notes for all audiences: over a generated history of 100,000 commits that name 2,000
//! work items, and over the history of this project where it is at hand. It needs git to make the former.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on says where")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::{
    fmt::Write as _,
    hint::black_box,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use tidegate_domain::scope::{
    Audience, Catalogue, Links, Materials, Notes, Origin, Part, Scope, Tracker, WorkItem,
};
use tidegate_git::{History, Range, Source};

const COMMITS: usize = 100_000;
const ITEMS: usize = 2_000;

fn benches(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().unwrap();
    generate(directory.path());
    measure(criterion, "generated", directory.path(), true);
    git(directory.path(), &["gc", "-q"], "");
    measure(criterion, "generated, repacked", directory.path(), false);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if own.join(".git").exists() {
        measure(criterion, "this project", &own, true);
    }
}

/// The steps one by one if wanted, then all of them.
fn measure(criterion: &mut Criterion, name: &str, path: &Path, is_detailed: bool) {
    let trackers = trackers();
    let (links, catalogue) = (Links::new(&trackers), catalogue());
    let history = read(path, &[]);
    let scope = scope(history.clone(), &links);
    let (commits, items) = (history.commits.len(), scope.items(&links, &catalogue).len());
    let mut group = criterion.benchmark_group(format!("{name}: {commits} commits, {items} items"));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(commits as u64));
    group.bench_function("read", |b| {
        b.iter_with_large_drop(|| read(black_box(path), &[]));
    });
    if is_detailed {
        group.bench_function("read a part", |b| {
            b.iter_with_large_drop(|| read(black_box(path), &["crates/domain"]));
        });
        group.bench_function("scope", |b| {
            let again = || history.clone();
            b.iter_batched(
                again,
                |history| self::scope(history, &links),
                BatchSize::PerIteration,
            );
        });
        group.bench_function("notes", |b| b.iter(|| notes(&scope, &links, &catalogue)));
    }
    group.bench_function("all", |b| {
        b.iter(|| {
            let scope = self::scope(read(black_box(path), &[]), &links);
            notes(&scope, &links, &catalogue)
        });
    });
    group.finish();
}

fn read(path: &Path, paths: &[&str]) -> History {
    let source = Source::open(path).unwrap();
    let range = Range {
        since: Vec::new(),
        to: source.resolve("HEAD").unwrap(),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        most: usize::MAX,
    };
    source.history(&range).unwrap()
}

fn scope(history: History, links: &Links<'_>) -> Scope {
    let origin = Origin {
        component: "web".parse().unwrap(),
        release: "1.0".parse().unwrap(),
    };
    Scope::of(
        vec![Part {
            origin,
            commits: history.commits,
        }],
        links,
        &[],
    )
}

/// The length of all notes as Markdown.
fn notes(scope: &Scope, links: &Links<'_>, catalogue: &Catalogue) -> usize {
    let materials = Materials {
        links,
        catalogue,
        wordings: &[],
    };
    let written =
        Audience::ALL.map(|audience| Notes::of(scope, audience, materials).markdown().len());
    black_box(scope.groups().len());
    written.iter().sum()
}

fn trackers() -> [Tracker; 2] {
    let jira = r#"{"name": "tickets", "system": "jira", "projects": ["SHOP"], "url": "https://j.example.com/browse/{key}"}"#;
    let github = r#"{"name": "code", "kind": "github", "projects": ["acme/shop"]}"#;
    [jira, github].map(|document| serde_json::from_str(document).unwrap())
}

fn catalogue() -> Catalogue {
    let item = |number: usize| WorkItem {
        tracker: "tickets".parse().unwrap(),
        key: format!("SHOP-{number}"),
        title: format!("What item {number} is about"),
        kind: if number.is_multiple_of(3) {
            "bug"
        } else {
            "story"
        }
        .to_owned(),
        state: "Done".to_owned(),
        url: None,
        labels: Vec::new(),
        updated: None,
    };
    (1..=ITEMS).map(item).collect()
}

/// Branches of a few commits, merged; the types, footers and lengths of messages that real ones have; a revert now and then.
fn generate(path: &Path) {
    let mut stream = String::new();
    for n in 1..=COMMITS {
        let (author, message) = (n % 50, message(n));
        writeln!(stream, "commit refs/heads/main\nmark :{n}").unwrap();
        writeln!(
            stream,
            "author Author {author} <a{author}@example.com> {} +0000",
            1_600_000_000 + n * 300
        )
        .unwrap();
        writeln!(
            stream,
            "committer Web <web@example.com> {} +0000",
            1_600_000_000 + n * 300
        )
        .unwrap();
        writeln!(stream, "data {}\n{message}", message.len()).unwrap();
        if n > 1 {
            let parent = if n % 10 == 3 && n > 3 { n - 3 } else { n - 1 };
            writeln!(stream, "from :{parent}").unwrap();
        }
        if n % 10 == 3 && n > 3 {
            writeln!(stream, "merge :{}", n - 1).unwrap();
        }
        let (directory, file) = (n % 20, n % 25);
        let directory = if directory == 0 {
            "crates/domain".to_owned()
        } else {
            format!("crates/c{directory}")
        };
        writeln!(
            stream,
            "M 100644 inline {directory}/f{file}\ndata 8\n{n:07}\n"
        )
        .unwrap();
    }
    git(path, &["init", "-q", "-b", "main"], "");
    git(path, &["fast-import", "--quiet"], &stream);
}

fn message(n: usize) -> String {
    const TYPES: [&str; 10] = [
        "feat",
        "fix",
        "fix(cart)",
        "docs",
        "chore",
        "refactor",
        "perf",
        "feat(api)",
        "test",
        "ops",
    ];
    let (kind, item) = (TYPES[n * 7 % 10], (n + n / ITEMS) % ITEMS + 1);
    if n % 10 == 3 {
        return format!("Merge branch 'feature/SHOP-{item}-of-{n}'");
    }
    if n.is_multiple_of(500) {
        return format!(
            "Revert \"{}\"",
            message(n - 5).lines().next().unwrap_or_default()
        );
    }
    let mark = if n.is_multiple_of(97) { "!" } else { "" };
    let mut text = format!("{kind}{mark}: what change {n} does to the thing that it is about\n\n");
    if n.is_multiple_of(2) {
        text += "Why it does so, in a paragraph of a few lines as people write them, with words such as UTF-8\n\
            and main.rs in it, so that whoever looks for keys of work items has something to look at.\n\n";
    }
    write!(
        text,
        "Closes: SHOP-{item}\nReviewed-by: Author {} <a@example.com>\n",
        n % 7
    )
    .unwrap();
    if n.is_multiple_of(211) {
        text += "Migration: adds a column\n";
    }
    text
}

fn git(path: &Path, arguments: &[&str], input: &str) {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(path).stdin(Stdio::piped());
    let mut child = git
        .envs([
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ])
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
}

criterion_group!(all, benches);
criterion_main!(all);
