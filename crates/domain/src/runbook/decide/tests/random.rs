//! What holds of a run whatever happens.

use super::*;
use proptest::prelude::*;

/// Something that may happen from outside.
#[derive(Debug, Clone)]
enum Move {
    Later(i64),
    Engine(usize, Progress),
    Gate(Option<Gate>),
    People(usize, u8),
    Goes(Course),
}

fn moves() -> impl Strategy<Value = Move> {
    let gate = prop_oneof![
        Just(Gate::Start),
        Just(Gate::Change),
        Just(Gate::Wave(1)),
        Just(Gate::Finish)
    ];
    let progress = prop_oneof![Just(Progress::UnderWay), Just(Progress::Over)];
    prop_oneof![
        4 => (1..2000_i64).prop_map(Move::Later),
        6 => (0..20_usize, progress).prop_map(|(step, progress)| Move::Engine(step, progress)),
        2 => proptest::option::of(gate).prop_map(Move::Gate),
        6 => (0..20_usize, 0..5_u8).prop_map(|(step, what)| Move::People(step, what)),
        1 => Just(Move::Goes(Course::Back { since: at(0) })),
    ]
}

impl Story {
    fn make(&mut self, it: &Move) {
        match it {
            Move::Later(seconds) => self.now += seconds,
            Move::Engine(step, progress) => {
                let phases: Vec<Phase> = self
                    .runbook
                    .steps
                    .iter()
                    .filter_map(Step::phase)
                    .cloned()
                    .collect();
                let phase = phases[step % phases.len()].clone();
                let before = self.facts.progress(&phase);
                self.facts.phases.insert(phase, before.max(*progress));
            }
            Move::Gate(gate) => self.facts.stands_at = *gate,
            Move::People(step, what) => {
                let step = self.runbook.steps[step % self.runbook.steps.len()]
                    .name
                    .clone();
                let event = match what {
                    0 => StepEvent::Started,
                    1 => done(),
                    2 => no("it smokes"),
                    3 => StepEvent::Skipped {
                        reason: "not today".to_owned(),
                    },
                    _ => StepEvent::Reopened,
                };
                let happened = Happened { step, event };
                let by: Name = "ada".parse().unwrap();
                let mut tried = self.run.clone();
                if tried
                    .apply(&self.runbook, &happened, (Some(&by), at(self.now)))
                    .is_ok()
                {
                    self.note(happened, Some(by));
                }
            }
            Move::Goes(Course::Back { .. }) if self.facts.course == Course::Forward => {
                self.facts.course = Course::Back {
                    since: at(self.now),
                };
            }
            Move::Goes(_) => {}
        }
    }

    /// The same run from what was noted down.
    fn replayed(&self) -> Run {
        let mut run = Run::new(begin());
        for (happened, by, moment) in &self.log {
            run.apply(&self.runbook, happened, (by.as_ref(), *moment))
                .unwrap();
        }
        run
    }
}

proptest! {
    /// Whatever happens: replaying changes nothing, it never waits without saying for what, the way back is held up for an hour at
    /// most, and a day after its deployment it is settled.
    #[test]
    fn a_run_always_ends_and_says_what_it_waits_for(
        moves in proptest::collection::vec(moves(), 0..40),
        is_back: bool,
        ending in prop_oneof![Just(Ending::Succeeded), Just(Ending::Returned), Just(Ending::Stopped)],
    ) {
        let ask = json!({"name": "ask", "owner": "ada", "takes": "5m", "before": "wave-2", "decision": "20:30", "otherwise": "hold"});
        let after = json!({"name": "after", "owner": "ada", "takes": "5m", "needs": ["success"]});
        let tell = json!({"name": "tell", "owner": "ada", "needs": ["wave-1"], "before": "success", "message": "halfway"});
        let stop = json!({"name": "stop", "owner": "ada", "takes": "5m", "before": "wave-2-back", "waits": "10m"});
        let mut story = match is_back {
            true => Story::back(&migrating(), [stop]),
            false => Story::forward(&migrating(), [call(), ask, after, tell]),
        };
        for it in &moves {
            story.make(it);
            let decision = story.settle();
            prop_assert!(!decision.waiting_on.is_empty());
            prop_assert!(decision.wake_at.is_none_or(|wake| wake > at(story.now)));
            if let Course::Back { since } = story.facts.course {
                let is_bounded = at(story.now) < since + crate::runbook::check::WAITS_MAX.as_signed();
                prop_assert!(decision.holds.is_empty() || is_bounded);
            }
            prop_assert_eq!(&story.replayed(), &story.run);
            let again = Story { run: story.replayed(), ..story.clone() }.settle();
            prop_assert_eq!(again, decision);
        }
        let end = story.now;
        drop(story.goes(end, Course::Ended { at: at(end), ending }));
        let decision = story.goes(end + 86_400, Course::Ended { at: at(end), ending });
        prop_assert!(story.run.is_settled(&story.runbook));
        prop_assert_eq!(decision, Decision::default());
    }
}
