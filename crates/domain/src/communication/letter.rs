//! A message as a mail, ready for whoever encodes and sends it.

use super::{DeliveryKey, Language, Mail, MailAddress, Rendered, WebAddress, markdown::escape};

/// A mail. Each of its texts is on as many lines as it may be: the headers on one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who it is from.
    pub from: MailAddress,
    /// Where answers go.
    pub reply_to: Option<MailAddress>,
    /// The only one it is to.
    pub to: MailAddress,
    /// `Message-ID`, the same for every attempt.
    pub message_id: String,
    /// `Subject`.
    pub subject: String,
    /// The other headers.
    pub headers: Vec<(&'static str, String)>,
    /// The part for `text/plain`.
    pub plain: String,
    /// The part for `text/html`.
    pub html: String,
}

/// What a mail is made of.
#[derive(Debug, Clone, Copy)]
pub struct LetterParts<'a> {
    /// What it says.
    pub rendered: &'a Rendered,
    /// In which language.
    pub language: &'a Language,
    /// What the delivery is known by.
    pub key: &'a DeliveryKey,
    /// To whom.
    pub to: &'a MailAddress,
    /// Where they say that they want no more; for those who opted in.
    pub leave: Option<&'a WebAddress>,
}

impl Letter {
    /// The mail of a channel.
    ///
    /// It says that no person sent it (RFC 3834 §5), so that nobody's absence answers it, and how to get no more of them by one
    /// click (RFC 2369 §3.2, RFC 8058 §3.1).
    pub fn of(mail: &Mail, parts: LetterParts<'_>) -> Self {
        let LetterParts {
            rendered,
            language,
            key,
            to,
            leave,
        } = parts;
        let mut headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("Content-Language", language.to_string()),
        ];
        if let Some(leave) = leave {
            headers.push(("List-Unsubscribe", format!("<{leave}>")));
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            headers.push(("List-Unsubscribe-Post", one_click));
        }
        Self {
            from: mail.from.clone(),
            reply_to: mail.reply_to.clone(),
            to: to.clone(),
            message_id: key.mail_id(mail.from.host()),
            subject: rendered.subject.clone(),
            headers,
            plain: plain(rendered, leave),
            html: html(rendered, language, leave),
        }
    }
}

fn plain(rendered: &Rendered, leave: Option<&WebAddress>) -> String {
    let leave = leave.map(|leave| format!("\n-- \nUnsubscribe: {leave}\n"));
    format!("{}\n{}", rendered.plain, leave.unwrap_or_default())
}

fn html(rendered: &Rendered, language: &Language, leave: Option<&WebAddress>) -> String {
    let title = escape(&rendered.subject);
    let leave = leave.map(|leave| {
        let leave = escape(leave.as_str());
        format!("<hr>\n<p><a href=\"{leave}\" rel=\"noreferrer\">Unsubscribe</a></p>\n")
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n{}{}</body>\n</html>\n",
        rendered.html,
        leave.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{communication::Recipient, digest::Digest};

    #[test]
    fn a_mail_says_who_sent_it_and_how_to_get_no_more() {
        let to: MailAddress = "ops@acme.example".parse().unwrap();
        let mail = Mail {
            from: "releases@example.org".parse().unwrap(),
            reply_to: None,
            server: "relay".parse().unwrap(),
        };
        let rendered = Rendered {
            subject: "Shop <1.4.0>".to_owned(),
            plain: "It is here.".to_owned(),
            html: "<p>It is here.</p>\n".to_owned(),
        };
        let leave = "https://tidegate.example/leave?a=b&c=d".parse().unwrap();
        let letter = Letter::of(
            &mail,
            LetterParts {
                rendered: &rendered,
                language: &Language::default(),
                key: &DeliveryKey::of(&Digest::of(b""), &Recipient::Mailbox(to.clone())),
                to: &to,
                leave: Some(&leave),
            },
        );
        assert!(letter.message_id.ends_with("@example.org>"));
        assert_eq!(
            letter.headers,
            [
                ("Auto-Submitted", "auto-generated".to_owned()),
                ("Content-Language", "en".to_owned()),
                (
                    "List-Unsubscribe",
                    "<https://tidegate.example/leave?a=b&c=d>".to_owned()
                ),
                (
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click".to_owned()
                ),
            ]
        );
        assert_eq!(
            letter.plain,
            "It is here.\n\n-- \nUnsubscribe: https://tidegate.example/leave?a=b&c=d\n"
        );
        assert_eq!(
            letter.html,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Shop &lt;1.4.0&gt;</title></head>\n<body>\n<p>It is here.</p>\n<hr>\n<p><a href=\"https://tidegate.example/leave?a=b&amp;c=d\" rel=\"noreferrer\">Unsubscribe</a></p>\n</body>\n</html>\n"
        );
    }
}
