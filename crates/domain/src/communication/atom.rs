//! The messages of a feed channel as Atom, RFC 4287.

use super::{DeliveryKey, Language, Rendered, WebAddress, markdown::escape};
use jiff::Timestamp;

/// The most entries of a feed; readers keep the older ones.
pub const ENTRIES_MAX: usize = 50;

/// A feed.
#[derive(Debug, Clone, Copy)]
pub struct Feed<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Who writes it: the organisation.
    pub author: &'a str,
    /// Where it is read.
    pub address: &'a WebAddress,
    /// When it was begun: what it was updated as long as it is empty.
    pub at: Timestamp,
}

/// A message in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What its delivery is known by.
    pub key: DeliveryKey,
    /// When it was sent.
    pub at: Timestamp,
    /// In which language.
    pub language: Language,
    /// What it says.
    pub rendered: Rendered,
    /// Where it is read.
    pub link: Option<WebAddress>,
}

/// The Atom document of a feed. The entries are in the order of sending; the newest come first, and the oldest are left out.
pub fn atom(feed: Feed<'_>, entries: &[Entry]) -> String {
    let updated = entries.iter().map(|it| it.at).max().unwrap_or(feed.at);
    let address = escape(feed.address.as_str());
    let mut lines = vec![
        r#"<?xml version="1.0" encoding="utf-8"?>"#.to_owned(),
        r#"<feed xmlns="http://www.w3.org/2005/Atom">"#.to_owned(),
        format!("<id>{address}</id>"),
        format!("<title>{}</title>", escape(feed.title)),
        format!("<updated>{updated}</updated>"),
        format!(r#"<link rel="self" type="application/atom+xml" href="{address}"/>"#),
        format!("<author><name>{}</name></author>", escape(feed.author)),
    ];
    lines.extend(entries.iter().rev().take(ENTRIES_MAX).map(entry));
    lines.push("</feed>\n".to_owned());
    lines.join("\n")
}

/// An entry (RFC 4287 §4.1.2). Its id is the same wherever the feed is read (§4.2.6); its HTML is escaped once more (§3.1.1.2).
fn entry(entry: &Entry) -> String {
    let Entry {
        key,
        at,
        language,
        rendered,
        link,
    } = entry;
    let link = link.as_ref().map(|link| {
        let link = escape(link.as_str());
        format!("<link rel=\"alternate\" href=\"{link}\"/>\n")
    });
    format!(
        "<entry xml:lang=\"{language}\">\n<id>{}</id>\n<title>{}</title>\n<updated>{at}</updated>\n<published>{at}</published>\n{}<content type=\"html\">{}</content>\n</entry>",
        key.urn(),
        escape(&rendered.subject),
        link.unwrap_or_default(),
        escape(&rendered.html),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{communication::Recipient, digest::Digest};
    use proptest::prelude::*;

    fn made(subject: &str, html: &str, second: i64) -> Entry {
        let recipient = Recipient::Endpoint("news".parse().unwrap());
        Entry {
            key: DeliveryKey::of(&Digest::of(subject.as_bytes()), &recipient),
            at: Timestamp::from_second(second).unwrap(),
            language: Language::default(),
            rendered: Rendered {
                subject: subject.to_owned(),
                plain: String::new(),
                html: html.to_owned(),
            },
            link: None,
        }
    }

    fn written(entries: &[Entry]) -> String {
        let address = "https://tidegate.example/feeds/news?a=1&b=2"
            .parse()
            .unwrap();
        let feed = Feed {
            title: "News <of> us",
            author: "A & B",
            address: &address,
            at: Timestamp::UNIX_EPOCH,
        };
        atom(feed, entries)
    }

    #[test]
    fn a_feed_is_written_newest_first() {
        let mut first = made("One", "<p>1</p>", 60);
        first.link = Some("https://tidegate.example/messages/7".parse().unwrap());
        assert_eq!(
            written(&[first, made("Two & a half", "<p>2</p>", 120)]),
            r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>https://tidegate.example/feeds/news?a=1&amp;b=2</id>
<title>News &lt;of&gt; us</title>
<updated>1970-01-01T00:02:00Z</updated>
<link rel="self" type="application/atom+xml" href="https://tidegate.example/feeds/news?a=1&amp;b=2"/>
<author><name>A &amp; B</name></author>
<entry xml:lang="en">
<id>urn:uuid:435ec147-72d3-8098-a945-878019051947</id>
<title>Two &amp; a half</title>
<updated>1970-01-01T00:02:00Z</updated>
<published>1970-01-01T00:02:00Z</published>
<content type="html">&lt;p&gt;2&lt;/p&gt;</content>
</entry>
<entry xml:lang="en">
<id>urn:uuid:7b5b7f09-367c-89a5-b4af-bf565a85d389</id>
<title>One</title>
<updated>1970-01-01T00:01:00Z</updated>
<published>1970-01-01T00:01:00Z</published>
<link rel="alternate" href="https://tidegate.example/messages/7"/>
<content type="html">&lt;p&gt;1&lt;/p&gt;</content>
</entry>
</feed>
"#
        );
        assert!(written(&[]).contains("<updated>1970-01-01T00:00:00Z</updated>"));
        let many: Vec<Entry> = (0..80).map(|i| made("x", "", i)).collect();
        assert_eq!(written(&many).matches("<entry ").count(), 50);
    }

    proptest! {
        /// Whatever a message says, the document has the same elements, and only characters of XML.
        #[test]
        fn no_message_changes_the_document(subject in "(<|>|&|\"|'|\\]\\]>|<!--|\u{0}|\u{b}|\u{ffff}|a){0,12}", html in "(<|>|&|</content>|]]>|a){0,12}") {
            let page = written(&[made(&subject, &html, 1)]);
            let frame = written(&[made("", "", 1)]);
            prop_assert_eq!(page.matches('<').count(), frame.matches('<').count());
            let is_xml = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            prop_assert!(page.chars().all(is_xml));
        }
    }
}
