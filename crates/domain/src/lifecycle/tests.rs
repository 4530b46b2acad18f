//! What is told of builds and tests, in any order, and what it comes to.

mod events;

use super::*;
use crate::{
    attachment::TestSummary,
    deployment::{Deployment, Purpose, Status, sample},
    digest::Digest,
    id::DeploymentId,
    name::Name,
    text::Line,
};
use jiff::Timestamp;
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

fn made(name: &str, pushed: Option<i64>) -> Made {
    Made {
        component: name.parse().unwrap(),
        digest: digest(name),
        pushed: pushed.map(at),
    }
}

/// `event` of `run` at a second, about the artifacts named.
fn fact(event: &str, run: &str, second: i64, about: &[&str], what: What) -> Fact {
    let mark = |text: &str| text.parse::<Mark>().unwrap();
    Told {
        key: FactKey {
            source: mark("ci"),
            id: mark(event),
        },
        run: RunKey {
            source: mark("ci"),
            id: mark(run),
        },
        link: None,
        digests: about.iter().map(|it| digest(it)).collect(),
        happened: None,
        what,
    }
    .kept("robot".parse().unwrap(), (at(second), at(second + 100)))
}

fn build(state: BuildState) -> What {
    What::Build { state }
}

fn counts(passed: u64, failed: u64) -> TestSummary {
    TestSummary {
        passed,
        failed,
        skipped: 0,
        failures: (0..failed).map(|it| format!("test {it}")).collect(),
    }
}

fn suite(kind: &str, passed: u64, failed: u64) -> What {
    What::Suite {
        kind: Some(kind.parse().unwrap()),
        name: Line::default(),
        state: SuiteState::Finished {
            outcome: if failed > 0 {
                Outcome::Failed
            } else {
                Outcome::Passed
            },
            tests: Some(counts(passed, failed)),
        },
    }
}

fn case(name: &str, outcome: Option<Outcome>) -> What {
    What::Case {
        kind: None,
        name: Line::of(name),
        outcome,
    }
}

fn seen<'a>(made: &'a [Made], runs: &'a [Run], places: &'a [Place]) -> Seen<'a> {
    Seen {
        made,
        runs,
        places,
        reviewed: Reviewed::No,
    }
}

fn stage(facts: &[Fact], made: &[Made], number: usize) -> Stage {
    Lifecycle::of(&seen(made, &runs(facts), &[]))
        .stages
        .remove(number)
}

#[test]
fn a_build_is_shown_by_facts_else_by_a_push() {
    let web = [made("web", Some(50))];
    let started = fact("1", "b", 10, &[], build(BuildState::Started));
    let finished = fact("2", "b", 20, &["web"], build(BuildState::Finished));
    let failed = fact("3", "c", 30, &["web"], build(BuildState::Failed));
    for (facts, state, sentence) in [
        (vec![], StageState::Done, "Done."),
        (vec![started.clone()], StageState::Done, "Done."),
        (
            vec![failed.clone()],
            StageState::Failed,
            "Failed: web: build c failed at ci.",
        ),
        (vec![started, finished, failed], StageState::Done, "Done."),
    ] {
        let stage = stage(&facts, &web, 0);
        assert_eq!((stage.state, stage.sentence.as_str()), (state, sentence));
    }
    let pushed = stage(&[], &web, 0);
    assert_eq!(pushed.ended, Some(at(50)));
    assert_eq!(
        pushed.shown[0].text,
        "web: was pushed, and nobody told how it was built"
    );
    let both = [made("api", None), made("web", Some(50))];
    let partly = stage(&[], &both, 0);
    assert_eq!(partly.state, StageState::Partly { done: 1, of: 2 });
    assert_eq!(
        partly.sentence,
        "1 of 2 done; api: nobody told of its build."
    );
}

