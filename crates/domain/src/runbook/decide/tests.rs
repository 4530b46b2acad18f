//! Runs told as stories. What holds whatever happens is in [`random`].

mod random;
mod returning;

use super::super::{
    Phase,
    sample::{at, back, begin, forward, migrating, plan, with},
};
use super::*;
use crate::plan::Plan;
use serde_json::{Value, json};

/// A runbook, its run, what the deployment is at, and everything that happened.
#[derive(Debug, Clone)]
struct Story {
    runbook: Runbook,
    run: Run,
    facts: Facts,
    now: i64,
    log: Vec<(Happened, Option<Name>, Timestamp)>,
}

impl Story {
    fn of(runbook: Runbook) -> Self {
        assert_eq!(runbook.check(), Ok(()));
        let (phases, stands_at) = (std::collections::BTreeMap::new(), None);
        let facts = Facts {
            phases,
            course: Course::Forward,
            stands_at,
            is_free: true,
        };
        Self {
            runbook,
            run: Run::new(begin()),
            facts,
            now: 0,
            log: Vec::new(),
        }
    }

    /// The deployment plan of a plan with more steps.
    fn forward(plan: &Plan, steps: impl IntoIterator<Item = Value>) -> Self {
        Self::of(with(forward(plan), steps))
    }

    /// The backout plan of the same.
    fn back(plan: &Plan, steps: impl IntoIterator<Item = Value>) -> Self {
        Self::of(with(back(plan), steps))
    }

    fn note(&mut self, happened: Happened, by: Option<Name>) {
        self.run
            .apply(&self.runbook, &happened, (by.as_ref(), at(self.now)))
            .unwrap();
        self.log.push((happened, by, at(self.now)));
    }

    /// Decides until nothing happens any more.
    fn settle(&mut self) -> Decision {
        for _ in 0..1000 {
            let decision = decide(&self.runbook, &self.run, &self.facts, at(self.now));
            if decision.events.is_empty() {
                return decision;
            }
            for happened in decision.events {
                self.note(happened, None);
            }
        }
        panic!("it never settles");
    }

    /// At `seconds` the engine has done all of these.
    fn engine(&mut self, seconds: i64, over: &[&str]) -> Decision {
        self.now = seconds;
        for phase in over {
            self.facts
                .phases
                .insert(phase.parse().unwrap(), Progress::Over);
        }
        self.settle()
    }

    fn at_gate(&mut self, seconds: i64, gate: Gate) -> Decision {
        self.facts.stands_at = Some(gate);
        self.engine(seconds, &[])
    }

    fn goes(&mut self, seconds: i64, course: Course) -> Decision {
        (self.facts.course, self.facts.stands_at) = (course, None);
        self.engine(seconds, &[])
    }

    fn says(&mut self, seconds: i64, step: &str, event: StepEvent) -> Decision {
        self.now = seconds;
        let step = step.parse().unwrap();
        self.note(Happened { step, event }, Some("ada".parse().unwrap()));
        self.settle()
    }

    fn is(&self, step: &str) -> &'static str {
        self.run.status(&step.parse().unwrap()).word()
    }
}

fn done() -> StepEvent {
    StepEvent::Finished {
        note: "all well".to_owned(),
    }
}

fn no(issue: &str) -> StepEvent {
    StepEvent::Failed {
        issue: issue.to_owned(),
    }
}

/// What it waits for, and where the engine does.
fn told(decision: &Decision) -> Vec<String> {
    let waits = decision.waiting_on.iter().map(ToString::to_string);
    let holds = decision.holds.iter().map(ToString::to_string);
    waits.chain(holds).collect()
}

fn call() -> Value {
    json!({"name": "call", "title": "Call support", "owner": "team:support", "takes": "5m", "before": "wave-2"})
}

#[test]
fn nobodys_time_runs_out_while_something_else_keeps_the_deployment() {
    let go = json!({"name": "go-on", "owner": "ada", "takes": "5m", "before": "wave-1",
        "decision": "30m", "otherwise": "roll-back"});
    let mut story = Story::forward(&plan(&[]), [go]);
    story.facts.is_free = false;
    let decision = story.at_gate(20, Gate::Change);
    assert_eq!(story.is("go-on"), "waiting", "the calendar is closed");
    assert!(decision.holds_at(Gate::Change).is_some());
    drop(story.engine(90_000, &[]));
    assert_eq!(story.is("go-on"), "waiting");
    story.facts.is_free = true;
    drop(story.engine(90_010, &[]));
    assert_eq!(story.is("go-on"), "ready", "and its time begins");
    let decision = story.engine(90_010 + 1800, &[]);
    assert_eq!(story.is("go-on"), "timed_out");
    assert!(matches!(decision.verdict, Verdict::RollBack { .. }));
}

