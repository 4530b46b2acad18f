//! The stories of the demo: each is told to its end, and what it says is true of it.

use serde_json::{Value, json};
use std::process::Command;
use tidegate_tests::process::{free_port, memory_of, tidegate};

/// Tells a story; answers its facts.
fn told(story: &str) -> Value {
    let place = tempfile::tempdir().expect("a directory");
    let address = || format!("127.0.0.1:{}", free_port());
    let output = Command::new(tidegate())
        .args(["demo", "--exit", "--output", "json", "--story", story])
        .args(["--listen", &address(), "--agent-listen", &address()])
        .arg("--data")
        .arg(place.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{story}: {said}");
    assert_eq!(memory_of(place.path()), 0, "{story}: all of it has ended");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// One after the other, because services of both take the same ports.
#[test]
fn every_story_holds_to_its_end() {
    let deployment = told("deployment");
    assert_eq!(deployment["rolled_back"]["release"], "1.2.0");
    assert_eq!(deployment["live"]["live-6"]["web"], "1.1.0");
    assert_eq!(deployment["journal"]["verified"], true);

    let release = told("release");
    assert_eq!(
        release["live"]["live-2"],
        json!({ "gateway": "2.0.0", "web": "2.0.0" })
    );
    assert_eq!(release["train"]["status"], "arrived");
    assert_eq!(release["train"]["order"], json!(["payments", "storefront"]));
    let whole = "Build done, testing done, staging done, live done, review done.";
    assert_eq!(release["lifecycle"][1]["sentence"], whole);
    assert_eq!(release["message"]["sanctioned_by"], "cleo");
    assert_eq!(release["handovers"]["operations"], "olaf");
    assert_eq!(release["handovers"]["marketing"], "mia");
    assert_eq!(release["review"]["stage"], "closed");
    assert_eq!(release["evidence"]["verified"], true);
}
