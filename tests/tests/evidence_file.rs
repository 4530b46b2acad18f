//! All that is on record of a release, in a file that is checked without the server.

use serde_json::Value;
use std::process::Command;
use tidegate_tests::{office::Office, process::tidegate};

/// Checks a file with no server anywhere.
fn checked(file: &str, more: &[&str]) -> (i32, String) {
    let output = Command::new(tidegate())
        .args(["evidence", "verify", file])
        .args(more)
        .env("TIDEGATE_SERVER", "http://127.0.0.1:1")
        .output()
        .expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    let status = output.status.code().expect("a status");
    (status, String::from_utf8(said).expect("UTF-8"))
}

/// An office that deployed 1.0.0 under a change request, with an exception, approved by joe.
fn released() -> Office {
    let office = Office::open();
    let shop = &office.shop;
    office.apply(
        "kind: Environment\nname: testing\napprovals:\n  - { count: 1 }\nchange_request: true\n---\n\
        kind: Control\nname: customer-approval\nmode: enforce\nenvironments: [testing]\n",
    );
    let change = [
        "change",
        "create",
        "shop",
        "--in",
        "testing",
        "--title",
        "A till",
        "--release",
        "1.0.0",
    ];
    shop.ok(&change);
    office.by("ada", &["change", "approve", "1"]);
    let ask = [
        "waiver",
        "ask",
        "customer-approval",
        "shop",
        "--release",
        "1.0.0",
        "--reason",
        "on holiday",
    ];
    office.by("bob", &ask);
    office.by("ada", &["waiver", "sign", "1"]);
    let id = office.deploys("bob", "1.0.0", "testing");
    office.waits_for(&id, "approval");
    let (status, said) = office.by("joe", &["approve", &id, "--yes"]);
    assert_eq!(status, 0, "{said}");
    office.succeeds(&id);
    office
}

#[test]
fn an_auditor_checks_what_was_approved_without_asking_anybody() {
    let office = released();
    let shop = &office.shop;
    let file = shop.file("evidence.json");
    let made = shop.ok(&["evidence", "shop", "1.0.0", "-o", &file]);
    assert!(
        made.contains("the evidence of shop 1.0.0 is good"),
        "{made}"
    );
    let text = std::fs::read_to_string(&file).expect("a file");
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    let told = &whole["evidence"];
    assert_eq!(told["deployments"][0]["approvals"][0]["by"], "joe");
    assert_eq!(
        told["deployments"][0]["judgements"]
            .as_array()
            .expect("waves")
            .len(),
        1
    );
    assert_eq!(told["waivers"][0]["reason"], "on holiday");
    assert_eq!(told["changes"][0]["title"], "A till");
    let actions = told["entries"].to_string();
    for action in [
        "release.sealed",
        "deployment.approved",
        "deployment.cleared",
        "waiver.signed",
    ] {
        assert!(actions.contains(action), "{action}: {actions}");
    }

    let verifier = whole["verifier"].as_str().expect("a key");
    let (status, said) = checked(&file, &["--verifier", verifier]);
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("1 deployments, 1 judgements of controls, 1 words of people"),
        "{said}"
    );
    let (status, said) = checked(&file, &[]);
    assert!(
        status == 0 && said.contains("compare it with one you trust"),
        "{said}"
    );
    let other = verifier.replace('A', "B");
    let (status, said) = checked(&file, &["--verifier", &other]);
    assert!(
        status == 11 && said.contains("not by the key that was expected"),
        "{said}"
    );

    for (from, to) in [
        ("\"joe\"", "\"zoe\""),
        ("on holiday", "all is well"),
        ("\"verdict\": \"approved\"", "\"verdict\": \"turned_down\""),
    ] {
        assert!(text.contains(from), "{from}");
        let bent = shop.file("bent.json");
        std::fs::write(&bent, text.replace(from, to)).expect("a file");
        let (status, said) = checked(&bent, &[]);
        assert!(
            status == 11 && said.contains("somebody changed it"),
            "{from}: {said}"
        );
    }
}

#[test]
fn what_was_told_of_builds_and_tests_is_in_it_and_is_what_the_journal_says() {
    let office = Office::open();
    let shop = &office.shop;
    let release = shop.json(&["release", "show", "shop", "1.0.0", "--output", "json"]);
    let digest = release["components"][0]["digest"]
        .as_str()
        .expect("a digest");
    let of = ["--artifact", digest, "--run", "42"];
    let build = ["lifecycle", "build", "shop", "finished"];
    shop.ok(&[&build[..], &of].concat());
    let tests = ["lifecycle", "tests", "shop", "finished", "--passed", "3"];
    shop.ok(&[&tests[..], &of, &["--kind", "unit"]].concat());
    // What is of another artifact is in another file.
    let other = format!("sha256:{}", "0".repeat(64));
    shop.ok(&[&build[..], &["--artifact", &other, "--run", "43"]].concat());

    let file = shop.file("evidence.json");
    let made = shop.ok(&["evidence", "shop", "1.0.0", "-o", &file]);
    assert!(made.contains("2 facts of builds and tests"), "{made}");
    let text = std::fs::read_to_string(&file).expect("a file");
    let mut whole: Value = serde_json::from_str(&text).expect("JSON");
    let told = &whole["evidence"]["lifecycle"];
    assert_eq!(told[0]["what"]["is"], "build", "{told}");
    assert_eq!(told[1]["what"]["kind"], "unit", "{told}");
    let entries = whole["evidence"]["entries"].to_string();
    assert_eq!(entries.matches("lifecycle.told").count(), 2, "{entries}");
    let (status, said) = checked(&file, &[]);
    assert_eq!(status, 0, "{said}");
    whole["evidence"]["lifecycle"][1]["what"]["state"]["outcome"] = "failed".into();
    let bent = shop.file("bent.json");
    std::fs::write(&bent, whole.to_string()).expect("a file");
    let (status, said) = checked(&bent, &[]);
    assert!(
        status == 11 && said.contains("somebody changed it"),
        "{said}"
    );
}
