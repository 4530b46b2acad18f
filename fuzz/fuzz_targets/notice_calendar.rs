//! Calendars of suppliers: what is found in them lies within bounds, and nothing hangs on what recurs.

#![no_main]

use jiff::Timestamp;
use serde_json::json;
use std::sync::LazyLock;
use tidegate_domain::supplier::{Supplier, notice::Source, reading::ics};

static ACME: LazyLock<Supplier> = LazyLock::new(|| {
    let acme = json!({ "name": "acme", "time_zone": "Europe/Berlin",
        "contacts": [{ "name": "Eve", "mail": "eve@acme.example" }],
        "components": [{ "name": "gateway", "environments": { "live": {} } }] });
    serde_json::from_value(acme).unwrap()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let source = Source::Ics {
        by: "ada".parse().unwrap(),
    };
    let reading = ics::Reading {
        supplier: &ACME,
        source: &source,
        now: Timestamp::from_second(1_795_000_000).unwrap(),
    };
    if let Ok(contents) = ics::read(data, &reading) {
        assert!(contents.found.len() + contents.refused.len() <= 200);
    }
});
