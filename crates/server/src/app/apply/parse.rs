//! Reading YAML documents so that every fault names file, line and column, and says what was probably meant.

use super::super::{Error, Kind};
use serde::{Deserialize, de::DeserializeOwned};
use tidegate_domain::{
    catalog::{Component, Document, Kind as CatalogKind},
    name::Name,
};
use tidegate_protocol::api::SourceFile;

/// The longest file, in bytes.
const FILE_MAX: usize = 4 * 1024 * 1024;

/// A document and where it stands.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) declared: Declared,
    path: String,
    line: usize,
}

/// What a document declares.
#[derive(Debug)]
pub(super) enum Declared {
    Document(Document),
    Component {
        product: Name,
        component: Box<Component>,
    },
}

impl Declared {
    pub(super) fn kind(&self) -> CatalogKind {
        match self {
            Self::Document(document) => document.kind(),
            Self::Component { .. } => CatalogKind::Component,
        }
    }
}

impl Located {
    /// An error at the beginning of this document.
    pub(super) fn error(&self, why: impl std::fmt::Display) -> Error {
        refuse(&self.path, self.line, 1, &why.to_string())
    }
}

/// Every document of every file, in order.
pub(super) fn files(files: &[SourceFile]) -> Result<Vec<Located>, Error> {
    let mut all: Vec<Located> = Vec::new();
    for file in files {
        if file.text.len() > FILE_MAX {
            return Err(refuse(&file.path, 1, 1, "the file is larger than 4 MiB"));
        }
        for (line, text) in documents(&file.text) {
            if let Some(declared) = document(&file.path, line, &text)? {
                let located = Located {
                    declared,
                    path: file.path.clone(),
                    line,
                };
                refuse_second(&all, &located)?;
                all.push(located);
            }
        }
    }
    if all.is_empty() {
        return Err(Error::refused(
            Kind::BadRequest,
            "nothing-declared",
            "the files declare nothing",
        )
        .hint("begin a document with `kind: Product` and `name: …`"));
    }
    Ok(all)
}

fn refuse_second(all: &[Located], new: &Located) -> Result<(), Error> {
    let key = |located: &Located| match &located.declared {
        Declared::Document(document) => (document.kind(), document.key()),
        Declared::Component { product, component } => (
            CatalogKind::Component,
            format!("{product}/{}", component.name),
        ),
    };
    match all.iter().find(|old| key(old) == key(new)) {
        None => Ok(()),
        Some(old) => {
            let (kind, name) = key(new);
            Err(new.error(format!(
                "{kind} `{name}` is declared already at {}:{}",
                old.path, old.line
            )))
        }
    }
}

/// The documents of a stream with the lines they begin on, each padded so that its lines keep their numbers.
/// `---` at the beginning of a line always ends a document (YAML 1.2.2 §9.1.2).
fn documents(text: &str) -> Vec<(usize, String)> {
    let mut found = vec![(1, String::new())];
    for (i, line) in text.lines().enumerate() {
        let is_marker = line == "---" || line.starts_with("--- ") || line.starts_with("---\t");
        if is_marker {
            found.push((i + 2, "\n".repeat(i + 1)));
        } else if let Some((_, document)) = found.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    let says_something =
        |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    found.retain(|(_, text)| text.lines().any(says_something));
    for (line, text) in &mut found {
        let first = text.lines().position(says_something);
        *line = first.map_or(*line, |first| first + 1);
    }
    found
}

/// Only the kind; the rest is read by the type it names.
#[derive(Deserialize)]
struct Head {
    kind: Option<String>,
}

fn document(path: &str, line: usize, text: &str) -> Result<Option<Declared>, Error> {
    let head: Option<Head> = read(path, text)?;
    let Some(head) = head else { return Ok(None) };
    let Some(word) = head.kind else {
        return Err(refuse(path, line, 1, "the document has no `kind`")
            .hint(format!("use one of {}", kinds())));
    };
    let Some(kind) = CatalogKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
    else {
        let error = refuse(path, line, 1, &format!("`{word}` is not a kind"));
        let meant = nearest(&word, CatalogKind::ALL.iter().map(|kind| kind.as_str()));
        return Err(error.hint(meant.unwrap_or_else(|| format!("use one of {}", kinds()))));
    };
    let body = without_kind(text);
    Ok(Some(match kind {
        CatalogKind::Organisation => Declared::Document(Document::Organisation(read(path, &body)?)),
        CatalogKind::Team => Declared::Document(Document::Team(read(path, &body)?)),
        CatalogKind::Programme => Declared::Document(Document::Programme(read(path, &body)?)),
        CatalogKind::Product => Declared::Document(Document::Product(Box::new(read(path, &body)?))),
        CatalogKind::Environment => Declared::Document(Document::Environment(read(path, &body)?)),
        CatalogKind::Target => Declared::Document(Document::Target(read(path, &body)?)),
        CatalogKind::Ring => Declared::Document(Document::Ring(read(path, &body)?)),
        CatalogKind::Component => component(path, &body)?,
    }))
}

/// A component declared apart names its product, which its record does not.
fn component(path: &str, body: &str) -> Result<Declared, Error> {
    #[derive(Deserialize)]
    struct Owner {
        product: Name,
    }
    let owner: Owner = read(path, body)?;
    let component = Box::new(read(path, &without_key(body, "product"))?);
    Ok(Declared::Component {
        product: owner.product,
        component,
    })
}

fn without_kind(text: &str) -> String {
    without_key(text, "kind")
}

/// The text with the line of a top-level key left empty: the lines after it keep their numbers.
fn without_key(text: &str, key: &str) -> String {
    let is_key = |line: &&str| {
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let lines = text
        .lines()
        .map(|line| if is_key(&line) { "" } else { line });
    lines.fold(String::new(), |mut all, line| {
        all.push_str(line);
        all.push('\n');
        all
    })
}

fn read<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, Error> {
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) = error
            .location()
            .map_or((1, 1), |at| (at.line(), at.column()));
        let (line, column) = (
            usize::try_from(line).unwrap_or(1),
            usize::try_from(column).unwrap_or(1),
        );
        let why = words(&error.without_snippet().to_string());
        let refusal = refuse(path, line, column, &why);
        match meant(&why) {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    })
}

