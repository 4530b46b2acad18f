//! What people decide and write of a release's scope, and work items.

use super::{name, time};
use tidegate_domain::scope::{
    Act, Adjustment, Audience, Decision, ItemKey, Subject, Wording, WorkItem,
};

/// What people can do with the changes of a release, each once.
pub(crate) fn adjustments() -> Vec<Adjustment> {
    let acts = r#"[{"take_out": "0123456"}, {"add": {"id": "0123456789012345678901234567890123456789", "parents": [],
        "author": {"name": "Ada", "email": "ada@example.com"}, "committer": {"name": "Ben", "email": "ben@example.com"},
        "time": "2026-01-02T03:04:05Z", "message": "fix(cart): count twice\n\nFixes: SHOP-1"}},
        {"write": {"name": "banner", "kind": "feature", "description": "A banner for the sale"}}]"#;
    let acts: Vec<Act> = serde_json::from_str(acts).unwrap();
    let adjustment = |act| Adjustment {
        act,
        decision: Decision {
            reason: "as agreed".to_owned(),
            by: name("ada"),
            at: time(0),
        },
    };
    acts.into_iter().map(adjustment).collect()
}

/// What people can write about, each once.
pub(crate) fn wordings() -> Vec<Wording> {
    let item = ItemKey {
        tracker: name("tickets"),
        key: "SHOP-1".to_owned(),
    };
    let subjects = [
        (
            Audience::Developer,
            Subject::Introduction,
            Some("Mostly mended."),
        ),
        (
            Audience::Operator,
            Subject::Change("+banner".parse().unwrap()),
            None,
        ),
        (
            Audience::Customer,
            Subject::Item(item),
            Some("The cart counts well."),
        ),
    ];
    let wording = |(audience, subject, text): (_, _, Option<&str>)| Wording {
        audience,
        subject,
        text: text.map(str::to_owned),
        by: name("ben"),
        at: time(1),
    };
    subjects.into_iter().map(wording).collect()
}

/// A work item with every part.
pub(crate) fn work_item(key: &str) -> WorkItem {
    WorkItem {
        tracker: name("tickets"),
        key: key.to_owned(),
        title: "The cart counts twice".to_owned(),
        kind: "Bug".to_owned(),
        state: "Open".to_owned(),
        url: Some("https://tickets.example.com/browse/SHOP-1".to_owned()),
        labels: vec!["cart".to_owned()],
        updated: Some(time(2)),
    }
}
