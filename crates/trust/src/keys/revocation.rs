//! From when to when signatures of a key or identity hold, judged by trusted time and never by what a signer claims.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// That a key or identity is no longer believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// From when its signatures are void.
    pub at: Timestamp,
    /// What that does to signatures of which nobody knows when they were made.
    pub kind: RevocationKind,
    /// Why, in words.
    pub reason: String,
}

/// What a revocation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationKind {
    /// The signer stops signing at that time. Until it is reached nothing changes; from then on a signature holds
    /// only if trusted time proves that it was made before.
    FromNowOn,
    /// Others may have signed since that time. Whatever was then or later is void, and so is, at once and for ever,
    /// every signature without a trusted time.
    Compromised,
}

/// Since when a signer is believed, and what ended it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetime<'a> {
    pub(crate) valid_from: Timestamp,
    pub(crate) revoked: Option<&'a Revocation>,
}

impl Revocation {
    /// Whether a signature is void at `at`, if it is proved to have existed at `trusted`.
    pub fn voids(&self, trusted: Option<Timestamp>, at: Timestamp) -> bool {
        let not_proved_earlier = trusted.is_none_or(|time| time >= self.at);
        match self.kind {
            RevocationKind::FromNowOn => at >= self.at && not_proved_earlier,
            RevocationKind::Compromised => not_proved_earlier,
        }
    }
}

impl Lifetime<'_> {
    /// Whether a signature that is made and received at `at` would hold.
    pub(crate) fn can_sign(&self, at: Timestamp) -> bool {
        at >= self.valid_from && self.revoked.is_none_or(|it| !it.voids(Some(at), at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trusted_time_decides_what_a_revocation_voids() {
        use RevocationKind::{Compromised, FromNowOn};
        let second = |s| Timestamp::from_second(s).unwrap();
        // Revoked at 100; (kind, trusted time, judged at) -> void
        for (kind, trusted, at, void) in [
            (FromNowOn, None, 99, false),
            (FromNowOn, None, 100, true),
            (FromNowOn, Some(99), 200, false),
            (FromNowOn, Some(100), 200, true),
            (FromNowOn, Some(150), 200, true),
            (Compromised, None, 99, true),
            (Compromised, None, 200, true),
            (Compromised, Some(99), 200, false),
            (Compromised, Some(100), 200, true),
        ] {
            let revocation = Revocation {
                at: second(100),
                kind,
                reason: "stolen".to_owned(),
            };
            assert_eq!(
                revocation.voids(trusted.map(second), second(at)),
                void,
                "{kind:?} {trusted:?} {at}"
            );
        }
    }
}
