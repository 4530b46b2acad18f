//! How well a component does, judged from what is seen of it: probes, exits, refusals.
//!
//! Pure: the agent says what it saw and how long ago the component was activated. Start at [`Judge::see`].
//!
//! `Failed` is for what waiting will not mend: a program that cannot be run, one that keeps ending before it was
//! ever healthy, or one that missed its deadline. A component that was healthy once becomes `Unhealthy` instead,
//! and a good probe mends any verdict, so that the report never contradicts what runs.

use super::Health;
use crate::{duration::Millis, revision::HealthCheck};

/// A program without a health check is healthy when it has run this long.
pub const SETTLED_AFTER: Millis = Millis(1_000);
/// Ends before it was ever healthy: failed after so many starts.
pub const STARTS_MAX: u32 = 4;
/// The deadline of a program without a health check.
const DEADLINE_DEFAULT: Millis = Millis(30_000);

/// Judges one activation of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judge {
    check: Option<HealthCheck>,
    health: Health,
    detail: String,
    was_healthy: bool,
    passed: u32,
    failed: u32,
}

/// What was seen of a component at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It cannot be run at all.
    Refused {
        /// One sentence for people.
        reason: String,
    },
    /// It has ended and will be started again.
    Ended {
        /// How, for people: "exited with status 3".
        how: String,
        /// Starts since the activation.
        starts: u32,
    },
    /// Something else has to happen before it can be looked at.
    Held {
        /// One sentence for people.
        why: String,
    },
    /// Its process runs.
    Running {
        /// For so long.
        since: Millis,
    },
    /// A probe succeeded.
    Passed {
        /// For people: "GET /healthz answered 200".
        what: String,
    },
    /// A probe failed.
    Missed {
        /// For people: "GET /healthz answered 503".
        what: String,
    },
}

impl Judge {
    /// At the moment of activation.
    pub fn new(check: Option<HealthCheck>) -> Self {
        Self {
            check,
            health: Health::Starting,
            detail: "starting".to_owned(),
            was_healthy: false,
            passed: 0,
            failed: 0,
        }
    }

    /// For a process that was judged before, by an agent that has itself been restarted since.
    #[must_use]
    pub fn resumed(check: Option<HealthCheck>, health: Health, detail: String) -> Self {
        let was_healthy = matches!(health, Health::Healthy | Health::Unhealthy);
        Self {
            health,
            detail,
            was_healthy,
            ..Self::new(check)
        }
    }

    /// The verdict.
    pub const fn health(&self) -> Health {
        self.health
    }

    /// One sentence for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Takes in what was seen, `age` after the activation.
    pub fn see(&mut self, sight: Sight, age: Millis) {
        match sight {
            Sight::Refused { reason } => self.fall(Health::Failed, reason),
            Sight::Ended { how, starts } => self.ended(&how, starts),
            Sight::Held { why } => self.held(why),
            Sight::Running { since } => self.running(since),
            Sight::Passed { what } => self.passed(what),
            Sight::Missed { what } => self.missed(&what),
        }
        self.keep_deadline(age);
    }

    fn ended(&mut self, how: &str, starts: u32) {
        if !self.was_healthy && starts >= STARTS_MAX {
            let detail = format!("{how}, {starts} times before it was healthy");
            self.fall(Health::Failed, detail);
        } else {
            self.fall(self.unwell(), format!("{how}; it will be started again"));
        }
    }

    fn held(&mut self, why: String) {
        if self.health == Health::Starting {
            self.detail = why;
        }
    }

    fn running(&mut self, since: Millis) {
        let settled = self.check.is_none() && since >= SETTLED_AFTER;
        if settled && self.health != Health::Healthy {
            self.rise("it runs".to_owned());
        }
    }

    fn passed(&mut self, what: String) {
        self.failed = 0;
        self.passed = self.passed.saturating_add(1);
        let needed = self.check.as_ref().map_or(1, |c| c.healthy_after);
        if self.health == Health::Healthy {
            self.detail = what;
        } else if self.passed >= needed {
            self.rise(what);
        } else {
            self.detail = format!("{what}, {} of {needed} in a row", self.passed);
        }
    }

    fn missed(&mut self, what: &str) {
        self.passed = 0;
        self.failed = self.failed.saturating_add(1);
        let tolerated = self.check.as_ref().map_or(1, |c| c.unhealthy_after);
        if self.health == Health::Healthy && self.failed < tolerated {
            return;
        }
        let detail = match self.failed {
            1 => what.to_owned(),
            n => format!("{what}, {n} times in a row"),
        };
        if self.health == Health::Healthy {
            self.health = Health::Unhealthy;
        }
        self.detail = detail;
    }