#[test]
fn tests_that_fail_are_said_until_the_same_pass_later() {
    let web = [made("web", Some(1))];
    let failing = fact("1", "r1", 10, &["web"], suite("unit", 3, 1));
    let passing = fact("2", "r2", 20, &["web"], suite("unit", 4, 0));
    let other = fact("3", "r3", 30, &["web"], suite("acceptance", 1, 0));
    let failed = stage(&[failing.clone(), other], &web, 1);
    assert_eq!(
        failed.sentence,
        "Failed: web: unit tests failed: 3 passed, 1 failed (test 0)."
    );
    assert_eq!(failed.ended, Some(at(10)));
    let done = stage(&[passing.clone(), failing.clone()], &web, 1);
    assert_eq!((done.state, done.ended), (StageState::Done, Some(at(20))));
    // Later in order is what happened later, not what was told later; and of another artifact says nothing.
    let early = fact("2", "r2", 5, &["web"], suite("unit", 4, 0));
    assert_eq!(
        stage(&[failing.clone(), early], &web, 1).state,
        StageState::Failed
    );
    let both = [made("api", Some(1)), made("web", Some(1))];
    let partly = fact("4", "r4", 40, &["api"], suite("unit", 1, 0));
    assert_eq!(
        stage(&[failing, partly], &both, 1).state,
        StageState::Failed
    );
    let partly = stage(&[passing], &both, 1);
    assert_eq!(partly.sentence, "1 of 2 done; no test of api is known.");
}

#[test]
fn nothing_that_ran_is_no_pass() {
    let web = [made("web", Some(1))];
    for what in [
        suite("unit", 0, 0),
        What::Suite {
            kind: None,
            name: Line::default(),
            state: SuiteState::Finished {
                outcome: Outcome::Cancelled,
                tests: None,
            },
        },
    ] {
        let stage = stage(&[fact("1", "r", 10, &["web"], what.clone())], &web, 1);
        assert_eq!(stage.state, StageState::NotBegun, "{what:?}");
    }
    let anonymous = |passed, failed| {
        let at = Some(Timestamp::UNIX_EPOCH);
        let means = (Means::Report, String::new(), at);
        Run::attached((digest("web"), "sha256:1"), counts(passed, failed), means)
    };
    for (runs, state) in [
        (vec![anonymous(1, 0)], StageState::Done),
        (vec![anonymous(0, 0)], StageState::NotBegun),
        (vec![anonymous(5, 1), anonymous(6, 0)], StageState::Failed),
    ] {
        let lifecycle = Lifecycle::of(&seen(&web, &runs, &[]));
        assert_eq!(lifecycle.stages[1].state, state);
    }
}

#[test]
fn what_was_told_of_one_run_is_put_together() {
    let started = What::Suite {
        kind: Some("e2e".parse().unwrap()),
        name: Line::of("shop"),
        state: SuiteState::Started,
    };
    let facts = [
        fact("1", "r", 10, &["web"], started),
        fact("2", "r", 11, &[], case("pay", Some(Outcome::Failed))),
        fact("3", "r", 12, &[], case("pay", Some(Outcome::Passed))),
        fact("4", "r", 13, &[], case("look", None)),
    ];
    let found = runs(&facts);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].words(),
        "e2e tests shop are under way: 1 passed, 1 skipped"
    );
    assert_eq!(found[0].begun, Some(at(10)));
    let failing = fact("5", "r", 14, &[], case("leave", Some(Outcome::Failed)));
    let facts = [&facts[..], &[failing]].concat();
    assert_eq!(runs(&facts)[0].state, RunState::Failed, "before it ended");
    // The suite says that all is well, and one of its tests knows better.
    let ended = fact("6", "r", 15, &[], suite("e2e", 9, 0));
    let run = runs(&[&facts[..], &[ended]].concat()).remove(0);
    assert_eq!(run.words(), "e2e tests shop failed: 9 passed, 1 failed");
    assert_eq!(
        (run.failures().as_str(), run.ended),
        ("leave", Some(at(15)))
    );
}

fn deployments(told: &[(&str, Purpose, bool)]) -> Vec<Deployment> {
    let one = |(number, (version, purpose, is_good)): (u64, &(&str, Purpose, bool))| {
        let second = at(i64::try_from(number).unwrap());
        let mut deployment = sample::requested(sample::plan(1, 1, &[]));
        deployment.id = DeploymentId(number);
        deployment.release = version.parse().unwrap();
        deployment.purpose = *purpose;
        if *is_good {
            deployment.status = Status::Succeeded { at: second };
        }
        deployment
    };
    (1..).zip(told).map(one).collect()
}

