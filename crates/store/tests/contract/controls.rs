//! Versions of controls, who has read them, waivers, evidence, approvals, change requests, and what was judged.

use crate::samples::{digest, name, person_id, time};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    control::{
        Approval, Change, ChangeKind, ChangeState, Control, ControlFacts, DeploymentFacts,
        Evidence, Finding, Judgement, Lack, Mode, ReleaseFacts, ReturnJudgement, Risk, Severity,
        Verdict, Waiver, WaiverScope,
    },
    id::{ApprovalId, ChangeId, DeploymentId, SnapshotNumber, WaiverId},
    plan::PartHashes,
};
use tidegate_store::Store;

pub(crate) async fn a_control_gets_a_version_whenever_it_differs(store: &Store) {
    let control = |title: &str| -> Control {
        let json = format!(r#"{{"name": "no-fridays", "title": "{title}"}}"#);
        serde_json::from_str(&json).unwrap()
    };
    let note = |title: &'static str, is_shipped| async move {
        commit!(
            store,
            (control(title), is_shipped),
            |tx, (control, shipped)| tx.record_control_version(control, *shipped).await?
        )
    };
    assert_eq!(note("a", false).await, 1);
    assert_eq!(note("a", false).await, 1, "the same has the same number");
    assert_eq!(note("b", false).await, 2);
    assert_eq!(
        note("a", false).await,
        3,
        "what was before is another version now"
    );
    let last = view!(store, (), |tx, ()| tx.control_versions().await?);
    assert_eq!(last[&name("no-fridays")].version, 3);
    let of_shipped = Control {
        name: name("signed"),
        ..control("mine")
    };
    let version = commit!(store, of_shipped, |tx, it| tx
        .record_control_version(it, true)
        .await?);
    assert_eq!(version, 2, "the shipped one is the first");

    for _ in 0..2 {
        commit!(store, (), |tx, ()| {
            tx.record_acknowledgement(&name("signed"), 2, &name("ada"))
                .await?;
        });
    }
    let read = view!(store, (), |tx, ()| tx.acknowledgements().await?);
    assert_eq!(read, BTreeSet::from([(name("signed"), 2, name("ada"))]));
    for (who, expect) in [("ada", vec![(name("signed"), 2)]), ("bob", vec![])] {
        let read = view!(store, name(who), |tx, who| tx.acknowledged_by(who).await?);
        assert_eq!(read, BTreeSet::from_iter(expect), "{who}");
    }
}

pub(crate) async fn waivers_are_found_by_product_until_they_expire(store: &Store) {
    let now = jiff::Timestamp::now();
    let hour = jiff::SignedDuration::from_hours(1);
    for (id, product, ends) in [
        (1, "storefront", now + hour),
        (2, "storefront", now - hour),
        (3, "other", now + hour),
    ] {
        let waiver = Waiver {
            expires_at: ends,
            scope: WaiverScope {
                product: name(product),
                environment: None,
                release: None,
            },
            ..waiver(id)
        };
        commit!(store, waiver, |tx, it| tx.record_waiver(it).await?);
    }
    let ids = |product: Option<&'static str>, all| async move {
        let product = product.map(name);
        let found = view!(store, (product, all), |tx, (product, all)| tx
            .waivers(product.as_ref(), *all)
            .await?);
        found.iter().map(|it| it.id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids(Some("storefront"), false).await, [1]);
    assert_eq!(ids(None, false).await, [3, 1]);
    assert_eq!(ids(None, true).await, [3, 2, 1]);
    assert_eq!(
        view!(store, (), |tx, ()| tx.waiver(WaiverId(9)).await?),
        None
    );
}

pub(crate) async fn approvals_and_changes_are_listed_by_place_the_newest_first(store: &Store) {
    for (id, environment) in [(1_u32, "live"), (2, "live"), (3, "staging")] {
        let approval = Approval {
            environment: name(environment),
            at: time(i64::from(id)),
            ..approval(id.into())
        };
        commit!(store, approval, |tx, it| tx.record_approval(it).await?);
        let change = Change {
            environment: name(environment),
            ..change(id.into())
        };
        commit!(store, change, |tx, it| tx.record_change(it).await?);
    }
    let place = (name("storefront"), name("live"));
    let said = view!(store, place.clone(), |tx, (product, environment)| tx
        .approvals_in(product, environment)
        .await?);
    assert_eq!(
        said.iter().map(|it| it.at).collect::<Vec<_>>(),
        [time(2), time(1)]
    );
    let changes = view!(store, place, |tx, (product, environment)| tx
        .changes_before(ChangeId(9), 9, Some((product, environment)))
        .await?);
    assert_eq!(changes.iter().map(|it| it.id.0).collect::<Vec<_>>(), [2, 1]);
    let all = view!(store, (), |tx, ()| tx
        .changes_before(ChangeId(3), 1, None)
        .await?);
    assert_eq!(all, [change(2)]);
}

pub(crate) async fn evidence_and_judgements_come_back_in_their_order(store: &Store) {
    let release = (name("storefront"), "1.0.0".parse().unwrap());
    for kind in ["handover", "customer-approval"] {
        let evidence = Evidence {
            kind: name(kind),
            ..evidence()
        };
        commit!(store, (release.clone(), evidence), |tx,
                                                     (
            (product, version),
            it,
        )| tx
            .record_evidence((product, version), it)
            .await?);
    }
    let kept = view!(store, release, |tx, (product, version)| tx
        .evidence_of(product, version)
        .await?);
    let kinds: Vec<_> = kept.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["handover", "customer-approval"]);

    for (deployment, wave) in [(1, 0), (1, 1), (2, 0), (1, 0)] {
        commit!(store, (deployment, wave), |tx, (deployment, wave)| tx
            .record_judgement((DeploymentId(*deployment), *wave), &judgement())
            .await?);
    }
    let of_one = view!(store, (), |tx, ()| tx
        .judgements_of(DeploymentId(1))
        .await?);
    assert_eq!(of_one, [(0, judgement()), (1, judgement())]);
    let after = |id| async move {
        let found = view!(store, id, |tx, id| tx
            .judgements_after(DeploymentId(*id), 9)
            .await?);
        found.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(after(0).await, [1, 2]);
    assert_eq!(after(1).await, [2]);
}

