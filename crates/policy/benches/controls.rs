//! What it costs to ask every control about a release with many components, and to try one on deployments of the past.

use criterion::{Criterion, criterion_group, criterion_main};
use std::{collections::BTreeSet, hint::black_box};
use tidegate_domain::{
    control::{ArtifactFacts, ControlFacts, DeploymentFacts, ReleaseFacts, Vulnerabilities},
    digest::Digest,
    name::Name,
};
use tidegate_policy::{Controls, shipped_controls};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn facts(components: usize) -> ControlFacts {
    let artifact = |i: usize| ArtifactFacts {
        version: "1.0.0".parse().expect("a version"),
        digest: Digest::of(&i.to_le_bytes()),
        kept: true,
        signed: !i.is_multiple_of(7),
        signers: ["release".to_owned()].into(),
        unsigned_because: String::new(),
        builder: Some("https://ci.example/builder".to_owned()),
        source: Some("https://git.example/shop".to_owned()),
        has_bill: true,
        bill_is_about_it: true,
        licences: ["MIT".to_owned(), "Apache-2.0".to_owned()].into(),
        vulnerabilities: Some(Vulnerabilities::default()),
        unmatched: BTreeSet::new(),
        test_reports: 2,
        tests_passed: 900,
        tests_failed: 0,
    };
    ControlFacts {
        at: jiff::Timestamp::UNIX_EPOCH,
        release: ReleaseFacts {
            product: name("shop"),
            version: "1.0.0".parse().expect("a version"),
            team: name("makers"),
            missing: BTreeSet::new(),
            sealed: true,
            configured: true,
            blocked: false,
            created_by: name("ada"),
            evidence: BTreeSet::new(),
            demanded: BTreeSet::new(),
        },
        deployment: DeploymentFacts {
            environment: name("live"),
            is_last: true,
            requested_by: name("bob"),
            plan: Digest::of(b"plan"),
            targets: 6,
            waves: 3,
            approvers: [name("zoe")].into(),
            approved: true,
            change: None,
            rehearsed: true,
            preflight: None,
            severe_issues: Some(0),
            drilled: false,
            returnable: true,
            unread: BTreeSet::new(),
            weekday: "monday".to_owned(),
            hour: 9,
        },
        artifacts: (0..components)
            .map(|i| (name(&format!("part-{i}")), artifact(i)))
            .collect(),
    }
}

fn controls(c: &mut Criterion) {
    let all = Controls::new(&[]);
    for components in [1, 20, 200] {
        let facts = facts(components);
        c.bench_function(
            &format!("17 controls of a release with {components} components"),
            |b| {
                b.iter(|| black_box(all.judge(&facts)));
            },
        );
    }
    let mut signed = shipped_controls().into_iter();
    let signed = signed
        .find(|control| control.name.as_str() == "signed")
        .expect("it is shipped");
    let alone = Controls::alone(&signed, 2);
    let past = facts(3);
    c.bench_function(
        "one control tried on one past deployment of 3 components",
        |b| {
            b.iter(|| black_box(alone.judge(&past)));
        },
    );
}

criterion_group!(benches, controls);
criterion_main!(benches);
