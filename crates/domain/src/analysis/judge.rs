//! The score and the verdict on a whole canary.
//!
//! The score of a group is the share of its metrics that pass; the score of the whole is the mean of its groups, by
//! weight. A critical metric that shows a bad change makes it zero and the verdict a failure.
//!
//! # Missing data
//! The judge reckons twice: once as if every metric without data had failed, once as if it had passed. If both lead to
//! the same verdict, the data suffice for it. If not, what is missing would decide, and the verdict is that there is no
//! data. So missing data never lets a canary pass, and never alone condemns one.

use super::{
    metric::judge_metric,
    number::Score,
    series::{Measured, Window},
    settings::Settings,
    verdict::{Analysis, GroupResult, MetricResult, MetricVerdict, Short, Verdict},
};
use crate::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Judges a canary by what was measured in a window. Metrics that nothing was measured of have no data; what was
/// measured beyond the settings is ignored.
pub fn judge(settings: &Settings, measured: &BTreeMap<Name, Measured>, window: Window) -> Analysis {
    let nothing = Measured::default();
    let one = |(name, metric)| {
        let measured = measured.get(name).unwrap_or(&nothing);
        let result = judge_metric(metric, measured, window, settings);
        (name.clone(), result)
    };
    let metrics: BTreeMap<Name, MetricResult> = settings.metrics.iter().map(one).collect();
    let docket = Docket {
        settings,
        metrics: &metrics,
    };
    let (worst, best) = (
        docket.reckon(Missing::Fails),
        docket.reckon(Missing::Passes),
    );
    let (worst_verdict, best_verdict) = (worst.verdict(settings), best.verdict(settings));
    let decided = docket.has_data() && worst_verdict == best_verdict;
    let verdict = if decided {
        worst_verdict
    } else {
        Verdict::NoData
    };
    let detail = docket.tell(verdict, worst.score, best.score);
    Analysis {
        verdict,
        score: worst.score,
        score_best: best.score,
        groups: worst.groups,
        metrics,
        detail,
    }
}

/// What a metric without data is taken for.
#[derive(Clone, Copy)]
enum Missing {
    Fails,
    Passes,
}

/// What the metrics show, before the sum is drawn.
struct Docket<'a> {
    settings: &'a Settings,
    metrics: &'a BTreeMap<Name, MetricResult>,
}

/// The sum.
struct Sum {
    groups: BTreeMap<Name, GroupResult>,
    score: Score,
    /// Whether a critical metric failed.
    condemned: bool,
}

impl Docket<'_> {
    fn reckon(&self, missing: Missing) -> Sum {
        let groups: BTreeSet<&Name> = self.settings.metrics.values().map(|m| &m.group).collect();
        let groups: BTreeMap<Name, GroupResult> = groups
            .into_iter()
            .map(|group| (group.clone(), self.group(group, missing)))
            .collect();
        let condemned = self.condemned(missing);
        let score = if condemned {
            Score::NONE
        } else {
            mean(&groups)
        };
        Sum {
            groups,
            score,
            condemned,
        }
    }

    fn group(&self, group: &Name, missing: Missing) -> GroupResult {
        let (mut counted, mut passed) = (0.0, 0.0);
        for (name, metric) in &self.settings.metrics {
            if metric.group == *group
                && let Some(passes) = self.passes(name, missing)
            {
                counted += 1.0;
                passed += f64::from(passes);
            }
        }
        GroupResult {
            weight: self.settings.weight(group),
            score: (counted > 0.0).then(|| Score::clamped(100.0 * passed / counted)),
        }
    }

    fn condemned(&self, missing: Missing) -> bool {
        let mut critical = self.settings.metrics.iter().filter(|(_, m)| m.critical);
        critical.any(|(name, _)| self.passes(name, missing) == Some(false))
    }

    /// Whether a metric passes; nothing if it does not count.
    fn passes(&self, name: &Name, missing: Missing) -> Option<bool> {
        match self.metrics.get(name)?.verdict {
            MetricVerdict::Pass => Some(true),
            MetricVerdict::High | MetricVerdict::Low => Some(false),
            MetricVerdict::NoData if self.settings.metrics.get(name)?.may_be_missing => None,
            MetricVerdict::NoData => Some(matches!(missing, Missing::Passes)),
        }
    }

    fn has_data(&self) -> bool {
        let mut metrics = self.metrics.values();
        metrics.any(|result| result.verdict != MetricVerdict::NoData)
    }

    fn tell(&self, verdict: Verdict, worst: Score, best: Score) -> String {
        let score = if worst == best {
            format!("score {}", Short(worst.get()))
        } else {
            format!("score {} to {}", Short(worst.get()), Short(best.get()))
        };
        let bad = self.named(MetricResult::is_bad);
        let missing = self.named(|result| result.verdict == MetricVerdict::NoData);
        let all = self.metrics.len();
        let clauses = [("bad", bad), ("without data", missing)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| {
                format!("; {} of {all} {what}: {}", names.len(), names.join(", "))
            });
        let clauses: String = clauses.collect();
        format!("{verdict}: {score}{clauses}")
    }

    /// The metrics of which this holds; critical ones are marked.
    fn named(&self, holds: impl Fn(&MetricResult) -> bool) -> Vec<String> {
        let names = self.metrics.iter().filter(|(_, result)| holds(result));
        names
            .map(|(name, _)| match self.settings.metrics.get(name) {
                Some(metric) if metric.critical => format!("{name} (critical)"),
                Some(_) | None => name.to_string(),
            })
            .collect()
    }
}

impl Sum {
    fn verdict(&self, settings: &Settings) -> Verdict {
        if self.condemned || self.score < settings.marginal {
            Verdict::Fail
        } else if self.score < settings.pass {
            Verdict::Marginal
        } else {
            Verdict::Pass
        }
    }
}

/// The mean of the groups that count, by weight; the worst score if none does. What is lost is added up, not what is won:
/// if nothing is, rounding cannot take anything either.
fn mean(groups: &BTreeMap<Name, GroupResult>) -> Score {
    let (mut lost, mut weights) = (0.0, 0.0);
    for group in groups.values() {
        if let Some(score) = group.score {
            lost += group.weight.get() * (100.0 - score.get());
            weights += group.weight.get();
        }
    }
    if weights > 0.0 {
        Score::clamped(100.0 - lost / weights)
    } else {
        Score::NONE
    }
}
