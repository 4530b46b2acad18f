//! Who may import whom: between crates by their manifests, inside `server` by its modules.

use super::{Finding, Source, lexer};
use serde_json::Value;

/// Which crates of ours each may import. Tests and benches may import more.
const CRATES: &[(&str, &[&str])] = &[
    ("tidegate-domain", &[]),
    ("tidegate-protocol", &["tidegate-domain"]),
    ("tidegate-store", &["tidegate-domain"]),
    ("tidegate-registry", &["tidegate-domain", "tidegate-store"]),
    ("tidegate-policy", &["tidegate-domain"]),
    ("tidegate-trust", &["tidegate-domain"]),
    ("tidegate-backup", &["tidegate-domain"]),
    ("tidegate-git", &["tidegate-domain"]),
    (
        "tidegate-server",
        &[
            "tidegate-domain",
            "tidegate-policy",
            "tidegate-trust",
            "tidegate-backup",
            "tidegate-git",
            "tidegate-protocol",
            "tidegate-store",
            "tidegate-registry",
        ],
    ),
    (
        "tidegate-agent",
        &["tidegate-domain", "tidegate-protocol", "tidegate-trust"],
    ),
    (
        "tidegate-cli",
        &["tidegate-backup", "tidegate-domain", "tidegate-protocol"],
    ),
    (
        "tidegate",
        &[
            "tidegate-server",
            "tidegate-agent",
            "tidegate-cli",
            // The demo speaks of the same things as everybody.
            "tidegate-domain",
            "tidegate-protocol",
        ],
    ),
    ("tidegate-tests", &["tidegate-backup"]),
    ("test-postgres", &[]),
    ("storefront", &[]),
    ("xtask", &[]),
];

/// The crates without I/O, clock and randomness.
const PURE: &[&str] = &["tidegate-domain", "tidegate-policy", "tidegate-trust"];

/// What a crate without I/O, clock and randomness does not import.
const IMPURE: &[&str] = &[
    "axum",
    "deadpool-postgres",
    "futures",
    "getrandom",
    "http",
    "hyper",
    "rand",
    "reqwest",
    "rusqlite",
    "rustls",
    "tempfile",
    "tokio",
    "tokio-postgres",
    "tower",
    "tracing",
];

/// A room of `server`, and the modules of the crate that it may not import.
const ROOMS: &[(&str, &[&str])] = &[
    ("crates/server/src/app", &["engine", "http", "web"]),
    ("crates/server/src/engine", &["agents", "http", "web"]),
    ("crates/server/src/http", &["engine"]),
    ("crates/server/src/web", &["engine"]),
    ("crates/server/src/agents", &["engine", "web"]),
];

/// Manifests against the table.
pub(super) fn crates(metadata: &Value) -> Vec<Finding> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut findings = Vec::new();
    for package in list(&metadata["packages"]) {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = CRATES.iter().find(|(known, _)| *known == name) else {
            findings.push(Finding::of(
                name,
                "the crate is not in the table of xtask/src/tidy/imports.rs",
            ));
            continue;
        };
        let normal = list(&package["dependencies"])
            .into_iter()
            .filter(|d| d["kind"].is_null());
        for dependency in normal {
            let other = dependency["name"].as_str().unwrap_or_default();
            let ours = CRATES.iter().any(|(known, _)| *known == other);
            let impure = PURE.contains(&name) && IMPURE.contains(&other);
            if (ours && !allowed.contains(&other)) || impure {
                findings.push(Finding::of(name, format!("may not import {other}")));
            }
        }
    }
    findings
}

/// Modules of `server` against the table.
pub(super) fn modules(sources: &[Source]) -> Vec<Finding> {
    let look = |source: &Source| {
        let inside = |room: &str| {
            source.path == format!("{room}.rs") || source.path.starts_with(&format!("{room}/"))
        };
        let room = ROOMS
            .iter()
            .find(|(room, _)| source.is_rust() && inside(room));
        let forbidden = room.map_or(&[][..], |(_, forbidden)| *forbidden);
        let imported = imported(&lexer::code(&source.text));
        let bad = forbidden
            .iter()
            .filter(move |module| imported.iter().any(|own| own == *module));
        bad.map(|module| Finding::of(&source.path, format!("may not import `{module}`")))
            .collect::<Vec<_>>()
    };
    sources.iter().flat_map(look).collect()
}

/// The modules of its own crate that the code names, one by one or in braces.
fn imported(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut modules = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                '}' | ',' if depth == 0 => {
                    modules.push(word(group[start..at].trim_start()));
                    start = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::{super::tests::said, *};
    use serde_json::json;

    #[test]
    fn crates_keep_to_the_table() {
        let package = |name: &str, dependency: &str, kind: Value| json!({"packages": [{"name": name, "dependencies": [{"name": dependency, "kind": kind}]}]});
        let good = package("tidegate-server", "tidegate-store", Value::Null);
        assert!(crates(&good).is_empty());
        assert_eq!(
            crates(&package("tidegate-cli", "tidegate-store", Value::Null)).len(),
            1
        );
        assert!(crates(&package("tidegate-cli", "tidegate-server", json!("dev"))).is_empty());
        assert_eq!(
            crates(&package("tidegate-domain", "tokio", Value::Null)).len(),
            1
        );
        assert_eq!(crates(&package("newcomer", "serde", Value::Null)).len(), 1);
    }

    #[test]
    fn rooms_of_the_server_keep_apart() {
        let engine = "crates/server/src/engine/driver.rs";
        assert!(said(modules, engine, "use crate::app::{Error, collect};\n").is_empty());
        assert_eq!(
            said(modules, engine, "use crate::{app::Error, web::page};\n").len(),
            1
        );
        assert_eq!(
            said(modules, engine, "fn a() { crate::http::blob() }\n").len(),
            1
        );
        let nested = "use crate::{app::{web, Error}, keyring};\n";
        assert!(
            said(modules, engine, nested).is_empty(),
            "`web` is somebody else's there"
        );
    }
}
