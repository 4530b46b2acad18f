//! What a web server's answer to a webhook or a chat message means: RFC 9110 §15 and Standard Webhooks 1.0.0.

use super::{Blame, Outcome, Repeats};
use crate::duration::Millis;
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A status, and the value of `Retry-After` if there is one.
    Status {
        /// Three digits.
        code: u16,
        /// As the server wrote it.
        retry_after: Option<String>,
    },
    /// Nothing was sent: no such host, no connection, an address that may not be asked.
    NotSent(String),
    /// It was sent, in part at least, and no answer came: a time-out, a connection that broke.
    Silence(String),
}

/// What an attempt came to, answered at `now`.
///
/// - 2xx: it was taken (RFC 9110 §15.3).
/// - 410: nobody wants anything there any more (§15.5.11); Standard Webhooks turns the receiver off.
/// - 400, 413, 415, 422: the request itself is at fault (§15.5), and would be the next time.
/// - Everything else is a failure and tried again, as Standard Webhooks has it: 408, 425, 429 (RFC 6585 §4) and 5xx pass, and
///   redirects, which are not followed, and other refusals may be put right by people. `Retry-After` (RFC 9110 §10.2.3) counts.
/// - Silence: where a repeat is recognised it does no harm; where it would be shown, nobody knows.
pub fn outcome(answer: Answer, repeats: Repeats, now: Timestamp) -> Outcome {
    match answer {
        Answer::Status { code, retry_after } => status(code, retry_after.as_deref(), now),
        Answer::NotSent(reply) => Outcome::Later { after: None, reply },
        Answer::Silence(reply) => Outcome::silence(repeats, reply),
    }
}

fn status(code: u16, retry_after: Option<&str>, now: Timestamp) -> Outcome {
    let reply = format!("status {code}");
    let refused = |blame, reply| Outcome::Refused { blame, reply };
    match code {
        200..=299 => Outcome::Accepted { reply },
        410 => refused(Blame::Recipient, reply),
        400 | 413 | 415 | 422 => refused(Blame::Message, reply),
        _ => Outcome::Later {
            after: retry_after.and_then(|text| wait(text, now)),
            reply,
        },
    }
}

/// Seconds, or a date (RFC 9110 §10.2.3). What is neither does not count, nor does the past.
fn wait(text: &str, now: Timestamp) -> Option<Millis> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Millis(seconds.saturating_mul(1_000).min(Millis::MAX.0)));
    }
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    let millis = u64::try_from(at.duration_since(now).as_millis()).ok()?;
    Some(Millis(millis.min(Millis::MAX.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(code: u16, retry_after: Option<&str>) -> String {
        let answer = Answer::Status {
            code,
            retry_after: retry_after.map(str::to_owned),
        };
        let now = "2026-11-27T12:00:00Z".parse().unwrap();
        match outcome(answer, Repeats::Recognised, now) {
            Outcome::Accepted { .. } => "accepted".to_owned(),
            Outcome::Refused {
                blame: Blame::Recipient,
                ..
            } => "gone".to_owned(),
            Outcome::Refused {
                blame: Blame::Message,
                ..
            } => "refused".to_owned(),
            Outcome::Later { after, .. } => {
                after.map_or_else(|| "later".to_owned(), |it| format!("later by {}", it.0))
            }
            Outcome::Lost { .. } => "lost".to_owned(),
        }
    }

    #[test]
    fn statuses_mean_what_the_standards_say() {
        for (code, retry_after, expect) in [
            (200, None, "accepted"),
            (204, Some("5"), "accepted"),
            (301, None, "later"),
            (400, None, "refused"),
            (401, None, "later"),
            (404, None, "later"),
            (408, None, "later"),
            (410, None, "gone"),
            (413, None, "refused"),
            (429, Some("120"), "later by 120000"),
            (503, Some("Fri, 27 Nov 2026 12:01:00 GMT"), "later by 60000"),
            (503, Some("Fri, 27 Nov 2020 12:01:00 GMT"), "later"),
            (503, Some("soon"), "later"),
            (429, Some("99999999999999999999"), "later"),
            (429, Some("9999999999"), "later by 31622400000"),
            (99, None, "later"),
        ] {
            assert_eq!(came(code, retry_after), expect, "{code} {retry_after:?}");
        }
    }

    #[test]
    fn a_silence_is_harmless_where_a_repeat_is_recognised() {
        let now = Timestamp::UNIX_EPOCH;
        let silence = || Answer::Silence("timed out".to_owned());
        for (answer, repeats, is_lost) in [
            (silence(), Repeats::Recognised, false),
            (silence(), Repeats::Shown, true),
            (
                Answer::NotSent("no such host".to_owned()),
                Repeats::Shown,
                false,
            ),
        ] {
            let came = outcome(answer, repeats, now);
            assert_eq!(matches!(came, Outcome::Lost { .. }), is_lost);
        }
    }
}
