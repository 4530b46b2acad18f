//! Signed notes (C2SP signed-note, Ed25519): how a checkpoint is signed, and verified by anyone, offline.
//!
//! Signing is here because Ed25519 needs no randomness; the key comes from outside.

use super::Checkpoint;
use crate::digest::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};

/// Whose journal it is, in checkpoints and as the name of the key.
pub const ORIGIN: &str = "tidegate/journal";
/// The signature algorithm byte of Ed25519 (C2SP signed-note).
const ED25519: u8 = 1;

/// The journal's signing key.
pub struct Notary {
    key: SigningKey,
}

/// Why a note does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The verifier key is not one.
    #[error("the verifier key is not a C2SP note key")]
    Key,
    /// The note is not one.
    #[error("the note is not a C2SP signed note")]
    Form,
    /// No signature of that key is good.
    #[error("the note carries no good signature of that key")]
    Signature,
}

impl Notary {
    /// The notary with this secret key.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            key: SigningKey::from_bytes(secret),
        }
    }

    /// The verifier key: `NAME+HASH+KEY`.
    pub fn verifier(&self) -> String {
        let key = encoded_key(&self.key.verifying_key());
        format!(
            "{ORIGIN}+{}+{}",
            hex::encode(key_hash(&key)),
            STANDARD.encode(&key)
        )
    }

    /// The signed note that states a tree's size and root.
    pub fn sign(&self, size: u64, root: Digest) -> String {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size,
            root,
        };
        let text = checkpoint.text();
        let mut signature = key_hash(&encoded_key(&self.key.verifying_key())).to_vec();
        signature.extend(self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(signature))
    }
}

/// The checkpoint in a note, if the note carries a good signature of `verifier`.
///
/// # Errors
/// When the key or the note is not one, or the signature is not good.
pub fn open(note: &str, verifier: &str) -> Result<Checkpoint, NoteError> {
    let (key, hash) = read_verifier(verifier)?;
    let (text, signatures) = note.split_once("\n\n").ok_or(NoteError::Form)?;
    let text = format!("{text}\n");
    let good = signatures
        .lines()
        .any(|line| is_good(line, &text, &key, hash));
    if !good {
        return Err(NoteError::Signature);
    }
    Checkpoint::parse(&text).map_err(|_| NoteError::Form)
}

fn is_good(line: &str, text: &str, key: &VerifyingKey, hash: [u8; 4]) -> bool {
    let Some(signature) = line
        .strip_prefix("\u{2014} ")
        .and_then(|line| line.rsplit(' ').next())
    else {
        return false;
    };
    let Ok(bytes) = STANDARD.decode(signature) else {
        return false;
    };
    let Some((found, signature)) = bytes.split_first_chunk::<4>() else {
        return false;
    };
    let Ok(signature) = Signature::from_slice(signature) else {
        return false;
    };
    *found == hash && key.verify(text.as_bytes(), &signature).is_ok()
}

fn read_verifier(verifier: &str) -> Result<(VerifyingKey, [u8; 4]), NoteError> {
    let mut parts = verifier.splitn(3, '+');
    let (_name, _hash, key) = (
        parts.next(),
        parts.next(),
        parts.next().ok_or(NoteError::Key)?,
    );
    let encoded = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    let (algorithm, bytes) = encoded.split_first().ok_or(NoteError::Key)?;
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| NoteError::Key)?;
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::Key)?;
    if *algorithm == ED25519 {
        Ok((key, key_hash(&encoded)))
    } else {
        Err(NoteError::Key)
    }
}

fn encoded_key(key: &VerifyingKey) -> Vec<u8> {
    let mut encoded = vec![ED25519];
    encoded.extend(key.as_bytes());
    encoded
}

/// The first four bytes of SHA-256 over name, newline and encoded key (C2SP signed-note).
fn key_hash(encoded: &[u8]) -> [u8; 4] {
    let hash = Digest::of(&[ORIGIN.as_bytes(), b"\n", encoded].concat());
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

impl std::fmt::Debug for Notary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notary")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_opens_only_as_it_was_signed() {
        let notary = Notary::new(&[7; 32]);
        let note = notary.sign(42, Digest::of(b"root"));
        let checkpoint = open(&note, &notary.verifier()).unwrap();
        assert_eq!(
            (checkpoint.size, checkpoint.root),
            (42, Digest::of(b"root"))
        );
        let forged = note.replace("\n42\n", "\n43\n");
        assert_eq!(open(&forged, &notary.verifier()), Err(NoteError::Signature));
        assert_eq!(
            open(&note, &Notary::new(&[8; 32]).verifier()),
            Err(NoteError::Signature)
        );
    }
}
