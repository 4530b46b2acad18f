//! Looking back: when the waves of a deployment that has ended were watched, and what a check would have come to then.

use super::{Deployment, Measurement, Outcome, checks::Tally, measured::Sign};
use crate::{journal::Entry, name::Name, plan::Check};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A time in which changed targets ran beside the others and none changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// After which wave, counted from 0.
    pub wave: u32,
    /// Its last target had passed.
    pub from: Timestamp,
    /// The next wave began, or it ended or went back.
    pub until: Timestamp,
    /// The targets that ran what was new.
    pub canary: Vec<Name>,
    /// The others, as far as nothing had been asked of them.
    pub baseline: Vec<Name>,
    /// Those of them that had been started anew to be compared with.
    pub fresh: Vec<Name>,
}

/// The periods of a deployment, told by its entries in the journal, oldest first.
pub fn periods(deployment: &Deployment, entries: &[Entry]) -> Vec<Period> {
    let mut walk = Walk {
        all: deployment.targets.iter().map(|run| &run.target).collect(),
        ..Walk::default()
    };
    for entry in entries {
        let Some(event) = entry.action.strip_prefix("deployment.") else {
            continue;
        };
        let target = entry.detail.get("target").and_then(|it| it.as_str());
        let target = target.and_then(|target| target.parse::<Name>().ok());
        match (event, target) {
            ("wave_started", _) => {
                walk.close(entry.time);
                let wave = entry.detail.get("wave").and_then(serde_json::Value::as_u64);
                walk.wave = wave.and_then(|wave| u32::try_from(wave).ok());
                walk.fresh.clear();
            }
            ("baseline_stands", Some(target)) => {
                walk.fresh.insert(target);
                walk.since = walk.since.map(|_| entry.time);
            }
            ("target_activated", Some(target)) => {
                walk.touched.insert(target);
                walk.since = None;
            }
            ("target_passed", Some(target)) => {
                walk.passed.insert(target);
                walk.since = Some(entry.time);
            }
            ("target_failed" | "target_excluded", Some(target)) => {
                walk.passed.remove(&target);
            }
            (
                "succeeded" | "rollback_started" | "cancel_requested" | "superseded" | "failed",
                _,
            ) => {
                walk.close(entry.time);
                return walk.periods;
            }
            _ => {}
        }
    }
    walk.periods
}

#[derive(Default)]
struct Walk<'a> {
    all: Vec<&'a Name>,
    wave: Option<u32>,
    since: Option<Timestamp>,
    touched: BTreeSet<Name>,
    passed: BTreeSet<Name>,
    fresh: BTreeSet<Name>,
    periods: Vec<Period>,
}

impl Walk<'_> {
    fn close(&mut self, until: Timestamp) {
        let since = self.since.take().filter(|since| *since < until);
        let (Some(wave), Some(from)) = (self.wave, since) else {
            return;
        };
        let those = |is_it: &dyn Fn(&Name) -> bool| -> Vec<Name> {
            let all = self.all.iter().copied().filter(|name| is_it(name));
            all.cloned().collect()
        };
        let period = Period {
            wave,
            from,
            until,
            canary: those(&|name| self.passed.contains(name)),
            baseline: those(&|name| !self.touched.contains(name)),
            fresh: those(&|name| self.fresh.contains(name)),
        };
        self.periods.push(period);
    }
}

/// What a check comes to by what was measured in a period: as if that had been all of its time.
pub fn looked_back(check: &Check, measurements: &[Measurement]) -> Outcome {
    if let [only] = measurements
        && check.judge.is_some()
    {
        return judged(check, only);
    }
    let counted: Vec<&Measurement> = measurements.iter().collect();
    let outcome = Tally::of(&counted, check).outcome(check, true);
    outcome.unwrap_or(Outcome::Passed)
}

/// The judge looks at the whole period at once.
fn judged(check: &Check, measurement: &Measurement) -> Outcome {
    let reason = measurement.reading.to_string();
    match measurement.reading.sign(check) {
        Sign::Good => Outcome::Passed,
        Sign::Bad => Outcome::Failed { reason },
        Sign::Neither => Outcome::Inconclusive { reason },
        Sign::None => Outcome::NoData { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::{
        Reading,
        sample::{plan, requested},
    };
    use serde_json::{Value, json};

    fn entry(second: i64, action: &str, detail: Value) -> Entry {
        Entry {
            v: 1,
            time: Timestamp::from_second(second).unwrap(),
            actor: "tidegate".into(),
            action: format!("deployment.{action}"),
            subject: "deployment/1".into(),
            detail,
            request: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_wave_is_watched_from_its_last_target_to_the_next_wave() {
        let deployment = requested(plan(3, 1, &[]));
        let target = |name: &str| json!({ "target": name });
        let entries = [
            entry(0, "started", json!({})),
            entry(1, "wave_started", json!({ "wave": 0 })),
            entry(1, "target_activated", target("t0")),
            entry(5, "target_passed", target("t0")),
            entry(6, "baseline_started", target("t2")),
            entry(8, "baseline_stands", target("t2")),
            entry(20, "wave_started", json!({ "wave": 1 })),
            entry(20, "target_activated", target("t1")),
            entry(25, "target_passed", target("t1")),
            entry(40, "rollback_started", json!({})),
            entry(41, "target_restored", target("t1")),
            entry(42, "rolled_back", json!({})),
        ];
        let found = periods(&deployment, &entries);
        let names = |names: &[&str]| names.iter().map(|n| n.parse().unwrap()).collect();
        let first = Period {
            wave: 0,
            from: at(8),
            until: at(20),
            canary: names(&["t0"]),
            baseline: names(&["t1", "t2"]),
            fresh: names(&["t2"]),
        };
        let second = Period {
            wave: 1,
            from: at(25),
            until: at(40),
            canary: names(&["t0", "t1"]),
            baseline: names(&["t2"]),
            fresh: Vec::new(),
        };
        assert_eq!(found, [first, second]);
    }

    #[test]
    fn numbers_are_counted_as_they_would_have_been() {
        let check: Check = serde_json::from_str(
            r#"{"name":"errors","metric":{"query":"e","passes":{"below":0.5}},"interval":"5s","count":3,"failures_max":1}"#,
        )
        .unwrap();
        let measured = |values: &[f64]| -> Vec<Measurement> {
            let all = (1..).zip(values);
            all.map(|(number, value)| Measurement {
                check: check.name.clone(),
                number,
                at: at(i64::from(number) * 5),
                reading: Reading::Value { value: *value },
            })
            .collect()
        };
        let outcome = |values: &[f64]| looked_back(&check, &measured(values));
        assert_eq!(outcome(&[0.1, 0.1, 0.9, 0.1]), Outcome::Passed);
        assert!(matches!(outcome(&[0.9, 0.1, 0.9]), Outcome::Failed { .. }));
        assert!(matches!(outcome(&[0.1, 0.1]), Outcome::NoData { .. }));
        assert!(matches!(outcome(&[]), Outcome::NoData { .. }));
    }
}