    /// Before it was ever healthy a component has until its deadline.
    fn keep_deadline(&mut self, age: Millis) {
        let deadline = self.check.as_ref().map_or(DEADLINE_DEFAULT, |c| c.deadline);
        if self.health == Health::Starting && age >= deadline {
            self.health = Health::Failed;
            self.detail = format!("not healthy within {deadline}: {}", self.detail);
        }
    }

    fn unwell(&self) -> Health {
        match self.health {
            Health::Failed => Health::Failed,
            Health::Stopped | Health::Starting | Health::Healthy | Health::Unhealthy => {
                if self.was_healthy {
                    Health::Unhealthy
                } else {
                    Health::Starting
                }
            }
        }
    }

    fn fall(&mut self, health: Health, detail: String) {
        (self.health, self.detail) = (health, detail);
        (self.passed, self.failed) = (0, 0);
    }

    fn rise(&mut self, detail: String) {
        (self.health, self.detail) = (Health::Healthy, detail);
        self.was_healthy = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::Probe;

    fn check() -> HealthCheck {
        HealthCheck {
            probe: Probe::Tcp {
                host: "127.0.0.1".into(),
                port: 80,
            },
            interval: Millis(500),
            timeout: Millis(500),
            healthy_after: 2,
            unhealthy_after: 3,
            deadline: Millis::from_secs(20),
        }
    }

    fn pass() -> Sight {
        Sight::Passed {
            what: "GET / answered 200".into(),
        }
    }

    fn miss() -> Sight {
        Sight::Missed {
            what: "GET / answered 503".into(),
        }
    }

    fn end(starts: u32) -> Sight {
        Sight::Ended {
            how: "exited with status 3".into(),
            starts,
        }
    }

    /// Sees each sight one second after the one before and compares the last verdict.
    fn judged(check: Option<HealthCheck>, sights: Vec<Sight>, expect: (Health, &str)) {
        let mut judge = Judge::new(check);
        for (second, sight) in (0..).zip(sights) {
            judge.see(sight, Millis::from_secs(second));
        }
        assert_eq!((judge.health(), judge.detail()), expect);
    }

    #[test]
    fn thresholds_count_in_a_row() {
        let some = || Some(check());
        judged(some(), vec![], (Health::Starting, "starting"));
        judged(
            some(),
            vec![pass()],
            (Health::Starting, "GET / answered 200, 1 of 2 in a row"),
        );
        judged(
            some(),
            vec![pass(), pass()],
            (Health::Healthy, "GET / answered 200"),
        );
        let wavering = vec![pass(), miss(), pass()];
        judged(
            some(),
            wavering,
            (Health::Starting, "GET / answered 200, 1 of 2 in a row"),
        );
        let shaken = vec![pass(), pass(), miss(), miss()];
        judged(some(), shaken, (Health::Healthy, "GET / answered 200"));
        let broken = vec![pass(), pass(), miss(), miss(), miss()];
        judged(
            some(),
            broken.clone(),
            (Health::Unhealthy, "GET / answered 503, 3 times in a row"),
        );
        let mended = [broken, vec![pass(), pass()]].concat();
        judged(some(), mended, (Health::Healthy, "GET / answered 200"));
    }

    #[test]
    fn a_program_without_a_check_has_to_run_for_a_second() {
        let running = |ms| Sight::Running { since: Millis(ms) };
        judged(None, vec![running(0)], (Health::Starting, "starting"));
        judged(
            None,
            vec![running(0), running(1_000)],
            (Health::Healthy, "it runs"),
        );
        // With a check, running alone proves nothing.
        judged(
            Some(check()),
            vec![running(5_000)],
            (Health::Starting, "starting"),
        );
    }

    #[test]
    fn what_waiting_does_not_mend_has_failed() {
        let reason = "cannot bind 127.0.0.1:80: address in use";
        judged(
            Some(check()),
            vec![Sight::Refused {
                reason: reason.into(),
            }],
            (Health::Failed, reason),
        );
        let ends = (1..=4).map(end).collect();
        judged(
            Some(check()),
            ends,
            (
                Health::Failed,
                "exited with status 3, 4 times before it was healthy",
            ),
        );
        let held = vec![
            Sight::Held {
                why: "waits for 7 to end".into()
            };
            21
        ];
        let why = "not healthy within 20 s: waits for 7 to end";
        judged(Some(check()), held, (Health::Failed, why));
        let late = vec![miss(); 21];
        let why = "not healthy within 20 s: GET / answered 503, 21 times in a row";
        judged(Some(check()), late, (Health::Failed, why));
    }

    #[test]
    fn what_was_healthy_once_may_recover() {
        let ends = [vec![pass(), pass()], (1..9).map(end).collect()].concat();
        let why = "exited with status 3; it will be started again";
        judged(Some(check()), ends.clone(), (Health::Unhealthy, why));
        judged(
            Some(check()),
            [ends, vec![pass(), pass()]].concat(),
            (Health::Healthy, "GET / answered 200"),
        );
    }
}
