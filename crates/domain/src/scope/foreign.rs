//! Work items as their trackers write them: what GitHub, GitLab and Jira answer when asked for issues, what their command lines
//! print, and what their webhooks send. What is not there is left out; nothing in it is believed beyond being a text.

use super::{
    item::WorkItem,
    link::Links,
    tracker::{Tracker, TrackerSystem},
};
use jiff::Timestamp;
use serde_json::Value;

/// Why something has no work items that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// An item whose key nobody would write.
    #[error("item {place}: `{key}` is no key of {tracker}: write {example}")]
    Key {
        /// Its place, counted from 1.
        place: usize,
        /// The key.
        key: String,
        /// The tracker.
        tracker: String,
        /// What a key of it looks like.
        example: String,
    },
    /// An item about nothing.
    #[error("item {0} has no title")]
    NoTitle(usize),
    /// Something that is no item.
    #[error(
        "item {0} is none: write `key` and `title`, or what the tracker itself says of its issues"
    )]
    NotAnItem(usize),
}

impl WorkItem {
    /// The items in what a tracker wrote: a list of them, an answer with such a list, or one in an event. None in an event that is
    /// about something else.
    ///
    /// # Errors
    /// When something in a list is no item.
    pub fn read(tracker: &Tracker, written: &Value) -> Result<Vec<Self>, ForeignError> {
        let links = Links::new(std::slice::from_ref(tracker));
        let (items, project) = match written {
            Value::Array(items) => (items.iter().collect(), None),
            Value::Object(_) => match written["issues"].as_array() {
                Some(items) => (items.iter().collect(), None),
                None => event(written),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(ForeignError::NotAnItem(1));
            }
        };
        let read = |(place, item)| {
            let reader = Reader {
                tracker,
                links: &links,
                place,
                project,
            };
            reader.read(item)
        };
        (1..).zip(items).map(read).collect()
    }
}

/// The item of an event, and the project that it is in.
fn event(written: &Value) -> (Vec<&Value>, Option<&str>) {
    let names = ["issue", "pull_request", "object_attributes"];
    let item = names.iter().find_map(|name| written.get(*name));
    let project = written["repository"]["full_name"]
        .as_str()
        .or_else(|| written["project"]["path_with_namespace"].as_str());
    let is_own = written.get("key").is_some() || written.get("title").is_some();
    match item {
        Some(item) => (vec![item], project),
        None if is_own => (vec![written], project),
        None => (Vec::new(), None),
    }
}

struct Reader<'a> {
    tracker: &'a Tracker,
    links: &'a Links<'a>,
    place: usize,
    project: Option<&'a str>,
}

impl Reader<'_> {
    fn read(&self, it: &Value) -> Result<WorkItem, ForeignError> {
        let fields = match it.get("fields") {
            Some(fields) => fields,
            None => it,
        };
        let text = |names: &[&str]| first(it, fields, names);
        let url = text(&["html_url", "web_url", "url"]);
        let written = self.written_key(it, url.as_deref());
        let written = written.ok_or(ForeignError::NotAnItem(self.place))?;
        let item = WorkItem {
            tracker: self.tracker.name().clone(),
            key: self.key(&written)?,
            title: text(&["title", "summary"]).unwrap_or_default(),
            kind: text(&["kind", "issuetype", "issue_type", "type"]).unwrap_or_default(),
            state: text(&["state", "status"]).unwrap_or_default(),
            url,
            labels: labels(&fields["labels"]),
            updated: text(&["updated", "updated_at", "updatedAt"]).and_then(|it| time(&it)),
        };
        match item.title.is_empty() {
            true => Err(ForeignError::NoTitle(self.place)),
            false => Ok(item.bounded()),
        }
    }

    /// The key as it stands there, or as it follows from the number.
    fn written_key(&self, it: &Value, url: Option<&str>) -> Option<String> {
        if let Some(key) = it["key"].as_str() {
            return Some(key.trim().to_owned());
        }
        let number = it["number"].as_u64().or_else(|| it["iid"].as_u64())?;
        if let Some(link) = url.and_then(|url| self.links.find(url).pop()) {
            return Some(link.item.key);
        }
        let is_merge = it.get("source_branch").is_some();
        let sign = match (self.tracker.system(), is_merge) {
            (TrackerSystem::GitLab, true) => '!',
            (TrackerSystem::GitHub | TrackerSystem::GitLab | TrackerSystem::Jira, _) => '#',
        };
        let full = it["references"]["full"].as_str().map(str::to_owned);
        let project = self.project.unwrap_or_default();
        full.or_else(|| Some(format!("{project}{sign}{number}")))
    }

    /// The key by which changes name the item.
    fn key(&self, written: &str) -> Result<String, ForeignError> {
        let found = self.links.find(written);
        match found.as_slice() {
            [link] if !written.contains(char::is_whitespace) => Ok(link.item.key.clone()),
            _ => Err(ForeignError::Key {
                place: self.place,
                key: written.chars().take(80).collect(),
                tracker: self.tracker.name().to_string(),
                example: self.tracker.example(),
            }),
        }
    }
}