#[test]
fn what_was_taken_back_does_not_count() {
    let back = |of| Purpose::Rollback {
        of: DeploymentId(of),
    };
    let promotion = || Purpose::Promotion;
    let (since, none) = (at(1), None);
    for (told, state) in [
        (vec![], PlaceState::NotYet),
        (vec![("1.0.0", promotion(), true)], PlaceState::NotYet),
        (
            vec![("1.1.0", promotion(), true)],
            PlaceState::Holds {
                since,
                replaced: none,
            },
        ),
        (
            vec![("1.1.0", promotion(), true), ("1.2.0", promotion(), true)],
            PlaceState::Holds {
                since,
                replaced: Some(at(2)),
            },
        ),
        (
            vec![("1.1.0", promotion(), true), ("1.0.0", back(1), true)],
            PlaceState::TakenBack { at: at(2) },
        ),
        (
            vec![
                ("1.1.0", promotion(), true),
                ("1.2.0", promotion(), true),
                ("1.1.0", back(2), true),
            ],
            PlaceState::Holds {
                since,
                replaced: none,
            },
        ),
    ] {
        let found = place(
            &"1.1.0".parse().unwrap(),
            &"live".parse().unwrap(),
            &deployments(&told),
        );
        assert_eq!(found.state, state, "{told:?}");
    }
    let moving = deployments(&[("1.1.0", promotion(), false)]);
    let found = place(&"1.1.0".parse().unwrap(), &"live".parse().unwrap(), &moving);
    assert!(
        matches!(found.state, PlaceState::UnderWay { .. }),
        "{found:?}"
    );
}

#[test]
fn the_end_of_the_path_is_live_and_what_a_path_lacks_is_said() {
    let holds = |name: &str| Place {
        environment: name.parse::<Name>().unwrap(),
        deployment: Some(DeploymentId(1)),
        state: PlaceState::Holds {
            since: at(7),
            replaced: None,
        },
    };
    for (path, words) in [
        (
            &[][..],
            "Build done, testing done, staging has no environment, live has no environment, review not begun.",
        ),
        (
            &["live"],
            "Build done, testing done, staging has no environment, live done, review not begun.",
        ),
        (
            &["staging", "live"],
            "Build done, testing done, staging done, live done, review not begun.",
        ),
        (
            &["testing", "staging", "live"],
            "Build done, testing done, staging done, live done, review not begun.",
        ),
    ] {
        let places: Vec<Place> = path.iter().map(|it| holds(it)).collect();
        let web = [made("web", Some(1))];
        let runs = runs(&[fact("1", "r", 10, &["web"], suite("unit", 1, 0))]);
        let lifecycle = Lifecycle::of(&seen(&web, &runs, &places));
        assert_eq!(lifecycle.sentence(), words);
    }
    let closed = Seen {
        reviewed: Reviewed::Closed {
            begun: at(3),
            at: at(9),
        },
        ..seen(&[], &[], &[])
    };
    let lifecycle = Lifecycle::of(&closed);
    let reviewed = &lifecycle.stages[4];
    assert_eq!(
        (reviewed.state, reviewed.ended),
        (StageState::Done, Some(at(9)))
    );
    assert_eq!(
        lifecycle.stages[0].state,
        StageState::NotBegun,
        "nothing is in it"
    );
}

proptest! {
    /// Whatever the order that facts came in, and however often: they say the same.
    #[test]
    fn the_order_that_facts_came_in_says_nothing(
        told in proptest::collection::vec((0_u8..6, 0_u8..3, 0_i64..5, 0_u8..4), 0..20),
        order in any::<u64>(),
    ) {
        let one = |(number, (what, run, second, about)): (usize, &(u8, u8, i64, u8))| {
            let what = match what {
                0 => build(BuildState::Started),
                1 => build(BuildState::Finished),
                2 => suite("unit", 2, 0),
                3 => suite("unit", 2, 1),
                4 => case("one", Some(Outcome::Passed)),
                _ => case("one", Some(Outcome::Failed)),
            };
            let about = [&[][..], &["web"], &["api"], &["api", "web"]][usize::from(*about)];
            fact(&number.to_string(), &run.to_string(), *second, about, what)
        };
        let facts: Vec<Fact> = told.iter().enumerate().map(one).collect();
        let made = [made("api", Some(1)), made("web", None)];
        let expect = Lifecycle::of(&seen(&made, &runs(&facts), &[]));
        let mut other = [&facts[..], &facts[..]].concat();
        other.sort_by_key(|it| Digest::of(format!("{order}{}", it.key.id).as_bytes()));
        prop_assert_eq!(Lifecycle::of(&seen(&made, &runs(&other), &[])), expect);
    }
}
