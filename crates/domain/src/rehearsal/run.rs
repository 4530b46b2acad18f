//! One run of one scenario: the deployment, its hosts, and virtual time.
//!
//! At each moment everything that happens to hosts happens first, then the engine decides until nothing more follows, as it
//! does outside. Time jumps to the next moment at which something is to happen or to be decided.

use super::{
    Fault, Profile, Setting,
    harm::{break_lines, reading},
    host::{Host, Lot, Now},
    hours::Hours,
    people::People,
    queue::{Event as Incident, Happening, Moment, Queue},
};
use crate::{
    deployment::{
        Decision, Deployment, Event, Facts, Measurement, TargetFacts, TargetRun, WaitingOn, decide,
    },
    duration::Millis,
    name::Name,
    random::Random,
    revision::RevisionId,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// More moments than this are not visited: such a run counts as unfinished.
const MOMENTS_MAX: u32 = 200_000;
/// Later than this is never: ninety days.
const HORIZON: Moment = 90 * 86_400_000;
/// More decisions at one moment than this would be a circle.
const DECISIONS_MAX: u32 = 1000;

/// What one run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Course {
    /// How it ended: the word of a status, `held`, or `unfinished`.
    pub(super) outcome: &'static str,
    pub(super) took: Moment,
    /// How many targets ran the new revision from which moment on.
    pub(super) exposure: Vec<(Moment, u32)>,
    /// How many targets ever ran it.
    pub(super) exposed: u32,
    /// How many were unhealthy at once, at most.
    pub(super) unhealthy: u32,
    /// From the beginning of going back to its end.
    pub(super) rollback: Option<Moment>,
    /// From the first target that ran the new revision until all were back and well.
    pub(super) restored: Option<Moment>,
    /// How long it waited for what, by its word.
    pub(super) waited: BTreeMap<&'static str, Moment>,
    /// How many events were about one target.
    pub(super) transitions: u64,
}

/// Runs `deployment`, which was asked for and has not begun.
pub(super) fn run(
    deployment: &Deployment,
    setting: Setting<'_>,
    fault: Option<Fault>,
    seed: u64,
) -> Course {
    let mut run = Run::new(deployment, (setting, fault), Random(seed));
    run.go();
    run.course
}

struct Run<'a> {
    hours: Hours<'a>,
    people: People,
    deployment: Deployment,
    facts: Facts,
    hosts: Vec<Host>,
    queue: Queue,
    fault: Option<Fault>,
    /// The wave with which agents get out of touch, and which of them.
    partition: Option<(u32, Vec<usize>, Millis)>,
    begins: Timestamp,
    now: Moment,
    ever_exposed: Vec<bool>,
    exposed: u32,
    unhealthy: u32,
    /// What going back leads to, and how many hosts do not do well on it.
    homes: Vec<Option<RevisionId>>,
    away: u32,
    /// Since when all do.
    back_at: Option<Moment>,
    rollback_at: Option<Moment>,
    course: Course,
}

