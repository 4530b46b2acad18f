//! Where messages go: mailboxes, and addresses on the web.

use crate::scope::is_address;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A mailbox, `NAME@HOST`, in small letters: RFC 5321 §2.4 advises against telling mailboxes apart by case, and nobody is to
/// get a message twice because of it.
///
/// Its name is a dot-string (§4.1.2) of at most 64 octets (§4.5.3.1.1), never quoted; its host is written in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MailAddress(String);

/// An address on the web: `https://…` or `http://…`, without a user before its host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct WebAddress(String);

/// The text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No mailbox.
    #[error("`{0}` is no mail address: write NAME@HOST in plain letters, without quotes")]
    Mail(String),
    /// Nothing on the web.
    #[error("`{0}` is no address on the web: write https://HOST/… without a user in it")]
    Web(String),
}

impl MailAddress {
    /// The longest address: a path has 256 octets with its angle brackets (RFC 5321 §4.5.3.1.3).
    const LENGTH_MAX: usize = 254;

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is behind the `@`.
    pub fn host(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, host)| host)
    }
}

impl WebAddress {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let folded = text.trim().to_ascii_lowercase();
        let halves = folded.split_once('@');
        let is_good = folded.len() <= Self::LENGTH_MAX
            && halves.is_some_and(|(name, host)| is_mailbox_name(name) && is_host(host));
        match is_good {
            true => Ok(Self(folded)),
            false => Err(AddressError::Mail(text.chars().take(80).collect())),
        }
    }
}

impl FromStr for WebAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match is_address(text.trim()) {
            true => Ok(Self(text.trim().to_owned())),
            false => Err(AddressError::Web(text.chars().take(80).collect())),
        }
    }
}

/// A dot-string (RFC 5321 §4.1.2): atoms of the characters of RFC 5322 §3.2.3, with single dots between them.
fn is_mailbox_name(name: &str) -> bool {
    let is_atom_byte = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    name.len() <= 64 && name.split('.').all(is_atom)
}

/// A domain (RFC 5321 §4.1.2): labels of letters, digits and inner hyphens.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(is_label)
}

/// Reads the address from text, and writes it as one.
macro_rules! written {
    ($address:ident) => {
        impl fmt::Display for $address {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $address {
            type Error = AddressError;
            fn try_from(text: String) -> Result<Self, AddressError> {
                text.parse()
            }
        }

        impl From<$address> for String {
            fn from(address: $address) -> Self {
                address.0
            }
        }
    };
}

written!(MailAddress);
written!(WebAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_read_in_small_letters() {
        for (text, expect) in [
            ("ada@example.org", "ada@example.org"),
            (" Ada.Lovelace+x@Example.ORG ", "ada.lovelace+x@example.org"),
            ("root@localhost", "root@localhost"),
        ] {
            let read: MailAddress = text.parse().unwrap();
            assert_eq!(read.as_str(), expect);
        }
        let read: MailAddress = "ada@mail.example.org".parse().unwrap();
        assert_eq!(read.host(), "mail.example.org");
    }

    #[test]
    fn what_is_no_mailbox_is_refused() {
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@@example.org",
            "ada@example.org\r\nBcc: ben@example.org",
            "ada@example.org, ben@example.org",
            "<ada@example.org>",
            "\"a b\"@example.org",
            ".ada@example.org",
            "a..b@example.org",
            "ada@-example.org",
            "ada@exämple.org",
            &format!("{}@example.org", "a".repeat(65)),
            &format!("a@{}example.org", "a.".repeat(130)),
        ] {
            assert!(text.parse::<MailAddress>().is_err(), "{text}");
        }
        let why = "ada".parse::<MailAddress>().unwrap_err().to_string();
        assert_eq!(
            why,
            "`ada` is no mail address: write NAME@HOST in plain letters, without quotes"
        );
    }

    #[test]
    fn addresses_on_the_web_have_a_scheme_and_no_user() {
        for good in ["https://hooks.example.org/a?b=c", "http://localhost:8080/"] {
            assert_eq!(good.parse::<WebAddress>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "example.org",
            "javascript:alert(1)",
            "https://",
            "https://ada@example.org/",
            "https://example.org/ x",
            "https://example.org/\r\nHost: b",
        ] {
            assert!(bad.parse::<WebAddress>().is_err(), "{bad}");
        }
    }
}
