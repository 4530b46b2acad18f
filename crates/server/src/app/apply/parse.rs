//! Reading YAML documents so that every fault names file, line and column, and says what was probably meant.

mod told;

use super::super::{Error, Kind, gate};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use tidegate_domain::{
    catalog::{Component, Document, KeySet, Kind as CatalogKind, Policy},
    control::Control,
    name::Name,
    procedure::{BODY_MAX, Procedure},
};
use tidegate_policy::PolicyFault;
use tidegate_protocol::api::SourceFile;
pub(in crate::app) use told::nearest;
use told::{kinds, meant, refuse, words, zone};

/// The longest file, in bytes.
const FILE_MAX: usize = 4 * 1024 * 1024;
/// The most documents of one request.
const DOCUMENTS_MAX: usize = 20_000;

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

    /// What no two documents share.
    fn key(&self) -> (CatalogKind, String) {
        let name = match self {
            Self::Document(document) => document.key(),
            Self::Component { product, component } => format!("{product}/{}", component.name),
        };
        (self.kind(), name)
    }
}

impl Located {
    /// Where it stands, as errors tell it.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    /// An error at the beginning of this document.
    pub(super) fn error(&self, why: impl std::fmt::Display) -> Error {
        refuse(&self.path, self.line, 1, &why.to_string())
    }
}

/// Every document of every file, in order.
pub(super) fn files(files: &[SourceFile]) -> Result<Vec<Located>, Error> {
    let mut all: Vec<Located> = Vec::new();
    let mut places = BTreeMap::new();
    for file in files {
        if file.text.len() > FILE_MAX {
            return Err(refuse(&file.path, 1, 1, "the file is larger than 4 MiB"));
        }
        for part in documents(file) {
            if let Some(declared) = document(&part)? {
                let located = Located {
                    declared,
                    path: file.path.clone(),
                    line: part.line(),
                };
                if all.len() >= DOCUMENTS_MAX {
                    return Err(located
                        .error("the files declare more than 20000 things; apply them in parts"));
                }
                if let Some(old) = places.insert(located.declared.key(), all.len()) {
                    return Err(second(all.get(old), &located));
                }
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

/// The one thing that a text is, which is no declaration.
pub(super) fn whole<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, Error> {
    if text.len() > FILE_MAX {
        return Err(refuse(path, 1, 1, "the file is larger than 4 MiB"));
    }
    let part = Part {
        path,
        above: 0,
        text: text.to_owned(),
        beside: None,
    };
    read(&part, text)
}

fn second(old: Option<&Located>, new: &Located) -> Error {
    let (kind, name) = new.declared.key();
    let at = old.map(|old| format!(" at {}:{}", old.path, old.line));
    let at = at.unwrap_or_default();
    new.error(format!("{kind} `{name}` is declared already{at}"))
}

/// A document of a stream.
struct Part<'a> {
    path: &'a str,
    /// Lines of the file before it.
    above: usize,
    text: String,
    /// The texts of other files that came with it.
    beside: Option<&'a BTreeMap<String, String>>,
}

impl Part<'_> {
    /// The first line that says something, counted in the file.
    fn line(&self) -> usize {
        self.above
            + 1
            + self
                .text
                .lines()
                .position(says_something)
                .unwrap_or_default()
    }
}

impl Part<'_> {
    /// Where in the file a place inside the text of a top-level key is. A block (`|`) begins on the line below its key;
    /// of any other form only the line of the key is told.
    fn inside(&self, key: &str, (line, column): (usize, usize)) -> (usize, usize) {
        let is_key = |text: &str| {
            text.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(':'))
        };
        let lines: Vec<&str> = self.text.lines().collect();
        let Some(at) = lines.iter().position(|text| is_key(text)) else {
            return (self.line(), 1);
        };
        let is_block = lines.get(at).is_some_and(|text| text.contains('|'));
        let indent = lines
            .get(at + 1)
            .map_or(0, |text| text.len() - text.trim_start().len());
        if is_block {
            (self.above + at + 1 + line, column + indent)
        } else {
            (self.above + at + 1, 1)
        }
    }
}

fn says_something(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

/// The documents of a file that say something. `---` at the beginning of a line always ends a document (YAML 1.2.2
/// §9.1.2).
fn documents(file: &SourceFile) -> Vec<Part<'_>> {
    let part = |above| Part {
        path: &file.path,
        above,
        text: String::new(),
        beside: Some(&file.beside),
    };
    let mut found = vec![part(0)];
    for (i, line) in file.text.lines().enumerate() {
        let is_marker = line == "---" || line.starts_with("--- ") || line.starts_with("---\t");
        if is_marker {
            found.pop_if(|part| !part.text.lines().any(says_something));
            found.push(part(i + 1));
        } else if let Some(part) = found.last_mut() {
            part.text.push_str(line);
            part.text.push('\n');
        }
    }
    found.retain(|part| part.text.lines().any(says_something));
    found
}

/// Only the kind; the rest is read by the type it names.
#[derive(Deserialize)]
struct Head {
    kind: Option<String>,
}

