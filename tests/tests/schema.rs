//! The API against its own document: schemathesis makes requests of it, sound and unsound ones, and judges the answers.

use std::process::Command;
use tidegate_tests::{
    process::installed,
    shop::{Shop, TOKEN},
};

/// What is asked and judged.
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis.toml");

#[test]
fn answers_are_as_the_document_says() {
    let shop = Shop::with_shop(None);
    for version in ["1.0.0", "1.1.0"] {
        let quick = ["--to", "testing", "--minimum-healthy", "200ms", "--wait"];
        shop.ok(&[&["deploy", "shop", version][..], &quick].concat());
    }
    let output = Command::new(installed("schemathesis/bin/schemathesis"))
        .env("PYTHONPATH", installed("schemathesis"))
        .current_dir(shop.path())
        .args(["--config-file", CONFIGURATION, "run"])
        .arg(format!("{}/api/openapi.json", shop.url()))
        .args(["--header", &format!("Authorization: Bearer {TOKEN}")])
        .output()
        .expect("schemathesis starts");
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{errors}");
}
