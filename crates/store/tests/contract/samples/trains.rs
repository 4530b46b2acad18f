//! Trains, planned and closed, in every status.

use super::{name, time};
use tidegate_domain::{
    deployment::Hold,
    digest::Digest,
    group::GroupCause,
    id::{Edition, GroupRunId},
    train::{Bill, Train, TrainPlan, TrainPlanEdition, TrainStatus, Word},
};

fn plan() -> TrainPlan {
    let text = r#"{"title": "Autumn", "purpose": "One basket", "owner": "team:platform", "time_zone": "Europe/Amsterdam",
        "departures": [{"environment": "staging", "at": "2026-12-01T10:00:00"},
            {"environment": "live", "at": "2026-12-03T20:00:00", "barrier": "open"}],
        "late": {"policy": "drop", "before": "2d"},
        "members": [{"product": "orders", "release": "2.1.0"},
            {"product": "stock", "not_after": [{"product": "orders", "reason": "both are served"}]},
            {"product": "shop", "after": ["orders"], "late": {"policy": "stop"}}]}"#;
    serde_json::from_str(text).unwrap()
}

fn bill() -> Bill {
    let digest = Digest::of(b"web");
    let line = |product: &str, version: &str| {
        format!(
            r#""{product}": {{"release": "{version}", "hash": "{digest}", "parts": {{"web": {{"version": "{version}", "digest": "{digest}",
                "provides": {{"{product}-api": "1.0.0"}}, "needs": [{{"contract": "mail", "versions": "^1", "optional": true}}]}}}}}}"#
        )
    };
    let lines = [("orders", "2.1.0"), ("stock", "1.0.0"), ("shop", "3.0.0")];
    let lines = lines.map(|(product, version)| line(product, version));
    serde_json::from_str(&format!("{{{}}}", lines.join(","))).unwrap()
}

/// A train of three products, or of two once boarding is closed and one was dropped, in a status.
pub(crate) fn train(text: &str, status: TrainStatus) -> Train {
    let train = Train::new(name(text), plan(), (name("ada"), time(0))).unwrap();
    let train = match matches!(status, TrainStatus::Planned { .. }) {
        true => train,
        false => {
            let word = Word {
                by: Some(name("ben")),
                reason: "not tested".to_owned(),
                at: time(2),
            };
            let closed = train.closed(bill(), (name("ada"), time(1))).unwrap();
            let none = std::collections::BTreeMap::new();
            closed
                .dropped(&name("stock"), (&bill(), &none), word)
                .unwrap()
        }
    };
    Train { status, ..train }
}

/// Each status once.
pub(crate) fn train_statuses() -> Vec<TrainStatus> {
    let hold = Hold {
        reason: "it smokes".to_owned(),
        by: Some(name("ada")),
        since: time(4),
    };
    let cause = GroupCause::Person {
        by: name("ada"),
        reason: "it smokes".to_owned(),
    };
    let (environment, reached, run) = (name("live"), Some(name("staging")), GroupRunId(7));
    vec![
        TrainStatus::Planned { hold: Some(hold) },
        TrainStatus::Closed {
            reached: reached.clone(),
            since: time(3),
            hold: None,
        },
        TrainStatus::UnderWay {
            environment: environment.clone(),
            run,
            reached: reached.clone(),
            since: time(4),
            hold: None,
        },
        TrainStatus::RolledBack {
            environment: environment.clone(),
            run,
            cause: cause.clone(),
            reached: reached.clone(),
            at: time(5),
        },
        TrainStatus::Failed {
            environment,
            run,
            cause,
            reached,
            at: time(5),
        },
        TrainStatus::Arrived {
            at: time(6),
            run: None,
        },
        TrainStatus::Cancelled {
            by: name("ada"),
            reason: "no need".to_owned(),
            at: time(6),
        },
    ]
}

/// A saving of the plan of `autumn`.
pub(crate) fn train_plan(edition: u64) -> TrainPlanEdition {
    TrainPlanEdition {
        train: name("autumn"),
        edition: Edition(edition),
        plan: plan(),
        by: (edition == 1).then(|| name("ada")),
        at: time(edition.cast_signed()),
    }
}
