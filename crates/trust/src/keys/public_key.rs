//! Public keys in PEM, and whether a signature is one of theirs.
//!
//! Exactly one spelling of each key is read, so that two spellings can never count as two keys.

use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use tidegate_domain::digest::Digest;

/// The longest PEM text of a public key, in bytes.
pub const PEM_LENGTH_MAX: usize = 4096;
/// The longest signature that is looked at, in bytes: DER of ECDSA P-256 takes at most 72.
pub const SIGNATURE_LENGTH_MAX: usize = 128;

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";
/// What stands before the 32 bytes of an Ed25519 key in its SPKI (RFC 8410 §4).
const SPKI_ED25519: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// What stands before the 65 bytes of an uncompressed P-256 point in its SPKI (RFC 5480 §2).
const SPKI_P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A public key: Ed25519, or ECDSA P-256 with SHA-256 as cosign makes them.
///
/// Written as PEM of a `SubjectPublicKeyInfo` (RFC 7468 §13).
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicKey {
    spki: Vec<u8>,
    fingerprint: Digest,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Ed25519(VerifyingKey),
    EcdsaP256(ParsedPublicKey),
}

/// Why a text is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not one PEM block of a public key.
    #[error(
        "not a public key: expected one PEM block `BEGIN PUBLIC KEY` of at most {PEM_LENGTH_MAX} bytes"
    )]
    Pem,
    /// The block holds another kind of key, or another spelling of one.
    #[error("not an Ed25519 key nor an ECDSA P-256 key with an uncompressed point")]
    Algorithm,
    /// The bytes name no point of the curve, or one of the weak ones.
    #[error("the key is not a sound point of its curve")]
    Point,
}

/// What a signature is made over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Message<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// The bytes of this digest, which are at hand or not.
    Digest(&'a Digest, Option<&'a [u8]>),
}

impl<'a> Message<'a> {
    const fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Digest(_, bytes) => bytes,
        }
    }
}

/// Why a key does not confirm a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unconfirmed {
    /// It is not a signature of this key.
    Forged,
    /// Ed25519 signs bytes, and only their digest is known.
    BytesNeeded,
}

impl PublicKey {
    /// SHA-256 of the SPKI: the one name of the key, and what sigstore bundles give as hint, in base64.
    pub const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// The DER of the key's SPKI.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whether `signature` over `message` is by this key.
    pub(crate) fn confirm(
        &self,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Unconfirmed> {
        match (&self.kind, message) {
            (Kind::Ed25519(key), message) => {
                let signature =
                    Signature::from_slice(signature).map_err(|_| Unconfirmed::Forged)?;
                let bytes = message.bytes().ok_or(Unconfirmed::BytesNeeded)?;
                key.verify_strict(bytes, &signature)
                    .map_err(|_| Unconfirmed::Forged)
            }
            (Kind::EcdsaP256(key), Message::Bytes(bytes)) => key
                .verify_sig(bytes, signature)
                .map_err(|_| Unconfirmed::Forged),
            (Kind::EcdsaP256(key), Message::Digest(digest, _)) => {
                let digest = digest::Digest::import_less_safe(digest.as_bytes(), &digest::SHA256)
                    .map_err(|_| Unconfirmed::Forged)?;
                key.verify_digest_sig(&digest, signature)
                    .map_err(|_| Unconfirmed::Forged)
            }
        }
    }

    fn from_spki(spki: Vec<u8>) -> Result<Self, KeyError> {
        let kind = if let Some(key) = spki.strip_prefix(SPKI_ED25519) {
            Kind::Ed25519(ed25519(key)?)
        } else if let Some(point) = spki.strip_prefix(SPKI_P256) {
            Kind::EcdsaP256(ecdsa_p256(point)?)
        } else {
            return Err(KeyError::Algorithm);
        };
        Ok(Self {
            fingerprint: Digest::of(&spki),
            spki,
            kind,
        })
    }
}

fn ed25519(key: &[u8]) -> Result<VerifyingKey, KeyError> {
    let bytes: &[u8; 32] = key.try_into().map_err(|_| KeyError::Algorithm)?;
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
    // A point has spellings beside its canonical one; reading those would give one key two fingerprints.
    let canonical = key.to_edwards().compress().to_bytes() == *bytes;
    if key.is_weak() || !canonical {
        return Err(KeyError::Point);
    }
    Ok(key)
}

fn ecdsa_p256(point: &[u8]) -> Result<ParsedPublicKey, KeyError> {
    if point.len() != 65 || point.first() != Some(&0x04) {
        return Err(KeyError::Algorithm);
    }
    ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).map_err(|_| KeyError::Point)
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.len() > PEM_LENGTH_MAX {
            return Err(KeyError::Pem);
        }
        let body = text
            .trim()
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(END))
            .ok_or(KeyError::Pem)?;
        let body: String = body.lines().map(str::trim).collect();
        let spki = STANDARD.decode(body).map_err(|_| KeyError::Pem)?;
        Self::from_spki(spki)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{BEGIN}")?;
        let body = STANDARD.encode(&self.spki);
        let mut rest = body.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at(rest.len().min(64));
            writeln!(f, "{line}")?;
            rest = more;
        }
        writeln!(f, "{END}")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {:?}", self.fingerprint())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

