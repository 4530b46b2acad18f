//! Key sets: who may sign, and how many of them must.

use super::{Identity, KeyError, Lifetime, PublicKey, Revocation, TrustedRoot, TrustedRootError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tidegate_domain::{digest::Digest, name::Name};

/// The most keys and identities in a set: every one may have to be tried on every signature.
pub const KEYS_MAX: usize = 32;

/// Keys and identities, and how many distinct ones must sign. A value of this type is sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Declaration", try_from = "Declaration")]
pub struct KeySet(Declaration);

/// A key set as people write it.
///
/// ```yaml
/// threshold: 2
/// keys:
/// - name: release-2026
///   public_key: |
///     -----BEGIN PUBLIC KEY-----
///     …
///     -----END PUBLIC KEY-----
///   valid_from: 2026-01-01T00:00:00Z
///   revoked:
///     at: 2026-09-01T00:00:00Z
///     kind: from-now-on        # or: compromised
///     reason: yearly rotation
/// identities:
/// - name: pipeline
///   issuer: {exact: https://issuer.example}
///   subject: {glob: "https://git.example/shop/*/release.yml@refs/tags/*"}
///   valid_from: 2026-01-01T00:00:00Z
/// trusted_root: |
///   {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", …}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// How many distinct keys or identities must have signed.
    pub threshold: u32,
    /// The keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<NamedKey>,
    /// The keyless identities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<Identity>,
    /// What keyless signatures and log entries are proved with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_root: Option<TrustedRoot>,
}

/// A key and its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedKey {
    /// What we call it.
    pub name: Name,
    /// The key, as PEM.
    pub public_key: PublicKey,
    /// Since when its signatures are believed.
    pub valid_from: Timestamp,
    /// What ended that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
}

/// Why a declaration is not a key set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// There are too many signers.
    #[error("a key set has at most {KEYS_MAX} keys and identities")]
    Count,
    /// A name stands twice.
    #[error("`{0}` names two signers")]
    Name(Name),
    /// The threshold is nought, or more than can ever sign.
    #[error(
        "the threshold is {threshold}, and {signers} distinct keys and identities can sign: choose one between"
    )]
    Threshold {
        /// What was declared.
        threshold: u32,
        /// How many distinct signers there are.
        signers: usize,
    },
    /// Identities cannot be proved without a trusted root.
    #[error("identities need a trusted root")]
    Root,
    /// A key is not one.
    #[error("a key does not parse")]
    Key(#[from] KeyError),
    /// The trusted root is not one.
    #[error("the trusted root does not parse")]
    TrustedRoot(#[from] TrustedRootError),
}

impl KeySet {
    /// How many distinct keys or identities must have signed.
    pub const fn threshold(&self) -> u32 {
        self.0.threshold
    }

    /// The keys, as declared.
    pub fn keys(&self) -> &[NamedKey] {
        &self.0.keys
    }

    /// The identities, as declared.
    pub fn identities(&self) -> &[Identity] {
        &self.0.identities
    }

    /// What keyless signatures and log entries are proved with.
    pub const fn trusted_root(&self) -> Option<&TrustedRoot> {
        self.0.trusted_root.as_ref()
    }

    /// The lives of the key of this fingerprint: one for each name that it has.
    pub(crate) fn lives_of_key(&self, fingerprint: Digest) -> Vec<Lifetime<'_>> {
        self.keys()
            .iter()
            .filter(|key| key.public_key.fingerprint() == fingerprint)
            .map(NamedKey::lifetime)
            .collect()
    }

    /// The identities that cover a certificate's, exactly declared ones first.
    pub(crate) fn identities_of(&self, subject: &str, issuer: &str) -> Vec<&Identity> {
        let mut found: Vec<&Identity> = self
            .identities()
            .iter()
            .filter(|identity| identity.covers(subject, issuer))
            .collect();
        found.sort_by_key(|identity| !identity.is_exact());
        found
    }

    /// Who could still sign at `at`, each distinct signer under its first name.
    pub(crate) fn able(&self, at: Timestamp) -> Vec<&Name> {
        let mut seen = BTreeSet::new();
        let keys = self.keys().iter().filter(move |key| {
            let fingerprint = key.public_key.fingerprint();
            seen.insert(fingerprint)
                && self
                    .lives_of_key(fingerprint)
                    .iter()
                    .all(|life| life.can_sign(at))
        });
        let identities = self
            .identities()
            .iter()
            .filter(|identity| identity.lifetime().can_sign(at));
        keys.map(|key| &key.name)
            .chain(identities.map(|identity| &identity.name))
            .collect()
    }
}

