//! Plans of ours that a supplier's change meets.

use super::{Cause, Graph, Harm, Impact};
use crate::{catalog::Need, name::Name, planning::Booked, train::Parts, version::Version};
use jiff::Timestamp;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Something that is planned in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// A release that is to go there.
    Release(PlannedRelease),
    /// The time for which a release needs it.
    Booking(Booked),
    /// A train that is to leave for it.
    Departure {
        /// Which.
        train: Name,
        /// The products that are its members.
        members: BTreeSet<Name>,
        /// Where to.
        environment: Name,
        /// When.
        at: Timestamp,
    },
    /// A flag that people of a product mean to turn there.
    Flag {
        /// Which.
        flag: Name,
        /// Of which product.
        product: Name,
        /// Where.
        environment: Name,
        /// When, if that is planned.
        at: Option<Timestamp>,
    },
}

/// A release that is to go to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRelease {
    /// Of which product.
    pub product: Name,
    /// Which.
    pub version: Version,
    /// Where to.
    pub environment: Name,
    /// When.
    pub target: Timestamp,
    /// What it brings; none while it is not made.
    pub parts: Option<Parts>,
}

/// A plan that a change meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concern<'a> {
    /// Which.
    pub plan: &'a Plan,
    /// How badly what is planned is touched.
    pub harm: Harm,
    /// Whether it is planned for the time of the change.
    pub is_at_that_time: bool,
}

/// The plans that use what is changed, the worst first, and of these the ones at that time first.
pub fn concerns<'a>(plans: &'a [Plan], impact: &Impact<'_>, cause: &Cause<'_>) -> Vec<Concern<'a>> {
    let meeting = Meeting::of(plans, impact, cause);
    let concern = |plan: &'a Plan| {
        let both = plan.time().zip(cause.times);
        Some(Concern {
            plan,
            harm: meeting.harm(plan)?,
            is_at_that_time: both.is_some_and(|((from, until), times)| times.meets(from, until)),
        })
    };
    let mut all: Vec<Concern<'a>> = plans.iter().filter_map(concern).collect();
    all.sort_by_key(|it| (Reverse(it.harm), Reverse(it.is_at_that_time)));
    all
}

/// By product and environment: how badly it is touched.
type Harms<'a> = BTreeMap<(&'a Name, &'a Name), Harm>;

struct Meeting<'a> {
    cause: &'a Cause<'a>,
    plans: &'a [Plan],
    /// By environment: who needs what of whom, and what the cause concerns there.
    graphs: BTreeMap<&'a Name, (&'a Graph<'a>, Vec<usize>)>,
    all: Harms<'a>,
    /// Through others only.
    through: Harms<'a>,
}

impl<'a> Meeting<'a> {
    fn of(plans: &'a [Plan], impact: &'a Impact<'a>, cause: &'a Cause<'a>) -> Self {
        let graphs = impact.graphs().iter();
        let (mut all, mut through) = (Harms::new(), Harms::new());
        for touched in &impact.touched {
            let key = (touched.product, touched.environment);
            all.entry(key).or_insert(touched.harm);
            if touched.distance > 1 {
                through.entry(key).or_insert(touched.harm);
            }
        }
        Self {
            cause,
            plans,
            graphs: graphs
                .map(|it| (it.environment, (it, it.concerned(cause))))
                .collect(),
            all,
            through,
        }
    }

    fn harm(&self, plan: &Plan) -> Option<Harm> {
        let of = |product, environment| self.all.get(&(product, environment)).copied();
        match plan {
            Plan::Release(release) => match &release.parts {
                Some(parts) => self.brought(release, parts),
                None => of(&release.product, &release.environment),
            },
            Plan::Booking(booked) => {
                let Booked {
                    product,
                    version,
                    environment,
                    ..
                } = booked;
                let brought = self.planned((product, environment), Some(version));
                brought.max(of(product, environment))
            }
            Plan::Departure {
                members,
                environment,
                ..
            } => members
                .iter()
                .filter_map(|it| {
                    let planned = self.planned((it, environment), None);
                    planned.max(of(it, environment))
                })
                .max(),
            Plan::Flag {
                product,
                environment,
                ..
            } => of(product, environment),
        }
    }

    /// How badly what is planned of a product is touched, of one version or of any: it may run nowhere yet.
    fn planned(
        &self,
        (product, environment): (&Name, &Name),
        version: Option<&Version>,
    ) -> Option<Harm> {
        let all = self.plans.iter().filter_map(|plan| match plan {
            Plan::Release(release) => Some(release),
            Plan::Booking(_) | Plan::Departure { .. } | Plan::Flag { .. } => None,
        });
        let of_it = all.filter(|it| {
            let is_there = it.product == *product && it.environment == *environment;
            is_there && version.is_none_or(|version| *version == it.version)
        });
        let harm = |it: &PlannedRelease| self.brought(it, it.parts.as_ref()?);
        of_it.filter_map(harm).max()
    }

    /// What a release needs itself counts, and not what runs now does. What it reaches through others it still reaches.
    fn brought(&self, release: &PlannedRelease, parts: &Parts) -> Option<Harm> {
        let (graph, concerned) = self.graphs.get(&release.environment)?;
        let needs = parts.values().flat_map(|part| &part.needs);
        let uses = |need: &&Need| {
            let mut givers = graph.givers(&need.of);
            givers.any(|it| concerned.contains(&it))
        };
        let judged = needs
            .filter(uses)
            .map(|it| graph.judge(it, self.cause, concerned));
        let through = self.through.get(&(&release.product, &release.environment));
        judged.max().max(through.copied())
    }
}

impl Plan {
    /// From when until when, if that is planned.
    pub const fn time(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Release(release) => Some((release.target, release.target)),
            Self::Booking(booked) => Some((booked.from, booked.until)),
            Self::Departure { at, .. } | Self::Flag { at: Some(at), .. } => Some((*at, *at)),
            Self::Flag { at: None, .. } => None,
        }
    }
}

/// `the booking of live for shop 1.4.0`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(PlannedRelease {
                product,
                version,
                environment,
                ..
            }) => {
                write!(f, "{product} {version} to {environment}")
            }
            Self::Booking(booked) => {
                let Booked {
                    product,
                    version,
                    environment,
                    ..
                } = booked;
                write!(f, "the booking of {environment} for {product} {version}")
            }
            Self::Departure {
                train, environment, ..
            } => {
                write!(f, "train {train} to {environment}")
            }
            Self::Flag {
                flag,
                product,
                environment,
                ..
            } => {
                write!(f, "flag {flag} of {product} in {environment}")
            }
        }
    }
}
