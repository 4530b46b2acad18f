//! What the shipped controls and others find.

mod alone;

use super::*;
use jiff::Timestamp;
use std::collections::BTreeSet;
use tidegate_domain::{
    control::{ArtifactFacts, DeploymentFacts, ReleaseFacts, Vulnerabilities},
    digest::Digest,
};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn names(texts: &[&str]) -> BTreeSet<Name> {
    texts.iter().map(|text| name(text)).collect()
}

/// Facts by which every shipped control holds.
fn good() -> ControlFacts {
    let artifact = |component: &str| ArtifactFacts {
        version: "1.0.0".parse().unwrap(),
        digest: Digest::of(component.as_bytes()),
        kept: true,
        signed: true,
        signers: ["release".to_owned()].into(),
        unsigned_because: String::new(),
        builder: Some("https://ci.example/builder".to_owned()),
        source: Some("https://git.example/shop".to_owned()),
        has_bill: true,
        bill_is_about_it: true,
        licences: ["MIT".to_owned()].into(),
        vulnerabilities: Some(Vulnerabilities::default()),
        unmatched: BTreeSet::new(),
        test_reports: 1,
        tests_passed: 9,
        tests_failed: 0,
    };
    ControlFacts {
        at: Timestamp::UNIX_EPOCH,
        release: ReleaseFacts {
            product: name("shop"),
            version: "1.0.0".parse().unwrap(),
            team: name("makers"),
            missing: BTreeSet::new(),
            sealed: true,
            configured: true,
            blocked: false,
            created_by: name("ada"),
            evidence: names(&["customer-approval", "handover"]),
            demanded: BTreeSet::new(),
        },
        deployment: DeploymentFacts {
            environment: name("live"),
            is_last: true,
            requested_by: name("bob"),
            plan: Digest::of(b"plan"),
            targets: 6,
            waves: 3,
            approvers: names(&["zoe"]),
            approved: true,
            change: Some("normal".to_owned()),
            rehearsed: true,
            preflight: Some(60),
            severe_issues: Some(0),
            drilled: true,
            returnable: true,
            unread: BTreeSet::new(),
            weekday: "monday".to_owned(),
            hour: 9,
        },
        artifacts: ["api", "web"].map(|it| (name(it), artifact(it))).into(),
    }
}

/// The controls that do not hold, each with what it is about.
fn lacking(controls: &Controls, facts: &ControlFacts) -> Vec<String> {
    let lack = |finding: &Finding| {
        let of: Vec<&str> = finding.lacks.iter().map(|lack| lack.of.as_str()).collect();
        format!("{} {}", finding.control, of.join(" "))
    };
    let findings = controls.judge(facts);
    findings
        .iter()
        .filter(|finding| !finding.holds())
        .map(lack)
        .collect()
}

#[test]
fn every_shipped_control_holds_or_not_by_its_own_fact() {
    let controls = Controls::new(&[]);
    assert_eq!(controls.iter().count(), 19);
    for (control, _) in controls.iter() {
        assert_eq!(examine_control(control), Ok(()));
    }
    let check = |break_it: fn(&mut ControlFacts), expect: &[&str]| {
        let mut facts = good();
        break_it(&mut facts);
        assert_eq!(lacking(&controls, &facts), expect);
    };
    check(|_| {}, &[]);
    check(
        |it| it.deployment.approvers.clear(),
        &["plan-reviewed deployment"],
    );
    check(
        |it| {
            it.deployment.approvers.clear();
            it.release.created_by = name("bob");
        },
        &[
            "plan-reviewed deployment",
            "segregation-of-duties deployment",
        ],
    );
    check(
        |it| it.release.missing = names(&["db"]),
        &["components-complete release"],
    );
    check(
        |it| it.release.configured = false,
        &["configuration-referenced release"],
    );
    check(
        |it| it.release.evidence.clear(),
        &["customer-approval release", "handed-over release"],
    );
    check(
        |it| it.deployment.returnable = false,
        &["can-go-back deployment"],
    );
    check(
        |it| it.deployment.change = None,
        &["change-approved deployment"],
    );
    check(
        |it| it.deployment.rehearsed = false,
        &["rehearsed deployment"],
    );
    check(
        |it| it.deployment.preflight = Some(61),
        &["preflight-passed deployment"],
    );
    check(
        |it| it.deployment.preflight = None,
        &["preflight-passed deployment"],
    );
    check(
        |it| it.deployment.severe_issues = Some(1),
        &["no-severe-issue deployment"],
    );
    check(
        |it| it.deployment.drilled = false,
        &["rollback-drilled deployment"],
    );
    check(
        |it| it.deployment.unread = names(&["signed"]),
        &["documents-read deployment"],
    );
}

