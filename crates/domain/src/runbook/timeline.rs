//! When what happens: the steps of a runbook one after the other, as planned and as things are.
//!
//! A step begins once all that it waits for is over, and takes as long as it usually takes. What has happened counts as it was:
//! whoever is late moves all that waits for them. Nothing here waits for a calendar.

use super::{Automatic, Kind, Phase, Run, Runbook, RunbookError, Step, StepStatus, order::Order};
use crate::{duration::Millis, name::Name, plan::Reversible};
use jiff::Timestamp;

/// When what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Of each step, in the order of the runbook.
    pub steps: Vec<Span>,
    /// When the first begins.
    pub begins: Timestamp,
    /// When the last ends.
    pub ends: Timestamp,
    /// When the last was to end, as it was planned.
    pub planned_end: Timestamp,
    /// From when on nothing goes back by itself; never, when none.
    pub no_return: Option<Timestamp>,
}

/// When one step happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Which.
    pub step: Name,
    /// The piece of the engine's work that it is, if it is one.
    pub phase: Option<Phase>,
    /// When it begins, or began.
    pub begins: Timestamp,
    /// When it ends, or ended.
    pub ends: Timestamp,
    /// When it was to end, as it was planned.
    pub planned_end: Timestamp,
    /// Of a decision: until when somebody may say go.
    pub due: Option<Timestamp>,
    /// Whether it is settled: it was done, left out, failed or timed out.
    pub is_settled: bool,
}

/// From when to when.
type Laid = (Timestamp, Timestamp);

impl Timeline {
    /// When what happens in a run, as things are at `now`. It is the plan, when nothing has happened to the run and `now` is when
    /// it begins.
    ///
    /// # Errors
    /// When the runbook cannot be run.
    pub fn of(runbook: &Runbook, run: &Run, now: Timestamp) -> Result<Self, RunbookError> {
        runbook.check()?;
        let untouched = Run::new(run.began);
        let planned = lay((runbook, &untouched), run.began, |step| step.takes);
        let laid = lay((runbook, run), now, |step| step.takes);
        let span = |(place, step): (usize, &Step)| Span {
            step: step.name.clone(),
            phase: step.phase().cloned(),
            begins: laid[place].0,
            ends: laid[place].1,
            planned_end: planned[place].1,
            due: due((runbook, run), step, &laid),
            is_settled: run.status(&step.name).ended().is_some(),
        };
        let steps: Vec<Span> = runbook.steps.iter().enumerate().map(span).collect();
        let last = |end: fn(&Span) -> Timestamp| steps.iter().map(end).max().unwrap_or(run.began);
        let first = steps.iter().map(|span| span.begins).min();
        Ok(Self {
            begins: first.unwrap_or(run.began),
            ends: last(|span| span.ends),
            planned_end: last(|span| span.planned_end),
            no_return: no_return(runbook, &laid),
            steps,
        })
    }

    /// When one step happens.
    pub fn span(&self, step: &Name) -> Option<&Span> {
        self.steps.iter().find(|span| span.step == *step)
    }

    /// How much later than planned it ends; not at all, when it is early.
    pub fn late_by(&self) -> Millis {
        between(self.planned_end, self.ends)
    }

    /// When going back by `backout` would be over, if it began at `at`: what has not changed by then does not go back.
    pub fn back_by(&self, backout: &Runbook, at: Timestamp) -> Timestamp {
        let began = |phase: &Phase| {
            let mut spans = self.steps.iter();
            spans.any(|span| span.phase.as_ref() == Some(phase) && span.begins <= at)
        };
        let changes =
            |phase: &Phase| matches!(phase, Phase::Wave(_) | Phase::Job(_)) && began(phase);
        let anything = self
            .steps
            .iter()
            .filter_map(|span| span.phase.as_ref())
            .any(changes);
        let takes = |step: &Step| {
            let is_needed = match step.phase() {
                Some(Phase::WaveBack(wave)) => began(&Phase::Wave(*wave)),
                Some(_) | None => anything,
            };
            if is_needed { step.takes } else { Millis(0) }
        };
        let laid = lay((backout, &Run::new(at)), at, takes);
        laid.iter().map(|(_, ends)| *ends).max().unwrap_or(at)
    }

    /// Until when going back may begin so that it is over by `closes`; none, when it would never be. What begins at that very moment
    /// does not go back in time, if that is what makes it the last.
    pub fn last_return(&self, backout: &Runbook, closes: Timestamp) -> Option<Timestamp> {
        let changes = |span: &&Span| matches!(span.phase, Some(Phase::Wave(_) | Phase::Job(_)));
        let begins = self.steps.iter().filter(changes).map(|span| span.begins);
        let mut edges: Vec<Timestamp> = std::iter::once(self.begins).chain(begins).collect();
        edges.sort_unstable();
        edges.dedup();
        // Between two edges nothing new changes, so that going back takes the same time.
        let fits = |edge: &Timestamp| self.back_by(backout, *edge) <= closes;
        let last = edges.iter().rposition(fits)?;
        let takes = self
            .back_by(backout, edges[last])
            .duration_since(edges[last]);
        let until = closes.checked_sub(takes).unwrap_or(edges[last]);
        Some(edges.get(last + 1).map_or(until, |next| until.min(*next)))
    }
}