#[test]
fn without_people_the_engine_never_waits() {
    let mut story = Story::forward(&plan(&[]), []);
    for (seconds, phases) in [(0, &[][..]), (10, &["prepare"]), (20, &["wave 1"])] {
        let decision = story.engine(seconds, phases);
        assert_eq!(
            (decision.holds, decision.verdict),
            (Vec::new(), Verdict::Go)
        );
        assert_eq!(decision.wake_at, None);
    }
    assert_eq!(
        told(&story.settle()),
        [
            "the engine: Watch wave 1",
            "the engine: Check errors after wave 1: http://shop.example/ok answers"
        ][..1]
    );
}

#[test]
fn the_engine_waits_for_people_where_they_stand() {
    let mut story = Story::forward(&plan(&[]), [call()]);
    let held = "the engine waits before wave 2 for call";
    let decision = story.engine(0, &[]);
    assert_eq!(
        told(&decision),
        [
            "the engine: Fetch and unpack the new revision everywhere",
            held
        ]
    );
    drop(story.engine(100, &["prepare", "wave 1"]));
    assert_eq!((story.is("wave-1"), story.is("call")), ("done", "waiting"));
    // Only the engine knows when watching is over: then it stands at the gate.
    let decision = story.at_gate(200, Gate::Wave(1));
    assert_eq!(told(&decision), ["team:support to do `Call support`", held]);
    assert_eq!((story.is("bake-1"), story.is("call")), ("done", "ready"));
    let decision = story.says(210, "call", StepEvent::Started);
    assert_eq!(told(&decision), ["ada to finish `Call support`", held]);
    let decision = story.says(300, "call", done());
    assert_eq!(told(&decision), ["the engine: Wave 2: 2 targets"]);
    story.facts.stands_at = None;
    drop(story.engine(400, &["wave 2"]));
    let course = Course::Ended {
        at: at(500),
        ending: Ending::Succeeded,
    };
    story.facts.phases.extend(
        story
            .runbook
            .steps
            .iter()
            .filter_map(Step::phase)
            .map(|it| (it.clone(), Progress::Over)),
    );
    let decision = story.goes(500, course);
    assert_eq!(told(&decision), [""; 0]);
    assert!(story.run.is_settled(&story.runbook));
}

#[test]
fn an_issue_stops_it_until_somebody_says_what_becomes_of_it() {
    let mut story = Story::forward(&plan(&[]), [call()]);
    story.runbook.deviations.decides = Some("team:ops".parse().unwrap());
    drop(story.at_gate(200, Gate::Wave(1)));
    let decision = story.says(210, "call", no("nobody answers"));
    let reason =
        "step `Call support` has an issue: nobody answers; team:ops decides what becomes of it";
    assert_eq!(
        decision.verdict,
        Verdict::Hold {
            reason: reason.to_owned()
        }
    );
    assert_eq!(told(&decision)[0], format!("a person: {reason}"));
    let decision = story.says(220, "call", StepEvent::Reopened);
    assert_eq!((decision.verdict, story.is("call")), (Verdict::Go, "ready"));
    let leave_out = StepEvent::Skipped {
        reason: "they know".to_owned(),
    };
    let decision = story.says(230, "call", leave_out);
    assert_eq!(
        (decision.verdict, decision.holds),
        (Verdict::Go, Vec::new())
    );
}

