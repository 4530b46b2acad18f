//! What the policy for late members says must happen now.

use super::{
    Asks, Bill, LatePolicy, Lateness, Places, Readiness, TrainPlan, dependents::dependents,
    document::MEMBERS_MIN,
};
use crate::name::Name;
use jiff::Timestamp;
use std::fmt;

/// What must happen because a member is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateAct {
    /// The train waits for it.
    Wait {
        /// For whom.
        product: Name,
        /// Until its last task is over, as far as that is known.
        until: Option<Timestamp>,
    },
    /// The train goes without it.
    Drop {
        /// Without whom.
        product: Name,
    },
    /// It would go without it, but others need it: people say how it goes on.
    Needed {
        /// Without whom.
        product: Name,
        /// Who needs what of it.
        by: Vec<Asks>,
        /// Whom the plan puts after it.
        behind: Vec<Name>,
    },
    /// It would go without it, but alone there is no train: people say how it goes on.
    Last {
        /// Without whom.
        product: Name,
    },
    /// The train goes nowhere.
    Stop {
        /// Because of whom.
        product: Name,
    },
}

/// What must happen because of each member that is late, those first that stop the train.
pub(super) fn late(
    plan: &TrainPlan,
    readiness: &Readiness,
    (bill, places): (&Bill, &Places),
) -> Vec<LateAct> {
    let late = readiness.members.iter();
    let late = late.filter(|it| it.lateness == Lateness::Late);
    let act = |it: &super::MemberReadiness| {
        let product = it.product.clone();
        let rule = plan.late_rule(plan.member(&product)?);
        Some(match rule.policy {
            // Nobody is dropped, and nothing stopped, for what is only not known.
            LatePolicy::Drop | LatePolicy::Stop if it.is_unknown() => LateAct::Wait {
                product,
                until: None,
            },
            LatePolicy::Wait => LateAct::Wait {
                product,
                until: it.expected,
            },
            LatePolicy::Stop => LateAct::Stop { product },
            LatePolicy::Drop => {
                let by = dependents(&product, bill, plan, places);
                let behind = behind(plan, &product);
                match (by.is_empty() && behind.is_empty(), plan.members.len()) {
                    (true, ..=MEMBERS_MIN) => LateAct::Last { product },
                    (true, _) => LateAct::Drop { product },
                    (false, _) => LateAct::Needed {
                        product,
                        by,
                        behind,
                    },
                }
            }
        })
    };
    let mut acts: Vec<LateAct> = late.filter_map(act).collect();
    acts.sort_by_key(|act| !matches!(act, LateAct::Stop { .. }));
    acts
}

/// Whom the plan puts after a member: its people thought that they need it.
fn behind(plan: &TrainPlan, product: &Name) -> Vec<Name> {
    let others = plan.members.iter();
    let behind = others.filter(|it| it.after.contains(product));
    behind.map(|it| it.product.clone()).collect()
}

impl LateAct {
    /// What helps.
    pub fn remedy(&self) -> String {
        match self {
            Self::Wait { product, .. } => {
                format!("see that {product} gets ready, or drop it, or plan a later departure")
            }
            Self::Drop { product } | Self::Stop { product } => {
                format!("see that {product} gets ready in time, or plan a later departure")
            }
            Self::Last { product } => format!(
                "see that {product} gets ready, or cancel the train and deploy the other by itself, or plan a later departure"
            ),
            Self::Needed { product, .. } => format!(
                "see that {product} gets ready, or drop those who need it as well, or plan a later departure"
            ),
        }
    }
}

impl fmt::Display for LateAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait {
                product,
                until: Some(until),
            } => write!(
                f,
                "{product} is late, and the train waits for it, as things are until {until}"
            ),
            Self::Wait {
                product,
                until: None,
            } => write!(f, "{product} is late, and the train waits for it"),
            Self::Drop { product } => write!(f, "{product} is late, and the train goes without it"),
            Self::Needed {
                product,
                by,
                behind,
            } => {
                let needs = by.iter().map(ToString::to_string);
                let behind = behind.iter();
                let behind = behind.map(|it| format!("the plan puts {it} after it"));
                let why: Vec<String> = needs.chain(behind).collect();
                let why = why.join(", and ");
                write!(f, "{product} is late and would be dropped, but {why}")
            }
            Self::Last { product } => write!(
                f,
                "{product} is late and would be dropped, but only one member would be left"
            ),
            Self::Stop { product } => write!(f, "{product} is late, and stops the train"),
        }
    }
}
