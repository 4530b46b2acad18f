//! Reviews that tests write and read back.

use super::{digest, name, time};
use tidegate_domain::{
    handover::HandoverKind,
    id::{DeploymentId, Edition, GroupId, MessageId, NoteId, TaskId},
    review::{
        Column, DepartureTaken, Exception, Failure, Group, HandoverSaid, HandoverTaken,
        Improvement, Judged, Metrics, Moment, MomentKind, Note, Objective, PlannedTarget, Report,
        Review, Stage, StepTaken, SupplierEvent, TaskTaken, Told, TrainMoment, TrainTaken, Verdict,
    },
    text::{Line, Paragraphs},
};

/// Each stage that a review can be in.
pub(crate) fn stages() -> [Stage; 5] {
    let closed = Stage::Closed {
        by: name("ada"),
        at: time(90),
        report: digest("report"),
    };
    [
        Stage::Writing,
        Stage::Grouping,
        Stage::Voting,
        Stage::Discussing,
        closed,
    ]
}

/// A review with everything in it.
pub(crate) fn review(stage: Stage) -> Review {
    Review {
        product: name("storefront"),
        version: "1.1.0".parse().unwrap(),
        facilitator: name("ada"),
        begun: time(0),
        stage,
        participants: [name("ada"), name("ben")].into(),
        votes_each: 3,
        notes: vec![Note {
            id: NoteId(1),
            column: Column::Badly,
            text: Paragraphs::of("Staging data was stale"),
            by: name("ben"),
            at: time(1),
        }],
        groups: vec![Group {
            id: GroupId(1),
            title: Line::of("Stale data"),
            theme: Some(name("stale-data")),
            notes: [NoteId(1)].into(),
        }],
        counted: (1, 1),
        votes: [(name("ben"), [(GroupId(1), 2)].into())].into(),
        objectives: vec![Judged {
            objective: Objective {
                name: name("faster"),
                title: "Faster checkout".to_owned(),
                measure: "half the time".to_owned(),
            },
            verdict: Verdict::Partly,
            note: Paragraphs::of("a third less"),
            by: name("ada"),
            at: time(2),
        }],
        conclusion: Paragraphs::of("Fresh data next time."),
        edition: Edition(1),
    }
}

/// A report with everything in it.
pub(crate) fn report() -> Report {
    let metrics = Metrics {
        from: time(0),
        until: time(60),
        went_live: 2,
        failed: 1,
        lead_time_ms: Some(2_000),
        mended_after_ms: Some(3_000),
    };
    Report {
        went_live: Some(time(60)),
        target: PlannedTarget {
            first: Some(time(40)),
            last: Some(time(50)),
            moved: 1,
        },
        tasks: vec![TaskTaken {
            id: TaskId(7),
            title: "Write the notes".to_owned(),
            state: "done by ben".to_owned(),
            due: Some(time(10)),
            ended: Some(time(12)),
            late_ms: Some(2_000),
        }],
        steps: vec![StepTaken {
            deployment: DeploymentId(3),
            step: name("tell-support"),
            planned_ms: 1_000,
            took_ms: 4_000,
        }],
        failures: vec![Failure {
            at: time(30),
            deployment: DeploymentId(2),
            environment: name("live"),
            told: "went back: check errors failed".to_owned(),
            took_ms: 9_000,
        }],
        exceptions: vec![Exception {
            at: time(20),
            what: "waiver".to_owned(),
            by: Some(name("cy")),
            told: "control sbom: no tool yet".to_owned(),
        }],
        issues: Vec::new(),
        messages: vec![Told {
            message: MessageId(4),
            subject: "It is live".to_owned(),
            status: "sent".to_owned(),
            at: Some(time(61)),
            delivered: 10,
            lost: 1,
        }],
        suppliers: vec![SupplierEvent {
            at: time(15),
            supplier: name("acme"),
            told: "gateway in live: nobody announced it".to_owned(),
            surprise: true,
            through: None,
        }],
        handovers: Vec::new(),
        trains: Vec::new(),
        before: Some(metrics.clone()),
        since: Some(metrics),
        timeline: vec![Moment {
            at: time(0),
            kind: MomentKind::Release,
            by: Some(name("ada")),
            text: "the release was drafted".to_owned(),
        }],
    }
}

/// The same of a release that was handed over, went by a train, and was reached by a supplier through another product.
pub(crate) fn report_of_others() -> Report {
    let handed = HandoverTaken {
        kind: HandoverKind::Operations,
        state: "accepted".to_owned(),
        told: "olaf accepted it for team:ops.".to_owned(),
        words: vec![HandoverSaid {
            at: time(55),
            by: name("olaf"),
            what: "accepted".to_owned(),
            note: "we have it".to_owned(),
        }],
    };
    let ride = TrainTaken {
        train: name("autumn"),
        state: "arrived".to_owned(),
        departures: vec![DepartureTaken {
            environment: name("live"),
            planned: Some(time(50)),
            left: Some(time(58)),
        }],
        happened: vec![TrainMoment {
            at: time(52),
            by: Some(name("ben")),
            what: "held".to_owned(),
            told: "it was held: lunch".to_owned(),
        }],
    };
    let mut report = report();
    report.suppliers[0].through =
        Some("web needs orders-api, which needs acme/gateway in the end".to_owned());
    Report {
        handovers: vec![handed],
        trains: vec![ride],
        ..report
    }
}

/// What makes a task an action.
pub(crate) fn improvement() -> Improvement {
    Improvement {
        group: Some(GroupId(1)),
        theme: Some(name("stale-data")),
        changes: vec!["control:fresh-data".parse().unwrap()],
    }
}
