//! Steps of the schema: in order, run, and there for both databases.

use super::{Finding, Source};

const PLACE: &str = "crates/store/migrations/";
const LIST: &str = "crates/store/src/migrate.rs";
/// What a file is called behind its name when the databases differ.
const DIALECTS: [&str; 2] = [".sqlite.sql", ".postgres.sql"];

/// Steps are numbered without gaps, each is run, and none is there for one database only.
pub(super) fn steps(sources: &[Source]) -> Vec<Finding> {
    let list = sources.iter().find(|source| source.path == LIST);
    let list = list.map_or("", |source| source.text.as_str());
    let mut files: Vec<&str> = sources
        .iter()
        .filter_map(|source| source.path.strip_prefix(PLACE))
        .collect();
    files.sort_unstable();
    let mut findings = Vec::new();
    let mut last = 0;
    for file in &files {
        let mut say = |what: &str| findings.push(Finding::of(format!("{PLACE}{file}"), what));
        let number = file.split('_').next().and_then(|n| n.parse::<u32>().ok());
        match number {
            Some(number) if number == last + 1 => last = number,
            Some(number) if number == last && sibling(file).is_some() => {}
            Some(_) | None => say("its number does not follow the last one"),
        }
        if !list.contains(&format!("../migrations/{file}")) {
            say("it is never run");
        }
        if sibling(file).is_some_and(|other| !files.contains(&other.as_str())) {
            say("it has no counterpart for the other database");
        }
    }
    findings
}

/// The file of the same step for the other database, if the databases differ in it.
fn sibling(file: &str) -> Option<String> {
    let [sqlite, postgres] = DIALECTS;
    let swap = |from, to| Some(format!("{}{to}", file.strip_suffix(from)?));
    swap(sqlite, postgres).or_else(|| swap(postgres, sqlite))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[&str]) -> usize {
        let source = |path: String, text: &str| Source {
            path,
            text: text.into(),
        };
        let run = "../migrations/0001_a.sql ../migrations/0002_b.sqlite.sql \
            ../migrations/0002_b.postgres.sql ../migrations/0003_c.sql";
        let mut sources = vec![source(LIST.into(), run)];
        sources.extend(
            files
                .iter()
                .map(|file| source(format!("{PLACE}{file}"), "")),
        );
        steps(&sources).len()
    }

    #[test]
    fn steps_follow_each_other_on_both_databases() {
        assert_eq!(said(&["0001_a.sql"]), 0);
        assert_eq!(said(&["0001_a.sql", "0003_c.sql"]), 1);
        assert_eq!(said(&["0001_unknown.sql"]), 1);
        let both = ["0001_a.sql", "0002_b.postgres.sql", "0002_b.sqlite.sql"];
        assert_eq!(said(&both), 0);
        assert_eq!(said(&both[..2]), 1);
    }
}
