//! What happened to runbooks, and to the steps of deployments, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_runbooks(action: &str, detail: &Value) -> Option<String> {
    Some(match action {
        "release.runbook_begun" => written("generated", detail),
        "release.runbook_saved" => written("changed", detail),
        "release.runbook_renewed" => written("generated anew", detail),
        "step.ready" => format!("step {} is up", text(detail, "step")),
        "step.started" => format!("began step {}", text(detail, "step")),
        "step.finished" => step("finished", detail),
        "step.go" => step("said go at", detail),
        "step.no_go" => step("said no-go at", detail),
        "step.failed" => step("found an issue with", detail),
        "step.skipped" => step("left out", detail),
        "step.reopened" => format!("took up step {} again", text(detail, "step")),
        "step.timed_out" => format!("the time of step {} is over", text(detail, "step")),
        _ => return None,
    })
}

/// What somebody did with a deployment plan or a backout plan.
fn written(deed: &str, detail: &Value) -> String {
    let title = match text(detail, "way") {
        "back" => "backout plan",
        _ => "deployment plan",
    };
    format!("{deed} the {title} for {}", text(detail, "environment"))
}

/// What became of a step.
fn step(deed: &str, detail: &Value) -> String {
    because(
        &format!("{deed} step {}", text(detail, "step")),
        text(detail, "note"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn steps_and_runbooks_are_told_in_words() {
        for (action, detail, told) in [
            (
                "release.runbook_saved",
                json!({"way": "back", "environment": "live"}),
                "changed the backout plan for live",
            ),
            (
                "step.no_go",
                json!({"step": "look", "note": "too slow"}),
                "said no-go at step look: too slow",
            ),
            ("step.ready", json!({"step": "call"}), "step call is up"),
        ] {
            assert_eq!(of_runbooks(action, &detail).as_deref(), Some(told));
        }
        assert_eq!(of_runbooks("task.taken", &json!({})), None);
    }
}
