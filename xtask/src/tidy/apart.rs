//! Things that belong into one room only: SQL, status codes, routes, causes of errors.

use super::{Finding, Source, lexer};

/// SQL stands in `store` only.
pub(super) fn sql(sources: &[Source]) -> Vec<Finding> {
    let read = |source: &&Source| {
        source.is_rust()
            && !["crates/store/", "xtask/"]
                .iter()
                .any(|at| source.path.starts_with(at))
    };
    let look = |source: &Source| {
        let finding = |(line, _)| Finding::at(source, line, "SQL belongs into crates/store");
        let literals = lexer::literals(&source.text).into_iter();
        literals
            .filter(|(_, text)| is_sql(text))
            .map(finding)
            .collect::<Vec<_>>()
    };
    sources.iter().filter(read).flat_map(look).collect()
}

fn is_sql(text: &str) -> bool {
    let text = format!(
        " {} ",
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let pairs = [
        (" SELECT ", " FROM "),
        (" INSERT ", " INTO "),
        (" UPDATE ", " SET "),
        (" DELETE ", " FROM "),
    ];
    pairs
        .iter()
        .any(|(verb, word)| text.contains(verb) && text.contains(word))
}

/// Only `error.rs` turns a kind of error into a status code; handlers name the ways to succeed.
pub(super) fn status_codes(sources: &[Source]) -> Vec<Finding> {
    let good = [
        "OK",
        "CREATED",
        "ACCEPTED",
        "NO_CONTENT",
        "PARTIAL_CONTENT",
        "NOT_MODIFIED",
    ];
    let servers = ["crates/server/src/", "crates/registry/src/"];
    let read = |source: &&Source| {
        let server = servers.iter().any(|at| source.path.starts_with(at));
        server && source.is_rust() && !source.is_test() && !source.path.ends_with("/error.rs")
    };
    let look = |source: &Source| {
        let found = |(number, line): (usize, &str)| {
            let name = line.split_once("StatusCode::")?.1;
            let end = name.find(|c: char| !(c.is_ascii_uppercase() || c == '_'));
            let name = &name[..end.unwrap_or(name.len())];
            let bad = !name.is_empty() && !good.contains(&name);
            bad.then(|| Finding::at(source, number, format!("{name} belongs into error.rs")))
        };
        let code = lexer::code(&source.text);
        let until_tests = code
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"));
        (1..).zip(until_tests).filter_map(found).collect::<Vec<_>>()
    };
    sources.iter().filter(read).flat_map(look).collect()
}

/// Every handler of the API is in its OpenAPI document, and so is every route.
pub(super) fn routes(sources: &[Source]) -> Vec<Finding> {
    const ROOM: &str = "crates/server/src/http/v1";
    let document = sources
        .iter()
        .find(|source| source.path == format!("{ROOM}.rs"));
    let document = document.map_or("", |source| source.text.as_str());
    let room = || {
        let inside = |source: &&Source| source.path.starts_with(&format!("{ROOM}/"));
        sources.iter().filter(inside)
    };
    let described: Vec<&str> = room()
        .flat_map(|source| between(&source.text, "path = \"", "\""))
        .collect();
    let look = |source: &Source| {
        let module = source
            .path
            .trim_end_matches(".rs")
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let literals = lexer::literals(&source.text);
        let unknown = literals.iter().filter(|(line, text)| {
            text.starts_with("/api/v1")
                && !described.contains(&text.as_str())
                && !source
                    .text
                    .lines()
                    .nth(line - 1)
                    .is_some_and(|line| line.contains("path ="))
        });
        let absent = |(line, path): &(usize, String)| {
            Finding::at(
                source,
                *line,
                format!("route {path} has no #[utoipa::path]"),
            )
        };
        let mut findings: Vec<Finding> = unknown.map(absent).collect();
        for attribute in source.text.split("#[utoipa::path(").skip(1) {
            let name = between(attribute, "async fn ", "(")
                .first()
                .copied()
                .unwrap_or_default();
            if !document.contains(&format!("{module}::{name}")) {
                let what = format!("{module}::{name} is not in the OpenAPI document");
                findings.push(Finding::of(&source.path, what));
            }
        }
        findings
    };
    room().flat_map(look).collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = text.split(before).skip(1);
    parts.filter_map(|part| part.split(after).next()).collect()
}

/// The text of an error does not repeat its cause: whoever prints the chain would say it twice.
pub(super) fn error_texts(sources: &[Source]) -> Vec<Finding> {
    let look = |source: &Source| {
        let found = |(number, line): (usize, &str)| {
            let text = line.split_once("#[error(")?.1;
            let repeats = ["{source}", "{err}", "{error}"]
                .iter()
                .any(|cause| text.contains(cause));
            repeats.then(|| Finding::at(source, number, "the text repeats the cause of the error"))
        };
        source.lines().filter_map(found).collect::<Vec<_>>()
    };
    let read = |source: &&Source| source.is_rust() && !source.path.starts_with("xtask/");
    sources.iter().filter(read).flat_map(look).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::said, *};

    #[test]
    fn sql_is_found_in_texts_outside_of_the_store() {
        let text = "const A: &str = \"SELECT a\n FROM b\";\n// DELETE FROM c\n";
        assert_eq!(said(sql, "crates/server/src/a.rs", text).len(), 1);
        assert!(said(sql, "crates/store/src/a.rs", text).is_empty());
        assert!(
            said(
                sql,
                "crates/server/src/a.rs",
                "\"Select a target from the list\""
            )
            .is_empty()
        );
    }

    #[test]
    fn refusals_are_named_in_one_file() {
        let text = "a(StatusCode::CREATED);\nb(StatusCode::NOT_FOUND);\n";
        assert_eq!(
            said(status_codes, "crates/server/src/http/v1/a.rs", text).len(),
            1
        );
        assert!(said(status_codes, "crates/server/src/http/error.rs", text).is_empty());
        assert!(said(status_codes, "crates/cli/src/a.rs", text).is_empty());
    }

    #[test]
    fn a_route_without_a_description_is_found() {
        let document = |text: &str| Source {
            path: "crates/server/src/http/v1.rs".into(),
            text: text.into(),
        };
        let handler = "#[utoipa::path(get, path = \"/api/v1/a\")]\nasync fn show() {}\n";
        let file = |text: &str| Source {
            path: "crates/server/src/http/v1/a.rs".into(),
            text: text.into(),
        };
        let route = format!("r.route(\"/api/v1/a\", get(show));\n{handler}");
        assert!(routes(&[document("paths(a::show)"), file(&route)]).is_empty());
        assert_eq!(routes(&[document("paths()"), file(&route)]).len(), 1);
        let bare = "r.route(\"/api/v1/b\", get(show));\n";
        assert_eq!(routes(&[document(""), file(bare)]).len(), 1);
    }

    #[test]
    fn a_text_that_repeats_its_cause_is_found() {
        assert_eq!(
            said(error_texts, "a.rs", "#[error(\"cannot read: {source}\")]").len(),
            1
        );
        assert!(said(error_texts, "a.rs", "#[error(\"cannot read {path}\")]").is_empty());
    }
}