impl NamedKey {
    pub(crate) const fn lifetime(&self) -> Lifetime<'_> {
        Lifetime {
            valid_from: self.valid_from,
            revoked: self.revoked.as_ref(),
        }
    }
}

impl TryFrom<Declaration> for KeySet {
    type Error = KeySetError;

    fn try_from(declared: Declaration) -> Result<Self, KeySetError> {
        if declared.keys.len() + declared.identities.len() > KEYS_MAX {
            return Err(KeySetError::Count);
        }
        let keys = declared.keys.iter().map(|key| &key.name);
        let identities = declared.identities.iter().map(|identity| &identity.name);
        let mut names = BTreeSet::new();
        if let Some(twice) = keys.chain(identities).find(|name| !names.insert(*name)) {
            return Err(KeySetError::Name(twice.clone()));
        }
        if !declared.identities.is_empty() && declared.trusted_root.is_none() {
            return Err(KeySetError::Root);
        }
        let signers = distinct_signers(&declared);
        let threshold = declared.threshold;
        if threshold == 0 || usize::try_from(threshold).map_or(true, |needed| needed > signers) {
            return Err(KeySetError::Threshold { threshold, signers });
        }
        Ok(Self(declared))
    }
}

fn distinct_signers(declared: &Declaration) -> usize {
    let keys: BTreeSet<&[u8]> = declared
        .keys
        .iter()
        .map(|key| key.public_key.spki())
        .collect();
    keys.len() + declared.identities.len()
}

impl From<KeySet> for Declaration {
    fn from(set: KeySet) -> Self {
        set.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = include_str!("../../tests/material/first.pub");
    const SECOND: &str = include_str!("../../tests/material/second.pub");

    fn key(name: &str, pem: &str) -> String {
        let pem = pem.replace('\n', "\n      ");
        format!(
            "- name: {name}\n    valid_from: 2026-01-01T00:00:00Z\n    public_key: |\n      {pem}\n"
        )
    }

    fn read(yaml: &str) -> Result<KeySet, String> {
        serde_saphyr::from_str(yaml).map_err(|err| err.to_string())
    }

    #[test]
    fn a_declared_set_is_read_from_yaml_and_survives_json() {
        let yaml = format!(
            "threshold: 2\nkeys:\n  {}    revoked:\n      at: 2026-06-01T00:00:00Z\n      kind: from-now-on\n      reason: yearly rotation\n  {}",
            key("old", FIRST),
            key("new", SECOND)
        );
        let set = read(&yaml).unwrap();
        assert_eq!((set.threshold(), set.keys().len()), (2, 2));
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<KeySet>(&json).unwrap(), set);
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(set.able(at("2026-05-01T00:00:00Z")).len(), 2);
        assert_eq!(set.able(at("2026-06-01T00:00:00Z")).len(), 1);
        assert_eq!(set.able(at("2025-06-01T00:00:00Z")).len(), 0);
    }

    #[test]
    fn an_unsound_declaration_is_refused() {
        let two = format!("keys:\n  {}  {}", key("a", FIRST), key("b", SECOND));
        let twice = format!("keys:\n  {}  {}", key("a", FIRST), key("b", FIRST));
        let identity = "identities:\n- name: ci\n  issuer: {exact: https://issuer.example}\n  subject: {glob: 'x/*'}\n  valid_from: 2026-01-01T00:00:00Z\n";
        for (yaml, why) in [
            (format!("threshold: 0\n{two}"), "the threshold is 0"),
            (format!("threshold: 3\n{two}"), "and 2 distinct"),
            (format!("threshold: 2\n{twice}"), "and 1 distinct"),
            ("threshold: 1\nkeys: []".to_owned(), "and 0 distinct"),
            (
                format!("threshold: 1\n{}", two.replace("name: b", "name: a")),
                "`a` names two",
            ),
            (format!("threshold: 1\n{identity}"), "need a trusted root"),
            (format!("threshold: 1\ntreshold: 2\n{two}"), "unknown field"),
            (
                format!("threshold: 1\n{two}").replace("valid_from", "valid_form"),
                "unknown field",
            ),
            (format!("threshold: 1\nthreshold: 2\n{two}"), "duplicate"),
            (
                format!("threshold: 1\n{two}\ntrusted_root: '{{}}'"),
                "not a trusted_root.json",
            ),
        ] {
            let err = read(&yaml).unwrap_err();
            assert!(err.contains(why), "{yaml}: {err}");
        }
    }
}