#[cfg(test)]
mod tests {
    use super::*;

    const COSIGN: &str = include_str!("../../tests/material/first.pub");
    const ED25519: &str = include_str!("../../tests/material/ed25519.pub");

    #[test]
    fn keys_are_written_as_they_were_read() {
        for pem in [COSIGN, ED25519] {
            let key: PublicKey = pem.parse().unwrap();
            assert_eq!(key.to_string(), pem);
            assert_eq!(pem.replace('\n', "\r\n").parse(), Ok(key));
        }
    }

    #[test]
    fn only_one_sound_spelling_of_a_key_is_read() {
        let pem = |spki: &[u8]| format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(spki));
        let cosign: PublicKey = COSIGN.parse().unwrap();
        let mut compressed = cosign.spki().to_vec();
        compressed.truncate(SPKI_P256.len() + 33);
        compressed[SPKI_P256.len()] = 0x02;
        let mut trailing = cosign.spki().to_vec();
        trailing.push(0);
        let mut beside_the_curve = cosign.spki().to_vec();
        *beside_the_curve.last_mut().unwrap() ^= 1;
        let small_order = [SPKI_ED25519, &[1], &[0; 31]].concat();
        for (text, why) in [
            (String::new(), KeyError::Pem),
            ("A".repeat(PEM_LENGTH_MAX + 1), KeyError::Pem),
            (COSIGN.replace("PUBLIC", "PRIVATE"), KeyError::Pem),
            (format!("{COSIGN}{ED25519}"), KeyError::Pem),
            (COSIGN[..100].to_owned(), KeyError::Pem),
            (pem(&[]), KeyError::Algorithm),
            (pem(&compressed), KeyError::Algorithm),
            (pem(&trailing), KeyError::Algorithm),
            (pem(&beside_the_curve), KeyError::Point),
            (pem(&small_order), KeyError::Point),
        ] {
            assert_eq!(text.parse::<PublicKey>(), Err(why), "{text}");
        }
    }

    #[test]
    fn a_point_has_no_second_spelling() {
        // The field's prime is 2^255 - 19: the ordinates 0 to 18 can be written a second time, with it added.
        let again = (0..19_u8).map(|y| [&[0xed + y], [0xff; 30].as_slice(), &[0x7f]].concat());
        let sound = again.filter(|bytes| {
            assert_eq!(ed25519(bytes), Err(KeyError::Point));
            let key = VerifyingKey::from_bytes(bytes.as_slice().try_into().unwrap());
            key.is_ok_and(|key| !key.is_weak())
        });
        assert!(sound.count() > 0);
    }

    #[test]
    fn ed25519_cannot_confirm_a_digest_alone() {
        let key: PublicKey = ED25519.parse().unwrap();
        let digest = Digest::of(b"artifact");
        let message = Message::Digest(&digest, None);
        assert_eq!(
            key.confirm(message, &[0; 64]),
            Err(Unconfirmed::BytesNeeded)
        );
        assert_eq!(key.confirm(message, &[0; 63]), Err(Unconfirmed::Forged));
    }
}
