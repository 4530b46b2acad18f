//! What happened to procedures, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_procedures(action: &str, detail: &Value) -> Option<String> {
    let version = || {
        let number = detail.get("version").and_then(Value::as_u64);
        number.unwrap_or_default()
    };
    Some(match action {
        "procedure.versioned" => {
            let is_minor = detail.get("minor").and_then(Value::as_bool) == Some(true);
            let what = if is_minor { "corrected it in" } else { "wrote" };
            because(
                &format!("{what} version {}", version()),
                text(detail, "change"),
            )
        }
        "procedure.changed" => "changed who owns it, whom it binds or its reviews".to_owned(),
        "procedure.acknowledged" => format!("has read version {}", version()),
        "procedure.reviewed" => match text(detail, "next") {
            "" => format!("found version {} still right", version()),
            next => format!(
                "found version {} still right, and looks again by {next}",
                version()
            ),
        },
        "procedure.retired" => "took it out of use".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happens_to_a_procedure_is_told_in_words() {
        for (action, detail, told) in [
            (
                "procedure.versioned",
                json!({"version": 2, "change": "Call first.", "minor": false}),
                "wrote version 2: Call first.",
            ),
            (
                "procedure.versioned",
                json!({"version": 3, "change": "A typo", "minor": true}),
                "corrected it in version 3: A typo",
            ),
            (
                "procedure.reviewed",
                json!({"version": 3, "next": "2027-01-31"}),
                "found version 3 still right, and looks again by 2027-01-31",
            ),
            (
                "procedure.reviewed",
                json!({"version": 3, "next": null}),
                "found version 3 still right",
            ),
        ] {
            assert_eq!(of_procedures(action, &detail).as_deref(), Some(told));
        }
        assert_eq!(of_procedures("step.ready", &json!({})), None);
    }
}
