//! `CycloneDX` 1.2 to 1.7 as JSON, <https://cyclonedx.org/specification/overview/> (ECMA-424).

use super::{
    Bill, Checksum, Format, Licence, Source,
    assembly::{Assembly, Found, Only},
    tree::Tree,
};

pub(super) fn is_named_by(tree: &Tree<'_>) -> bool {
    let says = |key: &str| {
        let text = tree.text_of(key).unwrap_or_default();
        text.to_ascii_lowercase().contains("cyclonedx")
    };
    says("bomFormat") || says("$schema")
}

pub(super) fn read(tree: &Tree<'_>, version: &str) -> Bill {
    let mut assembly = Assembly::new(Format::CycloneDx, version);
    if let Some(metadata) = tree.get("metadata") {
        let tools = metadata.get("tools");
        assembly.made(
            metadata.text_of("timestamp"),
            tools.into_iter().flat_map(tool_names),
        );
        for component in metadata.items_of("component") {
            assembly.subject(subject(component), Only::One);
            parts(component.items_of("components"), &mut assembly);
        }
    }
    parts(tree.items_of("components"), &mut assembly);
    for entry in tree.items_of("dependencies") {
        dependencies(entry, &mut assembly);
    }
    assembly.finish()
}

/// Up to 1.4 a list of tools; since 1.5 also an object of components and services.
fn tool_names<'a>(tools: &'a Tree<'_>) -> impl Iterator<Item = String> + 'a {
    let named = tools.get("components").map_or(tools.items(), Tree::items);
    named.iter().map(|tool| {
        let words = ["name", "version"].map(|key| tool.text_of(key).unwrap_or_default());
        words.join(" ")
    })
}

/// Takes components, and those that they contain, without recursion.
fn parts(components: &[Tree<'_>], assembly: &mut Assembly) {
    let mut waiting: Vec<&Tree<'_>> = components.iter().rev().collect();
    while let Some(component) = waiting.pop() {
        match component {
            Tree::Object(_) => assembly.part(found(component)),
            Tree::Null | Tree::Bool | Tree::Number(_) | Tree::Text(_) | Tree::List(_) => {
                assembly.remark(|| "a component that is no object is left out".to_owned());
            }
        }
        waiting.extend(component.items_of("components").iter().rev());
    }
}

fn found<'a>(component: &'a Tree<'_>) -> Found<'a> {
    Found {
        reference: component.text_of("bom-ref"),
        group: component.text_of("group"),
        name: component.text_of("name"),
        version: component.text_of("version"),
        purl: component.text_of("purl"),
        cpe: component.text_of("cpe"),
        source: source(component),
        licences: component
            .items_of("licenses")
            .iter()
            .filter_map(licence)
            .collect(),
        digests: digests(component),
    }
}

/// trivy names the image that it looked at in a property.
fn subject<'a>(component: &'a Tree<'_>) -> Found<'a> {
    let mut subject = found(component);
    let digests = properties(component, "aquasecurity:trivy:RepoDigest");
    let digests =
        digests.filter_map(|value| Checksum::read("sha256", value.rsplit_once("sha256:")?.1));
    subject.digests.extend(digests);
    subject
}

fn digests(component: &Tree<'_>) -> Vec<Checksum> {
    let hashes = component.items_of("hashes").iter();
    hashes
        .filter_map(|hash| Checksum::read(hash.text_of("alg")?, hash.text_of("content")?))
        .take(super::read::LISTED_MAX)
        .collect()
}

/// A licence is an object with an `id` or a `name`, or has an expression; old tools write plain texts.
fn licence(entry: &Tree<'_>) -> Option<Licence> {
    let licence = entry.get("license");
    let said = entry
        .text_of("expression")
        .or_else(|| licence?.text_of("id"))
        .or_else(|| licence?.text_of("name"))
        .or_else(|| licence?.text())
        .or_else(|| entry.text_of("id"))
        .or_else(|| entry.text_of("name"))
        .or_else(|| entry.text());
    Licence::said(said?)
}

/// What a package of a distribution was built from, as trivy and syft write it into properties.
fn source(component: &Tree<'_>) -> Option<Source> {
    let one = |name: &str| properties(component, name).next();
    let name = one("aquasecurity:trivy:SrcName").or_else(|| one("syft:metadata:source"))?;
    let version =
        one("aquasecurity:trivy:SrcVersion").or_else(|| one("syft:metadata:sourceVersion"));
    // trivy gives the upstream version without epoch and revision, which do not compare.
    let version = version.filter(|_| one("aquasecurity:trivy:SrcRelease").is_none());
    Some(Source {
        name: name.to_owned(),
        version: version.map(str::to_owned),
    })
}

fn properties<'a>(component: &'a Tree<'_>, name: &str) -> impl Iterator<Item = &'a str> {
    let entries = component.items_of("properties").iter();
    entries
        .filter(move |entry| entry.text_of("name") == Some(name))
        .filter_map(|entry| entry.text_of("value"))
}

fn dependencies(entry: &Tree<'_>, assembly: &mut Assembly) {
    let Some(from) = entry.text_of("ref") else {
        return assembly.remark(|| "a dependency without `ref` is left out".to_owned());
    };
    for to in entry.items_of("dependsOn").iter().filter_map(Tree::text) {
        assembly.needs(from, to);
    }
}
