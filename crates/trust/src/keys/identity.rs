//! Keyless signers: people and build jobs, known by what an issuer of OIDC tokens says of them.

use super::{Lifetime, Pattern, Revocation};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidegate_domain::name::Name;

/// An identity that a Fulcio certificate may carry.
///
/// The subject is the certificate's subject alternative name, the issuer its extension 1.3.6.1.4.1.57264.1.8
/// (`https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// What we call it.
    pub name: Name,
    /// Who vouches for it.
    pub issuer: Pattern,
    /// Who it is: an e-mail address or a URI.
    pub subject: Pattern,
    /// Since when its signatures are believed.
    pub valid_from: Timestamp,
    /// What ended that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
}

impl Identity {
    /// Whether a certificate of `subject`, vouched for by `issuer`, is this identity's.
    pub fn covers(&self, subject: &str, issuer: &str) -> bool {
        self.subject.covers(subject) && self.issuer.covers(issuer)
    }

    pub(crate) const fn is_exact(&self) -> bool {
        self.subject.is_exact() && self.issuer.is_exact()
    }

    pub(crate) const fn lifetime(&self) -> Lifetime<'_> {
        Lifetime {
            valid_from: self.valid_from,
            revoked: self.revoked.as_ref(),
        }
    }
}
