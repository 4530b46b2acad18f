//! Canonical JSON (RFC 8785): the only text that is ever hashed.
//!
//! Start at [`hash`]. Nothing here knows what it hashes.

use crate::digest::Digest;
use serde::Serialize;

/// The canonical JSON text of `value` (RFC 8785): sorted keys, no spaces, one spelling per value.
///
/// Domain types serialise without failing: their maps have string keys and they hold no floating-point NaN.
pub fn text<T: Serialize>(value: &T) -> String {
    serde_json_canonicalizer::to_string(value).expect("domain types have a JSON form")
}

/// SHA-256 of the canonical JSON text of `value`.
pub fn hash<T: Serialize>(value: &T) -> Digest {
    Digest::of(text(value).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_does_not_change_the_hash() {
        let a = serde_json::json!({"b": 1, "a": [true, null]});
        let b: serde_json::Value =
            serde_json::from_str(r#"{ "a": [true, null], "b": 1 }"#).unwrap();
        assert_eq!(text(&a), r#"{"a":[true,null],"b":1}"#);
        assert_eq!(hash(&a), hash(&b));
    }
}
