//! The measurements that the servers of a world make: each those that it finds due, and the first answer counts.

use super::super::World;
use std::collections::BTreeMap;
use tidegate_domain::{
    analysis::{Analysis, Score, Verdict},
    deployment::{Decision, Due, Measurement, Reading},
};

impl World {
    /// What is due is measured at once, later, or not this time; by each server that finds it due.
    pub(super) fn measure(&mut self, i: usize, decision: &Decision) -> bool {
        let mut answered = false;
        for due in &decision.due {
            let asked = self.servers.all[i].asks.contains(due);
            if asked || (self.servers.wild && self.random.percent(10)) {
                continue;
            }
            if self.servers.wild && self.servers.random.percent(30) {
                self.servers.all[i].asks.push(due.clone());
                continue;
            }
            self.answer(i, due);
            answered = true;
        }
        answered
    }

    /// What was asked earlier is answered, or not yet.
    pub(super) fn answers_come(&mut self, i: usize) {
        let asks = std::mem::take(&mut self.servers.all[i].asks);
        for due in asks {
            match self.servers.random.percent(30) {
                true => self.answer(i, &due),
                false => self.servers.all[i].asks.push(due),
            }
        }
    }

    /// The first answer counts.
    fn answer(&mut self, i: usize, due: &Due) {
        let (wave, at) = (due.wave, self.clock(i));
        let (value, verdict) = match self.random.below(if self.servers.wild { 9 } else { 1 }) {
            0..=6 => (Some(0.0), Verdict::Pass),
            7 => (Some(1.0), Verdict::Fail),
            _ => (None, Verdict::NoData),
        };
        let judge = self.deployment.plan.check(&due.check);
        let judge = judge.and_then(|check| check.judge.as_ref());
        let reading = match (judge, value) {
            (Some(_), _) => judged(verdict),
            (None, Some(value)) => Reading::Value { value },
            (None, None) => Reading::NoData {
                why: "it is down".to_owned(),
            },
        };
        let mut known = self.measurements.iter();
        let is_it = |m: &Measurement| m.check == due.check && m.number == due.number;
        if !known.any(|(after, m)| *after == wave && is_it(m)) {
            let measurement = Measurement {
                check: due.check.clone(),
                number: due.number,
                at,
                reading,
            };
            self.measurements.push((wave, measurement));
        }
    }
}

fn judged(verdict: Verdict) -> Reading {
    let score = Score::try_from(0.0).unwrap();
    let analysis = Analysis {
        verdict,
        score,
        score_best: score,
        groups: BTreeMap::new(),
        metrics: BTreeMap::new(),
        detail: String::new(),
    };
    Reading::Judged {
        analysis: Box::new(analysis),
    }
}