impl Span {
    /// How much later than planned it ends; not at all, when it is early.
    pub fn late_by(&self) -> Millis {
        between(self.planned_end, self.ends)
    }
}

/// How long it is from one moment to another; nothing, when the other comes first.
pub(super) fn between(from: Timestamp, to: Timestamp) -> Millis {
    Millis(u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default())
}

/// `length` later, at most at the end of the calendar.
pub(super) fn later(at: Timestamp, length: Millis) -> Timestamp {
    at.checked_add(length.as_signed()).unwrap_or(Timestamp::MAX)
}

/// From when to when each step is, with those lengths. Nothing that has not begun begins before `now`.
fn lay(
    (runbook, run): (&Runbook, &Run),
    now: Timestamp,
    takes: impl Fn(&Step) -> Millis,
) -> Vec<Laid> {
    let order = Order::of(runbook);
    let mut laid = vec![(run.began, run.began); runbook.steps.len()];
    for place in order.sorted() {
        let step = &runbook.steps[place];
        let free = order.waits_for(place).iter().map(|need| laid[*need].1);
        let free = free.max().unwrap_or(run.began).max(now);
        laid[place] = match run.status(&step.name) {
            StepStatus::Waiting | StepStatus::Ready { .. } => (free, later(free, takes(step))),
            StepStatus::Started { at, .. } => (*at, later(*at, takes(step)).max(now)),
            StepStatus::Failed { at, started, .. } => (started.unwrap_or(*at), now.max(*at)),
            StepStatus::Done { at, started, .. } => (started.unwrap_or(*at), *at),
            StepStatus::Skipped { at, .. } | StepStatus::TimedOut { at } => (*at, *at),
        };
    }
    laid
}

fn due((runbook, run): (&Runbook, &Run), step: &Step, laid: &[Laid]) -> Option<Timestamp> {
    let Kind::Decision(decision) = &step.kind else {
        return None;
    };
    let of = |name: &Name| {
        let place = runbook.steps.iter().position(|step| step.name == *name)?;
        laid.get(place)
    };
    let status = run.status(&step.name);
    if let StepStatus::TimedOut { at } = status {
        return Some(*at);
    }
    let turn = status.since();
    let turn = turn.or_else(|| of(&step.name).map(|(begins, _)| *begins));
    let over = |name: &Name| of(name).map(|(_, ends)| *ends);
    decision
        .by
        .place((&runbook.time_zone, run.began), turn, over)
}

fn no_return(runbook: &Runbook, laid: &[Laid]) -> Option<Timestamp> {
    let all = runbook.steps.iter().zip(laid);
    let moments = all.filter_map(|(step, (begins, ends))| match &step.kind {
        Kind::Automatic(Automatic { reversible, .. }) => match reversible {
            Reversible::Yes => None,
            Reversible::No => Some(*begins),
            Reversible::Until(length) => Some(later(*ends, *length)),
        },
        Kind::Manual(_) | Kind::Decision(_) | Kind::Message(_) => None,
    });
    moments.min()
}

#[cfg(test)]
mod tests {
    use super::super::{
        Happened, StepEvent,
        sample::{at, back, begin, forward, migrating, plan, planned, told, with},
    };
    use super::*;
    use crate::plan::When;
    use proptest::prelude::*;
    use serde_json::json;

    /// A call before the second wave, and one beside it all.
    fn called() -> Runbook {
        let call = json!({"name": "call", "owner": "ada", "takes": "5m", "before": "wave-2"});
        let tea = json!({"name": "tea", "owner": "bea", "takes": "1h"});
        with(forward(&plan(&[])), [call, tea])
    }

    fn seconds(moment: Timestamp) -> i64 {
        moment.duration_since(begin()).as_secs()
    }

    #[test]
    fn people_and_the_engine_stand_on_one_timeline() {
        assert_eq!(
            told(&planned(&called())),
            [
                "prepare 0-120",
                "wave-1 120-180",
                "bake-1 180-190",
                "check-1-errors 180-240",
                "wave-2 540-600",
                "bake-2 600-610",
                "check-2-errors 600-660",
                "success 660-661",
                "call 240-540",
                "tea 0-3600",
            ]
        );
    }

