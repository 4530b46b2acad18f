//! A tracker: where work items are kept, as a person writes it in a file.

use super::item::ItemKey;
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// Where work items are kept, and how their keys are written.
///
/// ```yaml
/// name: tickets
/// system: jira
/// projects: [SHOP, OPS]
/// url: https://tickets.example.com/browse/{key}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Tracker {
    document: Document,
}

/// How keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackerSystem {
    /// `#12`, `GH-12`, `owner/name#12`.
    GitHub,
    /// `#12`, `group/name#12`, and `!34` for a merge request.
    GitLab,
    /// `ABC-123`.
    Jira,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: Name,
    system: TrackerSystem,
    /// What stands before the number of a key: `ABC` of Jira, `owner/name` of the others. Where there are some, only these
    /// count, and the first is meant by a number alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    projects: Vec<String>,
    /// Where an item is read, with `{project}`, `{number}` or `{key}` in it. GitHub and GitLab have one of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Why a document is no tracker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrackerError {
    /// A project that no key begins with.
    #[error("`{project}` is not a project of {kind}: write {takes}")]
    Project {
        /// What was written.
        project: String,
        /// The kind of the tracker.
        kind: &'static str,
        /// What would have been understood.
        takes: &'static str,
    },
    /// An address that nobody can follow, or that is none.
    #[error(
        "`{0}` is not the address of an item: write https://…, with {{key}}, or {{project}} and {{number}}, in it"
    )]
    Url(String),
    /// Beyond every sensible one.
    #[error("it has more than {} projects", Tracker::PROJECTS_MAX)]
    ManyProjects,
}

impl TrackerSystem {
    /// In a word, as files write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Jira => "jira",
        }
    }
}

impl Tracker {
    /// The most projects of one tracker.
    pub const PROJECTS_MAX: usize = 1_000;

    /// What it is called.
    pub fn name(&self) -> &Name {
        &self.document.name
    }

    /// How its keys are written.
    pub fn system(&self) -> TrackerSystem {
        self.document.system
    }

    /// What stands before the numbers of its keys; of no length when anything may.
    pub fn projects(&self) -> &[String] {
        &self.document.projects
    }

    /// What a key of it looks like.
    pub fn example(&self) -> String {
        let project = self.projects().first().map(String::as_str);
        match self.system() {
            TrackerSystem::GitHub => format!("{}#12", project.unwrap_or("owner/name")),
            TrackerSystem::GitLab => format!("{}#12", project.unwrap_or("group/name")),
            TrackerSystem::Jira => format!("{}-12", project.unwrap_or("ABC")),
        }
    }

    /// Where an item of it is read, as far as that is known.
    pub fn url(&self, item: &ItemKey) -> Option<String> {
        let (project, sign, number) = item.parts()?;
        let project = match project.is_empty() {
            true => self.projects().first().map_or("", String::as_str),
            false => project,
        };
        let template = self
            .document
            .url
            .as_deref()
            .or(match (self.system(), sign) {
                (TrackerSystem::GitHub, _) => Some("https://github.com/{project}/issues/{number}"),
                (TrackerSystem::GitLab, '!') => {
                    Some("https://gitlab.com/{project}/-/merge_requests/{number}")
                }
                (TrackerSystem::GitLab, _) => {
                    Some("https://gitlab.com/{project}/-/issues/{number}")
                }
                (TrackerSystem::Jira, _) => None,
            })?;
        if project.is_empty() && template.contains("{project}") {
            return None;
        }
        let filled = template.replace("{key}", &encoded(&item.key));
        Some(
            filled
                .replace("{project}", project)
                .replace("{number}", number),
        )
    }

    /// Host and port of its addresses.
    pub(super) fn host(&self) -> Option<&str> {
        let default = match self.system() {
            TrackerSystem::GitHub => Some("https://github.com/"),
            TrackerSystem::GitLab => Some("https://gitlab.com/"),
            TrackerSystem::Jira => None,
        };
        let (_, rest) = self
            .document
            .url
            .as_deref()
            .or(default)?
            .split_once("://")?;
        rest.split('/').next()
    }
}

impl TryFrom<Document> for Tracker {
    type Error = TrackerError;

    fn try_from(document: Document) -> Result<Self, TrackerError> {
        if document.projects.len() > Self::PROJECTS_MAX {
            return Err(TrackerError::ManyProjects);
        }
        for project in &document.projects {
            is_project(document.system, project)?;
        }
        if let Some(url) = &document.url {
            is_template(url)?;
        }
        Ok(Self { document })
    }
}

impl From<Tracker> for Document {
    fn from(tracker: Tracker) -> Self {
        tracker.document
    }
}

/// Whether the bytes may be in a project's path on GitHub or GitLab.
pub(super) fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/')
}

/// Whether it is a path of two names or more, none of them empty or pointing upwards.
pub(super) fn is_path(text: &str) -> bool {
    let mut names = text.split('/');
    text.contains('/')
        && text.bytes().all(is_path_byte)
        && names.all(|name| !matches!(name, "" | "." | ".." | "-"))
}

