//! What a check asks: of whom, in which words, and what a good answer is.

use crate::{
    analysis::{Bound, Settings},
    duration::Millis,
    name::Name,
    plan::JobName,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

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

impl MetricQuestion {
    pub(super) fn examine(&self) -> Result<(), String> {
        let all = [Some(self.passes), self.fails];
        if all.into_iter().flatten().any(Bounds::is_empty) {
            return Err("a bound is `above` a number, `below` one, or both".to_owned());
        }
        fill(&self.query, &Scene::default(), None).map(drop)
    }
}

impl HttpQuestion {
    pub(super) fn examine(&self) -> Result<(), String> {
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
    pub(super) fn examine(&self) -> Result<(), String> {
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

const fn step() -> Millis {
    Millis::from_secs(5)
}

#[cfg(test)]
mod tests {
    use super::*;

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
