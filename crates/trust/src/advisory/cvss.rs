//! Base scores of CVSS vectors.
//!
//! Version 3 is FIRST's formula, <https://www.first.org/cvss/v3.1/specification-document> §7.1; 3.0 differs from 3.1 in
//! its base score only by rounding artifacts, so both are rounded as 3.1 has it. Versions 2 and 4 are the crate `cvss`.

use super::Score;
use std::collections::BTreeMap;

/// The longest vector, in bytes.
const LENGTH_MAX: usize = 512;

/// The score of a vector, and how much a score of its version is preferred to others: the newest counts.
pub(super) fn score(vector: &str) -> Option<(u8, Score)> {
    let vector = vector.trim();
    if vector.len() > LENGTH_MAX {
        return None;
    }
    match vector.get(..9) {
        Some("CVSS:4.0/") => Some((4, score_v4(vector)?)),
        Some("CVSS:3.1/") => Some((3, score_v3(&vector[9..])?)),
        Some("CVSS:3.0/") => Some((2, score_v3(&vector[9..])?)),
        _ => Some((1, score_v2(vector)?)),
    }
}

fn score_v4(vector: &str) -> Option<Score> {
    let vector: cvss::v4::Vector = vector.parse().ok()?;
    Some(Score::nearest(vector.score().value()))
}

fn score_v2(vector: &str) -> Option<Score> {
    let vector = vector.trim_start_matches('(').trim_end_matches(')');
    let vector: cvss::v2::Vector = vector.parse().ok()?;
    Some(Score::nearest(vector.score().value()))
}

fn score_v3(metrics: &str) -> Option<Score> {
    let metrics = Metrics::read(metrics)?;
    let changed = metrics.value("S", &[("U", 0.0), ("C", 1.0)])? > 0.0;
    let harm = [("H", 0.56), ("L", 0.22), ("N", 0.0)];
    let kept = |name| Some(1.0 - metrics.value(name, &harm)?);
    let lost = 1.0 - kept("C")? * kept("I")? * kept("A")?;
    let impact = match changed {
        false => 6.42 * lost,
        true => 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02).powi(15),
    };
    let exploitability = metrics.exploitability(changed)?;
    let sum = match changed {
        _ if impact <= 0.0 => 0.0,
        false => (impact + exploitability).min(10.0),
        true => (1.08 * (impact + exploitability)).min(10.0),
    };
    Some(Score::rounded_up(sum))
}

/// The metrics of a vector by name, each once; the temporal and environmental ones are not asked for.
struct Metrics<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Metrics<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut metrics = BTreeMap::new();
        for metric in text.split('/') {
            let (name, value) = metric.split_once(':')?;
            if metrics.insert(name, value).is_some() {
                return None;
            }
        }
        Some(Self(metrics))
    }

    fn value(&self, name: &str, values: &[(&str, f64)]) -> Option<f64> {
        let written = self.0.get(name)?;
        let known = values.iter().find(|(value, _)| value == written);
        known.map(|(_, number)| *number)
    }

    fn exploitability(&self, changed: bool) -> Option<f64> {
        let privileges = match changed {
            false => [("N", 0.85), ("L", 0.62), ("H", 0.27)],
            true => [("N", 0.85), ("L", 0.68), ("H", 0.5)],
        };
        let vector = [("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)];
        let product = self.value("AV", &vector)?
            * self.value("AC", &[("L", 0.77), ("H", 0.44)])?
            * self.value("PR", &privileges)?
            * self.value("UI", &[("N", 0.85), ("R", 0.62)])?;
        Some(8.22 * product)
    }
}