    #[test]
    fn whoever_is_late_moves_what_waits_for_them() {
        let runbook = called();
        let mut run = Run::new(begin());
        let engine = |step: &str, event| (step.parse::<Name>().unwrap(), event);
        let done = || StepEvent::Finished {
            note: String::new(),
        };
        for (moment, (step, event)) in [
            (0, engine("prepare", StepEvent::Started)),
            (200, engine("prepare", done())),
            (200, engine("wave-1", StepEvent::Started)),
            (230, engine("wave-1", done())),
        ] {
            run.apply(&runbook, &Happened { step, event }, (None, at(moment)))
                .unwrap();
        }
        let now = |moment| Timeline::of(&runbook, &run, at(moment)).unwrap();
        let early = now(230);
        assert_eq!(
            told(&early)[1..5],
            [
                "wave-1 200-230",
                "bake-1 230-240",
                "check-1-errors 230-290",
                "wave-2 590-650"
            ]
        );
        let wave: Name = "wave-2".parse().unwrap();
        assert_eq!(early.span(&wave).unwrap().late_by(), Millis::from_secs(50));
        // What has not happened is not in the past.
        assert_eq!(told(&now(1000))[4], "wave-2 1360-1420");
        assert_eq!(now(1000).late_by(), Millis::from_secs(1000));
    }

    #[test]
    fn going_back_takes_as_long_as_what_has_changed() {
        let timeline = planned(&forward(&migrating()));
        let backout = back(&migrating());
        let takes = |moment| seconds(timeline.back_by(&backout, at(moment))) - moment;
        // Nothing has changed; the job; one wave of two targets at once; both.
        assert_eq!([0, 719, 720, 1020, 1140].map(takes), [0, 0, 600, 690, 780]);
        assert_eq!(timeline.no_return, Some(at(720)));
        let until = plan(&[(
            "web/tidy",
            When::After,
            Reversible::Until(Millis::from_secs(60)),
        )]);
        let lasting = planned(&forward(&until));
        let job = lasting.span(&"job-web-tidy".parse().unwrap()).unwrap().ends;
        assert_eq!(lasting.no_return, Some(later(job, Millis::from_secs(60))));
    }

    #[test]
    fn going_back_fits_into_the_window_until_a_moment() {
        let timeline = planned(&forward(&migrating()));
        let backout = back(&migrating());
        let last = |closes| timeline.last_return(&backout, at(closes)).map(seconds);
        for (closes, expect) in [
            (5000, Some(4220)),
            // Just not any more once the second wave begins, or the first, or the job.
            (1900, Some(1140)),
            (1800, Some(1110)),
            (1700, Some(1020)),
            (1319, Some(720)),
            (600, Some(600)),
            (-1, None),
        ] {
            assert_eq!(last(closes), expect, "{closes}");
        }
    }

    #[test]
    fn a_decision_is_due_where_it_says() {
        let ask = |by: &str| json!({"name": "ask", "owner": "ada", "takes": "5m", "before": "wave-2", "decision": by, "otherwise": "hold"});
        for (by, expect) in [
            ("20:30", 1800),
            ("2026-12-04T20:10", 600),
            ("5m", 540),
            ("10m after wave-1", 780),
        ] {
            let timeline = planned(&with(forward(&plan(&[])), [ask(by)]));
            let due = timeline.span(&"ask".parse().unwrap()).unwrap().due;
            assert_eq!(due.map(seconds), Some(expect), "{by}");
        }
    }

    proptest! {
        /// Nothing begins before what it waits for is over, later is never earlier, and a longer step never ends anything sooner.
        #[test]
        fn the_timeline_is_monotone(takes in proptest::collection::vec(1..5000_u64, 12), longer in 0..12_usize, now in 0..9000_i64) {
            let mut runbook = called();
            for (step, takes) in runbook.steps.iter_mut().zip(&takes) {
                step.takes = Millis::from_secs(*takes);
            }
            let timeline = planned(&runbook);
            let order = Order::of(&runbook);
            for (place, span) in timeline.steps.iter().enumerate() {
                prop_assert!(span.begins < span.ends);
                let needs = order.waits_for(place).iter().map(|need| timeline.steps[*need].ends);
                prop_assert!(needs.max().is_none_or(|over| over <= span.begins));
            }
            let ends = |timeline: &Timeline| timeline.steps.iter().map(|span| span.ends).collect::<Vec<_>>();
            let no_sooner = |other: &Timeline| ends(&timeline).iter().zip(ends(other)).all(|(old, new)| *old <= new);
            prop_assert!(no_sooner(&Timeline::of(&runbook, &Run::new(begin()), at(now)).unwrap()));
            let count = runbook.steps.len();
            runbook.steps[longer % count].takes = Millis::from_secs(9000);
            prop_assert!(no_sooner(&planned(&runbook)));
            // Whoever goes back later is back later, and is back in time as long as it is said to fit.
            let backout = back(&plan(&[]));
            prop_assert!(timeline.back_by(&backout, at(now)) <= timeline.back_by(&backout, at(now + 7)));
            let closes = at(now * 2);
            let last = timeline.last_return(&backout, closes);
            let fits = timeline.back_by(&backout, at(now)) <= closes;
            // Something may begin at the very moment that is the last one.
            if last != Some(at(now)) {
                prop_assert_eq!(fits, last.is_some_and(|last| at(now) < last), "{:?}", last);
            }
        }
    }
}
