//! The code of a grant: by it a server knows its own.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The code that whoever keeps `key` makes for a text (HMAC, RFC 2104, with SHA-256).
pub fn code(key: &[u8], text: &str) -> Vec<u8> {
    mac(key, text).finalize().into_bytes().to_vec()
}

/// Whether that code was made for a text with that key, found out in constant time.
pub fn is_code(key: &[u8], text: &str, code: &[u8]) -> bool {
    mac(key, text).verify_slice(code).is_ok()
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_of_one_key_and_one_text() {
        let made = code(b"key", "text");
        assert!(is_code(b"key", "text", &made));
        assert!(!is_code(b"other", "text", &made));
        assert!(!is_code(b"key", "texts", &made));
        assert!(!is_code(b"key", "text", &made[..31]));
    }
}