/// Whether it is a project's key as Jira has them: `A-Z`, then 1 to 19 of `A-Z`, `0-9` and `_`.
pub(super) fn is_jira_project(text: &str) -> bool {
    let mut bytes = text.bytes();
    (2..=20).contains(&text.len())
        && bytes.next().is_some_and(|b| b.is_ascii_uppercase())
        && bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn is_project(kind: TrackerSystem, project: &str) -> Result<(), TrackerError> {
    let (is_good, kind, takes) = match kind {
        TrackerSystem::GitHub => (is_path(project), "GitHub", "owner/name"),
        TrackerSystem::GitLab => (is_path(project), "GitLab", "group/name"),
        TrackerSystem::Jira => (
            is_jira_project(project),
            "Jira",
            "capitals and digits such as ABC",
        ),
    };
    match is_good && project.len() <= 200 {
        true => Ok(()),
        false => Err(TrackerError::Project {
            project: project.chars().take(80).collect(),
            kind,
            takes,
        }),
    }
}

fn is_template(url: &str) -> Result<(), TrackerError> {
    let error = || TrackerError::Url(url.chars().take(80).collect());
    let bare = url
        .replace("{key}", "k")
        .replace("{project}", "p")
        .replace("{number}", "1");
    let is_placed = url.contains("{key}") || url.contains("{number}");
    let (host, path) = bare
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .ok_or_else(error)?;
    let is_fixed = url.contains(&format!("://{host}/"));
    match is_placed && is_fixed && !path.is_empty() && is_address(&bare) {
        true => Ok(()),
        false => Err(error()),
    }
}

/// Whether a text is an address on the web and nothing else: one of two schemes, a host without a user before it, and only
/// characters of RFC 3986.
pub(crate) fn is_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    !host.is_empty() && !host.contains('@') && text.len() <= 2_000 && text.bytes().all(is_plain)
}

/// A key as one segment of a path.
fn encoded(key: &str) -> String {
    key.replace('/', "%2F").replace('#', "%23")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A tracker of the kind, named after it.
    pub(crate) fn tracker(kind: TrackerSystem, projects: &[&str], url: Option<&str>) -> Tracker {
        let name = match kind {
            TrackerSystem::GitHub => "github",
            TrackerSystem::GitLab => "gitlab",
            TrackerSystem::Jira => "jira",
        };
        read(&name.parse().unwrap(), kind, projects, url).unwrap()
    }

    fn read(
        name: &Name,
        kind: TrackerSystem,
        projects: &[&str],
        url: Option<&str>,
    ) -> Result<Tracker, TrackerError> {
        let document = Document {
            name: name.clone(),
            system: kind,
            projects: projects.iter().map(|&p| p.to_owned()).collect(),
            url: url.map(str::to_owned),
        };
        document.try_into()
    }

    #[test]
    fn keys_have_addresses() {
        use TrackerSystem::{GitHub, GitLab, Jira};
        for (kind, projects, url, key, expect) in [
            (
                GitHub,
                &["a/b"][..],
                None,
                "a/b#12",
                Some("https://github.com/a/b/issues/12"),
            ),
            (
                GitHub,
                &["a/b"],
                None,
                "#12",
                Some("https://github.com/a/b/issues/12"),
            ),
            (GitHub, &[], None, "#12", None),
            (
                GitLab,
                &["a/b/c"],
                None,
                "a/b/c#12",
                Some("https://gitlab.com/a/b/c/-/issues/12"),
            ),
            (
                GitLab,
                &["a/b"],
                None,
                "a/b!3",
                Some("https://gitlab.com/a/b/-/merge_requests/3"),
            ),
            (Jira, &["ABC"], None, "ABC-1", None),
            (
                Jira,
                &[],
                Some("https://j.example.com:8443/browse/{key}"),
                "ABC-1",
                Some("https://j.example.com:8443/browse/ABC-1"),
            ),
            (
                Jira,
                &["A_B"],
                Some("http://j/{project}?n={number}"),
                "A_B-1",
                Some("http://j/A_B?n=1"),
            ),
        ] {
            let tracker = tracker(kind, projects, url);
            let key = ItemKey {
                tracker: tracker.name().clone(),
                key: key.to_owned(),
            };
            assert_eq!(tracker.url(&key).as_deref(), expect);
        }
    }

    #[test]
    fn what_is_no_address_or_project_is_refused() {
        use TrackerSystem::{GitHub, Jira};
        let name: Name = "t".parse().unwrap();
        for (kind, project) in [
            (GitHub, "b"),
            (GitHub, "a/../b"),
            (GitHub, "a/b\n"),
            (GitHub, "/a"),
            (Jira, "abc"),
            (Jira, "A"),
        ] {
            let refused = read(&name, kind, &[project], None);
            assert!(
                matches!(refused, Err(TrackerError::Project { .. })),
                "{project}"
            );
        }
        for url in [
            "javascript:alert({key})",
            "https://j/browse",
            "https://{key}/x",
            "https://j/{key} \">",
            "https://user@j/{key}",
            "https://j/{key}{other}",
            "//j/{key}",
        ] {
            let refused = read(&name, Jira, &[], Some(url));
            assert_eq!(refused, Err(TrackerError::Url(url.to_owned())));
        }
    }
}