fn document(part: &Part<'_>) -> Result<Option<Declared>, Error> {
    let (path, line) = (part.path, part.line());
    let head: Option<Head> = read(part, &part.text)?;
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
    let body = without_kind(&part.text);
    Ok(Some(match kind {
        CatalogKind::Organisation => Declared::Document(Document::Organisation(read(part, &body)?)),
        CatalogKind::Team => Declared::Document(Document::Team(read(part, &body)?)),
        CatalogKind::Role => Declared::Document(Document::Role(read(part, &body)?)),
        CatalogKind::Policy => Declared::Document(Document::Policy(policy(part, &body)?)),
        CatalogKind::Procedure => {
            Declared::Document(Document::Procedure(Box::new(procedure(part, &body)?)))
        }
        CatalogKind::Control => {
            Declared::Document(Document::Control(Box::new(control(part, &body)?)))
        }
        CatalogKind::ChangeTemplate => {
            Declared::Document(Document::ChangeTemplate(read(part, &body)?))
        }
        CatalogKind::KeySet => Declared::Document(Document::KeySet(key_set(part, &body)?)),
        CatalogKind::ReleaseTemplate => {
            Declared::Document(Document::ReleaseTemplate(Box::new(read(part, &body)?)))
        }
        CatalogKind::HandoverTemplate => {
            Declared::Document(Document::HandoverTemplate(Box::new(read(part, &body)?)))
        }
        CatalogKind::Tracker => Declared::Document(Document::Tracker(read(part, &body)?)),
        CatalogKind::Stakeholder => Declared::Document(Document::Stakeholder(read(part, &body)?)),
        CatalogKind::Channel => Declared::Document(Document::Channel(read(part, &body)?)),
        CatalogKind::Audience => {
            Declared::Document(Document::Audience(Box::new(read(part, &body)?)))
        }
        CatalogKind::MessageTemplate => {
            Declared::Document(Document::MessageTemplate(Box::new(read(part, &body)?)))
        }
        CatalogKind::StatusPage => Declared::Document(Document::StatusPage(read(part, &body)?)),
        CatalogKind::Supplier => {
            Declared::Document(Document::Supplier(Box::new(read(part, &body)?)))
        }
        CatalogKind::Programme => Declared::Document(Document::Programme(read(part, &body)?)),
        CatalogKind::Product => Declared::Document(Document::Product(Box::new(read(part, &body)?))),
        CatalogKind::Environment => Declared::Document(Document::Environment(read(part, &body)?)),
        CatalogKind::Target => Declared::Document(Document::Target(read(part, &body)?)),
        CatalogKind::Ring => Declared::Document(Document::Ring(read(part, &body)?)),
        CatalogKind::Strategy => {
            Declared::Document(Document::Strategy(Box::new(read(part, &body)?)))
        }
        CatalogKind::Window => Declared::Document(Document::Window(read(part, &body)?)),
        CatalogKind::Freeze => Declared::Document(Document::Freeze(read(part, &body)?)),
        CatalogKind::Component => component(part, &body)?,
    }))
}

/// A policy is Cedar inside YAML: what is wrong with it is told by the line of the file.
fn policy(part: &Part<'_>, body: &str) -> Result<Policy, Error> {
    let policy: Policy = read(part, body)?;
    let examined = tidegate_policy::examine(&gate::text(policy.clone()));
    fits(part, examined, "tidegate policy schema").map(|()| policy)
}

/// A procedure may have its text in a file beside it.
fn procedure(part: &Part<'_>, body: &str) -> Result<Procedure, Error> {
    #[derive(Deserialize)]
    struct Named {
        file: Option<String>,
    }
    let Named { file } = read(part, body)?;
    let Some(file) = file else {
        return read(part, body);
    };
    let mut procedure: Procedure = read(part, &without_key(body, "file"))?;
    let (line, column) = part.inside("file", (1, 1));
    let refuse = |why: &str| refuse(part.path, line, column, why);
    if !procedure.body.is_empty() {
        return Err(refuse("it has both `body` and `file`: say one of them"));
    }
    let text = part.beside.and_then(|beside| beside.get(&file));
    let text = text.ok_or_else(|| {
        refuse(&format!("the text of `{file}` did not come with it"))
            .hint("`tidegate apply` sends files that lie beside; over the API say them under `beside`, or write the text as `body`")
    })?;
    if text.len() > BODY_MAX {
        return Err(refuse(&format!(
            "`{file}` is longer than {BODY_MAX} bytes: make several procedures of it"
        )));
    }
    procedure.body.clone_from(text);
    Ok(procedure)
}

/// So is that of a control.
fn control(part: &Part<'_>, body: &str) -> Result<Control, Error> {
    let control: Control = read(part, body)?;
    let examined = tidegate_policy::examine_control(&control);
    fits(part, examined, "tidegate controls schema").map(|()| control)
}

/// Signers are read twice: as what they have to be, which tells the place of a fault, and as they are kept.
fn key_set(part: &Part<'_>, body: &str) -> Result<KeySet, Error> {
    #[derive(Deserialize)]
    struct Signers {
        signers: tidegate_trust::keys::KeySet,
    }
    let Signers { signers } = read(part, body)?;
    let kept = serde_json::to_value(&signers);
    Ok(KeySet {
        signers: kept.map_err(|why| Error::Broken(why.to_string()))?,
        ..read(part, body)?
    })
}

