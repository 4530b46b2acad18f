//! Controls that keep artifacts in quarantine: what they may look at, and what they find.

use super::*;

fn marked(name_of_it: &str, policy: &str) -> Control {
    Control {
        quarantine: true,
        mode: Some(Mode::Enforce),
        environments: Vec::new(),
        ..own(name_of_it, None, policy)
    }
}

#[test]
fn what_quarantines_looks_at_the_artifact_alone() {
    let check = |control: &Control, expect: &str| {
        let fault = examine_control(control).unwrap_err();
        assert!(fault.message.contains(expect), "{fault:?}");
    };
    for name_of_it in [
        "signed",
        "provenance",
        "bill-of-materials",
        "no-known-vulnerability",
        "tested",
    ] {
        assert_eq!(
            examine_control(&marked(name_of_it, "")),
            Ok(()),
            "{name_of_it}"
        );
    }
    check(
        &marked("customer-approval", ""),
        "about `resource is Artifact`",
    );
    check(
        &marked("mine", "permit (principal, action, resource);"),
        "about `resource is Artifact`",
    );
    for there in [
        "resource.environment == \"live\"",
        "resource.version == \"1\"",
        "principal.name == \"ada\"",
    ] {
        let policy =
            format!("permit (principal, action, resource is Artifact) when {{ {there} }};");
        assert_eq!(
            examine_control(&own("mine", None, &policy)),
            Ok(()),
            "{there}"
        );
        check(&marked("mine", &policy), "attribute");
    }
    for who in [
        "permit (principal == Person::\"ada\", action, resource is Artifact);",
        "permit (principal, action, resource is Artifact) when { principal == Person::\"ada\" };",
        "permit (principal, action, resource is Artifact) when { [principal].contains(principal) || resource.signed };",
    ] {
        assert_eq!(examine_control(&own("mine", None, who)), Ok(()), "{who}");
        check(&marked("mine", who), "looks at `principal`");
    }
    let other =
        "permit (principal, action, resource is Artifact) when { Release::\"shop/1.0.0\".sealed };";
    check(&marked("mine", other), "looks at `Release::\"shop/1.0.0\"`");
    let fault = examine_control(&marked("mine", other)).unwrap_err();
    assert!(
        fault
            .help
            .is_some_and(|it| it.contains("leave the rest to a control without"))
    );
    let bound = Control {
        environments: vec![name("live")],
        ..marked("signed", "")
    };
    check(&bound, "leave `environments` out");
}

#[test]
fn what_quarantines_enforces() {
    let check = |control: &Control, expect: &str| {
        let fault = examine_control(control).unwrap_err();
        assert!(fault.message.contains(expect), "{fault:?}");
        assert!(fault.help.is_some_and(|it| it.contains("`mode: enforce`")));
    };
    for mode in [Mode::Observe, Mode::Off] {
        let inert = Control {
            mode: Some(mode),
            ..marked("signed", "")
        };
        check(&inert, "quarantines nothing, because its mode is");
    }
    // The shipped one observes unless told otherwise.
    let shipped = Control {
        mode: None,
        ..marked("signed", "")
    };
    check(&shipped, "quarantines nothing, because its mode is observe");
}

#[test]
fn an_artifact_alone_is_asked_about_by_what_is_marked_and_enforced() {
    let artifact = || {
        let mut artifact = good().artifacts[&name("web")].clone();
        artifact.signed = false;
        artifact.test_reports = 0;
        ControlFacts::of_artifact(
            (&name("shop"), &name("web")),
            artifact,
            Timestamp::UNIX_EPOCH,
        )
    };
    let check = |controls: &[Control], expect: &[&str]| {
        let controls: Vec<(Control, u32)> = controls.iter().map(|it| (it.clone(), 1)).collect();
        let controls = Controls::new(&controls);
        let findings = controls.examine(&artifact());
        let lacking = findings.iter().filter(|it| !it.holds());
        let lacking: Vec<&str> = lacking.map(|it| it.control.as_str()).collect();
        assert_eq!(lacking, expect);
        assert_eq!(controls.quarantines(&name("shop")), !findings.is_empty());
    };
    check(&[], &[]);
    check(&[own("signed", None, "")], &[]);
    check(&[marked("signed", "")], &["signed"]);
    check(
        &[marked("signed", ""), marked("tested", "")],
        &["signed", "tested"],
    );
    check(&[marked("provenance", "")], &[]);
    let elsewhere = Control {
        products: vec![name("bank")],
        ..marked("signed", "")
    };
    check(&[elsewhere], &[]);
    let observes = Control {
        mode: Some(Mode::Observe),
        ..marked("signed", "")
    };
    check(&[observes], &[]);
    // One that an upgrade left behind lets nothing out.
    check(
        &[marked(
            "mine",
            "permit (principal, action, resource is Artefact);",
        )],
        &["mine"],
    );
}
