//! Every route is described for programs, and somebody asks who calls it and whether they may.

use super::{Finding, Source};

/// Where the handlers of the API are.
const ROOM: &str = "crates/server/src/http/v1";

/// The table of who may ask for what, which a test puts to every route: a file, and what is below it.
const TABLE: &str = "tests/tests/access/rows";

/// Routes that the API's document leaves out: where they are made, how they begin, and why.
const APART: &[(&str, &str, &str)] = &[
    (
        "crates/server/src/web/",
        "/",
        "pages are for people; what they show is in the API too",
    ),
    (
        "crates/server/src/agents/",
        "/agent/v1/",
        "agents prove by a certificate who they are, and speak a protocol with versions of its own",
    ),
    (
        "crates/registry/src/",
        "/v2",
        "OCI Distribution describes it",
    ),
    (
        "crates/server/src/http/v1.rs",
        "/api/openapi.json",
        "it is the document itself",
    ),
    (
        "crates/server/src/http/log.rs",
        "/log/",
        "C2SP tlog-tiles describes it",
    ),
    (
        "crates/server/src/http/registry_token.rs",
        "/registry/",
        "distribution's token specification describes it",
    ),
    (
        "crates/server/src/http/router.rs",
        "/healthz",
        "whoever watches the server has no token",
    ),
    (
        "crates/server/src/http/router.rs",
        "/readyz",
        "whoever watches the server has no token",
    ),
    (
        "crates/server/src/http/router.rs",
        "/metrics",
        "in Prometheus' format, for which it holds no names",
    ),
];

/// What strangers may ask for, see or send, and why.
const OPEN: &[(&str, &str)] = &[
    ("sign_in::show", "nobody is signed in yet"),
    ("sign_in::enter", "the link or the token says who it is"),
    ("provider::go", "nobody is signed in yet"),
    (
        "provider::back",
        "the provider says who it is, and the browser that it asked",
    ),
    (
        "suppliers::hear",
        "the signature of the request says who it is",
    ),
    ("outside::show", "the link says whom it is for"),
    ("outside::act", "the link says whom it is for"),
    ("outside::announce", "the link says whom it is for"),
    ("trusts::exchange", "the program's own token says who it is"),
    (
        "sign_in::leave",
        "it only ends the session that it is sent with",
    ),
    (
        "opt_in::show",
        "the link that was mailed says whom it is for",
    ),
    (
        "opt_in::say",
        "the link that was mailed says whom it is for",
    ),
    ("status_page::show", "it is declared for outsiders"),
    ("status_page::data", "it is declared for outsiders"),
    ("status_page::feed", "it is declared for outsiders"),
];

/// A handler: its method and path as `#[utoipa::path]` has them, its name, and its parameters.
struct Handler<'a> {
    source: &'a Source,
    method: &'a str,
    path: &'a str,
    name: &'a str,
    parameters: &'a str,
}

/// Each route is described, or apart for a reason.
pub(super) fn described(sources: &[Source]) -> Vec<Finding> {
    let handlers = handlers(sources);
    let look = |source: &Source| {
        let code = source.text.split("#[cfg(test)]").next().unwrap_or("");
        let routes = between(code, ".route(", ",").into_iter();
        let routes = routes.map(|path| path.trim().trim_matches('"'));
        let known = |path: &&str| {
            let apart = |(place, beginning, _): &(&str, &str, &str)| {
                source.path.starts_with(place) && path.starts_with(beginning)
            };
            handlers.iter().any(|handler| handler.path == *path) || APART.iter().any(apart)
        };
        let finding = |path| Finding::of(&source.path, format!("{path} has no #[utoipa::path]"));
        routes
            .filter(|path| !known(path))
            .map(finding)
            .collect::<Vec<_>>()
    };
    let read = |source: &&Source| {
        source.is_rust() && source.path.starts_with("crates/") && !source.is_test()
    };
    sources.iter().filter(read).flat_map(look).collect()
}

/// Each handler is in the document.
pub(super) fn listed(sources: &[Source]) -> Vec<Finding> {
    let document = text(sources, &format!("{ROOM}.rs"));
    judge(sources, |handler| {
        let name = format!("{}::{}", module(handler.source), handler.name);
        let what = format!("{name} is not in the OpenAPI document");
        (!document.contains(&name)).then_some(what)
    })
}

/// Each handler has a row in the table of who may ask for what.
pub(super) fn permitted(sources: &[Source]) -> Vec<Finding> {
    let files = sources.iter().filter(|it| it.path.starts_with(TABLE));
    let table: String = files.flat_map(|it| it.text.split_whitespace()).collect();
    judge(sources, |handler| {
        let (method, path) = (handler.method, handler.path);
        let what = format!("{method} {path} has no row in {TABLE}");
        (!table.contains(&format!("(\"{method}\",\"{path}\","))).then_some(what)
    })
}

