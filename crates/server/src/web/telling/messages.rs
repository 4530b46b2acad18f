//! What happened to messages, deliveries and those whom they reach, in words.

use super::{because, text};
use serde_json::Value;

pub(super) fn of_messages(action: &str, detail: &Value) -> Option<String> {
    let (note, reply) = (text(detail, "note"), text(detail, "reply"));
    Some(match action {
        "message.begun" => because("began a message", text(detail, "subject")),
        "message.edited" => "wrote the message otherwise".to_owned(),
        "message.submitted" => "asks others to read the message".to_owned(),
        "message.sent-back" => because("sent the message back", note),
        "message.sanctioned" => "says that exactly this message may go out".to_owned(),
        "message.voided" => because("took the sanction away", &changes(detail)),
        "message.came-due" => "its time has come".to_owned(),
        "message.released" => "sent the message".to_owned(),
        "message.sending-began" => "began to send it".to_owned(),
        "message.settled" => "it is known what became of all deliveries".to_owned(),
        "message.resumed" => "takes up sending again".to_owned(),
        "message.cancelled" => because("stopped the message", text(detail, "reason")),
        "delivery.delivered" => "the other side took it".to_owned(),
        "delivery.refused" => because("the other side will not have it", reply),
        "delivery.gave-up" => because("gave it up", reply),
        "delivery.lost" => because("nobody knows whether it arrived", reply),
        "delivery.resent" => because("has it sent again", note),
        "delivery.settled" => because("said what became of it", note),
        "delivery.cancelled" => "it is not sent any more".to_owned(),
        "recipient.bounced" => because("says that a mail came back", reply),
        "recipient.confirmed" => "says that the recipient is good".to_owned(),
        "channel.secret-set" => "set a secret of channels".to_owned(),
        "audience.invited" => "asked stakeholders whether they want to be told".to_owned(),
        "stakeholder.opted-in" => "wants to be told".to_owned(),
        "stakeholder.opted-out" => "does not want to be told".to_owned(),
        _ => return None,
    })
}

fn changes(detail: &Value) -> String {
    let changes = detail.get("changes").and_then(Value::as_array);
    let changes = changes.into_iter().flatten().filter_map(Value::as_str);
    changes.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happens_to_messages_is_told_with_its_reason() {
        for (action, detail, expect) in [
            (
                "message.voided",
                json!({ "changes": ["the text", "the target"] }),
                "took the sanction away: the text, the target",
            ),
            (
                "delivery.lost",
                json!({ "reply": "no answer" }),
                "nobody knows whether it arrived: no answer",
            ),
            ("recipient.bounced", json!({}), "says that a mail came back"),
        ] {
            assert_eq!(of_messages(action, &detail).as_deref(), Some(expect));
        }
        assert_eq!(of_messages("task.taken", &json!({})), None);
    }
}
