//! The key file, and what is done with it: wrapping what must not lie open in the database.
//!
//! All servers of one database share one key file. Each value is sealed under a key of its own, and that one under the
//! newest key of the file (envelope encryption), so that a rotation seals few bytes anew. Everything is sealed with
//! XChaCha20-Poly1305 under random nonces, bound to what it is for (draft-irtf-cfrg-xchacha-03).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::{
    io::Write as _,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};
use tidegate_domain::digest::Digest;

/// Bytes of a nonce.
const NONCE: usize = 24;
/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a key that is sealed: nonce, key, tag.
const SEALED_KEY: usize = NONCE + KEY + 16;
/// What an envelope begins with. What was wrapped before there were envelopes does not.
const ENVELOPE: &[u8] = b"TGE2";

/// The opened keys, the newest first. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Keyring {
    source: KeySource,
    held: Arc<RwLock<Held>>,
}

/// The first bytes of a key's hash: by them it is found.
pub(crate) type KeyId = [u8; 4];

/// Where keys come from.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file with one key per line, the newest first; made at the first start. It is read again when it changes.
    File(PathBuf),
    /// Given by whoever starts the server, in the same form; it cannot be changed from here.
    Given(String),
}

struct Held {
    keys: Vec<Key>,
    /// Which state of the file they are from.
    state: Option<FileState>,
}

/// By what another file is noticed. Its time alone is as coarse as the clock of the system.
type FileState = (SystemTime, u64, u64);

struct Key {
    id: KeyId,
    secret: [u8; KEY],
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file cannot be read, made or changed.
    #[error("cannot read, make or change the key file {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not a key.
    #[error("{0} does not hold keys of 64 hex digits, one a line")]
    Form(String),
    /// They were given, and are not the server's to change.
    #[error(
        "the keys were given at the start: give a new one as the first, and start the server again"
    )]
    Given,
}

impl Keyring {
    /// Opens the keys of `source`. A file that is not there is made with one key that only its owner can read.
    ///
    /// # Errors
    /// When the file cannot be read or made, or something is not a key.
    pub fn open(source: KeySource) -> Result<Self, KeyringError> {
        if let KeySource::File(path) = &source
            && !path.exists()
        {
            write_new(path, &format!("{}\n", hex::encode(random::<KEY>())))
                .map_err(|why| unusable(path, why))?;
        }
        let held = Arc::new(RwLock::new(source.read()?));
        Ok(Self { source, held })
    }

    /// Seals `value` for `purpose`.
    pub fn wrap(&self, purpose: &str, value: &[u8]) -> Vec<u8> {
        self.read_again_if_changed();
        let data_key: [u8; KEY] = random();
        let sealed_value = seal(&data_key, purpose, value);
        self.with(|keys| {
            let newest = keys.first().expect("a keyring has a key");
            envelope(newest, purpose, &data_key, &sealed_value)
        })
    }

    /// Opens what was sealed for `purpose`; none when it was not, was tampered with, or its key is gone.
    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
        self.opened(purpose, wrapped).or_else(|| {
            // Another server may have sealed it under a key that was made since.
            self.read_again_if_changed()
                .then(|| self.opened(purpose, wrapped))
                .flatten()
        })
    }

    /// The same value under the newest key; none if it is there already, or cannot be opened.
    pub fn rewrap(&self, purpose: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
        let newest = self.with(|keys| keys.first().map(|key| key.id))?;
        match Parts::of(wrapped) {
            Some(parts) if parts.id == newest => None,
            Some(parts) => self.with(|keys| {
                let key = keys.iter().find(|key| key.id == parts.id)?;
                let data_key = unseal(&key.secret, &of_key(purpose), parts.sealed_key)?;
                let data_key: [u8; KEY] = data_key.try_into().ok()?;
                Some(envelope(
                    keys.first()?,
                    purpose,
                    &data_key,
                    parts.sealed_value,
                ))
            }),
            None => Some(self.wrap(purpose, &self.unwrap(purpose, wrapped)?)),
        }
    }

    /// Makes a new key, which is the newest from now on.
    ///
    /// # Errors
    /// When the keys were given, or the file cannot be changed.
    pub fn add_key(&self) -> Result<(), KeyringError> {
        self.change(|keys| {
            let old = keys.iter().map(|key| hex::encode(key.secret));
            let fresh = hex::encode(random::<KEY>());
            std::iter::once(fresh).chain(old).collect()
        })
    }

    /// Forgets all keys that are older than `newest`. What is still sealed under one of them cannot be opened any more.
    ///
    /// # Errors
    /// When the keys were given, or the file cannot be changed.
    pub fn forget_older_than(&self, newest: KeyId) -> Result<(), KeyringError> {
        self.change(|keys| {
            let known = keys.iter().position(|key| key.id == newest);
            let kept = known.map_or(keys, |at| &keys[..=at]);
            kept.iter().map(|key| hex::encode(key.secret)).collect()
        })
    }

    /// Which key is the newest.
    pub fn newest(&self) -> KeyId {
        self.read_again_if_changed();
        self.with(|keys| keys.first().expect("a keyring has a key").id)
    }

    /// Whether that was sealed under that key.
    pub fn is_under(key: KeyId, wrapped: &[u8]) -> bool {
        Parts::of(wrapped).is_some_and(|parts| parts.id == key)
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.with(|keys| keys.len())
    }

    /// Replaces the file by what becomes of it as it is now: nobody else changes it from here at the same time.
    fn change(&self, change: impl FnOnce(&[Key]) -> Vec<String>) -> Result<(), KeyringError> {
        let KeySource::File(path) = &self.source else {
            return Err(KeyringError::Given);
        };
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let lines = change(&self.source.read()?.keys);
        replace_file(path, &format!("{}\n", lines.join("\n")))
            .map_err(|why| unusable(path, why))?;
        *held = self.source.read()?;
        Ok(())
    }

    fn opened(&self, purpose: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
        self.with(|keys| {
            let in_envelope = Parts::of(wrapped).and_then(|parts| {
                let key = keys.iter().find(|key| key.id == parts.id)?;
                let data_key = unseal(&key.secret, &of_key(purpose), parts.sealed_key)?;
                unseal(&data_key.try_into().ok()?, purpose, parts.sealed_value)
            });
            let plain = || {
                let mut keys = keys.iter();
                keys.find_map(|key| unseal(&key.secret, purpose, wrapped))
            };
            in_envelope.or_else(plain)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&[Key]) -> T) -> T {
        work(
            &self
                .held
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .keys,
        )
    }

    /// Whether the file had changed and was read again. One that cannot be read leaves the keys that there are.
    fn read_again_if_changed(&self) -> bool {
        let known = self
            .held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .state;
        if self.source.state() == known {
            return false;
        }
        let Ok(held) = self.source.read() else {
            return false;
        };
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        true
    }
}