impl<'a> Run<'a> {
    fn new(
        deployment: &Deployment,
        (setting, fault): (Setting<'a>, Option<Fault>),
        mut random: Random,
    ) -> Self {
        let profile = setting.profile;
        let runs = deployment.targets.iter().enumerate();
        let host = |(place, run): (usize, &TargetRun)| {
            let lot = Lot::draw(profile, &run.target, fault, &mut random);
            Host::new(place, run, lot)
        };
        let mut hosts: Vec<Host> = runs.map(host).collect();
        let partition = break_lines(&mut hosts, deployment, fault, &mut random);
        let begins = deployment.requested_at;
        let homes: Vec<_> = deployment
            .targets
            .iter()
            .map(|run| deployment.home(run))
            .collect();
        let at_home = hosts.iter().zip(&homes);
        let away = count(at_home.filter(|(host, home)| !host.serves(**home)));
        let exposed = count(hosts.iter().filter(|host| host.is_exposed()));
        let mut run = Self {
            hours: Hours::new(setting.calendar),
            people: People::new(setting.runbooks, begins),
            facts: Facts {
                targets: hosts.iter().map(|host| host.known(begins)).collect(),
                ..Facts::default()
            },
            deployment: deployment.clone(),
            queue: Queue::new(grid(deployment, profile)),
            fault,
            partition,
            begins,
            now: 0,
            ever_exposed: hosts.iter().map(Host::is_exposed).collect(),
            homes,
            hosts,
            exposed,
            unhealthy: 0,
            away,
            back_at: None,
            rollback_at: None,
            course: Course::default(),
        };
        // Some may run it already: they are exposed from the first moment on.
        if exposed > 0 {
            run.note_exposure();
        }
        run
    }

    fn go(&mut self) {
        for _ in 0..MOMENTS_MAX {
            let decision = self.engine();
            if self.deployment.status.is_terminal() {
                return self.end(self.deployment.status.word());
            }
            let woken = decision.wake_at.map(|at| self.moment(at).max(self.now + 1));
            let next = [self.queue.next_at(), woken].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next < HORIZON) else {
                let held = self.deployment.status.hold().is_some();
                return self.end(if held { "held" } else { "unfinished" });
            };
            self.note_waiting(&decision, next);
            self.advance(next);
        }
        self.end("unfinished");
    }

    /// Decides until nothing happens.
    fn engine(&mut self) -> Decision {
        if let Some(opening) = self.hours.changed(self.time()) {
            self.facts.calendar = Some(opening);
        }
        for _ in 0..DECISIONS_MAX {
            self.facts.steps = self
                .people
                .follow(&self.deployment, &self.facts, self.time());
            let decision = decide(&self.deployment, &self.facts, self.time());
            for event in &decision.events {
                self.apply(event);
            }
            for effect in &decision.effects {
                let (place, wanted) = (effect.target().0 as usize, effect.wanted(&self.deployment));
                self.touch(place, |host, now, facts| host.instruct(&wanted, now, facts));
            }
            let answered = self.measure(&decision);
            self.keep(&decision);
            let signed = self.sign_off(&decision);
            if decision.is_idle() && !answered && !signed {
                return decision;
            }
        }
        Decision::default()
    }

    fn apply(&mut self, event: &Event) {
        // What is decided can happen; what cannot changes nothing.
        if self.deployment.apply(event, self.time()).is_err() {
            return;
        }
        self.course.transitions += u64::from(event.target().is_some());
        if let Event::WaveStarted { wave } = event {
            self.facts.measurements.clear();
            self.part(*wave);
        } else if let Event::RollbackStarted { .. } = event {
            self.rollback_at = Some(self.now);
        }
    }

    /// Agents get out of touch, if they do with this wave.
    fn part(&mut self, wave: u32) {
        let Some((_, places, length)) = self.partition.take_if(|(with, ..)| *with == wave) else {
            return;
        };
        for place in places {
            self.queue.put(self.now, (place, 0), Happening::LosesTouch);
            let until = self.now + length.0;
            self.queue.put(until, (place, 0), Happening::InTouch);
        }
    }

    /// What is due is measured at once.
    fn measure(&mut self, decision: &Decision) -> bool {
        for due in &decision.due {
            let reading = reading(self.fault);
            self.facts.measurements.push(Measurement {
                check: due.check.clone(),
                number: due.number,
                at: self.time(),
                reading,
            });
        }
        !decision.due.is_empty()
    }

    /// What targets measured is kept, or what the fault makes of it.
    fn keep(&mut self, decision: &Decision) {
        for (_, measured) in &decision.measured {
            let reading = reading(self.fault);
            self.facts.measurements.push(Measurement {
                reading,
                ..measured.clone()
            });
        }
    }

    /// Whoever is asked to sign off does so at once.
    fn sign_off(&mut self, decision: &Decision) -> bool {
        let waits = decision.waiting_on.as_slice();
        let [WaitingOn::SignOff { wave }] = waits else {
            return false;
        };
        let by: Name = self.deployment.requested_by.clone();
        self.apply(&Event::SignedOff { wave: *wave, by });
        true
    }

