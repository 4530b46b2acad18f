//! What the integration check finds, in words and with what helps.

use super::{Untested, world::Given};
use crate::{
    catalog::{ComponentName, Need, Needed},
    id::{DeploymentId, Edition},
    name::Name,
    range::Misfit,
    version::Version,
};
use jiff::Timestamp;
use std::{collections::BTreeSet, fmt};

/// Something that keeps a train from being known to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A member has no release.
    NotMade {
        /// Which.
        product: Name,
    },
    /// What a member brings can still change.
    Draft {
        /// Which.
        product: Name,
        /// The release.
        release: Version,
    },
    /// Nothing is known of an environment.
    UnknownPlace {
        /// Which.
        environment: Name,
    },
    /// It is not known what a product that is no member runs.
    UnknownProduct {
        /// Where.
        environment: Name,
        /// Which.
        product: Name,
        /// Why not.
        why: String,
    },
    /// A component would not have what it needs.
    Unmet {
        /// Where.
        environment: Name,
        /// Who needs what.
        asks: Asks,
        /// What there would be.
        why: UnmetNeed,
    },
    /// A member does not run in the environment before as it is to go.
    Untested {
        /// The environment before.
        environment: Name,
        /// Which.
        product: Name,
        /// The release that is to go.
        release: Version,
        /// Why not.
        why: Untested,
    },
    /// The members ran together, and then something was changed.
    Stale {
        /// The environment before.
        environment: Name,
        /// Since when they ran together.
        from: Timestamp,
        /// What was changed.
        product: Name,
        /// By which deployment.
        deployment: DeploymentId,
        /// When.
        at: Timestamp,
    },
    /// The members ran together before the bill was changed, and nothing was deployed since.
    Voided {
        /// The environment before.
        environment: Name,
        /// The edition of the bill.
        edition: Edition,
        /// Since when it holds.
        at: Timestamp,
    },
    /// What a member relies on is not what it was tested with. It stops nothing, for it serves by its version.
    TestedWithOther {
        /// Where to.
        environment: Name,
        /// Who needs what.
        asks: Asks,
        /// What it finds there.
        given: Given,
        /// Where it was tested.
        tested_in: Name,
    },
}

/// A component that needs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Which.
    pub component: ComponentName,
    /// As it is deployed.
    pub version: Version,
    /// What it needs.
    pub need: Need,
}

/// Why a component would not have what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnmetNeed {
    /// Nobody gives it.
    Absent,
    /// What is given does not serve, and why.
    Unfit(Vec<Given>, Misfit),
    /// Where one version is needed there are several that would serve.
    Several(Vec<Given>),
    /// The product is no member, and does well now; this is what there would be with the train.
    Broken(Vec<Given>),
}

impl Finding {
    /// Whether the train goes nowhere before it is dealt with.
    pub const fn stops(&self) -> bool {
        match self {
            Self::TestedWithOther { .. } => false,
            Self::NotMade { .. }
            | Self::Draft { .. }
            | Self::UnknownPlace { .. }
            | Self::UnknownProduct { .. }
            | Self::Unmet { .. }
            | Self::Untested { .. }
            | Self::Stale { .. }
            | Self::Voided { .. } => true,
        }
    }

    /// What helps.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotMade { product } => {
                format!("make a release of {product}, or drop it from the train")
            }
            Self::Draft { product, .. } => {
                format!("seal it, or drop {product} from the train")
            }
            Self::UnknownPlace { environment } => {
                format!("see that the agents in {environment} report")
            }
            Self::UnknownProduct { product, .. } => {
                format!("deploy {product} to all of its targets there, or see that they report")
            }
            Self::Unmet { asks, why, .. } => why.remedy(asks),
            Self::Untested {
                environment,
                product,
                release,
                why,
            } => why.remedy((product, release), environment),
            Self::Stale {
                environment,
                product,
                ..
            } => format!("deploy what the train brings of {product} to {environment} again"),
            Self::Voided { environment, .. } => {
                format!(
                    "deploy all members to {environment} again, so that they run together as they are now"
                )
            }
            Self::TestedWithOther {
                environment,
                given: Given { component, .. },
                tested_in,
                ..
            } => format!(
                "if that matters, run the same {component} in {tested_in} as in {environment}, and test again"
            ),
        }
    }
}