#[test]
fn go_or_no_go_in_time_else_it_goes_back() {
    let reached = || {
        let mut story = Story::forward(&migrating(), []);
        let decision = story.at_gate(120, Gate::Change);
        assert_eq!(
            told(&decision),
            [
                "team:shop to say go or no-go at `Go or no-go before job web/migrate` in time, else roll back",
                "the engine waits before anything changes for go",
            ]
        );
        assert_eq!(decision.wake_at, Some(at(120 + 1800)));
        story
    };
    let decision = reached().says(130, "go", done());
    assert_eq!(
        (decision.verdict, decision.holds),
        (Verdict::Go, Vec::new())
    );
    let back = |reason: &str| Verdict::RollBack {
        reason: reason.to_owned(),
    };
    let decision = reached().says(130, "go", no("the backup failed"));
    let said = "ada said no-go at `Go or no-go before job web/migrate`: the backup failed";
    assert_eq!(decision.verdict, back(said));
    let mut silent = reached();
    assert_eq!(silent.engine(1919, &[]).verdict, Verdict::Go);
    let decision = silent.engine(1920, &[]);
    let said = "team:shop did not say go at `Go or no-go before job web/migrate` in time";
    assert!(decision.holds_at(Gate::Change).is_some());
    assert_eq!(
        (decision.verdict, silent.is("go")),
        (back(said), "timed_out")
    );
}

#[test]
fn a_time_of_day_passes_whether_or_not_its_turn_came() {
    let ask = json!({"name": "ask", "owner": "ada", "takes": "5m", "before": "wave-2", "decision": "20:30", "otherwise": "hold"});
    let mut story = Story::forward(&plan(&[]), [ask]);
    assert_eq!(story.engine(1799, &[]).wake_at, Some(at(1800)));
    let decision = story.engine(1800, &[]);
    let reason = "ada did not say go at `ask` in time".to_owned();
    assert_eq!(decision.verdict, Verdict::Hold { reason });
    // Whoever asks again after that has all the time that it takes.
    let decision = story.says(2000, "ask", StepEvent::Reopened);
    assert_eq!((decision.verdict, story.is("ask")), (Verdict::Go, "ready"));
    assert_eq!(story.engine(9000, &[]).verdict, Verdict::Go);
    assert_eq!(story.says(9001, "ask", done()).holds, []);
}

#[test]
fn messages_have_their_turn_like_everything_else() {
    let tell = json!({"name": "tell", "owner": "ada", "needs": ["wave-1"], "message": "halfway"});
    let mut story = Story::forward(&plan(&[]), [tell]);
    assert_eq!(story.engine(0, &[]).messages, []);
    let decision = story.engine(100, &["prepare", "wave 1"]);
    let due: (Name, Name) = ("tell".parse().unwrap(), "halfway".parse().unwrap());
    assert_eq!(decision.messages, [due]);
    assert!(told(&decision).contains(&"message `halfway` to go out".to_owned()));
    story.note(
        Happened {
            step: "tell".parse().unwrap(),
            event: done(),
        },
        None,
    );
    assert_eq!(story.settle().messages, []);
}

#[test]
fn nobody_does_the_part_of_another() {
    let look = json!({"name": "look", "owner": "ada", "takes": "5m", "evidence": true});
    let mut story = Story::forward(&migrating(), [call(), look]);
    drop(story.at_gate(200, Gate::Change));
    let mut refused = |by: &str, step: &str, event| {
        let happened = Happened {
            step: step.parse().unwrap(),
            event,
        };
        let by: Option<Name> = by.parse().ok();
        let author = (by.as_ref(), at(200));
        let refused = story.run.apply(&story.runbook, &happened, author);
        refused.unwrap_err().to_string()
    };
    let silent = StepEvent::Finished {
        note: " ".to_owned(),
    };
    let skip = |reason: &str| StepEvent::Skipped {
        reason: reason.to_owned(),
    };
    let by_itself = "step `wave-1` is the engine's: it begins and ends by itself";
    let in_time = "the turn of step `go` comes, and its time ends, by itself";
    let evidence = "say what you saw: step `look` asks for evidence";
    let engine = "step `go` is for people: the engine cannot finish it";
    let skipped = "step `go` is a decision: answer go or no-go";
    let waiting = "step `call` is waiting; its turn has not come";
    for (by, step, event, expect) in [
        ("ada", "wave-1", done(), by_itself),
        ("ada", "go", StepEvent::TimedOut, in_time),
        ("ada", "go", skip("why ask"), skipped),
        ("ada", "go", no(""), "say what is wrong with step `go`"),
        ("ada", "look", silent, evidence),
        ("ada", "call", skip(""), "say why step `call` is left out"),
        ("ada", "call", done(), waiting),
        ("ada", "tea", done(), "there is no step `tea`"),
        ("", "go", done(), engine),
    ] {
        assert_eq!(refused(by, step, event), expect);
    }
}
