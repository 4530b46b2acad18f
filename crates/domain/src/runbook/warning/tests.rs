//! What is warned of, in the sentences that people read.

use super::super::{
    Happened, StepEvent,
    sample::{at, back, begin, forward, heading, migrating, plan, with},
};
use super::*;
use serde_json::{Value, json};

/// What is warned of at `now`, when the window closes at `closes`, both in seconds after 20:00.
fn told(runbook: &Runbook, run: &Run, (now, closes): (i64, Option<i64>)) -> Vec<String> {
    let backout = back(&migrating());
    let outlook = Outlook {
        runbook,
        run,
        backout: Some(&backout),
        closes: closes.map(at),
    };
    let warnings = outlook.warnings(at(now)).unwrap();
    let zone = heading().time_zone;
    warnings.iter().map(|it| it.sentence(&zone)).collect()
}

fn check(steps: Vec<Value>, (now, closes): (i64, Option<i64>), expect: &[&str]) {
    let runbook = with(forward(&migrating()), steps);
    assert_eq!(told(&runbook, &Run::new(begin()), (now, closes)), expect);
}

#[test]
fn the_window_has_to_hold_the_way_there_and_the_way_back() {
    check(vec![], (0, None), &[]);
    check(vec![], (0, Some(4000)), &[]);
    // The migration may begin at 20:12, and the decision before it come as late as 20:32.
    check(
        vec![],
        (0, Some(2100)),
        &[
            "Decision `go` may come as late as 20:32, and going back fits into the window only until 20:22.",
        ],
    );
    check(
        vec![],
        (0, Some(1200)),
        &[
            "It ends at 20:21, and the window closes at 20:20.",
            "Decision `go` may come as late as 20:32, and going back fits into the window only until 20:12.",
        ],
    );
    check(
        vec![],
        (0, Some(600)),
        &[
            "It ends at 20:21, and the window closes at 20:10.",
            "From 20:10 on going back is no longer over when the window closes at 20:10, and the point of no return comes only at 20:12.",
            "Decision `go` may come as late as 20:32, and going back fits into the window only until 20:10.",
        ],
    );
    let runbook = forward(&plan(&[]));
    assert_eq!(
        told(&runbook, &Run::new(begin()), (0, Some(900))),
        [
            "From 20:03 on going back is no longer over when the window closes at 20:15, and it may go back until 20:06."
        ]
    );
}

#[test]
fn who_has_two_steps_at_once_is_told() {
    let step = |name: &str, owner: &str, needs: &[&str]| json!({"name": name, "owner": owner, "takes": "5m", "needs": needs});
    check(
        vec![
            step("call", "ada", &[]),
            step("watch", "ada", &["prepare"]),
            step("tea", "bea", &[]),
        ],
        (0, None),
        &["ada has two steps at once from 20:02 on: `call` and `watch`."],
    );
    // A team has more than two hands.
    check(
        vec![
            step("call", "team:shop", &[]),
            step("watch", "team:shop", &[]),
        ],
        (0, None),
        &[],
    );
}

#[test]
fn what_is_due_late_or_holds_up_the_engine_is_told() {
    let call = json!({"name": "call", "owner": "ada", "takes": "5m", "before": "job-web-migrate"});
    let tea = json!({"name": "tea", "owner": "bea", "takes": "5m"});
    let runbook = with(forward(&migrating()), [call, tea]);
    let mut run = Run::new(begin());
    let mut happens = |step: &str, event, moment| {
        let happened = Happened {
            step: step.parse().unwrap(),
            event,
        };
        run.apply(&runbook, &happened, (None, at(moment))).unwrap();
        run.clone()
    };
    happens("tea", StepEvent::Ready, 0);
    happens("prepare", StepEvent::Started, 0);
    happens(
        "prepare",
        StepEvent::Finished {
            note: String::new(),
        },
        120,
    );
    happens("go", StepEvent::Ready, 120);
    let ready = happens("call", StepEvent::Ready, 120);
    assert_eq!(told(&runbook, &ready, (300, None)), [""; 0]);
    assert_eq!(
        told(&runbook, &ready, (1080, None)),
        [
            "Decision `go` is due at 20:32: team:shop says go or no-go.",
            "Step `call` of ada is 11 min late and holds up `job-web-migrate`.",
            "Step `tea` of bea is 13 min late; nothing waits for it.",
        ]
    );
    let over = happens("go", StepEvent::TimedOut, 1920);
    assert_eq!(
        told(&runbook, &over, (1980, None))[0],
        "Decision `go` was due at 20:32, and team:shop did not say go."
    );
}