impl Finding {
    /// The products that it names.
    pub fn products(&self) -> BTreeSet<&Name> {
        match self {
            Self::NotMade { product }
            | Self::Draft { product, .. }
            | Self::UnknownProduct { product, .. }
            | Self::Untested { product, .. }
            | Self::Stale { product, .. } => BTreeSet::from([product]),
            Self::UnknownPlace { .. } | Self::Voided { .. } => BTreeSet::new(),
            Self::Unmet { asks, why, .. } => {
                let own = &asks.component.product;
                let others = match why {
                    UnmetNeed::Absent => &[][..],
                    UnmetNeed::Unfit(all, _) | UnmetNeed::Several(all) | UnmetNeed::Broken(all) => {
                        all.as_slice()
                    }
                };
                let others = others.iter().map(|it| &it.component.product);
                others.chain([own]).collect()
            }
            Self::TestedWithOther {
                asks, given: by, ..
            } => BTreeSet::from([&asks.component.product, &by.component.product]),
        }
    }
}

impl UnmetNeed {
    fn remedy(&self, asks: &Asks) -> String {
        let Asks {
            component, need, ..
        } = asks;
        match self {
            Self::Absent => {
                let who = match &need.of {
                    Needed::Contract(contract) => format!("a product that provides {contract}"),
                    Needed::Component(other) => other.product.to_string(),
                };
                format!(
                    "take {who} aboard, or deploy it before, or let {component} say that the need is `optional`"
                )
            }
            Self::Unfit(_, Misfit::PreRelease) => format!(
                "take the finished version aboard, or let {component} name the pre-release in its range, such as `>=2.1.0-rc.1, <3`"
            ),
            Self::Unfit(_, Misfit::Outside) => format!(
                "take a release aboard that gives {need}, or one of {} that takes what there is",
                component.product
            ),
            Self::Unfit(_, Misfit::NotSemantic) => format!(
                "give {} a version of three numbers such as 1.4.0, or let it provide a contract, and need that",
                need.of
            ),
            Self::Several(_) => format!(
                "let all of them give the same versions of {}, or let {component} need one component by its name",
                need.of
            ),
            Self::Broken(_) => format!(
                "take {} aboard with a release that does without it, or let both versions be given for a while",
                component.product
            ),
        }
    }

    /// As a sentence about the need goes on.
    fn words(&self, environment: &Name) -> String {
        match self {
            Self::Absent => format!(", and nobody gives that in {environment}"),
            Self::Unfit(given, misfit) => {
                let why = match misfit {
                    Misfit::Outside => "",
                    Misfit::PreRelease => {
                        ", a pre-release, which a range admits only if it names one"
                    }
                    Misfit::NotSemantic => {
                        ", which is no semantic version, so that no range can hold"
                    }
                };
                format!(", but in {environment} {}{why}", all(given))
            }
            Self::Several(given) => {
                format!(" of one provider, but in {environment} {}", all(given))
            }
            Self::Broken(given) => {
                let left = match given.as_slice() {
                    [] => "nobody would give it any more".to_owned(),
                    given => all(given),
                };
                format!(", is no member, and runs in {environment}: with the train {left}")
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMade { product } => write!(f, "{product} has no release yet"),
            Self::Draft { product, release } => {
                write!(
                    f,
                    "{product} {release} is not sealed, so that it can still change"
                )
            }
            Self::UnknownPlace { environment } => {
                write!(f, "nothing is known of what runs in {environment}")
            }
            Self::UnknownProduct {
                environment,
                product,
                why,
            } => write!(
                f,
                "it is not known what {product} runs in {environment}: {why}"
            ),
            Self::Unmet {
                environment,
                asks,
                why,
            } => write!(f, "{asks}{}", why.words(environment)),
            Self::Untested {
                environment,
                product,
                release: _,
                why,
            } => write!(
                f,
                "{product} does not count as tested in {environment}: {why}"
            ),
            Self::Stale {
                environment,
                from,
                product,
                deployment,
                at,
            } => write!(
                f,
                "all ran together in {environment} from {from} until {at}, when deployment {deployment} changed {product}"
            ),
            Self::Voided {
                environment,
                edition,
                at,
            } => write!(
                f,
                "what ran together in {environment} did so before edition {edition} of the bill, which is of {at}"
            ),
            Self::TestedWithOther {
                environment,
                asks,
                given,
                tested_in,
            } => write!(
                f,
                "{asks}: in {environment} {given}, and in {tested_in} it was tested with something else"
            ),
        }
    }
}

/// `shop/web 2.1.0 needs orders-api ^2`.
impl fmt::Display for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            component,
            version,
            need,
        } = self;
        write!(f, "{component} {version} needs {need}")
    }
}

fn all(given: &[Given]) -> String {
    let all: Vec<String> = given.iter().map(ToString::to_string).collect();
    all.join(", and ")
}
