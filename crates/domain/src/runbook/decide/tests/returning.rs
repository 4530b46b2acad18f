//! Stories of the way back, and of what is left of a runbook when its deployment ends.

use super::*;

#[test]
fn going_back_waits_for_nobody_of_the_way_forward() {
    let mut story = Story::forward(&migrating(), [call()]);
    drop(story.at_gate(200, Gate::Change));
    let decision = story.goes(300, Course::Back { since: at(300) });
    assert_eq!(
        decision,
        Decision {
            waiting_on: vec![Wait::End],
            ..Decision::default()
        }
    );
    let StepStatus::Skipped { reason, .. } = story.run.status(&"call".parse().unwrap()) else {
        panic!("{}", story.is("call"));
    };
    assert_eq!(reason, "the deployment went back");
    let course = Course::Ended {
        at: at(400),
        ending: Ending::Returned,
    };
    assert_eq!(told(&story.goes(400, course)), [""; 0]);
}

#[test]
fn the_way_back_waits_only_as_long_as_its_plan_says() {
    let stop = json!({"name": "stop", "title": "Stop the orders", "owner": "ada", "takes": "5m", "before": "wave-2-back", "waits": "10m"});
    let tell = json!({"name": "tell", "owner": "ada", "takes": "5m", "before": "wave-2-back"});
    let mut story = Story::back(&migrating(), [stop, tell]);
    assert_eq!(
        told(&story.settle()),
        ["the deployment to go back, if it ever does"]
    );
    let decision = story.goes(1000, Course::Back { since: at(1000) });
    assert_eq!(
        told(&decision),
        [
            "team:shop to do `See what job web/migrate left behind`",
            "ada to do `Stop the orders`",
            "ada to do `tell`",
            "the engine waits before it goes back for stop",
        ]
    );
    assert_eq!(decision.wake_at, Some(at(1600)));
    assert_eq!(story.engine(1599, &[]).holds.len(), 1);
    let decision = story.engine(1600, &[]);
    assert_eq!(
        (decision.holds, decision.verdict, story.is("stop")),
        (Vec::new(), Verdict::Go, "timed_out")
    );
    // What comes after it is done after it, and within a day.
    drop(story.engine(1700, &["wave 2 back", "wave 1 back"]));
    assert_eq!(story.is("look"), "ready");
    let decision = story.goes(
        1800,
        Course::Ended {
            at: at(1800),
            ending: Ending::Returned,
        },
    );
    assert_eq!(decision.wake_at, Some(at(1800 + 86_400)));
    drop(story.says(1900, "look", done()));
    assert_eq!(told(&story.engine(1800 + 86_400, &[])), [""; 0]);
    assert_eq!((story.is("tell"), story.is("look")), ("timed_out", "done"));
}

#[test]
fn what_was_not_needed_says_why() {
    let mut story = Story::back(&migrating(), []);
    drop(story.goes(
        500,
        Course::Ended {
            at: at(500),
            ending: Ending::Succeeded,
        },
    ));
    let StepStatus::Skipped { reason, .. } = story.run.status(&"look".parse().unwrap()) else {
        panic!("{}", story.is("look"));
    };
    assert_eq!(reason, "the deployment succeeded");
}

#[test]
fn what_is_cancelled_may_still_go_back() {
    let mut story = Story::back(&migrating(), []);
    let decision = story.goes(500, Course::Stopping);
    assert_eq!(decision.waiting_on, [Wait::Return]);
    drop(story.goes(510, Course::Back { since: at(510) }));
    assert_eq!(story.is("after-job-web-migrate"), "ready");
    let mut forward = Story::forward(&migrating(), [call()]);
    assert_eq!(forward.goes(500, Course::Stopping).holds, []);
    assert_eq!(forward.is("call"), "skipped");
}
