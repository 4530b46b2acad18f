//! Windows and freezes bind deployments, two people set them aside, and going back asks nobody.

use tidegate_tests::shop::{Shop, until};

const FREEZE: &str = "\
kind: Freeze
name: year-end
title: The end of the year
environment: staging
once: { from: 2020-01-01T00:00, to: 2120-01-01T00:00, time_zone: UTC }
reason: the books are closed
in_flight: hold-at-once
";

/// Somebody confirms that a deployment goes on in spite of the calendar.
fn confirms(shop: &Shop, id: &str, who: &str) -> std::process::ExitStatus {
    let token = shop.ok(&["token", "create", "confirming", "--for", who]);
    let mut command = shop.command(&["deployment", "override", id, "--confirm"]);
    let output = command.env("TIDEGATE_TOKEN", token.trim()).output();
    output.expect("the program runs").status
}

#[test]
fn a_freeze_holds_what_goes_forward_until_two_people_say_otherwise() {
    let shop = Shop::with_shop(None);
    let quick = ["--minimum-healthy", "200ms", "--wait"];
    for version in ["1.0.0", "1.1.0"] {
        shop.ok(&[&["deploy", "shop", version, "--to", "testing"][..], &quick].concat());
    }
    shop.ok(&[&["deploy", "shop", "1.0.0", "--to", "staging"][..], &quick].concat());
    shop.apply(FREEZE);

    let there = [
        "--to",
        "staging",
        "--minimum-healthy",
        "200ms",
        "--output",
        "json",
    ];
    let view = shop.json(&[&["deploy", "shop", "1.1.0"][..], &there].concat());
    let id = view["id"].to_string();
    until("it waits for the calendar", || {
        let told = shop.ok(&["explain", &id]);
        told.contains("frozen by The end of the year: the books are closed")
    });
    let held = shop.json(&["deployment", "show", &id, "--output", "json"]);
    assert_eq!(
        held["status"], "preparing",
        "everything lies ready, nothing is changed"
    );
    assert_eq!(held["waiting_on"][0]["kind"], "calendar");

    let asking = ["deployment", "override", &id];
    let early = shop.refused(5, &[&asking[..], &["--confirm"]].concat());
    assert!(early.contains("nobody has asked for it"), "{early}");
    shop.ok(&[&asking[..], &["--reason", "the shop is down"]].concat());
    let alone = shop.refused(3, &[&asking[..], &["--confirm"]].concat());
    assert!(alone.contains("it takes a second person"), "{alone}");
    let program = ["person", "create", "helper", "--service"];
    shop.ok(&[&program[..], &["--owner", "admin", "--level", "4"]].concat());
    let of_theirs = confirms(&shop, &id, "helper");
    assert_eq!(of_theirs.code(), Some(3), "it is the same person's");

    // What begins after it was asked for is not what the two meant.
    shop.apply(
        &FREEZE
            .replace("year-end", "stock-taking")
            .replace("the books are closed", "all is counted"),
    );
    until("the second freeze is in the way too", || {
        let told = shop.ok(&["explain", &id]);
        told.contains("all is counted") && !told.contains("a second person to confirm")
    });
    shop.ok(&[&asking[..], &["--reason", "the shop is down still"]].concat());
    shop.ok(&["person", "create", "bob", "--level", "4"]);
    assert!(confirms(&shop, &id, "bob").success());
    shop.ok(&["watch", &id]);
    shop.await_version("staging", "1.1.0");

    let idle = shop.refused(5, &["deployment", "override", &id, "--reason", "again"]);
    assert!(idle.contains("cannot do that now"), "{idle}");
    shop.ok(&["rollback", "shop", "--in", "staging", "--wait"]);
    shop.await_version("staging", "1.0.0");

    let again = shop.json(&[&["deploy", "shop", "1.1.0"][..], &there].concat());
    let id = again["id"].to_string();
    until("it waits again", || {
        shop.ok(&["explain", &id]).contains("frozen by")
    });
    shop.ok(&["remove", "freeze", "stock-taking", "--yes"]);
    shop.ok(&["remove", "freeze", "year-end", "--yes"]);
    shop.ok(&["watch", &id]);
    shop.await_version("staging", "1.1.0");
}