#[test]
fn what_is_about_artifacts_names_those_that_lack_it() {
    let controls = Controls::new(&[]);
    let check = |change: fn(&mut ArtifactFacts), expect: &[&str]| {
        let mut facts = good();
        change(facts.artifacts.get_mut(&name("web")).unwrap());
        assert_eq!(lacking(&controls, &facts), expect);
    };
    check(|it| it.kept = false, &["package-integrity web"]);
    check(|it| it.signed = false, &["signed web"]);
    check(|it| it.builder = None, &["provenance web"]);
    check(|it| it.bill_is_about_it = false, &["bill-of-materials web"]);
    check(
        |it| it.vulnerabilities = None,
        &["no-known-vulnerability web"],
    );
    check(
        |it| it.vulnerabilities.as_mut().unwrap().critical = 1,
        &["no-known-vulnerability web"],
    );
    check(|it| it.vulnerabilities.as_mut().unwrap().high = 1, &[]);
    check(|it| it.test_reports = 0, &["tested web"]);
    check(|it| it.tests_failed = 1, &["tested web"]);
}

fn own(name_of: &str, mode: Option<Mode>, policy: &str) -> Control {
    Control {
        procedure: None,
        name: name(name_of),
        title: "No Fridays".to_owned(),
        document: String::new(),
        owner: Some(name("zoe")),
        severity: None,
        mode,
        evidence: Vec::new(),
        environments: vec![name("live")],
        products: Vec::new(),
        quarantine: false,
        policy: policy.to_owned(),
    }
}

const NO_FRIDAYS: &str =
    r#"permit (principal, action, resource is Deployment) when { resource.weekday != "friday" };"#;

#[test]
fn an_organisation_adds_controls_and_changes_shipped_ones() {
    let fridays = own("no-fridays", None, NO_FRIDAYS);
    let signed = own("signed", Some(Mode::Enforce), "");
    let controls = Controls::new(&[(fridays, 3), (signed, 2)]);
    let mut facts = good();
    facts.deployment.weekday = "friday".to_owned();
    facts.artifacts.get_mut(&name("api")).unwrap().signed = false;
    let findings = controls.judge(&facts);
    let of = |control: &str| {
        findings
            .iter()
            .find(|finding| finding.control.as_str() == control)
            .unwrap()
    };
    let (fridays, signed) = (of("no-fridays"), of("signed"));
    assert!(fridays.stops() && signed.stops());
    assert_eq!((fridays.version, signed.version), (3, 2));
    assert_eq!(fridays.lacks[0].what, "No Fridays");
    assert_eq!(
        fridays.lacks[0].remedy,
        "ask zoe, who answers for control no-fridays"
    );
    assert_eq!(signed.lacks[0].what, "no trusted signature");
    // Both are about live only, and so is nothing of them asked elsewhere.
    facts.deployment.environment = name("staging");
    assert_eq!(lacking(&controls, &facts), [""; 0]);
}

