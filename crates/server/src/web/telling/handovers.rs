//! What happened to handovers, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_handovers(action: &str, detail: &Value) -> Option<String> {
    let event = action.strip_prefix("release.handover_")?;
    let note = text(detail, "note");
    let item = text(detail, "item");
    let to = match text(detail, "kind") {
        "operations" => "to operations",
        _ => "for general availability",
    };
    Some(match event {
        "begun" => format!("began the handover {to}"),
        "saved" => format!("wrote the sheet of the handover {to}"),
        "item_done" => because(&format!("item {item} of the handover {to} is done"), note),
        "item_skipped" => because(
            &format!("item {item} of the handover {to} does not apply"),
            note,
        ),
        "item_reopened" => format!("took up item {item} of the handover {to} again"),
        "offered" => because(&format!("offered the handover {to}"), note),
        "accepted" => because(&format!("accepted the handover {to}"), note),
        "rejected" => because(&format!("rejected the handover {to}"), note),
        "withdrawn" => because(&format!("withdrew the handover {to}"), note),
        "reopened" => format!("took up the handover {to} again"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happens_to_handovers_is_told_in_words() {
        for (action, detail, told) in [
            (
                "release.handover_rejected",
                json!({"kind": "operations", "note": "too little"}),
                "rejected the handover to operations: too little",
            ),
            (
                "release.handover_item_done",
                json!({"kind": "general-availability", "item": "sign-off", "note": ""}),
                "item sign-off of the handover for general availability is done",
            ),
        ] {
            assert_eq!(of_handovers(action, &detail).as_deref(), Some(told));
        }
        assert_eq!(of_handovers("release.sealed", &json!({})), None);
    }
}
