//! The source of a component: where the history of what it is made from is read.

use crate::version::Version;
use serde::{Deserialize, Serialize};

/// Where the history of a component is read, as a person writes it in a file.
///
/// ```yaml
/// source:
///   repository: shop.git
///   paths: [web, shared]
///   branch: main
///   tag: web-{version}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Source {
    document: Document,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// A directory below the one that the server reads sources from: a clone, or a mirror.
    repository: String,
    /// The directories and files that it is made from, where the repository has more; the whole of it unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    paths: Vec<String>,
    /// What a draft without contents will be made from; `HEAD` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// The tag of a version whose artifact does not say which commit it was built from, with `{version}` in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
}

/// Why a document is no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It would lead out of where the server reads.
    #[error(
        "`{0}` is no directory below the server's sources: write it as `shop.git` or `team/shop.git`, without . and .."
    )]
    Repository(String),
    /// It would lead out of the repository.
    #[error(
        "`{0}` is no path inside of a repository: write it as `web` or `services/web`, without . and .."
    )]
    Path(String),
    /// Beyond every sensible one.
    #[error("it has more than {} paths", Source::PATHS_MAX)]
    ManyPaths,
    /// Every version would have the same.
    #[error("the tag `{0}` has no `{{version}}` in it")]
    Tag(String),
}

impl Source {
    /// The most paths of one source.
    pub const PATHS_MAX: usize = 100;

    /// The directory below the one that the server reads sources from, with `/` between names.
    pub fn repository(&self) -> &str {
        &self.document.repository
    }

    /// What it is made from, from the top of the repository; of no length for the whole.
    pub fn paths(&self) -> &[String] {
        &self.document.paths
    }

    /// The revision that a draft without contents will be made from.
    pub fn head(&self) -> &str {
        self.document.branch.as_deref().unwrap_or("HEAD")
    }

    /// The tag of a version, where tags are named after versions.
    pub fn tag(&self, version: &Version) -> Option<String> {
        let tag = self.document.tag.as_deref()?;
        Some(tag.replace("{version}", version.as_str()))
    }
}

impl TryFrom<Document> for Source {
    type Error = SourceError;

    fn try_from(document: Document) -> Result<Self, SourceError> {
        let shown = |text: &str| text.chars().take(80).collect();
        if !is_below(&document.repository) {
            return Err(SourceError::Repository(shown(&document.repository)));
        }
        if document.paths.len() > Self::PATHS_MAX {
            return Err(SourceError::ManyPaths);
        }
        if let Some(path) = document.paths.iter().find(|path| !is_below(path)) {
            return Err(SourceError::Path(shown(path)));
        }
        match &document.tag {
            Some(tag) if !tag.contains("{version}") => Err(SourceError::Tag(shown(tag))),
            Some(_) | None => Ok(Self { document }),
        }
    }
}

impl From<Source> for Document {
    fn from(source: Source) -> Self {
        source.document
    }
}

/// Whether a path stays below where it begins.
fn is_below(path: &str) -> bool {
    let is_name = |name: &str| !matches!(name, "" | "." | "..");
    path.len() <= 250 && !path.contains(['\\', '\0', ':']) && path.split('/').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Source, String> {
        let document: Document = serde_json::from_str(text).map_err(|why| why.to_string())?;
        Source::try_from(document).map_err(|why| why.to_string())
    }

    #[test]
    fn a_source_says_where_its_versions_are() {
        let bare = read(r#"{"repository":"shop.git"}"#).unwrap();
        let version: Version = "1.2.0".parse().unwrap();
        assert_eq!((bare.head(), bare.tag(&version)), ("HEAD", None));
        let full = read(
            r#"{"repository":"team/shop.git","paths":["web"],"branch":"main","tag":"web-{version}"}"#,
        );
        let full = full.unwrap();
        assert_eq!(full.head(), "main");
        assert_eq!(full.tag(&version).as_deref(), Some("web-1.2.0"));
        assert_eq!(full.paths(), ["web"]);
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for (text, expect) in [
            (r#"{"repository":"../x"}"#, "below the server's sources"),
            (r#"{"repository":"/etc"}"#, "below the server's sources"),
            (r#"{"repository":""}"#, "below the server's sources"),
            (r#"{"repository":"a//b"}"#, "below the server's sources"),
            (r#"{"repository":"c:x"}"#, "below the server's sources"),
            (
                r#"{"repository":"a","paths":["./b"]}"#,
                "inside of a repository",
            ),
            (
                r#"{"repository":"a","tag":"latest"}"#,
                "no `{version}` in it",
            ),
            (r#"{"repository":"a","url":"b"}"#, "unknown field"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(expect), "{text}: {why}");
        }
    }
}
