//! The key file, and what is done with it: wrapping what must not lie open in the database.
//!
//! All servers of one database share one key file. Values are sealed with XChaCha20-Poly1305 under a random nonce, bound
//! to what they are for (draft-irtf-cfrg-xchacha-03).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Bytes of a nonce.
const NONCE: usize = 24;

/// The opened key file.
#[derive(Clone)]
pub struct Keyring {
    cipher: XChaCha20Poly1305,
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// It cannot be read or made.
    #[error("cannot read or make the key file {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not a key.
    #[error("the key file {0} does not hold 64 hex digits")]
    Form(PathBuf),
}

impl Keyring {
    /// Reads the key in `path`, or makes one there that only the owner can read.
    ///
    /// # Errors
    /// When the file cannot be read or made, or is not a key.
    pub fn open(path: &Path) -> Result<Self, KeyringError> {
        let file = |source| KeyringError::File {
            path: path.to_owned(),
            source,
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                make(path).map_err(file)?
            }
            Err(error) => return Err(file(error)),
        };
        let mut key = [0; 32];
        hex::decode_to_slice(text.trim(), &mut key)
            .map_err(|_| KeyringError::Form(path.to_owned()))?;
        Ok(Self {
            cipher: XChaCha20Poly1305::new(&key.into()),
        })
    }

    /// Seals `value` for `purpose`.
    pub fn wrap(&self, purpose: &str, value: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random();
        let payload = Payload {
            msg: value,
            aad: purpose.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let mut wrapped = nonce.to_vec();
        wrapped.extend(sealed.expect("a message far below the cipher's limit can be sealed"));
        wrapped
    }

    /// Opens what was sealed for `purpose`; none when it was not, or was tampered with.
    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

/// A new secret of 256 random bits behind a prefix that tells what it is.
pub(crate) fn new_secret(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

fn make(path: &Path) -> std::io::Result<String> {
    let text = hex::encode(random::<32>());
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(text)
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_opens_for_its_purpose_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let keyring = Keyring::open(&path).unwrap();
        let wrapped = keyring.wrap("a", b"value");
        assert_eq!(
            Keyring::open(&path).unwrap().unwrap("a", &wrapped).unwrap(),
            b"value"
        );
        assert_eq!(keyring.unwrap("b", &wrapped), None);
        assert_eq!(keyring.unwrap("a", &wrapped[1..]), None);
        assert!(!wrapped.windows(5).any(|w| w == b"value"));
    }

    #[test]
    fn a_file_that_is_no_key_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        std::fs::write(&path, "not a key").unwrap();
        assert!(matches!(Keyring::open(&path), Err(KeyringError::Form(at)) if at == path));
    }
}