/// The first of these that is there, as a text or as something with a name.
fn first(it: &Value, fields: &Value, names: &[&str]) -> Option<String> {
    let mut found = names
        .iter()
        .flat_map(|name| [fields.get(*name), it.get(*name)])
        .flatten();
    found.find_map(|value| {
        let text = value.as_str().or_else(|| value["name"].as_str())?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    })
}

fn labels(value: &Value) -> Vec<String> {
    let label = |it: &Value| {
        let text = it.as_str().or_else(|| it["name"].as_str());
        text.or_else(|| it["title"].as_str()).map(str::to_owned)
    };
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(label).collect()
}

/// A moment as any of them writes it: RFC 3339, or `2026-01-02T03:04:05.000+0000` (Jira), or `2026-01-02 03:04:05 UTC` (GitLab).
fn time(text: &str) -> Option<Timestamp> {
    let spaced = text.strip_suffix(" UTC").map(|text| format!("{text}Z"));
    let text = spaced.as_deref().unwrap_or(text);
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::tracker::tests::tracker;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(
        kind: TrackerSystem,
        projects: &[&str],
        written: &Value,
    ) -> Result<Vec<WorkItem>, String> {
        let url = (kind == TrackerSystem::Jira).then_some("https://j.example.com/browse/{key}");
        let tracker = tracker(kind, projects, url);
        WorkItem::read(&tracker, written).map_err(|why| why.to_string())
    }

    fn told(items: &[WorkItem]) -> Vec<String> {
        let told = |it: &WorkItem| {
            let (key, title, kind, state) = (&it.key, &it.title, &it.kind, &it.state);
            format!(
                "{key} | {title} | {kind} | {state} | {}",
                it.labels.join(",")
            )
        };
        items.iter().map(told).collect()
    }

    #[test]
    fn each_tracker_is_read_as_it_writes() {
        use TrackerSystem::{GitHub, GitLab, Jira};
        for (kind, projects, written, expect) in [
            (
                GitHub,
                &["a/b"][..],
                json!([{"number": 12, "title": "T", "state": "open", "html_url": "https://github.com/a/b/issues/12",
                "labels": [{"name": "bug"}], "type": null, "updated_at": "2026-01-02T03:04:05Z"}]),
                "a/b#12 | T |  | open | bug",
            ),
            (
                GitHub,
                &["a/b"],
                json!([{"number": 12, "title": "T", "state": "OPEN", "labels": []}]),
                "a/b#12 | T |  | OPEN | ",
            ),
            (
                GitHub,
                &[],
                json!({"action": "closed", "issue": {"number": 3, "title": "T", "state": "closed",
                "type": {"name": "Bug"}}, "repository": {"full_name": "c/d"}}),
                "c/d#3 | T | Bug | closed | ",
            ),
            (
                GitLab,
                &["g/n"],
                json!([{"iid": 4, "title": "T", "state": "opened", "web_url": "https://gitlab.com/g/n/-/issues/4",
                "labels": ["x", "y"], "issue_type": "incident"}]),
                "g/n#4 | T | incident | opened | x,y",
            ),
            (
                GitLab,
                &["g/n"],
                json!({"object_kind": "merge_request", "project": {"path_with_namespace": "g/n"},
                "object_attributes": {"iid": 5, "title": "T", "state": "merged", "source_branch": "f",
                "updated_at": "2026-01-02 03:04:05 UTC"}}),
                "g/n!5 | T |  | merged | ",
            ),
            (
                Jira,
                &["ABC"],
                json!({"issues": [{"key": "ABC-1", "fields": {"summary": "T", "issuetype": {"name": "Story"},
                "status": {"name": "Done"}, "labels": ["l"], "updated": "2026-01-02T03:04:05.000+0000"}}]}),
                "ABC-1 | T | Story | Done | l",
            ),
            (
                Jira,
                &["ABC"],
                json!({"webhookEvent": "jira:issue_updated", "issue": {"key": "ABC-2", "fields": {"summary": "T"}}}),
                "ABC-2 | T |  |  | ",
            ),
            (
                Jira,
                &["ABC"],
                json!([{"key": "ABC-3", "title": "Own", "kind": "bug", "state": "open"}]),
                "ABC-3 | Own | bug | open | ",
            ),
        ] {
            let items = read(kind, projects, &written).unwrap();
            assert_eq!(told(&items), [expect], "{written}");
            let text = written.to_string();
            let has_time = text.contains(r#""updated":"#) || text.contains(r#""updated_at":"#);
            assert_eq!(items[0].updated.is_some(), has_time, "{written}");
        }
    }

    #[test]
    fn an_event_about_something_else_has_no_items() {
        let ping = json!({"zen": "Keep it logically awesome.", "hook": {}});
        assert_eq!(read(TrackerSystem::GitHub, &["a/b"], &ping), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_item_is_told_by_its_place() {
        use TrackerSystem::{GitHub, Jira};
        for (kind, projects, written, expect) in [
            (
                Jira,
                &["ABC"][..],
                json!([{"key": "ABC-1", "title": "T"}, {"key": "XYZ-1", "title": "T"}]),
                "item 2: `XYZ-1` is no key of jira: write ABC-12",
            ),
            (
                Jira,
                &["ABC"],
                json!([{"key": "see ABC-1", "title": "T"}]),
                "item 1: `see ABC-1` is no key of jira: write ABC-12",
            ),
            (
                GitHub,
                &["a/b"],
                json!([{"number": 1}]),
                "item 1 has no title",
            ),
            (
                GitHub,
                &["a/b"],
                json!([{"title": "T"}]),
                "item 1 is none: write `key` and `title`, or what the tracker itself says of its issues",
            ),
            (
                GitHub,
                &["a/b"],
                json!("x"),
                "item 1 is none: write `key` and `title`, or what the tracker itself says of its issues",
            ),
        ] {
            assert_eq!(
                read(kind, projects, &written),
                Err(expect.to_owned()),
                "{written}"
            );
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<u64>().prop_map(Value::from),
            "(ABC-1|a/b#1|#1|https://github.com/a/b/issues/7|[a-z ]{0,9})".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            let name = "(key|title|number|iid|issue|issues|fields|labels|name|repository|full_name|object_attributes|html_url|updated|summary)";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..6).prop_map(|it| json!(it)),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_written_is_too_odd(written in value()) {
            for kind in [TrackerSystem::GitHub, TrackerSystem::GitLab, TrackerSystem::Jira] {
                for item in read(kind, &[], &written).unwrap_or_default() {
                    prop_assert!(item.item_key().parts().is_some());
                }
            }
        }
    }
}