#[test]
fn what_a_release_plan_demands_is_enforced_whatever_its_mode_says() {
    let fridays = own("no-fridays", Some(Mode::Off), NO_FRIDAYS);
    let controls = Controls::new(&[(fridays, 1)]);
    let mut facts = good();
    facts.deployment.weekday = "friday".to_owned();
    facts.release.evidence.clear();
    let stopping = |facts: &ControlFacts| {
        let findings = controls.judge(facts).into_iter();
        let stopping = findings.filter(Finding::stops);
        let told = stopping.map(|it| format!("{} {}", it.control, it.demanded));
        told.collect::<Vec<_>>()
    };
    assert_eq!(stopping(&facts), [""; 0]);
    facts.release.demanded = names(&["no-fridays", "customer-approval", "components-complete"]);
    assert_eq!(
        stopping(&facts),
        ["customer-approval true", "no-fridays true"]
    );
    // By its own word, as well.
    facts.release.missing = names(&["db"]);
    assert!(stopping(&facts).contains(&"components-complete false".to_owned()));
    // What nobody can ask any more does not hold.
    facts.release.demanded.insert(name("gone"));
    let gone = controls.undeclared(&facts);
    assert!(gone.len() == 1 && gone[0].stops(), "{gone:?}");
    assert_eq!(gone[0].control, name("gone"));
    // Where it is not about, it is not demanded either.
    facts.deployment.environment = name("staging");
    assert!(!stopping(&facts).contains(&"no-fridays true".to_owned()));
}

#[test]
fn what_does_not_fit_is_refused_and_what_fails_does_not_hold() {
    let check = |policy: &str, expect: &str| {
        let fault = examine_control(&own("mine", None, policy)).unwrap_err();
        assert!(fault.message.contains(expect), "{fault:?}");
    };
    check("", "has no policy");
    check(
        "permit (principal, action, resource is Artefact);",
        "unrecognized entity type",
    );
    check(
        "permit (principal, action, resource is Artifact) when { resource.builder == \"x\" };",
        "optional attribute",
    );
    assert!(examine_control(&own("signed", None, "")).is_ok());
    let overflow = "permit (principal, action, resource is Deployment) when { resource.hour * 9223372036854775807 > 0 };";
    assert!(examine_control(&own("mine", None, overflow)).is_ok());
    let controls = Controls::new(&[(own("mine", None, overflow), 1)]);
    assert_eq!(lacking(&controls, &good()), ["mine deployment"]);
    let broken = Controls::new(&[(
        own(
            "mine",
            None,
            "permit (principal, action, resource is Artefact);",
        ),
        1,
    )]);
    assert_eq!(lacking(&broken, &good()), ["mine release"]);
}

#[test]
fn what_is_about_going_forward_is_not_asked_of_what_is_gone_back_to() {
    let mixed = "permit (principal, action, resource is Deployment) when { resource.weekday != \"friday\" };
        permit (principal, action, resource is Artifact) when { resource.signed };";
    let broken = "permit (principal, action, resource is Artefact);";
    let enforced = |it: &str, policy: &str| (own(it, Some(Mode::Enforce), policy), 1);
    let controls = Controls::new(&[
        enforced("no-fridays", NO_FRIDAYS),
        enforced("mixed", mixed),
        enforced("left-behind", broken),
    ]);
    let mut facts = good();
    facts.deployment.weekday = "friday".to_owned();
    facts.deployment.change = None;
    facts.deployment.unread = names(&["signed"]);
    facts.deployment.approvers.clear();
    facts.deployment.returnable = false;
    let objected = |facts: &ControlFacts| {
        let findings = controls.judge_return(facts);
        let objected = findings.iter().filter(|it| !it.holds());
        objected
            .map(|it| it.control.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(objected(&facts), ["left-behind"]);
    facts.artifacts.get_mut(&name("web")).unwrap().signed = false;
    facts.release.evidence.clear();
    let expect = [
        "customer-approval",
        "handed-over",
        "signed",
        "mixed",
        "left-behind",
    ];
    assert_eq!(objected(&facts), expect);
}

#[test]
fn what_is_told_fits_the_schema() {
    let facts = good();
    let told = [entities::deployment(&facts), entities::release(&facts)];
    let artifacts = facts
        .artifacts
        .iter()
        .map(|(name, it)| entities::artifact(&facts, name, it));
    for about in told.into_iter().chain(artifacts) {
        let (request, entities) = entities::question(&facts, about.clone());
        let schema = schema::get();
        Entities::from_entities(entities.iter().cloned(), Some(schema)).unwrap();
        let parts = (
            request.principal().unwrap().clone(),
            request.action().unwrap().clone(),
        );
        let context = request.context().unwrap().clone();
        Request::new(parts.0, parts.1, about.uid(), context, Some(schema)).unwrap();
    }
}
