//! A message as the body of a request: for programs, and for rooms of Slack and those like it.

use super::{Rendered, WebAddress, message::Message};
use crate::canonical;
use jiff::Timestamp;
use serde_json::json;

/// The longest text of a room, in characters; Slack cuts off what is longer.
const CHAT_MAX: usize = 40_000;

/// The body for a program, shaped as Standard Webhooks recommends: `type`, `timestamp` of what happened, `data`.
pub fn webhook(
    message: &Message,
    rendered: &Rendered,
    link: Option<&WebAddress>,
    at: Timestamp,
) -> String {
    canonical::text(&json!({
        "type": "message.sent",
        "timestamp": at,
        "data": {
            "message": message.id,
            "about": message.about.to_string(),
            "language": message.writing.language,
            "urgent": message.writing.urgent,
            "subject": rendered.subject,
            "text": rendered.plain,
            "html": rendered.html,
            "link": link,
        },
    }))
}

/// The body for a room: one text, in which nothing is markup or calls anybody.
///
/// Slack reads `&`, `<` and `>` as its own and wants them escaped; it has no other escapes, so its markup is turned off.
/// Others call everybody at an `@` with a certain word behind it: a space that nobody sees parts them.
pub fn chat(rendered: &Rendered) -> String {
    let text = format!("{}\n\n{}", rendered.subject, rendered.plain);
    let mut text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text = text.replace('@', "@\u{200b}");
    if let Some((end, _)) = text.char_indices().nth(CHAT_MAX - 1) {
        text.truncate(end);
        text.push('…');
    }
    canonical::text(&json!({ "text": text, "mrkdwn": false }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::communication::message::tests::draft;

    fn rendered(subject: &str, plain: &str) -> Rendered {
        Rendered {
            subject: subject.to_owned(),
            plain: plain.to_owned(),
            html: format!("<p>{plain}</p>"),
        }
    }

    #[test]
    fn a_program_is_told_by_type_time_and_data() {
        let link = "https://tidegate.example/messages/7".parse().unwrap();
        let told = webhook(
            &draft("by hand"),
            &rendered("Shop", "It is here."),
            Some(&link),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(
            told,
            r#"{"data":{"about":"shop 1.4.0","html":"<p>It is here.</p>","language":"en","link":"https://tidegate.example/messages/7","message":7,"subject":"Shop","text":"It is here.","urgent":false},"timestamp":"1970-01-01T00:00:00Z","type":"message.sent"}"#
        );
    }

    #[test]
    fn nothing_in_a_room_is_markup_or_calls_anybody() {
        assert_eq!(
            chat(&rendered("A & b", "<!channel> @all \"x\"\nend")),
            "{\"mrkdwn\":false,\"text\":\"A &amp; b\\n\\n&lt;!channel&gt; @\u{200b}all \\\"x\\\"\\nend\"}"
        );
        let long = chat(&rendered("a", &"é".repeat(50_000)));
        let read: serde_json::Value = serde_json::from_str(&long).unwrap();
        assert_eq!(read["text"].as_str().unwrap().chars().count(), 40_000);
    }
}
