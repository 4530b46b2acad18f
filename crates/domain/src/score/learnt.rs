//! Weights that are learnt from the past, instead of the written ones. Off unless somebody says so: a formula that was written
//! can be argued with.

use super::{MOST, Term, TermKind};
use std::collections::BTreeMap;

/// How often the weights are bettered. More changes nothing that anybody sees.
const ROUNDS: u32 = 2_000;
/// How far each time.
const STEP: f64 = 0.5;
/// How much a weight costs: with little to learn from, none moves far from nothing.
const RIDGE: f64 = 0.01;
/// The points of one term are divided by this, so that they are about as large as each other.
const SCALE: f64 = 10.0;

/// Weights of a logistic regression over the points of risk terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    bias: f64,
    by: BTreeMap<TermKind, f64>,
}

impl Weights {
    /// Learns from deployments: the terms of each, and whether it failed. The same past leads to the same weights: gradient
    /// descent on the mean log loss with a ridge, from nothing, for a fixed number of rounds (Hastie, Tibshirani and Friedman,
    /// *The Elements of Statistical Learning*, 2nd ed., 4.4). None without both failures and successes.
    pub fn learn(past: &[(Vec<Term>, bool)]) -> Option<Self> {
        let failed = past.iter().filter(|(_, failed)| *failed).count();
        if failed == 0 || failed == past.len() {
            return None;
        }
        let kinds = TermKind::ALL;
        let rows: Vec<Vec<f64>> = past
            .iter()
            .map(|(terms, _)| features(&kinds, terms))
            .collect();
        let mut weights = vec![0.0; kinds.len()];
        let mut bias = 0.0;
        for _ in 0..ROUNDS {
            let (mut slope, mut lean) = (vec![0.0; kinds.len()], 0.0);
            for (row, (_, failed)) in rows.iter().zip(past) {
                let miss = chance(bias, &weights, row) - f64::from(u8::from(*failed));
                lean += miss;
                for (slope, feature) in slope.iter_mut().zip(row) {
                    *slope += miss * feature;
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "nobody deploys 2^52 times")]
            let count = rows.len() as f64;
            bias -= STEP * lean / count;
            for (weight, slope) in weights.iter_mut().zip(&slope) {
                *weight -= STEP * (slope / count + RIDGE * *weight);
            }
        }
        let by = kinds.into_iter().zip(weights).collect();
        Some(Self { bias, by })
    }

    /// The chance of a failure that they see in these terms, 0 to 100.
    pub fn risk(&self, terms: &[Term]) -> u32 {
        let kinds = TermKind::ALL;
        let weights = kinds.map(|kind| self.by.get(&kind).copied().unwrap_or_default());
        let chance = chance(self.bias, &weights, &features(&kinds, terms));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a chance is between 0 and 1"
        )]
        let risk = (chance * f64::from(MOST)).round() as u32;
        risk.min(MOST)
    }

    /// What a point of each kind weighs, as far as it weighs anything.
    pub fn by(&self) -> impl Iterator<Item = (TermKind, f64)> {
        self.by
            .iter()
            .map(|(kind, weight)| (*kind, *weight))
            .filter(|(_, weight)| weight.abs() > 0.001)
    }
}

fn features(kinds: &[TermKind], terms: &[Term]) -> Vec<f64> {
    let points = |kind: &TermKind| {
        let own = terms.iter().filter(|term| term.kind == *kind);
        f64::from(own.map(|term| term.points).sum::<i32>()) / SCALE
    };
    kinds.iter().map(points).collect()
}

fn chance(bias: f64, weights: &[f64], row: &[f64]) -> f64 {
    let sum: f64 = weights
        .iter()
        .zip(row)
        .map(|(weight, feature)| weight * feature)
        .sum();
    1.0 / (1.0 + (-(bias + sum)).exp())
}
