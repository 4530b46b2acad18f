//! How large and how risky a deployment of a release is, with the terms that it comes from in words, and what would lower them.
//!
//! The [`Score`] is a written formula over [`Facts`]: [`size`] adds up what is changed, [`risk`] what experience says of such
//! changes. Every [`Term`] names its points and, where somebody can do something about it, a remedy. [`Backtest`] asks whether the
//! score ranks failures above successes in the past (the area under the ROC curve), and so do [`Weights`] that are learnt from it,
//! which are only used where somebody says so. Nothing here stops anything: a control may.

mod backtest;
mod facts;
mod learnt;
mod risk;
mod size;
mod term;

pub use backtest::{Auc, Backtest, Outcome};
pub use facts::{Facts, Touched, Track};
pub use learnt::Weights;
pub use risk::risk;
pub use size::size;
pub use term::{Remedy, Term, TermKind};

use serde::{Deserialize, Serialize};

/// The highest size and the highest risk.
pub const MOST: u32 = 100;

/// How large and how risky a deployment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100.
    pub size: u32,
    /// What it comes from, those first that weigh most.
    pub size_terms: Vec<Term>,
    /// 0 to 100.
    pub risk: u32,
    /// What it comes from, those first that weigh most.
    pub risk_terms: Vec<Term>,
}

impl Score {
    /// By the written formula.
    pub fn of(facts: &Facts) -> Self {
        let size_terms = heaviest(size(facts));
        let size = sum(&size_terms);
        let risk_terms = heaviest(risk(facts, size));
        Self {
            size,
            size_terms,
            risk: sum(&risk_terms),
            risk_terms,
        }
    }

    /// The same with the risk that weights say, which were learnt from the past.
    #[must_use]
    pub fn weighed(mut self, weights: &Weights) -> Self {
        self.risk = weights.risk(&self.risk_terms);
        self
    }

    /// The size for people.
    pub const fn size_word(&self) -> &'static str {
        match self.size {
            0..20 => "small",
            20..45 => "medium",
            45..70 => "large",
            _ => "very large",
        }
    }

    /// The risk for people.
    pub const fn risk_word(&self) -> &'static str {
        match self.risk {
            0..20 => "low",
            20..45 => "medium",
            45..70 => "high",
            _ => "very high",
        }
    }
}

fn sum(terms: &[Term]) -> u32 {
    let all = terms.iter().map(|term| term.points).sum::<i32>();
    u32::try_from(all.max(0)).unwrap_or(0).min(MOST)
}

/// Without those that weigh nothing, those first that weigh most.
fn heaviest(mut terms: Vec<Term>) -> Vec<Term> {
    terms.retain(|term| term.points != 0);
    terms.sort_by_key(|term| (std::cmp::Reverse(term.points), term.kind));
    terms
}

#[cfg(test)]
mod tests;
