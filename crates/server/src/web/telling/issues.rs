//! What happened to issues, what people said, and whose work is whose, in words.

use super::{because, text};
use serde_json::Value;
use tidegate_domain::issue::IssueEvent;

pub(super) fn of_issues(action: &str, detail: &Value) -> Option<String> {
    if action == "issue.raised" {
        let what = format!("raised the issue, {}", text(detail, "severity"));
        return Some(because(&what, text(detail, "title")));
    }
    if action.starts_with("issue.") {
        let event: IssueEvent = serde_json::from_value(detail.clone()).ok()?;
        return Some(event.told());
    }
    Some(match action {
        "comment.said" => because("said", text(detail, "text")),
        "comment.withdrawn" => "took back what they had said".to_owned(),
        "work.lent" => format!(
            "has {} stand in until {}",
            text(detail, "to"),
            text(detail, "until")
        ),
        "work.taken-back" => "took their work back".to_owned(),
        "work.passed-on" => because(
            &format!("passed their work on to {}", text(detail, "to")),
            text(detail, "note"),
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happens_to_an_issue_is_told_in_words() {
        let event = IssueEvent::Resolved(tidegate_domain::text::Paragraphs::of("warmed the cache"));
        let resolved = serde_json::to_value(&event).unwrap();
        for (action, detail, told) in [
            (
                "issue.raised",
                json!({"severity": "high", "title": "carts are empty"}),
                "raised the issue, high: carts are empty",
            ),
            (event.word(), resolved, "resolved it: warmed the cache"),
            ("comment.said", json!({"text": "look"}), "said: look"),
            (
                "work.passed-on",
                json!({"to": "ben", "note": "watch the cache"}),
                "passed their work on to ben: watch the cache",
            ),
        ] {
            assert_eq!(of_issues(action, &detail).as_deref(), Some(told));
        }
        assert_eq!(of_issues("issue.unheard", &json!({})), None);
    }
}
