//! What cannot be run, and what is said about it.

use super::super::sample::{back, forward, migrating, plan, with};
use super::*;
use serde_json::{Value, json};

fn said(runbook: &Runbook) -> String {
    let refused = runbook.check().err();
    refused.map_or_else(|| "fine".to_owned(), |why| why.to_string())
}

/// The deployment plan of a migration with one more step.
fn check(step: Value, expect: &str) {
    assert_eq!(said(&with(forward(&migrating()), [step])), expect);
}

#[test]
fn steps_stand_where_the_engine_can_wait() {
    let people =
        |before: &str| json!({"name": "call", "owner": "ada", "takes": "10m", "before": before});
    for before in [
        "prepare",
        "job-web-migrate",
        "wave-2",
        "success",
        "the point of no return",
    ] {
        check(people(before), "fine");
    }
    for before in ["wave-1", "check-1-errors", "bake-1"] {
        check(
            people(before),
            &format!(
                "step `call` stands before `{before}`, where the engine cannot wait; it can before prepare, job-web-migrate, wave-2, success"
            ),
        );
    }
    check(
        people("wave-9"),
        "step `call` stands before `wave-9`, which is no step here: name one that is, or take it out",
    );
    assert_eq!(
        said(&with(
            forward(&plan(&[])),
            [people("the point of no return")]
        )),
        "step `call` stands before the point of no return, and everything here can be undone: let it stand before another step"
    );
}

#[test]
fn what_cannot_be_run_says_which_step_and_what_to_do() {
    for (step, expect) in [
        (
            json!({"name": "call", "takes": "10m"}),
            "step `call` has no owner: say `owner: NAME` or `owner: team:NAME`",
        ),
        (
            json!({"name": "call", "owner": "ada"}),
            "step `call` takes no time: say how long it usually takes, such as `takes: 10m`",
        ),
        (
            json!({"name": "call", "owner": "ada", "takes": "800h"}),
            "step `call` takes longer than 31 days: it is no step of a deployment; let it be a task of the release plan",
        ),
        (
            json!({"name": "go", "owner": "ada", "takes": "10m"}),
            "two steps are called `go`: give one of them another name",
        ),
        (
            json!({"name": "call", "owner": "ada", "takes": "10m", "needs": ["tea"]}),
            "step `call` needs `tea`, which is no step here: name one that is, or take it out",
        ),
        (
            json!({"name": "call", "owner": "ada", "takes": "10m", "before": "wave-2", "waits": "5m"}),
            "step `call` says `waits`, which is for backout plans: what stands before a step of the engine is waited for until it is over",
        ),
        (
            json!({"name": "call", "owner": "ada", "takes": "10m", "needs": ["wave-2"], "before": "wave-2"}),
            "these steps wait for each other in a circle: wave-2, call; take one out of what another needs or stands before",
        ),
        (
            json!({"name": "again", "takes": "10m", "automatic": "wave 2"}),
            "step `again` says `automatic: wave 2`, which another step says already: take it out, or generate the runbook anew",
        ),
        (
            json!({"name": "again", "takes": "10m", "automatic": "wave 2 back"}),
            "step `again` says `automatic: wave 2 back`, which is of the other runbook: take it out, or generate the runbook anew",
        ),
        (
            json!({"name": "ask", "owner": "ada", "takes": "5m", "decision": "5m after tea", "otherwise": "hold"}),
            "step `ask` is due after `tea`, which is no step here: name one that is, or take it out",
        ),
    ] {
        check(step, expect);
    }
    let mut moved = forward(&plan(&[]));
    moved.steps[1].before = Some(Before::Step(moved.steps[0].name.clone()));
    assert_eq!(
        said(&moved),
        "step `wave-1` is the engine's, and follows from the plan: take out its `before`"
    );
    let mut long = forward(&plan(&[]));
    long.steps[1].title = "x".repeat(201);
    assert_eq!(
        said(&long),
        "the title of `wave-1` is longer than 200 characters: say it shorter, or where it is written"
    );
}

#[test]
fn going_back_is_no_question_and_waits_at_most_an_hour() {
    let check =
        |step: Value, expect: &str| assert_eq!(said(&with(back(&plan(&[])), [step])), expect);
    let call = |before: &str, waits: &str| json!({"name": "call", "owner": "ada", "takes": "5m", "before": before, "waits": waits});
    check(call("wave-2-back", "1h"), "fine");
    check(
        call("wave-2-back", "61m"),
        "step `call` keeps the way back waiting for more than an hour: say at most `waits: 1h`",
    );
    check(
        call("wave-1-back", "5m"),
        "step `call` stands before `wave-1-back`, where the engine cannot wait; it can before wave-2-back",
    );
    check(
        json!({"name": "call", "owner": "ada", "takes": "5m", "waits": "5m"}),
        "step `call` says `waits`, and the engine begins nothing after it: say what it stands before",
    );
    check(
        json!({"name": "ask", "owner": "ada", "takes": "5m", "decision": "5m", "otherwise": "hold"}),
        "step `ask` is a decision, and whoever goes back has decided: let it be a step that people do",
    );
}

#[test]
fn whoever_reviews_it_sees_what_is_missing() {
    let told = |runbook: &Runbook| {
        let findings = runbook.findings();
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut runbook = forward(&migrating());
    runbook.steps.retain(|step| step.name.as_str() != "go");
    runbook.risks.clear();
    assert_eq!(
        told(&runbook),
        [
            "step `job-web-migrate` cannot be undone, and nobody decides before it: add a decision with `before: the point of no return`",
            "it names no risks: say what may go wrong and what is done about it",
            "it does not say how deviations are handled: write `deviations` with `text` and `decides`",
            "it names no contacts: say who is asked about what, and how they are reached",
        ]
    );
    assert_eq!(told(&forward(&migrating())).len(), 2);
}
