//! SPDX 3.0 as JSON-LD, <https://spdx.github.io/spdx-spec/v3.0.1/>: a graph of elements that refer to each other.

use super::{
    Bill, Checksum, Format, Licence,
    assembly::{Assembly, Found, Only},
    tree::Tree,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn is_named_by(tree: &Tree<'_>) -> bool {
    let contexts = tree.items_of("@context").iter().filter_map(Tree::text);
    contexts
        .into_iter()
        .any(|url| url.contains("spdx.org/rdf/"))
}

pub(super) fn read(tree: &Tree<'_>) -> Bill {
    let graph = Graph::of(tree.items_of("@graph"));
    let info = graph.of_type("CreationInfo").next();
    let version = info.and_then(|info| info.text_of("specVersion"));
    let mut assembly = Assembly::new(Format::Spdx, version.unwrap_or("3.0"));
    assembly.made(
        info.and_then(|info| info.text_of("created")),
        graph
            .of_type("Tool")
            .filter_map(|tool| Some(tool.text_of("name")?.to_owned())),
    );
    let described = graph.described();
    let is_described = |element: &Tree<'_>| id_of(element).is_some_and(|id| described.contains(id));
    let packages = graph
        .of_type("Package")
        .filter(|package| is_described(package));
    let only = Only::of(packages.count());
    for element in graph.of_type("Package").chain(graph.of_type("File")) {
        let found = graph.found(element);
        match is_described(element) {
            true => assembly.subject(found, only),
            false if type_of(element) == "Package" => assembly.part(found),
            false => {}
        }
    }
    for (from, to) in graph.related(&["dependsOn", "contains", "hasDynamicLink", "hasStaticLink"]) {
        let is_file = graph
            .elements
            .get(to)
            .is_some_and(|to| type_of(to) != "Package");
        if !is_file {
            assembly.needs(from, to);
        }
    }
    assembly.finish()
}

struct Graph<'a> {
    all: &'a [Tree<'a>],
    elements: BTreeMap<&'a str, &'a Tree<'a>>,
    /// The licences of an element by its id: declared first, so that a concluded one takes its place.
    licences: BTreeMap<&'a str, Licence>,
}

/// The type without the prefix of its profile: `software_Package`, `software:Package` and `Package` are one.
fn type_of<'a>(element: &'a Tree<'_>) -> &'a str {
    let written = element.text_of("type").or_else(|| element.text_of("@type"));
    let written = written.unwrap_or_default();
    written.rsplit(['_', ':', '/']).next().unwrap_or_default()
}

fn id_of<'a>(element: &'a Tree<'_>) -> Option<&'a str> {
    element.text_of("spdxId").or_else(|| element.text_of("@id"))
}

/// A property with or without the prefix of its profile.
fn property<'a>(element: &'a Tree<'_>, profile: &str, name: &str) -> Option<&'a str> {
    element
        .text_of(&format!("{profile}_{name}"))
        .or_else(|| element.text_of(name))
}

impl<'a> Graph<'a> {
    fn of(all: &'a [Tree<'a>]) -> Self {
        let named = all
            .iter()
            .filter_map(|element| Some((id_of(element)?, element)));
        let mut graph = Self {
            all,
            elements: named.collect(),
            licences: BTreeMap::new(),
        };
        let mut licences = BTreeMap::new();
        for kind in ["hasDeclaredLicense", "hasConcludedLicense"] {
            for (from, to) in graph.related(&[kind]) {
                let said = graph
                    .elements
                    .get(to)
                    .and_then(|licence| licence_text(licence));
                licences.extend(said.and_then(Licence::said).map(|licence| (from, licence)));
            }
        }
        graph.licences = licences;
        graph
    }

    fn of_type(&self, name: &str) -> impl Iterator<Item = &'a Tree<'a>> {
        let all = self.all.iter();
        all.filter(move |element| type_of(element) == name)
    }

    /// Both ends of the relationships of the given types.
    fn related<'b>(&self, kinds: &'b [&str]) -> impl Iterator<Item = (&'a str, &'a str)> + 'b
    where
        'a: 'b,
    {
        let all = self.all.iter();
        let fitting = all.filter(|element| {
            let relates = type_of(element).ends_with("Relationship");
            relates
                && element
                    .text_of("relationshipType")
                    .is_some_and(|kind| kinds.contains(&kind))
        });
        fitting.flat_map(|element| {
            let from = element.text_of("from").unwrap_or_default();
            let to = element.items_of("to").iter().filter_map(Tree::text);
            to.map(move |to| (from, to))
        })
    }

    /// The roots of documents and bills, followed to packages and files, and what is said to be described.
    fn described(&self) -> BTreeSet<&'a str> {
        let containers = ["SpdxDocument", "Sbom", "Bom"].into_iter();
        let roots = containers.flat_map(|name| self.of_type(name));
        let roots = roots.flat_map(|element| element.items_of("rootElement"));
        let described = self.related(&["describes"]).map(|(_, to)| to);
        roots.filter_map(Tree::text).chain(described).collect()
    }

    fn found(&self, element: &'a Tree<'a>) -> Found<'a> {
        let id = id_of(element);
        let external = |kinds: &[&str]| {
            let identifiers = self.resolved(element, "externalIdentifier");
            let mut fitting = identifiers.filter(|entry| {
                let kind = entry.text_of("externalIdentifierType");
                kind.is_some_and(|kind| kinds.contains(&kind))
            });
            fitting.find_map(|entry| entry.text_of("identifier"))
        };
        Found {
            reference: id,
            group: None,
            name: element.text_of("name"),
            version: property(element, "software", "packageVersion"),
            purl: property(element, "software", "packageUrl")
                .or_else(|| external(&["packageUrl", "purl"])),
            cpe: external(&["cpe23", "cpe22"]),
            source: None,
            licences: id
                .and_then(|id| self.licences.get(id))
                .cloned()
                .into_iter()
                .collect(),
            digests: self.digests(element),
        }
    }

    fn digests(&self, element: &'a Tree<'a>) -> Vec<Checksum> {
        let methods = self.resolved(element, "verifiedUsing");
        methods
            .filter_map(|hash| {
                Checksum::read(hash.text_of("algorithm")?, hash.text_of("hashValue")?)
            })
            .take(super::read::LISTED_MAX)
            .collect()
    }

    /// The values of a key; one that is only an id is looked up in the graph.
    fn resolved(&self, element: &'a Tree<'a>, key: &str) -> impl Iterator<Item = &'a Tree<'a>> {
        let items = element.items_of(key).iter();
        items.filter_map(|item| match item.text() {
            Some(id) => self.elements.get(id).copied(),
            None => Some(item),
        })
    }
}

fn licence_text<'a>(licence: &'a Tree<'_>) -> Option<&'a str> {
    property(licence, "simplelicensing", "licenseExpression")
        .or_else(|| licence.text_of("name"))
        .or_else(|| id_of(licence)?.strip_prefix("https://spdx.org/licenses/"))
}