    /// The time between this moment and the next is waited for what comes first in the decision.
    fn note_waiting(&mut self, decision: &Decision, next: Moment) {
        if let Some(first) = decision.waiting_on.first() {
            *self.course.waited.entry(first.word()).or_default() += next - self.now;
        }
    }

    fn advance(&mut self, next: Moment) {
        self.now = next;
        while let Some(incident) = self.queue.take_until(next) {
            self.befall(incident);
        }
    }

    fn befall(&mut self, incident: Incident) {
        self.touch(incident.host, |host, now, facts| {
            host.happen(incident, now, facts);
        });
    }

    /// Does something to one host, and keeps count of what runs where and how well.
    fn touch(
        &mut self,
        place: usize,
        what: impl FnOnce(&mut Host, &mut Now<'_>, &mut TargetFacts),
    ) {
        let time = self.time();
        let host = &mut self.hosts[place];
        let home = self.homes[place];
        let seen = |host: &Host| (host.is_exposed(), host.is_unhealthy(), !host.serves(home));
        let before = seen(host);
        let mut now = Now {
            moment: self.now,
            time,
            minimum_healthy: self.deployment.plan.limits.minimum_healthy,
            queue: &mut self.queue,
        };
        what(host, &mut now, &mut self.facts.targets[place]);
        let after = seen(host);
        self.away = shifted(self.away, before.2, after.2);
        self.back_at = (self.away == 0).then(|| self.back_at.unwrap_or(self.now));
        self.unhealthy = shifted(self.unhealthy, before.1, after.1);
        self.course.unhealthy = self.course.unhealthy.max(self.unhealthy);
        if before.0 != after.0 {
            self.ever_exposed[place] = true;
            self.exposed = shifted(self.exposed, before.0, after.0);
            self.note_exposure();
        }
    }

    fn note_exposure(&mut self) {
        let exposure = &mut self.course.exposure;
        match exposure.last_mut().filter(|last| last.0 == self.now) {
            Some(last) => last.1 = self.exposed,
            None => exposure.push((self.now, self.exposed)),
        }
    }

    /// The deployment is over, and hosts go on with what they were told.
    fn end(&mut self, outcome: &'static str) {
        self.course.outcome = outcome;
        self.course.took = self.now;
        self.course.rollback = self.rollback_at.map(|at| self.now - at);
        while let Some(next) = self.queue.next_at().filter(|next| *next < HORIZON) {
            self.advance(next);
        }
        self.course.exposed = count(self.ever_exposed.iter().filter(|ever| **ever));
        let first = self.course.exposure.first().map(|first| first.0);
        let restored = first
            .zip(self.back_at)
            .map(|(first, back)| back.saturating_sub(first));
        self.course.restored = restored;
    }

    fn time(&self) -> Timestamp {
        let millis = i64::try_from(self.now).unwrap_or(i64::MAX);
        self.begins + SignedDuration::from_millis(millis)
    }

    /// The moment of a time, rounded up.
    fn moment(&self, at: Timestamp) -> Moment {
        let since = at.duration_since(self.begins).as_micros();
        u64::try_from(since).unwrap_or(0).div_ceil(1000)
    }
}

fn count<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}

const fn shifted(count: u32, before: bool, after: bool) -> u32 {
    match (before, after) {
        (false, true) => count + 1,
        (true, false) => count - 1,
        (true, true) | (false, false) => count,
    }
}

/// What is nearer together than this is one moment: a twentieth of what a target usually takes, where there are many.
fn grid(deployment: &Deployment, profile: &Profile) -> Moment {
    if deployment.targets.len() < 200 {
        return 10;
    }
    let usual = profile.start.percentile(50).0 + deployment.plan.limits.minimum_healthy.0;
    (usual / 20).clamp(10, 10_000)
}
