//! Checks: what must hold after a wave, before the next may begin.
//!
//! A check asks one question again and again: a metric against a bound, an address, a job, or the statistical judge. This is
//! what people write; [`crate::deployment`] decides what the answers come to.

mod question;

pub use question::{
    Baseline, Bounds, ExecQuestion, HttpQuestion, JudgeQuestion, MetricQuestion, Question, Scene,
    fill,
};

use super::{CompileError, Plan, PlannedJob, Reversible, When};
use crate::{duration::Millis, name::Name};
use serde::{Deserialize, Serialize};
use std::{fmt, num::NonZeroU32};

/// No check asks more often.
const INTERVAL_MIN: Millis = Millis(100);
/// No check takes more measurements.
const COUNT_MAX: u32 = 1_000;

/// A check. Exactly one of `metric`, `http`, `exec` and `judge` is its question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Unique within the strategy.
    pub name: Name,
    /// A number that Prometheus answers, against bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricQuestion>,
    /// An address that must answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpQuestion>,
    /// A job that must succeed on a target that has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exec: Option<ExecQuestion>,
    /// The new targets against the old ones, by statistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeQuestion>,
    /// From one measurement to the next; the first comes so long after the wave.
    #[serde(default = "interval")]
    pub interval: Millis,
    /// So many good measurements, and it passes.
    #[serde(default = "one")]
    pub count: NonZeroU32,
    /// Whether they must follow each other.
    #[serde(default)]
    pub consecutive: bool,
    /// More bad measurements than this, and it fails.
    #[serde(default)]
    pub failures_max: u32,
    /// More measurements that are neither than this, and it is inconclusive.
    #[serde(default)]
    pub inconclusive_max: u32,
    /// A measurement that takes longer has no data. Of a job its own deadline counts, after which it is stopped and has failed.
    #[serde(default = "timeout")]
    pub timeout: Millis,
    /// Not passed so long after it began: no data. Twice what its measurements take, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Millis>,
    /// It is measured and shown, and changes nothing.
    #[serde(default)]
    pub dry_run: bool,
}

impl Check {
    /// Its question; none when it has none, or several.
    pub fn question(&self) -> Option<Question<'_>> {
        match (&self.metric, &self.http, &self.exec, &self.judge) {
            (Some(metric), None, None, None) => Some(Question::Metric(metric)),
            (None, Some(http), None, None) => Some(Question::Http(http)),
            (None, None, Some(exec), None) => Some(Question::Exec(exec)),
            (None, None, None, Some(judge)) => Some(Question::Judge(judge)),
            _ => None,
        }
    }

    /// Whether it compares with targets that are started anew for it.
    pub fn wants_fresh_baseline(&self) -> bool {
        let judge = self.judge.as_ref();
        judge.is_some_and(|judge| judge.baseline == Baseline::Fresh)
    }

    /// How long it may take.
    pub fn deadline(&self) -> Millis {
        let usual = || {
            let once = self.interval.0.saturating_mul(u64::from(self.count.get()));
            Millis(once.saturating_mul(2).saturating_add(self.timeout.0))
        };
        self.deadline.unwrap_or_else(usual)
    }

    /// Whether it can be asked; to be asked where it is read.
    ///
    /// # Errors
    /// What makes no sense.
    pub fn examine(&self) -> Result<(), CompileError> {
        let wrong = |why: String| CompileError::Check {
            check: self.name.clone(),
            why,
        };
        let asked = self.question().ok_or_else(|| {
            wrong("it asks exactly one of metric, http, exec and judge".to_owned())
        })?;
        if self.interval < INTERVAL_MIN {
            return Err(wrong(format!(
                "its interval is shorter than {INTERVAL_MIN}"
            )));
        }
        if self.count.get() > COUNT_MAX {
            return Err(wrong(format!(
                "it takes more than {COUNT_MAX} measurements"
            )));
        }
        let needs = self.interval.0.saturating_mul(u64::from(self.count.get()));
        if self.deadline().0 < needs {
            return Err(wrong(format!(
                "{} measurements take {}, and its deadline is {}",
                self.count,
                Millis(needs),
                self.deadline()
            )));
        }
        match asked {
            Question::Metric(metric) => metric.examine().map_err(wrong),
            Question::Http(http) => http.examine().map_err(wrong),
            // Which jobs there are is not known here: see `Plan::with_jobs`.
            Question::Exec(_) => Ok(()),
            Question::Judge(judge) => judge.examine().map_err(wrong),
        }
    }

    /// The job it asks, which has to be there to be asked.
    fn found_job<'a>(
        &self,
        ExecQuestion { job: name }: &ExecQuestion,
        jobs: &'a [PlannedJob],
    ) -> Result<&'a PlannedJob, String> {
        match jobs.iter().find(|job| job.job == *name) {
            None => {
                let those = jobs.iter().filter(|job| job.when == When::Check);
                let those: Vec<String> = those.map(|job| job.job.to_string()).collect();
                Err(match those.is_empty() {
                    true => format!("the release has no job {name}, and none with `when: check`"),
                    false => format!("the release has no job {name}; it has {}", those.join(", ")),
                })
            }
            Some(job) if job.when != When::Check => Err(format!(
                "job {name} runs {} the waves; one that is asked says `when: check`",
                job.when.word()
            )),
            Some(job) if job.reversible != Reversible::Yes => Err(format!(
                "job {name} is not `reversible: yes`; what a check asks changes nothing"
            )),
            Some(job) => Ok(job),
        }
    }
}