/// The message without its own mention of the place, and without advice for programmers.
fn words(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(words, _)| words);
    message
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(message)
        .to_owned()
}

/// For "unknown field `x`, expected one of a, b": the nearest of those.
fn meant(why: &str) -> Option<String> {
    let rest = why.strip_prefix("unknown field `")?;
    let (word, expected) = rest.split_once('`')?;
    let expected = expected
        .split_once("expected ")?
        .1
        .trim_start_matches("one of ");
    nearest(
        word,
        expected.split(", ").map(|name| name.trim_matches('`')),
    )
}

fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

fn kinds() -> String {
    CatalogKind::ALL.map(CatalogKind::as_str).join(", ")
}

fn refuse(path: &str, line: usize, column: usize, why: &str) -> Error {
    Error::refused(
        Kind::BadRequest,
        "file-invalid",
        format!("{path}:{line}:{column}: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let file = SourceFile {
            path: "a.yaml".into(),
            text: text.into(),
        };
        match files(&[file]) {
            Ok(found) => format!("{} declared", found.len()),
            Err(Error::Refused { detail, hint, .. }) => {
                format!(
                    "{detail}{}",
                    hint.map(|h| format!(" ({h})")).unwrap_or_default()
                )
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn check(text: &str, expect: &str) {
        let found = fault(text);
        assert!(
            found.contains(expect),
            "{text:?} gave {found:?}, expected {expect:?}"
        );
    }

    #[test]
    fn faults_name_the_place_and_what_was_meant() {
        check(
            "kind: Product\nname: a\ncomponnets: []\n",
            "a.yaml:3:1: unknown field `componnets`",
        );
        check(
            "kind: Product\nname: a\ncomponnets: []\n",
            "did you mean `components`?",
        );
        check(
            "kind: Prodct\nname: a\n",
            "a.yaml:1:1: `Prodct` is not a kind (did you mean `Product`?)",
        );
        check("name: a\n", "a.yaml:1:1: the document has no `kind`");
        check(
            "kind: Team\nname: a\nname: b\n",
            "a.yaml:3:1: duplicate mapping key",
        );
        check("kind: Team\nname: A B\n", "is not a name");
        check(
            "kind: Target\nname: a\nenvironment: live\nvars: [1]\n",
            "a.yaml:4:",
        );
        check("kind: Team\nname: *x\n", "a.yaml:2:7");
        check("# nothing\n---\n", "the files declare nothing");
    }

    #[test]
    fn lines_are_counted_through_the_whole_file() {
        check(
            "kind: Team\nname: a\n---\n\nkind: Team\nnaem: b\n",
            "a.yaml:6:1: unknown field `naem`",
        );
        check(
            "kind: Team\nname: a\n---\nkind: Team\nname: a\n",
            "a.yaml:4:1: Team `a` is declared already at a.yaml:1",
        );
    }

    #[test]
    fn the_documented_example_is_read() {
        let text = "kind: Product\nname: storefront\npath: [testing]\ncomponents:\n  - name: web\n    driver: service\n    \
            service:\n      command: [\"./storefront\", \"--port\", \"${vars.web_port}\"]\n      \
            health: { http: { path: /healthz, port: \"${vars.web_port}\" }, interval: 500ms, healthy_after: 2, \
            unhealthy_after: 2, deadline: 20s }\n      stop: { signal: TERM, grace: 10s }\n---\n\
            kind: Environment\nname: testing\n---\nkind: Target\nname: t-1\nenvironment: testing\nvars: { web_port: 18101 }\n";
        check(text, "3 declared");
    }
}
