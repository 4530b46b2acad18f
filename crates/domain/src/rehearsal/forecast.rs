//! What a rehearsal found: the forecast of each scenario, in numbers and in sentences.

use super::Fault;
use crate::duration::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a rehearsal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The same seed finds the same.
    pub seed: u64,
    /// How often each scenario was run.
    pub runs: u32,
    /// How many targets the plan has.
    pub targets: u32,
    /// What it rests on, and what is assumed: a sentence each.
    pub basis: Vec<String>,
    /// The first is that in which nothing goes wrong on purpose; then one for each fault.
    pub scenarios: Vec<Forecasted>,
}

/// The forecast of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecasted {
    /// What goes wrong; nothing, when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// How many runs ended how: by the word of a status, `held` where a person is called, `unfinished`.
    pub outcomes: BTreeMap<String, u32>,
    /// How long those runs took that ended as most did.
    pub took: Spread,
    /// How many targets run the new revision at which time.
    pub exposure: Vec<Exposure>,
    /// How many targets ever ran it, in the run where most did.
    pub exposed_max: u32,
    /// How many targets were unhealthy at once, in the run where most were.
    pub unhealthy_max: u32,
    /// In how many runs any target ran it.
    pub exposed_runs: u32,
    /// In how many of them every target was back and well in the end.
    pub restored_runs: u32,
    /// How long it took from the first target that ran it until all were back and well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Spread>,
    /// How long going back took by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Spread>,
    /// What was waited for, the longest first, as a mean over all runs.
    pub waited: Vec<(String, Millis)>,
}

/// How lengths of time spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Half of them are at most this.
    pub p50: Millis,
    /// Nine of ten are at most this.
    pub p90: Millis,
}

/// How many targets run the new revision at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// Since the beginning.
    pub at: Millis,
    /// In the run of middle length.
    pub usual: u32,
    /// In the run where most do.
    pub most: u32,
}

impl Forecast {
    /// The scenario in which nothing goes wrong on purpose.
    pub fn calm(&self) -> Option<&Forecasted> {
        self.scenarios.iter().find(|one| one.fault.is_none())
    }

    /// What a person would say of it. `what` is for instance `shop 1.1.0 to live`.
    pub fn sentence(&self, what: &str) -> String {
        let calm = self.calm().map(|calm| self.calm_words(calm));
        let bad = |one: &&Forecasted| one.fault == Some(Fault::BadRelease);
        let bad = self.scenarios.iter().find(bad);
        let bad = bad.map(|bad| format!("; a bad release {}", self.consequence(bad)));
        format!(
            "{what} {}{}.",
            calm.unwrap_or_default(),
            bad.unwrap_or_default()
        )
    }

    fn calm_words(&self, calm: &Forecasted) -> String {
        let (p50, p90) = (calm.took.p50.rough(), calm.took.p90.rough());
        let took = match p50 == p90 {
            true => format!("would take {p50}"),
            false => format!("would take {p50} (9 of 10 times at most {p90})"),
        };
        match calm.usual_outcome() {
            ("succeeded", count) if count == self.runs => took,
            ("succeeded", count) => {
                format!("{took} and succeed {count} of {} times", self.runs)
            }
            (word, count) => format!(
                "would end as {} {count} of {} times, after {p50}",
                word.replace('_', " "),
                self.runs
            ),
        }
    }

    /// What a fault leads to, as the end of a sentence about it.
    pub fn consequence(&self, of: &Forecasted) -> String {
        let reach = format!("would reach {} of {} targets", of.exposed_max, self.targets);
        if of.exposed_runs == 0 {
            return format!("would reach no target of {}", self.targets);
        }
        match (of.usual_outcome().0, of.restored) {
            ("succeeded", _) => format!("{reach}, and nothing would take it back"),
            (_, Some(restored)) if of.restored_runs == of.exposed_runs => {
                format!("{reach} and be back in {}", restored.p90.rough())
            }
            (_, Some(restored)) => format!(
                "{reach} and be back in {} {} of {} times",
                restored.p90.rough(),
                of.restored_runs,
                of.exposed_runs
            ),
            ("held", None) => format!("{reach} and then wait for a person"),
            (_, None) => format!("{reach} and not be back by itself"),
        }
    }
}

impl Forecasted {
    /// How most runs ended, and how many did.
    pub fn usual_outcome(&self) -> (&str, u32) {
        let most = self.outcomes.iter().max_by_key(|(_, count)| **count);
        most.map_or(("unfinished", 0), |(word, count)| (word.as_str(), *count))
    }
}
