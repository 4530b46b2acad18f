//! What suppliers do, and what is done about it, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_suppliers(action: &str, detail: &Value) -> Option<String> {
    let inner = |name: &str| {
        let event = detail.get("event").unwrap_or(&Value::Null);
        text(event, name).to_owned()
    };
    let told = text(detail, "told");
    Some(match action {
        "supplier-notice.announced" => "announces a change".to_owned(),
        "supplier-notice.updated" => "announces it otherwise".to_owned(),
        "supplier-notice.acknowledged" => "has seen the notice".to_owned(),
        "supplier-notice.seen" => format!(
            "what was announced is seen of {} in {}",
            text(detail, "component"),
            text(detail, "environment")
        ),
        "supplier-notice.lapsed" => "nobody saw it happen in its time".to_owned(),
        "supplier-notice.happened" => "what was announced has happened".to_owned(),
        "supplier-notice.closed" => because("closed the notice", &inner("note")),
        "supplier-notice.withdrawn" => because("withdrew the notice", &inner("reason")),
        "supplier.seen" | "supplier.wavers" | "supplier.steady" | "supplier.silent"
        | "supplier.answers" => {
            format!(
                "{} in {}: {told}",
                text(detail, "component"),
                text(detail, "environment")
            )
        }
        "supplier.surprised" | "supplier.deployed" => format!(
            "{} in {} {told}: {}",
            text(detail, "component"),
            text(detail, "environment"),
            text(detail, "matched")
        ),
        "supplier.incident" => because("put an incident down to it", text(detail, "title")),
        "supplier.link-given" => "gave a contact a link".to_owned(),
        "supplier.link-taken-back" => "took a link back".to_owned(),
        "supplier-response.decided" => because(
            "decided what is done about a supplier's change",
            text(detail, "reason"),
        ),
        "supplier-response.done" => because("says that it is done", &inner("note")),
        "supplier-response.dropped" => because("says that it is not to be done", &inner("reason")),
        "supplier-response.reopened" => "says that it is to be done after all".to_owned(),
        "supplier-task.asked" => because("asked a supplier for something", text(detail, "title")),
        "supplier-task.acknowledged" => "knows of the task".to_owned(),
        "supplier-task.finished" => "finished the task".to_owned(),
        "supplier-task.reopened" => "opened the task again".to_owned(),
        "supplier-task.withdrawn" => "withdrew the task".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_suppliers_do_is_told_with_its_reason() {
        for (action, detail, expect) in [
            (
                "supplier-notice.withdrawn",
                json!({"event": {"event": "withdrawn", "reason": "Written twice"}}),
                "withdrew the notice: Written twice",
            ),
            (
                "supplier.surprised",
                json!({"component": "gateway", "environment": "live", "told": "changed from 1 to 2", "matched": "a surprise"}),
                "gateway in live changed from 1 to 2: a surprise",
            ),
            ("supplier-task.finished", json!({}), "finished the task"),
        ] {
            assert_eq!(of_suppliers(action, &detail).as_deref(), Some(expect));
        }
        assert_eq!(of_suppliers("catalog.changed", &json!({})), None);
    }
}
