//! What a delivery is known by to the other side: the same for every attempt, so that a second one is recognised.

use crate::{canonical, communication::Recipient, digest::Digest};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// What a delivery is known by: a UUID that follows from what was sanctioned and from the recipient (version 8, RFC 9562 §5.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryKey(Uuid);

impl DeliveryKey {
    /// The key of what was sanctioned, to a recipient.
    pub fn of(sanctioned: &Digest, recipient: &Recipient) -> Self {
        let digest = canonical::hash(&(sanctioned, recipient));
        let (first, _) = digest.as_bytes().split_at(16);
        let first = first.try_into().expect("half of 32 bytes");
        Self(Builder::from_custom_bytes(first).into_uuid())
    }

    /// The Message-ID of a mail (RFC 5322 §3.6.4): a dot-atom on both sides, a domain of ours on the right.
    pub fn mail_id(&self, host: &str) -> String {
        format!("<{}@{host}>", self.0)
    }

    /// The `webhook-id` of Standard Webhooks, which must have no full stop in it.
    pub fn webhook_id(&self) -> String {
        format!("msg_{}", self.0.simple())
    }

    /// The id of an entry of a feed.
    pub fn urn(&self) -> String {
        self.0.urn().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_follows_from_what_was_sanctioned_and_the_recipient() {
        let ada = Recipient::Mailbox("ada@example.org".parse().unwrap());
        let ben = Recipient::Mailbox("ben@example.org".parse().unwrap());
        let (first, second) = (Digest::of(b"1"), Digest::of(b"2"));
        let key = DeliveryKey::of(&first, &ada);
        assert_eq!(key, DeliveryKey::of(&first, &ada));
        assert_ne!(key, DeliveryKey::of(&first, &ben));
        assert_ne!(key, DeliveryKey::of(&second, &ada));
        // Kept, so that what was sent before an upgrade is recognised after it.
        assert_eq!(
            [key.mail_id("example.org"), key.webhook_id(), key.urn()],
            [
                "<8ad2bf13-f0a9-8e3f-9856-3208ca97bff4@example.org>",
                "msg_8ad2bf13f0a98e3f98563208ca97bff4",
                "urn:uuid:8ad2bf13-f0a9-8e3f-9856-3208ca97bff4",
            ]
        );
    }
}
