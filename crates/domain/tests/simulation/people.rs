//! What people do in a world: deal with what failed, interfere, close the calendar, block the release.

use super::World;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    calendar::{Closed, Edge, InFlight, Opening},
    control::{Stop, StopKind},
    deployment::{Against, Cause, Event, Position, Steps, Word},
    name::Name,
    plan::JobName,
    runbook::{Gate, Held, Verdict},
};

impl World {
    /// A person deals with some target, failed or not.
    pub(super) fn guide(&mut self) {
        let target = u32::try_from(self.random.below(self.hosts.len() as u64)).unwrap();
        let target = Position(target);
        let word = Word {
            by: ada(),
            reason: "it is known".into(),
        };
        let job: JobName = "web/job-0".parse().unwrap();
        let event = match self.random.below(5) {
            3 => Event::JobRetried { job, by: ada() },
            4 => Event::JobAccepted { job, word },
            0 => Event::TargetRetried { target, by: ada() },
            1 => Event::TargetIgnored { target, word },
            _ => Event::TargetExcluded { target, word },
        };
        self.person(&event);
    }

    pub(super) fn interfere(&mut self) {
        let job: JobName = "web/job-0".parse().unwrap();
        let event = match self.random.below(21) {
            0..=4 => Event::Held {
                reason: "wait".into(),
                by: Some(ada()),
            },
            5..=9 => Event::Resumed { by: ada() },
            12 => Event::OverrideAsked {
                by: ada(),
                reason: "it burns".into(),
                against: self.stands_in_the_way(),
            },
            13 => Event::OverrideConfirmed { by: ada() },
            14 => Event::OverrideConfirmed {
                by: "bob".parse().unwrap(),
            },
            15 => return self.guide(),
            16 => Event::CheckRetried {
                wave: self.wave(),
                check: self.some_check(),
                by: ada(),
            },
            17 => Event::CheckAccepted {
                wave: self.wave(),
                check: self.some_check(),
                word: Word {
                    by: ada(),
                    reason: "it is known".into(),
                },
            },
            18 => Event::JobRetried { job, by: ada() },
            19 => Event::JobAccepted {
                job,
                word: Word {
                    by: ada(),
                    reason: "by hand".into(),
                },
            },
            20 => Event::ReturnSigned {
                word: Word {
                    by: ada(),
                    reason: "nobody wrote yet".into(),
                },
            },
            10 => Event::RollbackStarted {
                cause: Cause::Person {
                    by: ada(),
                    reason: String::new(),
                },
            },
            _ => Event::CancelRequested { by: ada() },
        };
        self.person(&event);
    }

    /// What an override sets aside when it is asked for at this moment.
    fn stands_in_the_way(&self) -> Option<Against> {
        match self.opening(self.now)? {
            Opening::Closed { reasons, .. } => Some(Against::of(&reasons)),
            Opening::Open { .. } => None,
        }
    }

    fn some_check(&mut self) -> Name {
        let name = match self.random.below(3) {
            0 => "check-0",
            1 => "smoke",
            _ => "judge",
        };
        name.parse().unwrap()
    }

    /// It closes, opens, controls or people lack something, or the release is blocked.
    pub(super) fn calendar_changes(&mut self) {
        if self.random.percent(25) {
            return self.clearance_changes();
        }
        let random = &mut self.random;
        if random.percent(10) {
            self.blocked = Some("ada: it loses orders".to_owned());
            return;
        }
        let until = i64::try_from(random.below(30)).unwrap();
        let in_flight = match random.below(3) {
            0 => InFlight::Finish,
            1 => InFlight::FinishWaveThenHold,
            _ => InFlight::HoldAtOnce,
        };
        let freeze = match random.percent(50) {
            true => "year-end",
            false => "stock-taking",
        };
        let opens = match random.percent(80) {
            true => Edge::At(self.now + SignedDuration::from_secs(1 + until)),
            false => Edge::Never,
        };
        self.calendar = random.percent(60).then(|| Opening::Closed {
            reasons: vec![match random.percent(70) {
                true => Closed::OutsideWindows {
                    windows: vec!["nights".parse().unwrap()],
                    until: opens,
                    in_flight,
                },
                false => Closed::Frozen {
                    freeze: freeze.parse().unwrap(),
                    title: String::new(),
                    reason: String::new(),
                    until: opens,
                    in_flight,
                },
            }],
            opens,
        });
    }

    /// A waiver ends, an approval is withdrawn, or somebody supplies what was missing.
    fn clearance_changes(&mut self) {
        let lacks = self.random.percent(40);
        let stop = Stop {
            kind: StopKind::Control,
            name: "signed".to_owned(),
            what: "web: its waiver has ended".to_owned(),
            remedy: String::new(),
        };
        self.clearance.stops = if lacks { vec![stop] } else { Vec::new() };
    }

    /// Steps of people come up or are done, and somebody says no or thinks better of it.
    pub(super) fn steps_change(&mut self) {
        let random = &mut self.random;
        let waves = self.deployment.plan.waves.len() as u64;
        let gate = match random.below(6) {
            0 => Gate::Start,
            1 => Gate::Change,
            2 => Gate::Finish,
            3 => Gate::Return,
            // The first wave is behind the gate of the change.
            _ => Gate::Wave(1 + u32::try_from(random.below(waves)).unwrap()),
        };
        let steps = vec!["call".parse().unwrap()];
        let reason = "ada said no".to_owned();
        let verdict = match random.below(10) {
            0 => Verdict::RollBack { reason },
            1 => Verdict::Hold { reason },
            _ => Verdict::Go,
        };
        let stands = random.percent(60);
        let until = i64::try_from(random.below(30)).unwrap();
        self.steps = Steps {
            holds: stands.then_some(Held { gate, steps }).into_iter().collect(),
            verdict,
            wake_at: Some(self.now + SignedDuration::from_secs(until)),
            ..Steps::default()
        };
    }

    /// What they say at a moment: the way back waits for them until then, and no longer.
    pub(super) fn steps_at(&self, now: Timestamp) -> Steps {
        let mut steps = self.steps.clone();
        steps.wake_at = steps.wake_at.filter(|until| *until > now);
        if steps.wake_at.is_none() {
            steps.holds.retain(|held| held.gate != Gate::Return);
        }
        steps
    }

    /// What a person asks for happens, or is refused and changes nothing.
    pub(super) fn person(&mut self, event: &Event) {
        let before = self.deployment.clone();
        let now = self.clock_of_any();
        if self.write_by_hand(event, now).is_err() {
            assert_eq!(
                before, self.deployment,
                "seed {}: a refusal changed something",
                self.seed
            );
        }
    }
}

pub(super) fn ada() -> Name {
    "ada".parse().unwrap()
}
