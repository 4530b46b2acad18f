//! Mails of suppliers, with calendars and parts within parts.

#![no_main]

use jiff::Timestamp;
use serde_json::json;
use std::sync::LazyLock;
use tidegate_domain::supplier::{Supplier, reading::mail};

static ACME: LazyLock<Supplier> = LazyLock::new(|| {
    let acme = json!({ "name": "acme", "contacts": [{ "name": "Eve", "mail": "eve@acme.example" }],
        "components": [{ "name": "gateway", "environments": { "live": {} } }] });
    serde_json::from_value(acme).unwrap()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = mail::read(data, &ACME, Timestamp::from_second(1_795_000_000).unwrap());
});
