//! What was found out before a deployment began, and who is there meanwhile, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_beforehand(action: &str, detail: &Value) -> Option<String> {
    Some(match action {
        "rehearsal.made" => because("rehearsed it", text(detail, "found")),
        "preflight.made" => because("had the targets looked at", text(detail, "found")),
        "duty.confirmed" => format!(
            "is on duty while it goes to {}, until {}",
            text(detail, "environment"),
            text(detail, "until")
        ),
        "duty.ended" => format!(
            "is on duty no more while it goes to {}",
            text(detail, "environment")
        ),
        _ => return None,
    })
}
