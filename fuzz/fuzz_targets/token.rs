//! Workload tokens: nobody who has no key of the issuer's is believed.

#![no_main]

use serde_json::{Value, json};
use std::sync::LazyLock;
use tidegate_domain::access::Trust;

/// Of the examples in RFC 8037, appendix A.2, and RFC 7517, appendix A.1.
static KEYS: LazyLock<Value> = LazyLock::new(|| {
    json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
        { "kty": "EC", "crv": "P-256", "kid": "1", "use": "sig",
          "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" },
    ] })
});

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let trust = json!({ "name": "ci", "issuer": "https://ci.example", "audience": "us", "claims": {},
        "level": "apply", "minutes": 10 });
    serde_json::from_value(trust).unwrap()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(!tidegate_server::fuzz::believes(&KEYS, &TRUST, text));
    }
});
