//! SLSA provenance: who built an artifact, how, and from which source.

use super::StatementError;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How an artifact was built, in the words of its builder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Who built it.
    pub builder: String,
    /// By which kind of build.
    pub build_type: String,
    /// From which sources, the one that the build began with first where the builder says so.
    pub sources: Vec<Source>,
    /// When the build began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
}

/// A state of a source repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Where the repository is, without the tool's prefix: `https://git.example/shop/web`.
    pub repository: String,
    /// The branch or tag, if one is named.
    pub reference: Option<String>,
    /// The commit.
    pub commit: String,
}

/// `buildDefinition` and `runDetails` of `https://slsa.dev/spec/v1.0/provenance`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct V1 {
    build_definition: BuildDefinition,
    run_details: RunDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BuildDefinition {
    build_type: String,
    #[serde(default)]
    resolved_dependencies: Vec<Material>,
}

#[derive(Deserialize)]
struct RunDetails {
    builder: Builder,
    metadata: Option<MetadataV1>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct MetadataV1 {
    started_on: Option<Timestamp>,
    finished_on: Option<Timestamp>,
}

/// `https://slsa.dev/spec/v0.2/provenance`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct V02 {
    builder: Builder,
    build_type: String,
    invocation: Option<Invocation>,
    metadata: Option<MetadataV02>,
    #[serde(default)]
    materials: Vec<Material>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    config_source: Option<Material>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct MetadataV02 {
    build_started_on: Option<Timestamp>,
    build_finished_on: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Builder {
    id: String,
}

/// A `ResourceDescriptor`, or a material of 0.2.
#[derive(Deserialize)]
struct Material {
    #[serde(default)]
    uri: String,
    #[serde(default)]
    digest: BTreeMap<String, String>,
}

pub(super) fn read_v1(value: Value) -> Result<Provenance, StatementError> {
    let V1 {
        build_definition: build,
        run_details: run,
    } = parse(value)?;
    let metadata = run.metadata.unwrap_or_default();
    Ok(Provenance {
        builder: run.builder.id,
        build_type: build.build_type,
        sources: sources(build.resolved_dependencies),
        started: metadata.started_on,
        finished: metadata.finished_on,
    })
}

pub(super) fn read_v02(value: Value) -> Result<Provenance, StatementError> {
    let read: V02 = parse(value)?;
    let metadata = read.metadata.unwrap_or_default();
    let began_with = read.invocation.unwrap_or_default().config_source;
    Ok(Provenance {
        builder: read.builder.id,
        build_type: read.build_type,
        sources: sources(began_with.into_iter().chain(read.materials)),
        started: metadata.build_started_on,
        finished: metadata.build_finished_on,
    })
}

fn parse<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, StatementError> {
    serde_json::from_value(value).map_err(|err| StatementError::Predicate {
        kind: "SLSA provenance",
        why: err.to_string(),
    })
}

fn sources(materials: impl IntoIterator<Item = Material>) -> Vec<Source> {
    let mut sources = Vec::new();
    for source in materials.into_iter().filter_map(Material::source) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

impl Material {
    /// The commit in it: `gitCommit`, or the `sha1` that older builders write of a `git+` location.
    fn source(self) -> Option<Source> {
        let (location, is_git) = match self.uri.strip_prefix("git+") {
            Some(location) => (location, true),
            None => (self.uri.as_str(), false),
        };
        let older = self.digest.get("sha1").filter(|_| is_git);
        let commit = self.digest.get("gitCommit").or(older)?.clone();
        let (repository, reference) = split(location);
        Some(Source {
            repository: repository.to_owned(),
            reference: reference.map(str::to_owned),
            commit,
        })
    }
}

/// `scheme://user@host/path@reference` (SPDX download locations): only an `@` behind the host begins a reference.
fn split(location: &str) -> (&str, Option<&str>) {
    let host = location.find("://").map_or(0, |at| at + 3);
    let path = location[host..].find('/').map_or(host, |at| host + at);
    match location[path..].find('@') {
        Some(at) => (&location[..path + at], Some(&location[path + at + 1..])),
        None => (location, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_repository_and_a_reference() {
        for (location, expected) in [
            ("https://h.example/a/b", ("https://h.example/a/b", None)),
            (
                "https://h.example/a@refs/tags/v1",
                ("https://h.example/a", Some("refs/tags/v1")),
            ),
            (
                "ssh://git@h.example/a@v1@2",
                ("ssh://git@h.example/a", Some("v1@2")),
            ),
            ("https://h.example", ("https://h.example", None)),
            ("", ("", None)),
            ("é@é", ("é", Some("é"))),
        ] {
            assert_eq!(split(location), expected, "{location}");
        }
    }

    #[test]
    fn only_commits_are_sources() {
        let material = |uri: &str, algorithm: &str| Material {
            uri: uri.to_owned(),
            digest: [(algorithm.to_owned(), "c0ffee".to_owned())].into(),
        };
        assert!(material("git+https://h/a", "sha1").source().is_some());
        assert!(material("https://h/a", "gitCommit").source().is_some());
        assert!(material("https://h/a.tar", "sha1").source().is_none());
        assert!(material("pkg:docker/debian", "sha256").source().is_none());
        let twice = [
            material("git+https://h/a", "sha1"),
            material("https://h/a", "gitCommit"),
        ];
        assert_eq!(sources(twice).len(), 1);
    }

    #[test]
    fn a_predicate_that_is_no_provenance_is_refused() {
        for bad in ["null", "{}", "[]", r#"{"builder":{"id":1},"buildType":""}"#] {
            let value: Value = serde_json::from_str(bad).unwrap();
            assert!(read_v1(value.clone()).is_err(), "{bad}");
            assert!(read_v02(value).is_err(), "{bad}");
        }
        let late = r#"{"builder":{"id":"b"},"buildType":"t","metadata":{"buildStartedOn":"late"}}"#;
        assert!(read_v02(serde_json::from_str(late).unwrap()).is_err());
    }
}
