//! SPDX 2.2 and 2.3 as JSON, <https://spdx.github.io/spdx-spec/v2.3/>.

use super::{
    Bill, Checksum, Format, Licence,
    assembly::{Assembly, Found, Only},
    tree::Tree,
};
use std::collections::BTreeSet;

pub(super) fn read(tree: &Tree<'_>, version: &str) -> Bill {
    let mut assembly = Assembly::new(Format::Spdx, version);
    if let Some(info) = tree.get("creationInfo") {
        let creators = info.items_of("creators").iter().filter_map(Tree::text);
        let tools = creators.filter_map(|creator| creator.strip_prefix("Tool:"));
        assembly.made(info.text_of("created"), tools.map(str::to_owned));
    }
    let described = described(tree);
    let only = Only::of(described.len());
    let named = |item: &Tree<'_>| {
        let id = item.text_of("SPDXID");
        id.is_some_and(|id| described.contains(id))
    };
    for package in tree.items_of("packages") {
        let found = found(package);
        match named(package) {
            true => assembly.subject(found, only),
            false => assembly.part(found),
        }
    }
    let files = tree.items_of("files").iter();
    for file in files.filter(|file| named(file)) {
        assembly.subject(described_file(file), Only::One);
    }
    for relationship in tree.items_of("relationships") {
        relate(relationship, &mut assembly);
    }
    assembly.finish()
}

/// The elements that the document describes, by either of the two ways to say so.
fn described<'a>(tree: &'a Tree<'_>) -> BTreeSet<&'a str> {
    let document = tree.text_of("SPDXID").unwrap_or("SPDXRef-DOCUMENT");
    let listed = tree
        .items_of("documentDescribes")
        .iter()
        .filter_map(Tree::text);
    let related = tree.items_of("relationships").iter().filter_map(|entry| {
        let (from, to) = (
            entry.text_of("spdxElementId")?,
            entry.text_of("relatedSpdxElement")?,
        );
        match entry.text_of("relationshipType")? {
            "DESCRIBES" if from == document => Some(to),
            "DESCRIBED_BY" if to == document => Some(from),
            _ => None,
        }
    });
    listed.chain(related).collect()
}

fn found<'a>(package: &'a Tree<'_>) -> Found<'a> {
    let concluded = package.text_of("licenseConcluded").and_then(Licence::said);
    let declared = package.text_of("licenseDeclared").and_then(Licence::said);
    Found {
        reference: package.text_of("SPDXID"),
        group: None,
        name: package.text_of("name"),
        version: package.text_of("versionInfo"),
        purl: external(package, "purl"),
        cpe: external(package, "cpe23Type").or_else(|| external(package, "cpe22Type")),
        source: None,
        licences: concluded.or(declared).into_iter().collect(),
        digests: digests(package),
    }
}

fn described_file<'a>(file: &'a Tree<'_>) -> Found<'a> {
    Found {
        reference: file.text_of("SPDXID"),
        name: file.text_of("fileName"),
        digests: digests(file),
        ..Found::default()
    }
}

fn digests(item: &Tree<'_>) -> Vec<Checksum> {
    let checksums = item.items_of("checksums").iter();
    checksums
        .filter_map(|entry| {
            Checksum::read(entry.text_of("algorithm")?, entry.text_of("checksumValue")?)
        })
        .take(super::read::LISTED_MAX)
        .collect()
}

/// Some write the type as the last segment of a URL.
fn external<'a>(package: &'a Tree<'_>, kind: &str) -> Option<&'a str> {
    let references = package.items_of("externalRefs").iter();
    let mut fitting = references.filter(|entry| {
        let written = entry.text_of("referenceType").unwrap_or_default();
        written.rsplit('/').next() == Some(kind)
    });
    fitting.find_map(|entry| entry.text_of("referenceLocator"))
}

fn relate(relationship: &Tree<'_>, assembly: &mut Assembly) {
    let ends = ["spdxElementId", "relatedSpdxElement"].map(|key| relationship.text_of(key));
    let ([Some(from), Some(to)], Some(kind)) = (ends, relationship.text_of("relationshipType"))
    else {
        return assembly.remark(|| "a relationship without its two ends is left out".to_owned());
    };
    // What an element contains includes its files, which are no parts.
    let is_package =
        |id: &str| !id.starts_with("SPDXRef-File") && to != "NOASSERTION" && to != "NONE";
    match kind {
        "DEPENDS_ON" | "CONTAINS" if is_package(to) => assembly.needs(from, to),
        "DEPENDENCY_OF" | "CONTAINED_BY" | "RUNTIME_DEPENDENCY_OF" if is_package(from) => {
            assembly.needs(to, from);
        }
        _ => {}
    }
}