impl KeySource {
    fn state(&self) -> Option<FileState> {
        let Self::File(path) = self else { return None };
        let file = std::fs::metadata(path).ok()?;
        Some((file.modified().ok()?, file.ino(), file.len()))
    }

    fn read(&self) -> Result<Held, KeyringError> {
        let state = self.state();
        let text = match self {
            Self::File(path) => std::fs::read_to_string(path).map_err(|why| unusable(path, why))?,
            Self::Given(text) => text.clone(),
        };
        let lines = text.split(['\n', ',']).map(str::trim);
        let keys: Option<Vec<Key>> = lines
            .filter(|line| !line.is_empty())
            .map(Key::read)
            .collect();
        match keys.filter(|keys| !keys.is_empty()) {
            Some(keys) => Ok(Held { keys, state }),
            None => Err(KeyringError::Form(self.to_string())),
        }
    }
}

impl Key {
    fn read(hex_digits: &str) -> Option<Self> {
        let mut secret = [0; KEY];
        hex::decode_to_slice(hex_digits, &mut secret).ok()?;
        let [a, b, c, d, ..] = *Digest::of(&secret).as_bytes();
        let id = [a, b, c, d];
        Some(Self { id, secret })
    }
}

/// An envelope, taken apart.
struct Parts<'a> {
    id: KeyId,
    sealed_key: &'a [u8],
    sealed_value: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(wrapped: &'a [u8]) -> Option<Self> {
        let (id, rest) = wrapped.strip_prefix(ENVELOPE)?.split_first_chunk::<4>()?;
        let (sealed_key, sealed_value) = rest.split_at_checked(SEALED_KEY)?;
        Some(Self {
            id: *id,
            sealed_key,
            sealed_value,
        })
    }
}

fn envelope(key: &Key, purpose: &str, data_key: &[u8; KEY], sealed_value: &[u8]) -> Vec<u8> {
    let sealed_key = seal(&key.secret, &of_key(purpose), data_key);
    [ENVELOPE, &key.id, &sealed_key, sealed_value].concat()
}

/// What the key of a value is sealed for.
fn of_key(purpose: &str) -> String {
    format!("{purpose}/data-key")
}

fn seal(key: &[u8; KEY], purpose: &str, value: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = random();
    let payload = Payload {
        msg: value,
        aad: purpose.as_bytes(),
    };
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
    let mut wrapped = nonce.to_vec();
    wrapped.extend(sealed.expect("a message far below the cipher's limit can be sealed"));
    wrapped
}

fn unseal(key: &[u8; KEY], purpose: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
    let payload = Payload {
        msg: sealed,
        aad: purpose.as_bytes(),
    };
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), payload).ok()
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

fn unusable(path: &Path, source: std::io::Error) -> KeyringError {
    KeyringError::File {
        path: path.to_owned(),
        source,
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The file is the old one or the new one, whenever the machine stops.
fn replace_file(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    if let Err(error) = std::fs::remove_file(&beside)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error);
    }
    write_new(&beside, text)?;
    std::fs::rename(&beside, path)?;
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    std::fs::File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "the key file {}", path.display()),
            Self::Given(_) => f.write_str("what was given as keys"),
        }
    }
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.keys.len())
    }
}

#[cfg(test)]
mod tests;