/// Each handler takes who calls it: [`OPEN`] says which do not.
pub(super) fn known_callers(sources: &[Source]) -> Vec<Finding> {
    let api = judge(sources, |handler| {
        let what = format!("{} does not ask who calls it", handler.name);
        let asks = ["Caller(", "Subscriber(", "Tracker(", "Reader("];
        let is_asked = asks.iter().any(|ask| handler.parameters.contains(ask));
        let full = format!("{}::{}", module(handler.source), handler.name);
        let is_open = OPEN.iter().any(|(open, _)| *open == full);
        (!is_asked && !is_open).then_some(what)
    });
    let pages = sources.iter().filter(|source| {
        source.path.starts_with("crates/server/src/web/pages/") && source.is_rust()
    });
    let strangers = pages.flat_map(|source| {
        let functions = between(&source.text, "pub(in crate::web) async fn ", "{");
        let open = move |function: &&str| {
            let name = format!("{}::{}", module(source), name(function));
            OPEN.iter().any(|(open, _)| *open == name)
        };
        let unknown = functions
            .into_iter()
            .filter(move |function| !function.contains("Visitor(") && !open(function));
        unknown.map(|function| {
            let what = format!("{} does not ask who calls it", name(function));
            Finding::of(&source.path, what)
        })
    });
    api.into_iter().chain(strangers).collect()
}

fn judge(sources: &[Source], fault: impl Fn(&Handler<'_>) -> Option<String>) -> Vec<Finding> {
    let finding = |handler: &Handler<'_>| Some(Finding::of(&handler.source.path, fault(handler)?));
    handlers(sources).iter().filter_map(finding).collect()
}

/// Every handler of the API.
fn handlers<'a>(sources: &'a [Source]) -> Vec<Handler<'a>> {
    let room = sources
        .iter()
        .filter(|source| source.path.starts_with(&format!("{ROOM}/")));
    let read = |source: &'a Source| {
        let attributes = between(&source.text, "#[utoipa::path(", "{\n").into_iter();
        attributes.map(move |text: &str| {
            let function = text.split("async fn ").nth(1).unwrap_or_default();
            Handler {
                source,
                method: text.split(',').next().unwrap_or_default().trim(),
                path: between(text, "path = \"", "\"").first().unwrap_or(&""),
                name: name(function),
                parameters: function,
            }
        })
    };
    room.flat_map(read).collect()
}

fn text<'a>(sources: &'a [Source], path: &str) -> &'a str {
    let source = sources.iter().find(|source| source.path == path);
    source.map_or("", |source| &source.text)
}

fn module(source: &Source) -> &str {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    file.trim_end_matches(".rs")
}

fn name(function: &str) -> &str {
    function.split(['(', '<']).next().unwrap_or_default()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = text.split(before).skip(1);
    parts.filter_map(|part| part.split(after).next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDLER: &str = "r.route(\"/api/v1/a/{id}\", get(show));
#[utoipa::path(get, path = \"/api/v1/a/{id}\")]
async fn show(app: State, Caller(request): Caller) -> Shown {
}
";

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.into(),
            text: text.into(),
        }
    }

    fn handler(text: &str) -> Source {
        source("crates/server/src/http/v1/a.rs", text)
    }

    #[test]
    fn a_route_is_described_or_apart_for_a_reason() {
        assert!(described(&[handler(HANDLER)]).is_empty());
        let bare = "r.route(\n    \"/api/v1/b\",\n    get(show),\n);\n";
        assert_eq!(described(&[handler(bare)]).len(), 1);
        let page = "r.route(\"/b\", get(show));\n";
        assert!(described(&[source("crates/server/src/web/router.rs", page)]).is_empty());
        assert_eq!(
            described(&[source("crates/server/src/http/router.rs", page)]).len(),
            1
        );
    }

    #[test]
    fn a_handler_is_in_the_document() {
        let document = |text: &str| source("crates/server/src/http/v1.rs", text);
        assert!(listed(&[document("paths(a::show)"), handler(HANDLER)]).is_empty());
        assert_eq!(listed(&[document("paths()"), handler(HANDLER)]).len(), 1);
    }

    #[test]
    fn a_handler_has_a_row_of_who_may() {
        let table = |text: &str| source(TABLE, text);
        let row = "(\n    \"get\",\n    \"/api/v1/a/{id}\",\n    2,\n),";
        assert!(permitted(&[table(row), handler(HANDLER)]).is_empty());
        let other = row.replace("get", "put");
        assert_eq!(permitted(&[table(&other), handler(HANDLER)]).len(), 1);
    }

    #[test]
    fn a_handler_asks_who_calls() {
        assert!(known_callers(&[handler(HANDLER)]).is_empty());
        let deaf = HANDLER.replace(", Caller(request): Caller", "");
        assert_eq!(known_callers(&[handler(&deaf)]).len(), 1);
        let feed = HANDLER.replace("Caller(request): Caller", "Subscriber(request): Subscriber");
        assert!(known_callers(&[handler(&feed)]).is_empty());
        let page = |parameters: &str| {
            let text = format!("pub(in crate::web) async fn show({parameters}) -> Response {{\n}}");
            source("crates/server/src/web/pages/a.rs", &text)
        };
        assert!(known_callers(&[page("Visitor(request): Visitor")]).is_empty());
        assert_eq!(known_callers(&[page("app: State")]).len(), 1);
    }
}
