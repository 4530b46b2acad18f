//! Checks: what must hold after a wave, before the next may begin.
//!
//! A check asks one question again and again: a metric against a bound, an address, a job, or the statistical judge. This is
//! what people write; [`crate::deployment`] decides what the answers come to.

use super::{CompileError, JobName, Plan, PlannedJob, Reversible, When};
use crate::{
    analysis::{Bound, Settings},
    duration::Millis,
    name::Name,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, num::NonZeroU32};

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

/// A number that Prometheus answers, against bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricQuestion {
    /// In `PromQL`; its result is one number. `${canary}` and `${baseline}` stand for the targets that run the new and the
    /// old revision, as a regular expression; see [`Scene`] for the others.
    pub query: String,
    /// The address of Prometheus; the server's own unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is good.
    pub passes: Bounds,
    /// What is bad: everything that is not good, unless set. What lies between is inconclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<Bounds>,
}

/// Where a number lies: above one bound, below another, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// More than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Bound>,
    /// Less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Bound>,
}

/// An address that must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpQuestion {
    /// `http://` or `https://`; any status from 200 to 299 is good.
    pub url: String,
}

/// A job that must succeed on a target that has changed. Each measurement is one run of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecQuestion {
    /// One that a component declares with `when: check`.
    pub job: JobName,
}

/// The new targets against the old ones, by statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeQuestion {
    /// In `PromQL`, for each metric of the settings, asked for both sides; `${side}` stands for the targets of one.
    pub queries: BTreeMap<Name, String>,
    /// The address of Prometheus; the server's own unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// From one point of the series to the next.
    #[serde(default = "step")]
    pub step: Millis,
    /// What the new targets are compared with.
    #[serde(default, skip_serializing_if = "Baseline::is_standing")]
    pub baseline: Baseline,
    /// How the answer is judged.
    pub settings: Settings,
}

/// What the judge compares the new targets with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// All targets that still run the old revision, as they are.
    #[default]
    Standing,
    /// As many of them as have changed, started anew. Asked only after waves that leave so many.
    Fresh,
}

impl Baseline {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    const fn is_standing(&self) -> bool {
        matches!(self, Self::Standing)
    }
}

/// The question of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question<'a> {
    /// A number against bounds.
    Metric(&'a MetricQuestion),
    /// An address.
    Http(&'a HttpQuestion),
    /// A job.
    Exec(&'a ExecQuestion),
    /// The judge.
    Judge(&'a JudgeQuestion),
}

/// What the references in a query stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// `${product}`.
    pub product: String,
    /// `${environment}`.
    pub environment: String,
    /// `${release}`.
    pub release: String,
    /// `${canary}`: the targets that run the new revision.
    pub canary: Vec<Name>,
    /// `${baseline}`: those that still run the old one.
    pub baseline: Vec<Name>,
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

impl MetricQuestion {
    fn examine(&self) -> Result<(), String> {
        let all = [Some(self.passes), self.fails];
        if all.into_iter().flatten().any(Bounds::is_empty) {
            return Err("a bound is `above` a number, `below` one, or both".to_owned());
        }
        fill(&self.query, &Scene::default(), None).map(drop)
    }
}

impl HttpQuestion {
    fn examine(&self) -> Result<(), String> {
        let known = ["http://", "https://"];
        match known.iter().any(|scheme| self.url.starts_with(scheme)) {
            true => fill(&self.url, &Scene::default(), None).map(drop),
            false => Err(format!(
                "`{}` begins with neither http:// nor https://",
                self.url
            )),
        }
    }
}

impl JudgeQuestion {
    fn examine(&self) -> Result<(), String> {
        self.settings.check().map_err(|why| why.to_string())?;
        if self.step.0 == 0 {
            return Err("its step is 0".to_owned());
        }
        for metric in self.settings.metrics.keys() {
            let query = self.queries.get(metric);
            let query = query.ok_or_else(|| format!("the metric `{metric}` has no query"))?;
            if !query.contains("${side}") {
                return Err(format!("the query of `{metric}` does not say `${{side}}`"));
            }
            fill(query, &Scene::default(), Some(&[]))?;
        }
        let unknown = |name: &&Name| !self.settings.metrics.contains_key(*name);
        match self.queries.keys().find(unknown) {
            Some(name) => Err(format!("there is no metric `{name}` for its query")),
            None => Ok(()),
        }
    }
}

impl Bounds {
    /// Whether a number lies there.
    pub fn hold(&self, value: f64) -> bool {
        self.above.is_none_or(|above| value > above.get())
            && self.below.is_none_or(|below| value < below.get())
    }

    const fn is_empty(self) -> bool {
        self.above.is_none() && self.below.is_none()
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

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.above, self.below) {
            (Some(above), Some(below)) => write!(f, "above {above} and below {below}"),
            (Some(above), None) => write!(f, "above {above}"),
            (None, Some(below)) => write!(f, "below {below}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

/// A query with its references filled in; `side` for those of a judge.
///
/// # Errors
/// The reference that stands for nothing.
pub fn fill(text: &str, scene: &Scene, side: Option<&[Name]>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (reference, behind) = after
            .split_once('}')
            .ok_or_else(|| format!("`${{{after}` is not closed"))?;
        filled.push_str(before);
        filled.push_str(&match (reference, side) {
            ("product", _) => scene.product.clone(),
            ("environment", _) => scene.environment.clone(),
            ("release", _) => scene.release.clone(),
            ("canary", _) => any_of(&scene.canary),
            ("baseline", _) => any_of(&scene.baseline),
            ("side", Some(side)) => any_of(side),
            _ => {
                return Err(format!(
                    "`${{{reference}}}` stands for nothing here; there are product, environment, release, canary, baseline"
                ));
            }
        });
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// As a regular expression. Names hold nothing that means something in one.
fn any_of(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join("|")
}

const fn interval() -> Millis {
    Millis::from_secs(30)
}

const fn timeout() -> Millis {
    Millis::from_secs(10)
}

const fn step() -> Millis {
    Millis::from_secs(5)
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

    #[test]
    fn references_are_filled_in() {
        let names = |text: &str| text.split(' ').map(|name| name.parse().unwrap()).collect();
        let scene = Scene {
            product: "shop".into(),
            canary: names("a b"),
            ..Scene::default()
        };
        let filled = fill("e{p=\"${product}\",t=~\"${canary}\"}", &scene, None);
        assert_eq!(filled.unwrap(), "e{p=\"shop\",t=~\"a|b\"}");
    }
}
