//! What a mail server's answer means: reply codes of RFC 5321 §4.2, enhanced codes of RFC 3463.

use super::{Blame, Outcome};

/// How far a conversation with a mail server was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Up to the sender: connecting, greeting, TLS, signing in, `MAIL`.
    Session,
    /// `RCPT`, which names the recipient.
    Recipient,
    /// `DATA` and the mail itself, up to its last line.
    Content,
    /// The last line, a single dot, was sent: the server may have taken the mail.
    End,
}

/// What a mail server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// Its lines, the enhanced code before the words if the server has them (RFC 2034 §3).
    pub text: String,
}

/// The three numbers of an enhanced code: class, subject, detail (RFC 3463 §2).
type Enhanced = (u16, u16, u16);

/// What an attempt came to that ended at a stage, by an answer or by a fault in words.
///
/// - 2yz after the last line: the server is responsible for the mail now (RFC 5321 §4.2.1, §4.2.5).
/// - 4yz: not now, and a later attempt may do (§4.2.1).
/// - 5yz: never, except where it is we who were not let in (530, 534, 535, 538 of RFC 4954 §6): that is for our people to put
///   right, and the mail is good.
/// - No answer before the last line: the server does not have it (§4.1.1.4). After it: it may, and sending again would make a
///   second one (RFC 1047).
pub fn outcome(stage: Stage, answer: Result<Reply, String>) -> Outcome {
    match answer {
        Ok(reply) => answered(stage, &reply),
        Err(reply) => match stage {
            Stage::Session | Stage::Recipient | Stage::Content => {
                Outcome::Later { after: None, reply }
            }
            Stage::End => Outcome::Lost { reply },
        },
    }
}

fn answered(stage: Stage, reply: &Reply) -> Outcome {
    let enhanced = enhanced(&reply.text);
    let words = format!("{} {}", reply.code, reply.text.trim());
    match (reply.code / 100, stage) {
        (2, Stage::End) => Outcome::Accepted { reply: words },
        // Any other answer to the last line makes no sense (§4.3.2).
        (0 | 1 | 3, Stage::End) | (6.., Stage::End) => Outcome::Lost { reply: words },
        (5, _) if !is_ours(reply.code, enhanced, stage) => Outcome::Refused {
            blame: blame(reply.code, enhanced, stage),
            reply: words,
        },
        _ => Outcome::Later {
            after: None,
            reply: words,
        },
    }
}

/// Whether the fault is in how we come to the server.
fn is_ours(code: u16, enhanced: Option<Enhanced>, stage: Stage) -> bool {
    let is_session = stage == Stage::Session && !matches!(enhanced, Some((_, 1, 7 | 8)));
    is_session || matches!(code, 530 | 534 | 535 | 538)
}

/// The mailbox is to blame for a bad address (X.1.1, .2, .3, .6, .10) and a mailbox that is closed (X.2.1), RFC 3463 §3.2 and
/// §3.3, RFC 7505 §5; without an enhanced code, for 550, 551 and 553 in answer to `RCPT` (RFC 5321 §4.2.2). A full mailbox (552,
/// X.2.2) is a good address.
fn blame(code: u16, enhanced: Option<Enhanced>, stage: Stage) -> Blame {
    let is_mailbox = match enhanced {
        Some((_, subject, detail)) => {
            matches!((subject, detail), (1, 1 | 2 | 3 | 6 | 10) | (2, 1))
        }
        None => stage == Stage::Recipient && matches!(code, 550 | 551 | 553),
    };
    match is_mailbox {
        true => Blame::Recipient,
        false => Blame::Message,
    }
}

fn enhanced(text: &str) -> Option<Enhanced> {
    let first = text.split_whitespace().next()?;
    let mut numbers = first.split('.').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let found = (next()?, next()?, next()?);
    (numbers.next().is_none() && matches!(found.0, 2 | 4 | 5)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn came(stage: Stage, answer: &str) -> &'static str {
        let answer = match answer
            .split_once(' ')
            .map(|(code, text)| (code.parse(), text))
        {
            Some((Ok(code), text)) => Ok(Reply {
                code,
                text: text.to_owned(),
            }),
            Some((Err(_), _)) | None => Err(answer.to_owned()),
        };
        match outcome(stage, answer) {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Refused {
                blame: Blame::Recipient,
                ..
            } => "bounced",
            Outcome::Refused {
                blame: Blame::Message,
                ..
            } => "refused",
            Outcome::Later { .. } => "later",
            Outcome::Lost { .. } => "lost",
        }
    }

    #[test]
    fn answers_mean_what_the_standards_say() {
        use Stage::{Content, End, Recipient, Session};
        for (stage, answer, expect) in [
            (End, "250 2.0.0 queued as 7", "accepted"),
            (End, "250 OK", "accepted"),
            (End, "451 4.3.0 try later", "later"),
            (End, "554 5.7.1 spam", "refused"),
            (End, "552 5.3.4 too big", "refused"),
            (End, "550 5.1.1 no such user", "bounced"),
            (End, "354 go on", "lost"),
            (End, "connection reset", "lost"),
            (Content, "connection reset", "later"),
            (Content, "354 go on", "later"),
            (Session, "refused connection", "later"),
            (Session, "421 4.3.2 closing", "later"),
            (Session, "554 no service here", "later"),
            (Session, "535 5.7.8 wrong password", "later"),
            (Session, "530 5.7.0 sign in first", "later"),
            (Session, "550 5.1.8 bad sender", "refused"),
            (Recipient, "550 5.1.1 no such user", "bounced"),
            (Recipient, "550 no such user", "bounced"),
            (Recipient, "553 not a mailbox", "bounced"),
            (Recipient, "550 5.7.1 relaying denied", "refused"),
            (Recipient, "556 5.1.10 null mx", "bounced"),
            (Recipient, "550 5.2.1 disabled", "bounced"),
            (Recipient, "552 5.2.2 mailbox full", "refused"),
            (Recipient, "450 4.2.1 greylisted", "later"),
            (Recipient, "timeout", "later"),
        ] {
            assert_eq!(came(stage, answer), expect, "{stage:?} {answer}");
        }
    }

    proptest! {
        /// Nothing but an answer to the last line makes a mail delivered, and nothing but a silence there makes it unknown.
        #[test]
        fn only_the_last_line_delivers(code in 0_u16..1_000, text in "(5\\.1\\.1|2\\.0\\.0|9\\.9|a| ){0,4}") {
            for stage in [Stage::Session, Stage::Recipient, Stage::Content] {
                let came = outcome(stage, Ok(Reply { code, text: text.clone() }));
                let fits = matches!(came, Outcome::Later { .. } | Outcome::Refused { .. });
                prop_assert!(fits);
            }
            let came = outcome(Stage::End, Ok(Reply { code, text }));
            prop_assert_eq!(matches!(came, Outcome::Accepted { .. }), code / 100 == 2);
        }
    }
}
