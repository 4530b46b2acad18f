//! A message, or what is new for somebody, as a mail, ready for whoever encodes and sends it.

use super::{DeliveryKey, Language, Mail, MailAddress, Rendered, WebAddress, markdown::escape};
use crate::talk::News;

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
    /// The part for `text/html`, if there is one.
    pub html: Option<String>,
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

/// What a mail of news is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewsParts<'a> {
    /// To whom.
    pub to: &'a MailAddress,
    /// What the delivery is known by.
    pub key: &'a DeliveryKey,
    /// What is new for them, in order.
    pub news: &'a [News],
    /// Where people reach the server, without a slash at the end, if that is known.
    pub server: Option<&'a str>,
}

/// The most news that one mail tells; it counts the others.
const NEWS_MAX: usize = 30;
/// The longest subject of a mail of news, in characters.
const SUBJECT_MAX: usize = 120;

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
            html: Some(html(rendered, language, leave)),
        }
    }

    /// What is new for somebody, in plain text. It says how to get no more of them, and where that is said on a page.
    pub fn of_news(mail: &Mail, parts: NewsParts<'_>) -> Self {
        let mut headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("Content-Language", Language::default().to_string()),
        ];
        if let Some(server) = parts.server {
            headers.push(("List-Unsubscribe", format!("<{server}/work#mailed>")));
        }
        Self {
            from: mail.from.clone(),
            reply_to: mail.reply_to.clone(),
            to: parts.to.clone(),
            message_id: parts.key.mail_id(mail.from.host()),
            subject: news_subject(parts.news),
            headers,
            plain: news_text(parts),
            html: None,
        }
    }
}

fn news_subject(news: &[News]) -> String {
    match news {
        [one] => headline(one).chars().take(SUBJECT_MAX).collect(),
        many => format!("{} things are new for you", many.len()),
    }
}

fn headline(news: &News) -> String {
    format!("{}: {} {}", news.subject.told(), news.by, news.line)
}

fn news_text(parts: NewsParts<'_>) -> String {
    let NewsParts { news, server, .. } = parts;
    let one = |it: &News| {
        let at = it.at.strftime("%Y-%m-%d %H:%M UTC");
        let page = server.map(|server| format!("\n  {server}{}", it.subject.page()));
        format!(
            "{}\n  {}, {at}{}\n\n",
            headline(it),
            it.why.told(),
            page.unwrap_or_default()
        )
    };
    let told: String = news.iter().take(NEWS_MAX).map(one).collect();
    let more = match news.len().saturating_sub(NEWS_MAX) {
        0 => String::new(),
        more => format!("There is more: {more} on the page Work.\n\n"),
    };
    let page = server.map(|server| format!("at {server}/work#mailed, or "));
    let page = page.unwrap_or_default();
    format!(
        "{told}{more}-- \nHow often you get such mails you say {page}by `tidegate news mail daily` or `tidegate news mail never`.\n"
    )
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
    use crate::{
        communication::Recipient,
        digest::Digest,
        id::{IssueId, NewsId},
        talk::{Subject, Why},
        text::Line,
    };

    fn post() -> Mail {
        Mail {
            from: "releases@example.org".parse().unwrap(),
            reply_to: None,
            server: "relay".parse().unwrap(),
        }
    }

    fn news(id: u64, line: &str) -> News {
        News {
            id: NewsId(id),
            to: "ben".parse().unwrap(),
            subject: Subject::Issue(IssueId(4)),
            why: Why::Named,
            by: "ada".parse().unwrap(),
            at: "2026-12-01T12:00:00Z".parse().unwrap(),
            line: Line::of(line),
        }
    }

    fn told(news: &[News], server: Option<&str>) -> Letter {
        let to: MailAddress = "ben@example.org".parse().unwrap();
        let key = DeliveryKey::of(&Digest::of(b""), &Recipient::Mailbox(to.clone()));
        Letter::of_news(
            &post(),
            NewsParts {
                to: &to,
                key: &key,
                news,
                server,
            },
        )
    }

    #[test]
    fn news_are_told_in_plain_text_with_links_where_the_server_knows_its_address() {
        let one = told(
            &[news(1, "said: Look, @ben.")],
            Some("https://tide.example"),
        );
        assert_eq!(one.subject, "issue 4: ada said: Look, @ben.");
        assert_eq!(
            one.headers.last(),
            Some(&(
                "List-Unsubscribe",
                "<https://tide.example/work#mailed>".to_owned()
            ))
        );
        assert_eq!(
            one.plain,
            "issue 4: ada said: Look, @ben.\n  you were named, 2026-12-01 12:00 UTC\n  https://tide.example/issues/4\n\n-- \n\
            How often you get such mails you say at https://tide.example/work#mailed, or by `tidegate news mail daily` or \
            `tidegate news mail never`.\n"
        );
        assert_eq!(one.html, None);

        let many: Vec<News> = (0..32).map(|id| news(id, "said: Look, @ben.")).collect();
        let many = told(&many, None);
        assert_eq!(many.subject, "32 things are new for you");
        assert!(
            many.plain.contains("There is more: 2 on the page Work.\n"),
            "{}",
            many.plain
        );
        assert!(!many.plain.contains("http"), "{}", many.plain);
        let long = told(&[news(1, &"x".repeat(500))], None);
        assert_eq!(long.subject.chars().count(), SUBJECT_MAX);
    }

    #[test]
    fn a_mail_says_who_sent_it_and_how_to_get_no_more() {
        let to: MailAddress = "ops@acme.example".parse().unwrap();
        let mail = post();
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
            letter.html.unwrap(),
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Shop &lt;1.4.0&gt;</title></head>\n<body>\n<p>It is here.</p>\n<hr>\n<p><a href=\"https://tidegate.example/leave?a=b&amp;c=d\" rel=\"noreferrer\">Unsubscribe</a></p>\n</body>\n</html>\n"
        );
    }
}