pub(crate) async fn what_was_found_of_returns_comes_back_deployment_by_deployment(store: &Store) {
    let of = |snapshot: u64| ReturnJudgement {
        snapshot: SnapshotNumber(snapshot),
        ..returned()
    };
    // Of each release and configuration, each time.
    for (deployment, snapshot) in [(4, 2), (4, 1), (5, 1), (4, 1)] {
        commit!(store, (deployment, of(snapshot)), |tx, (deployment, it)| tx
            .record_return_judgement(DeploymentId(*deployment), it)
            .await?);
    }
    let of_one = view!(store, (), |tx, ()| tx
        .return_judgements_of(DeploymentId(4))
        .await?);
    assert_eq!(of_one, [of(2), of(1), of(1)]);
    let after = |id| async move {
        let found = view!(store, id, |tx, id| tx
            .return_judgements_after(DeploymentId(*id), 1)
            .await?);
        found.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(
        after(0).await,
        [4, 4, 4],
        "those of one deployment are not torn apart"
    );
    assert_eq!(after(4).await, [5]);
}

/// An exception that somebody signed.
pub(crate) fn waiver(id: u64) -> Waiver {
    Waiver {
        id: WaiverId(id),
        control: name("signed"),
        scope: WaiverScope {
            product: name("storefront"),
            environment: Some(name("live")),
            release: Some("1.0.0".parse().unwrap()),
        },
        reason: "the key is on its way".to_owned(),
        by: (name("ada"), person_id(1)),
        at: time(1),
        expires_at: time(99),
        signed: Some((name("bob"), time(2))),
        ended: None,
    }
}

pub(crate) fn approval(id: u128) -> Approval {
    Approval {
        id: ApprovalId(uuid::Uuid::from_u128(id)),
        product: name("storefront"),
        environment: name("live"),
        release: "1.0.0".parse().unwrap(),
        deployment: DeploymentId(7),
        parts: PartHashes {
            version: 1,
            contents: Some(digest("contents")),
            configuration: Some(digest("configuration")),
            strategy: Some(digest("strategy")),
            selector: Some(digest("selector")),
            backout: None,
            communications: None,
            deployment_plan: None,
        },
        by: name("bob"),
        human: person_id(2),
        verdict: Verdict::Approved,
        note: "looks good".to_owned(),
        at: time(3),
    }
}

pub(crate) fn change(id: u64) -> Change {
    Change {
        id: ChangeId(id),
        kind: ChangeKind::Standard {
            template: name("routine"),
        },
        product: name("storefront"),
        environment: name("live"),
        release: Some("1.0.0".parse().unwrap()),
        title: "A new till".to_owned(),
        description: "In words.".to_owned(),
        risk: Risk::Low,
        starts: Some(time(1)),
        ends: Some(time(9)),
        links: vec!["https://example.org/1".to_owned()],
        by: (name("ada"), person_id(1)),
        at: time(0),
        state: ChangeState::Approved {
            by: None,
            at: time(0),
        },
    }
}

pub(crate) fn evidence() -> Evidence {
    Evidence {
        kind: name("handover"),
        note: "accepted".to_owned(),
        link: Some("https://example.org/2".to_owned()),
        by: name("ada"),
        at: time(4),
    }
}

pub(crate) fn returned() -> ReturnJudgement {
    ReturnJudgement {
        release: "1.0.0".parse().unwrap(),
        snapshot: SnapshotNumber(1),
        at: time(5),
        judgement: Some(judgement()),
        unjudged: None,
    }
}

pub(crate) fn judgement() -> Judgement {
    Judgement {
        facts: ControlFacts {
            at: time(5),
            release: ReleaseFacts {
                product: name("storefront"),
                version: "1.0.0".parse().unwrap(),
                team: name("shop"),
                missing: BTreeSet::from([name("db")]),
                sealed: true,
                configured: true,
                blocked: false,
                created_by: name("ada"),
                evidence: BTreeSet::from([name("handover")]),
                demanded: BTreeSet::new(),
            },
            deployment: DeploymentFacts {
                environment: name("live"),
                is_last: true,
                requested_by: name("ada"),
                plan: digest("plan"),
                targets: 2,
                waves: 1,
                approvers: BTreeSet::from([name("bob")]),
                approved: true,
                change: Some("standard".to_owned()),
                rehearsed: true,
                preflight: None,
                severe_issues: None,
                drilled: false,
                returnable: true,
                unread: BTreeSet::new(),
                weekday: "friday".to_owned(),
                hour: 17,
            },
            artifacts: BTreeMap::new(),
        },
        findings: vec![Finding {
            control: name("signed"),
            title: "Signed".to_owned(),
            version: 2,
            mode: Mode::Enforce,
            demanded: false,
            severity: Severity::Critical,
            lacks: vec![Lack {
                of: "web".to_owned(),
                what: "no trusted signature".to_owned(),
                remedy: "sign it".to_owned(),
            }],
        }],
        waivers: vec![WaiverId(1)],
    }
}
