//! A backout plan where all goes back at once: once a deployment has succeeded there are no waves any more by which it came.

use super::{Before, Kind, Runbook, Step, renew::arrange};
use crate::name::Name;

impl Runbook {
    /// What people wrote into this backout plan, around what the engine does on another way back. Who stands before the first thing
    /// that the engine does still does; who needs something that the engine does not do there needs the last that it does.
    #[must_use]
    pub fn at_once(&self, generated: &Self) -> Self {
        let is_of_engine = |step: &&Step| step.phase().is_some();
        let engine: Vec<&Step> = generated.steps.iter().filter(is_of_engine).collect();
        let (Some(first), Some(last)) = (engine.first(), engine.last()) else {
            return self.clone();
        };
        let place = |named: &Name| -> Name {
            let Some(phase) = self.step(named).and_then(Step::phase) else {
                return named.clone();
            };
            let same = engine.iter().find(|it| it.phase() == Some(phase));
            same.unwrap_or(last).name.clone()
        };
        let of_people = |step: &Step| {
            let mut step = step.clone();
            step.needs = step.needs.iter().map(place).collect();
            step.needs.sort();
            step.needs.dedup();
            if matches!(&step.before, Some(Before::Step(_))) {
                step.before = Some(Before::Step(first.name.clone()));
            }
            step
        };
        let people = self.steps.iter().filter(|it| it.phase().is_none());
        let steps = engine.iter().copied().cloned();
        let mut runbook = Self {
            steps: steps.chain(people.map(of_people)).collect(),
            ..self.clone()
        };
        arrange(&mut runbook);
        runbook
    }

    /// The same, so that the way back waits for none of its steps.
    #[must_use]
    pub fn without_waiting(mut self) -> Self {
        for step in &mut self.steps {
            if let Kind::Manual(manual) = &mut step.kind {
                manual.waits = None;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{back, plan, step, with};
    use super::*;
    use crate::deployment::sample;
    use serde_json::{Value, json};

    fn told(runbook: &Runbook) -> Vec<String> {
        let told = |step: &Step| format!("{}: {}", step.name, step.place());
        runbook.steps.iter().map(told).collect()
    }

    #[test]
    fn people_keep_their_places_though_all_goes_back_in_one_wave() {
        let call = json!({"name": "call", "owner": "ada", "takes": "5m", "before": "wave-2-back", "waits": "10m"});
        let then = json!({"name": "tell", "owner": "ada", "takes": "5m", "needs": ["call"], "before": "wave-2-back"});
        let see = json!({"name": "see", "owner": "team:shop", "takes": "5m", "needs": ["wave-2-back", "wave-1-back"]});
        let after = json!({"name": "after", "owner": "ada", "takes": "5m", "needs": ["see"]});
        let written = with(back(&plan(&[])), [call, then, see, after]);
        assert_eq!(written.check(), Ok(()));
        let at_once = back(&sample::plan(4, 4, &[]));
        let runbook = written.at_once(&at_once);
        assert_eq!(runbook.check(), Ok(()));
        assert_eq!(runbook.strays(&at_once), []);
        assert!(runbook.concerns_people());
        let without = runbook.clone().without_waiting();
        assert_eq!(
            (without.check(), without.concerns_people()),
            (Ok(()), false)
        );
        assert_eq!(
            told(&runbook),
            [
                "call: before wave-1-back",
                "tell: after call, before wave-1-back",
                "wave-1-back: at the beginning",
                "look: after wave-1-back",
                "see: after wave-1-back",
                "after: after see",
            ]
        );
    }

    #[test]
    fn the_same_way_leaves_all_as_it_is_written() {
        let own: Value =
            json!({"name": "call", "owner": "ada", "takes": "5m", "needs": ["wave-2-back"]});
        let mut written = back(&plan(&[]));
        written.steps.push(step(own));
        let again = written.at_once(&back(&plan(&[])));
        let mut sorted = written.clone();
        arrange(&mut sorted);
        assert_eq!(again, sorted);
    }
}
