//! What happened to reviews, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_reviews(action: &str, detail: &Value) -> Option<String> {
    Some(match action.strip_prefix("review.")? {
        "begun" => "began to look back".to_owned(),
        "note_written" => "wrote a note".to_owned(),
        "note_taken_back" => "took a note back".to_owned(),
        "grouped" => format!("put notes together: {}", text(detail, "title")),
        "regrouped" => "put notes together in another way".to_owned(),
        "voted" => "voted".to_owned(),
        "objective_judged" => because(
            &format!(
                "{} is {}",
                text(detail, "objective"),
                text(detail, "verdict")
            ),
            text(detail, "note"),
        ),
        "concluded" => "wrote what is to be remembered".to_owned(),
        "invited" => format!("invited {}", text(detail, "person")),
        "excused" => format!("excused {}", text(detail, "person")),
        "revealed" => "revealed the notes".to_owned(),
        "opened_for_votes" => "opened the vote".to_owned(),
        "discussed" => "ended the vote".to_owned(),
        "closed" => "closed the review".to_owned(),
        "reopened" => because("took the review up again", text(detail, "reason")),
        "action_agreed" => format!("agreed on an action: {}", text(detail, "title")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happened_to_reviews_is_told_in_words() {
        for (action, detail, told) in [
            ("review.voted", json!({}), "voted"),
            (
                "review.objective_judged",
                json!({"objective": "faster", "verdict": "partly", "note": "a third less"}),
                "faster is partly: a third less",
            ),
            (
                "review.reopened",
                json!({"reason": "a figure was wrong"}),
                "took the review up again: a figure was wrong",
            ),
        ] {
            assert_eq!(of_reviews(action, &detail).as_deref(), Some(told));
        }
        assert_eq!(of_reviews("task.taken", &json!({})), None);
    }
}
