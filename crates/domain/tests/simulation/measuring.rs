//! The measurements that the servers of a world make: each those that it finds due, and the first answer counts.

use super::super::World;
use tidegate_domain::deployment::{Decision, Due, Measurement, Reading};

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
        let reading = match self.random.below(if self.servers.wild { 9 } else { 1 }) {
            0..=6 => Reading::Value { value: 0.0 },
            7 => Reading::Value { value: 1.0 },
            _ => Reading::NoData {
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
