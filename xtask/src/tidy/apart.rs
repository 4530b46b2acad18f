//! Things that belong into one room only: SQL, status codes, causes of errors, the way outside.

use super::{Finding, Source, lexer};

/// SQL stands in `store` only, and where tests bend or fill what is stored.
pub(super) fn sql(sources: &[Source]) -> Vec<Finding> {
    let read = |source: &&Source| {
        source.is_rust()
            && ![
                "crates/store/",
                "xtask/",
                "tests/src/bent.rs",
                "tests/src/past.rs",
            ]
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

/// The server asks others in one file only, which judges where the way leads.
pub(super) fn outgoing(sources: &[Source]) -> Vec<Finding> {
    let read = |source: &&Source| {
        let server = source.path.starts_with("crates/server/src/") && source.is_rust();
        server && source.path != "crates/server/src/outgoing.rs"
    };
    let look = |source: &Source| {
        let code = lexer::code(&source.text);
        let found = (1..)
            .zip(code.lines())
            .find(|(_, line)| line.contains("reqwest"));
        let what = "others are asked by crates/server/src/outgoing.rs";
        found.map(|(line, _)| Finding::at(source, line, what))
    };
    sources.iter().filter(read).filter_map(look).collect()
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
    fn others_are_asked_by_one_file_of_the_server() {
        let text = "// of reqwest\nuse reqwest::Client;\n";
        assert_eq!(said(outgoing, "crates/server/src/a.rs", text).len(), 1);
        assert!(said(outgoing, "crates/server/src/outgoing.rs", text).is_empty());
        assert!(said(outgoing, "crates/cli/src/a.rs", text).is_empty());
    }

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
    fn a_text_that_repeats_its_cause_is_found() {
        assert_eq!(
            said(error_texts, "a.rs", "#[error(\"cannot read: {source}\")]").len(),
            1
        );
        assert!(said(error_texts, "a.rs", "#[error(\"cannot read {path}\")]").is_empty());
    }
}
