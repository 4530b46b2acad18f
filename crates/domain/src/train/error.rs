//! Why something cannot be done to a train, in words.

use super::{Asks, OrderError, TrainIllegal, TrainPlanError};
use crate::{
    name::{Name, listed},
    version::Version,
};

/// Why something cannot be done to a train.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Nobody could keep to the plan.
    #[error(transparent)]
    Plan(#[from] TrainPlanError),
    /// The members have no order.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// It cannot happen in this status.
    #[error(transparent)]
    Illegal(#[from] TrainIllegal),
    /// It is no member.
    #[error("`{0}` is no member of the train")]
    NotMember(Name),
    /// A member brings nothing yet.
    #[error("{0} has no release yet: make one, or drop it, before boarding is closed")]
    NotMade(Name),
    /// What a member brings can still change.
    #[error("{product} {release} is not sealed: seal it, or drop it, before boarding is closed")]
    Draft {
        /// Which.
        product: Name,
        /// Its release.
        release: Version,
    },
    /// The bill is of another release than the plan.
    #[error("the plan says {product} {planned}, and the bill brings {brought}: plan what is to go")]
    OtherRelease {
        /// Whose.
        product: Name,
        /// What the plan says.
        planned: Version,
        /// What the bill brings.
        brought: Version,
    },
    /// Others rely on it.
    #[error("{product} cannot be dropped, because {}: drop {} as well, or keep it", needs(.by), products(.by))]
    Needed {
        /// Which.
        product: Name,
        /// Who needs what of it.
        by: Vec<Asks>,
    },
    /// Somebody will ask.
    #[error("say why, for those who read the train")]
    NoReason,
    /// Members are fixed.
    #[error(
        "boarding is closed, and the plan changes its members: drop one or replace its release, with a reason"
    )]
    Fixed,
    /// What is behind it cannot be changed.
    #[error("the train has {} behind it: the departures up to there stay as they are", .0.as_ref().map_or("what it has", Name::as_str))]
    Behind(Option<Name>),
    /// It would bring what it brings.
    #[error("{product} {release} goes already, exactly as it is")]
    Same {
        /// Whose.
        product: Name,
        /// Which release.
        release: Version,
    },
    /// It is where it cannot be planned.
    #[error("a train that is {0} is not planned any more")]
    TooLate(&'static str),
}

fn needs(by: &[Asks]) -> String {
    let all: Vec<String> = by.iter().map(ToString::to_string).collect();
    all.join(", and ")
}

fn products(by: &[Asks]) -> String {
    let mut all: Vec<&Name> = by.iter().map(|it| &it.component.product).collect();
    all.dedup();
    listed(all)
}
