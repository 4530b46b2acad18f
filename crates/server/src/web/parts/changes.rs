//! What becomes of each component of a release: on the way forward, and on the way back.

use askama::{Template, filters::HtmlSafe};
use tidegate_protocol::api::ReleaseView;

/// A line per component.
#[derive(Debug, Template)]
#[template(path = "parts/changes.html")]
pub(in crate::web) struct Changes(pub Vec<Change>);

impl HtmlSafe for Changes {}

/// What becomes of one component.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::web) struct Change {
    pub component: String,
    pub before: String,
    pub after: String,
    pub is_changed: bool,
}

impl Changes {
    /// From one release to another.
    pub(in crate::web) fn between(from: &ReleaseView, to: &ReleaseView) -> Self {
        let change = |name: &str| {
            let find = |release: &ReleaseView| {
                let found = release.components.iter().find(|c| c.component == name)?;
                Some((found.version.clone(), found.digest.clone()))
            };
            let (before, after) = (find(from), find(to));
            let version = |content: &Option<(String, String)>| match content {
                Some((version, _)) => version.clone(),
                None => "nothing".to_owned(),
            };
            Change {
                component: name.to_owned(),
                before: version(&before),
                after: version(&after),
                is_changed: before.map(|(_, digest)| digest) != after.map(|(_, digest)| digest),
            }
        };
        let mut names: Vec<_> = from.components.iter().chain(&to.components).collect();
        names.sort_by(|a, b| a.component.cmp(&b.component));
        names.dedup_by(|a, b| a.component == b.component);
        Self(names.iter().map(|c| change(&c.component)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use tidegate_protocol::api::ContentView;

    fn release(contents: &[(&str, &str)]) -> ReleaseView {
        let content = |(component, version): &(&str, &str)| ContentView {
            component: (*component).to_owned(),
            version: (*version).to_owned(),
            digest: format!("sha256:{version}"),
            changed: false,
            quarantine: None,
        };
        ReleaseView {
            product: "shop".into(),
            version: "1".into(),
            number: 1,
            state: "sealed".into(),
            hash: None,
            snapshot: None,
            blocked: None,
            components: contents.iter().map(content).collect(),
            created_at: Timestamp::UNIX_EPOCH,
            created_by: "admin".into(),
            sealed_at: None,
            availability: None,
            lifecycle: None,
        }
    }

    #[test]
    fn components_change_stay_come_and_go() {
        let from = release(&[("api", "1"), ("new", "3"), ("web", "2")]);
        let to = release(&[("api", "1"), ("old", "4"), ("web", "1")]);
        let said = |change: &Change| format!("{} {}", change.before, change.after);
        let Changes(lines) = Changes::between(&from, &to);
        let lines: Vec<_> = lines.iter().map(|c| (said(c), c.is_changed)).collect();
        let expected = [
            ("1 1", false),
            ("3 nothing", true),
            ("nothing 4", true),
            ("2 1", true),
        ];
        assert_eq!(
            lines,
            expected.map(|(text, changed)| (text.to_owned(), changed))
        );
    }
}
