//! Whether scores rank failures above successes in the past.

use super::{Score, Weights};
use crate::id::DeploymentId;

/// So many failures, and so many successes, are needed before anything is said.
const LEAST: usize = 5;

/// A deployment that has ended, with the score it had when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which.
    pub deployment: DeploymentId,
    /// As it was then.
    pub score: Score,
    /// Whether it failed, went back, or was taken back.
    pub failed: bool,
}

/// What scores would have been worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// How many deployments are known.
    pub deployments: usize,
    /// How many of them failed.
    pub failures: usize,
    /// Of the written formula; none where too few failed or succeeded.
    pub written: Option<Auc>,
    /// Of the written formula over the newer half alone, to compare the next with.
    pub written_newer: Option<Auc>,
    /// Of weights that were learnt from the older half, over the newer half; none likewise.
    pub learnt: Option<Auc>,
}

/// The area under the ROC curve: how likely a failure has a higher score than a success; a half is chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auc {
    /// 0 to 1.
    pub area: f64,
    /// The standard error of that.
    pub error: f64,
}

impl Backtest {
    /// Of deployments, the oldest first.
    pub fn of(past: &[Outcome]) -> Self {
        let risks = |some: &[Outcome]| -> Vec<(u32, bool)> {
            some.iter().map(|it| (it.score.risk, it.failed)).collect()
        };
        let (older, newer) = past.split_at(past.len() / 2);
        let taught = older
            .iter()
            .map(|it| (it.score.risk_terms.clone(), it.failed));
        let weights = Weights::learn(&taught.collect::<Vec<_>>());
        let learnt = weights.and_then(|weights| {
            let risk = |it: &Outcome| (weights.risk(&it.score.risk_terms), it.failed);
            Auc::of(&newer.iter().map(risk).collect::<Vec<_>>())
        });
        Self {
            deployments: past.len(),
            failures: past.iter().filter(|it| it.failed).count(),
            written: Auc::of(&risks(past)),
            written_newer: Auc::of(&risks(newer)),
            learnt,
        }
    }
}

impl Auc {
    /// Of scores, each with whether that one failed. Equal scores count half (Mann and Whitney, 1947); the standard error is that
    /// of Hanley and `McNeil`, *The meaning and use of the area under a ROC curve*, 1982. None with fewer than five of either.
    pub fn of(scores: &[(u32, bool)]) -> Option<Self> {
        let mut sorted: Vec<(u32, bool)> = scores.to_vec();
        sorted.sort_unstable();
        let failed = sorted.iter().filter(|(_, failed)| *failed).count();
        let well = sorted.len() - failed;
        if failed < LEAST || well < LEAST {
            return None;
        }
        // Twice the number of pairs in which the failure has the higher score, so that half a pair is whole.
        let (mut below, mut twice, mut rest) = (0_u64, 0_u64, sorted.as_slice());
        while let Some((score, _)) = rest.first() {
            let end = rest.partition_point(|(it, _)| it == score);
            let (same, after) = rest.split_at(end);
            let bad = same.iter().filter(|(_, failed)| *failed).count() as u64;
            let good = same.len() as u64 - bad;
            twice += bad * (2 * below + good);
            below += good;
            rest = after;
        }
        #[expect(clippy::cast_precision_loss, reason = "nobody deploys 2^26 times")]
        let (failed, well, twice) = (failed as f64, well as f64, twice as f64);
        let area = twice / (2.0 * failed * well);
        let (one, two) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
        let spread = (failed - 1.0) * (one - area * area) + (well - 1.0) * (two - area * area);
        let variance = (area * (1.0 - area) + spread) / (failed * well);
        Some(Self {
            area,
            error: variance.max(0.0).sqrt(),
        })
    }
}
