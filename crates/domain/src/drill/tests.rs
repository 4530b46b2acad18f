//! What comes next in a drill, told by the states of its legs.

use super::{Drill, Ending, Leg, LegKind, Next, next};
use crate::{
    deployment::{Cause, Deployment, Status, sample::requested},
    id::{DeploymentId, DrillId},
    name::Name,
    plan::{Fleet, Limits, Strategy, compile},
};
use jiff::Timestamp;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn deployment(status: Status) -> Deployment {
    let fleet = Fleet {
        targets: vec!["t1".parse().unwrap()],
        ..Fleet::default()
    };
    let how = (Strategy::AllAtOnce, Vec::new());
    let plan = compile(how, &fleet, &Limits::default(), None).unwrap();
    Deployment {
        id: DeploymentId(7),
        status,
        ..requested(plan)
    }
}

/// A drill whose last leg is this one, deployment 7, from second 10 to second 22.
fn drill(kind: LegKind) -> Drill {
    Drill {
        id: DrillId(1),
        product: "shop".parse().unwrap(),
        release: "1.1.0".parse().unwrap(),
        environment: "staging".parse().unwrap(),
        strategy: None,
        requested_by: "ada".parse().unwrap(),
        requested_at: time(0),
        legs: vec![Leg {
            kind,
            deployment: DeploymentId(7),
            began_at: time(10),
            ended_at: Some(time(22)),
        }],
        ended: None,
    }
}

#[test]
fn a_leg_that_succeeded_leads_to_the_next() {
    let done = deployment(Status::Succeeded { at: time(22) });
    for (last, expect) in [
        (LegKind::Deploy, Next::Begin(LegKind::RollBack)),
        (LegKind::RollBack, Next::Begin(LegKind::DeployAgain)),
        (LegKind::DeployAgain, Next::End(Ending::Passed)),
    ] {
        assert_eq!(
            next(&drill(last), Some(&done), Some(DeploymentId(7))),
            expect
        );
    }
    let mut new = drill(LegKind::Deploy);
    new.legs.clear();
    assert_eq!(next(&new, None, None), Next::Begin(LegKind::Deploy));
}

#[test]
fn a_leg_under_way_is_waited_for() {
    let since = time(11);
    let by: Name = "ada".parse().unwrap();
    for status in [
        Status::Requested,
        Status::Preparing { since, hold: None },
        Status::Cancelling { by, since },
    ] {
        let under_way = deployment(status);
        let found = next(&drill(LegKind::Deploy), Some(&under_way), None);
        assert_eq!(found, Next::Wait);
    }
}

#[test]
fn a_leg_that_ends_badly_ends_the_drill_with_the_reason() {
    let (at, by): (_, Name) = (time(22), "bob".parse().unwrap());
    let cause = Cause::Person {
        by: by.clone(),
        reason: "it smokes".into(),
    };
    let newest = Some(DeploymentId(7));
    for (status, expect) in [
        (
            Status::RolledBack { cause, at },
            "going back: deployment 7 was rolled back: bob asked: it smokes",
        ),
        (
            Status::Cancelled {
                by,
                at,
                unreached: Vec::new(),
            },
            "going back: deployment 7 was cancelled: bob asked",
        ),
    ] {
        let last = deployment(status);
        let reason = expect.to_owned();
        let found = next(&drill(LegKind::RollBack), Some(&last), newest);
        assert_eq!(found, Next::End(Ending::Failed { reason }));
    }
}

#[test]
fn what_came_between_is_not_taken_back() {
    let done = deployment(Status::Succeeded { at: time(22) });
    let other = Some(DeploymentId(8));
    let reason = "deployment 8 came between".to_owned();
    let found = next(&drill(LegKind::Deploy), Some(&done), other);
    assert_eq!(found, Next::End(Ending::Failed { reason }));
    let found = next(&drill(LegKind::DeployAgain), Some(&done), other);
    assert_eq!(found, Next::End(Ending::Passed), "it was over by then");
}

#[test]
fn it_says_how_long_going_back_took() {
    let mut over = drill(LegKind::RollBack);
    over.ended = Some((time(30), Ending::Passed));
    let told = "The rollback of shop 1.1.0 in staging was drilled: back in 12 s.";
    assert_eq!((over.word(), &*over.sentence()), ("passed", told));
    let done = deployment(Status::Succeeded { at: time(22) });
    assert_eq!(next(&over, Some(&done), None), Next::Wait);
}
