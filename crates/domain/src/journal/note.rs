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
/// Signatures of a note that are looked at (C2SP signed-note: at least 16).
const SIGNATURES_MAX: usize = 64;

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
            hex::encode(key_hash(ORIGIN, &key)),
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
        let mut signature = key_hash(ORIGIN, &encoded_key(&self.key.verifying_key())).to_vec();
        signature.extend(self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(signature))
    }
}

/// The checkpoint in a note, if the note carries a good signature of `verifier`.
///
/// # Errors
/// When the key or the note is not one, or the signature is not good.
pub fn open(note: &str, verifier: &str) -> Result<Checkpoint, NoteError> {
    let text = signed_text(note, verifier)?;
    Checkpoint::parse(text).map_err(|_| NoteError::Form)
}

/// The text of a note, if it carries a good signature of `verifier` and no bad one.
fn signed_text<'a>(note: &'a str, verifier: &str) -> Result<&'a str, NoteError> {
    let verifier = Verifier::read(verifier)?;
    let is_plain = |c: char| c == '\n' || !c.is_ascii_control();
    // The last empty line divides them; the text keeps its own newline.
    let end = note.rfind("\n\n").ok_or(NoteError::Form)? + 1;
    let (text, signatures) = (&note[..end], &note[end + 1..]);
    if !signatures.ends_with('\n') || !note.chars().all(is_plain) {
        return Err(NoteError::Form);
    }
    let mut is_signed = false;
    for line in signatures.lines().take(SIGNATURES_MAX) {
        match verifier.judge(line, text) {
            Some(true) => is_signed = true,
            Some(false) => return Err(NoteError::Signature),
            None => {}
        }
    }
    is_signed.then_some(text).ok_or(NoteError::Signature)
}

/// A key that verifies: `NAME+HASH+KEY`.
struct Verifier<'a> {
    name: &'a str,
    hash: [u8; 4],
    key: VerifyingKey,
}

impl<'a> Verifier<'a> {
    fn read(text: &'a str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(stated), Some(key)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NoteError::Key);
        };
        let encoded = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (algorithm, bytes) = encoded.split_first().ok_or(NoteError::Key)?;
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| NoteError::Key)?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::Key)?;
        let hash = key_hash(name, &encoded);
        let is_named = !name.is_empty() && !name.contains(char::is_whitespace);
        if *algorithm == ED25519 && is_named && hex::encode(hash) == stated {
            Ok(Self { name, hash, key })
        } else {
            Err(NoteError::Key)
        }
    }

    /// Whether a line is a good signature of this key; none when it is another key's.
    fn judge(&self, line: &str, text: &str) -> Option<bool> {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (hash, signature) = bytes.split_first_chunk::<4>()?;
        if name != self.name || *hash != self.hash {
            return None;
        }
        let signature = Signature::from_slice(signature);
        Some(signature.is_ok_and(|it| self.key.verify(text.as_bytes(), &it).is_ok()))
    }
}

fn encoded_key(key: &VerifyingKey) -> Vec<u8> {
    let mut encoded = vec![ED25519];
    encoded.extend(key.as_bytes());
    encoded
}

/// The first four bytes of SHA-256 over name, newline and encoded key (C2SP signed-note).
fn key_hash(name: &str, encoded: &[u8]) -> [u8; 4] {
    let hash = Digest::of(&[name.as_bytes(), b"\n", encoded].concat());
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

    /// The example of Go's `sumdb/note`, which the standard was made from.
    #[test]
    fn a_note_that_another_program_signed_opens() {
        let verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let text = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let line = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let note = format!("{text}\n{line}");
        assert_eq!(signed_text(&note, verifier), Ok(text));
        // Signatures of others are passed over, whatever they are.
        let stranger = Notary::new(&[7; 32]);
        let other = "\u{2014} EnochRoot af4aaaaa\n\u{2014} nonsense\n";
        assert_eq!(
            signed_text(&format!("{text}\n{other}{line}"), verifier),
            Ok(text)
        );
        assert_eq!(
            signed_text(&note, &stranger.verifier()),
            Err(NoteError::Signature)
        );
        // A bad one of this key spoils the note, also beside a good one.
        let bad = line.replace("ZJku", "ZJkv");
        assert_eq!(
            signed_text(&format!("{text}\n{line}{bad}"), verifier),
            Err(NoteError::Signature)
        );
        for cut in [note.trim_end(), &note.replace('I', "\t"), text] {
            assert_eq!(signed_text(cut, verifier), Err(NoteError::Form));
        }
        for wrong in [
            verifier.replace("c74f", "c74e"),
            verifier.replace("Peter", "Paul"),
            verifier.replace("+AR", "+BR"),
            "PeterNeumann".to_owned(),
        ] {
            assert_eq!(signed_text(&note, &wrong), Err(NoteError::Key), "{wrong}");
        }
    }

    #[test]
    fn a_checkpoint_is_written_in_one_way_only() {
        let notary = Notary::new(&[7; 32]);
        let text = |size: &str| format!("{ORIGIN}\n{size}\n{}\n", STANDARD.encode([5; 32]));
        let signed = |text: &str| {
            let key = encoded_key(&notary.key.verifying_key());
            let mut signature = key_hash(ORIGIN, &key).to_vec();
            signature.extend(notary.key.sign(text.as_bytes()).to_bytes());
            let note = format!("{text}\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(signature));
            open(&note, &notary.verifier())
        };
        assert_eq!(signed(&text("12")).map(|it| it.size), Ok(12));
        assert_eq!(signed(&text("0")).map(|it| it.size), Ok(0));
        for size in ["+12", "012", "00", "", "-1", "1e3", "18446744073709551616"] {
            assert_eq!(signed(&text(size)), Err(NoteError::Form), "{size}");
        }
        let extended = text("12") + "more\n";
        assert_eq!(signed(&extended).map(|it| it.size), Ok(12));
        assert_eq!(signed(&(text("12") + "\nmore\n")), Err(NoteError::Form));
    }
}