fn fits(part: &Part<'_>, examined: Result<(), PolicyFault>, schema: &str) -> Result<(), Error> {
    let Err(fault) = examined else { return Ok(()) };
    let (line, column) = part.inside("policy", (fault.line, fault.column));
    let refusal = refuse(part.path, line, column, &fault.message);
    Err(match fault.help {
        Some(help) => refusal.hint(help),
        None => refusal.hint(format!("`{schema}` shows what it can be about")),
    })
}

/// A component declared apart names its product, which its record does not.
fn component(part: &Part<'_>, body: &str) -> Result<Declared, Error> {
    #[derive(Deserialize)]
    struct Owner {
        product: Name,
    }
    let owner: Owner = read(part, body)?;
    let component = Box::new(read(part, &without_key(body, "product"))?);
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

fn read<T: DeserializeOwned>(part: &Part<'_>, text: &str) -> Result<T, Error> {
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) = error
            .location()
            .map_or((1, 1), |at| (at.line(), at.column()));
        let (line, column) = (
            usize::try_from(line).unwrap_or(1),
            usize::try_from(column).unwrap_or(1),
        );
        let why = words(&error.without_snippet().to_string());
        // What is wrong with a whole document has no place of its own.
        let line = (part.above + line).max(part.line());
        let refusal = refuse(part.path, line, column, &why);
        match meant(&why).or_else(|| zone(&why)) {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let file = SourceFile {
            path: "a.yaml".into(),
            text: text.into(),
            beside: [("a.md".to_owned(), "# A".to_owned())].into(),
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
        check(
            "kind: Target\nname: a\nenvironment: live\nslots:\n  blue: { port: 1 }\n  gren: { port: 2 }\n",
            "a.yaml:6:3: unknown field `gren`, expected one of blue, green (did you mean `green`?)",
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
    fn a_procedure_has_its_text_or_names_the_file_that_has_it() {
        let text = |lines: &str| format!("kind: Procedure\nname: a\nowner: team:shop\n{lines}");
        check(&text("body: \"# A\"\n"), "1 declared");
        check(&text("file: a.md\n"), "1 declared");
        check(
            &text("file: b.md\n"),
            "a.yaml:4:1: the text of `b.md` did not come with it",
        );
        check(
            &text("body: x\nfile: a.md\n"),
            "a.yaml:5:1: it has both `body` and `file`",
        );
        check(&text("binds: [level:9]\n"), "`level:9` binds nobody");
    }

    /// A freeze with `lines` in place of what says when it is.
    fn freeze(lines: &str) -> String {
        format!("# of the shop\nkind: Freeze\nname: year-end\nreason: Closing\n{lines}")
    }

    #[test]
    fn faults_of_the_calendar_name_the_place_and_the_remedy() {
        let once = |from: &str, to: &str, zone: &str| {
            freeze(&format!(
                "once:\n  from: {from}\n  to: {to}\n  time_zone: {zone}\n"
            ))
        };
        let every = |rule: &str, lasts: &str| {
            freeze(&format!(
                "every:\n  starts: 2026-01-05T09:00\n  rule: {rule}\n  lasts: {lasts}\n  time_zone: UTC\n"
            ))
        };
        let good = once("2026-12-20T18:00", "2027-01-04", "Europe/Berlin");
        check(&good, "1 declared");
        for (text, expect) in [
            (
                once("2026-12-20", "2027-01-04", "Europe/Berln"),
                "a.yaml:8:14: `Europe/Berln` is not a time zone: write for instance Europe/Amsterdam or UTC (did you mean `Europe/Berlin`?)",
            ),
            (
                once("2026-12-20", "2027-01-04", "berlin"),
                "did you mean `Europe/Berlin`?",
            ),
            (
                once("2027-01-04", "2026-12-20", "UTC"),
                "a.yaml:6:3: `to` is not after `from`",
            ),
            (
                once("noon", "2026-12-20", "UTC"),
                "a.yaml:6:9: `noon` is not a local time: write for instance",
            ),
            (
                every("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "1h"),
                "a.yaml:6:3: `FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30` does not happen in the 400 years after its start",
            ),
            (
                every("FREQ=MINUTELY", "30d"),
                "a.yaml:6:3: it may overlap itself 43200 times, which is more than 10000: make it rarer or shorter",
            ),
            (every("FREQ=WEEKLI", "1h"), "a.yaml:7:9: `WEEKLI`"),
            (
                every("FREQ=DAILY", "a while"),
                "a.yaml:8:10: `a while` is not a length",
            ),
            (freeze(""), "a.yaml:2:1: say when it is by one of `once:"),
            (
                format!("{good}product: shop\nenvironment: live\n"),
                "a.yaml:2:1: it names a product and an environment",
            ),
            (
                format!("{good}in_flight: stop\n"),
                "a.yaml:9:12: unknown variant `stop`, expected one of finish, finish-wave-then-hold, hold-at-once",
            ),
        ] {
            check(&text, expect);
        }
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