impl Plan {
    /// With the jobs of a release. One that a check asks may take as long as it says, and the check, unless it says otherwise,
    /// twice what all its runs take: those of other checks come between, because one runs at a time.
    ///
    /// # Errors
    /// The check that asks a job which is not among them, or is not there to be asked.
    pub fn with_jobs(mut self, jobs: Vec<PlannedJob>) -> Result<Self, CompileError> {
        let asking = self.checks.iter().filter(|check| check.exec.is_some());
        let asking = u64::try_from(asking.count()).unwrap_or(u64::MAX);
        let answers = self.limits.progress_deadline.0;
        for check in &mut self.checks {
            let Some(exec) = &check.exec else { continue };
            let job = check.found_job(exec, &jobs);
            let job = job.map_err(|why| CompileError::Check {
                check: check.name.clone(),
                why,
            })?;
            check.timeout = job.deadline;
            let run = check.interval.0.saturating_add(job.deadline.0);
            let runs = run.saturating_mul(u64::from(check.count.get()).saturating_mul(2 * asking));
            let usual = Millis(runs.saturating_add(answers));
            check.deadline = check.deadline.or(Some(usual));
        }
        Ok(Self { jobs, ..self })
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.question() {
            Some(Question::Metric(metric)) => write!(f, "{} is {}", metric.query, metric.passes),
            Some(Question::Http(http)) => write!(f, "{} answers", http.url),
            Some(Question::Exec(exec)) => write!(f, "job {} succeeds", exec.job),
            Some(Question::Judge(judge)) => {
                let names: Vec<&str> = judge.queries.keys().map(Name::as_str).collect();
                write!(
                    f,
                    "the canary does as well as the baseline: {}",
                    names.join(", ")
                )
            }
            None => f.write_str("nothing"),
        }
    }
}

const fn interval() -> Millis {
    Millis::from_secs(30)
}

const fn timeout() -> Millis {
    Millis::from_secs(10)
}

const fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), String> {
        let text = format!(r#"{{"name":"errors",{text}}}"#);
        let check: Check = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        check.examine().map_err(|error| error.to_string())
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let metric = r#""metric":{"query":"up","passes":{"above":0}}"#;
        assert_eq!(check(metric), Ok(()));
        for (text, expect) in [
            (
                r#""count":2"#,
                "exactly one of metric, http, exec and judge",
            ),
            (r#""metric":{"query":"up","passes":{}}"#, "`above` a number"),
            (
                r#""metric":{"query":"up{t=\"${site}\"}","passes":{"above":0}}"#,
                "`${site}` stands for nothing",
            ),
            (
                r#""metric":{"query":"${canary","passes":{"above":0}}"#,
                "is not closed",
            ),
            (
                r#""http":{"url":"ftp://x"}"#,
                "neither http:// nor https://",
            ),
            (
                r#""judge":{"queries":{},"settings":{"metrics":{}}}"#,
                "no metric to judge by",
            ),
            (
                r#""judge":{"queries":{},"settings":{"metrics":{"cpu":{"bad":"increase"}}}}"#,
                "`cpu` has no query",
            ),
            (
                r#""judge":{"queries":{"cpu":"cpu"},"settings":{"metrics":{"cpu":{"bad":"increase"}}}}"#,
                "does not say `${side}`",
            ),
        ] {
            let said = check(text).expect_err(text);
            assert!(said.contains(expect), "{text} gave {said}");
        }
        let late = format!(r#"{metric},"count":5,"interval":"10s","deadline":"20s""#);
        assert!(check(&late).is_err_and(|why| why.contains("5 measurements take 50 s")));
    }
}
