//! The plan of a train as people write it, and what makes it one that can be kept to.

use super::{Bill, OrderError, order::acyclic};
use crate::{
    calendar::{Length, Zone},
    name::Name,
    planning::{Due, Party, Unplaced},
    version::Version,
};
use jiff::{Zoned, civil::DateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The fewest members of one train.
pub(super) const MEMBERS_MIN: usize = 2;
/// The most members of one train.
pub const MEMBERS_MAX: usize = 200;
/// The most departures of one train.
const DEPARTURES_MAX: usize = 20;
/// The longest title, in characters.
const TITLE_MAX: usize = 200;
/// The longest text, in bytes.
const TEXT_MAX: usize = 64 * 1024;

/// Which products go out together, where to and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainPlan {
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// Who answers for it.
    pub owner: Party,
    /// Whose local time the departures are in; UTC unless set.
    #[serde(default)]
    pub time_zone: Zone,
    /// Where it goes, in this order.
    pub departures: Vec<Departure>,
    /// What becomes of members that are late, unless they say it themselves.
    #[serde(default, skip_serializing_if = "LateRule::is_default")]
    pub late: LateRule,
    /// Which products go.
    pub members: Vec<Member>,
}

/// When a train leaves for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// Where to.
    pub environment: Name,
    /// When, in local time.
    pub at: DateTime,
    /// What must have happened in the environment of the departure before.
    #[serde(default)]
    pub barrier: Barrier,
}

/// What must have happened before a train leaves for an environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// All members ran together in the environment before, exactly as they are, and still do.
    #[default]
    Together,
    /// Nothing.
    Open,
}

/// When a member is late, and what becomes of it then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateRule {
    /// What becomes of it.
    #[serde(default)]
    pub policy: LatePolicy,
    /// It has to be ready so long before each departure; at the departure, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Length>,
}

/// What becomes of a member that is late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatePolicy {
    /// The train waits for it.
    #[default]
    Wait,
    /// The train goes without it, unless another member needs it.
    Drop,
    /// The train goes nowhere until a person says how it goes on.
    Stop,
}

/// A product of a train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Which.
    pub product: Name,
    /// Which release of it; none while that is not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Version>,
    /// The members that change before it, beside those that it needs something of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Name>,
    /// The members that need not change before it though it needs something of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_after: Vec<NotAfter>,
    /// When it is late, and what becomes of it then; as the train says, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<LateRule>,
}

/// A person's word that one member need not wait for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAfter {
    /// The other.
    pub product: Name,
    /// Why.
    pub reason: String,
}

/// Why nobody could keep to a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainPlanError {
    /// Nothing that goes together.
    #[error("a train has at least two members: one release alone is deployed without a train")]
    TooFew,
    /// It goes nowhere.
    #[error("a train departs at least once: say under `departures` where to and when")]
    NoDeparture,
    /// More than anybody follows.
    #[error("a train has at most {max} {what}: make two of it")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// A text without end.
    #[error("the {what} is longer than {max}")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How long it may be.
        max: &'static str,
    },
    /// Two of one name.
    #[error("{what} `{name}` is there twice: leave one out")]
    Twice {
        /// What.
        what: &'static str,
        /// Which.
        name: Name,
    },
    /// A member that is none.
    #[error("`{member}` names `{other}`, which is no member: take it aboard, or leave that out")]
    Unknown {
        /// Where.
        member: Name,
        /// The other.
        other: Name,
    },
    /// It waits for itself.
    #[error("`{0}` names itself: leave that out")]
    Itself(Name),
    /// Yes and no.
    #[error("`{member}` is to come after `{other}`, and also not: leave one of both out")]
    Contradiction {
        /// Where.
        member: Name,
        /// The other.
        other: Name,
    },
    /// Nobody could be the first.
    #[error("{0}: {remedy}", remedy = .0.remedy())]
    Order(OrderError),
    /// Somebody will ask.
    #[error("say why `{member}` need not come after `{other}`")]
    NoReason {
        /// Where.
        member: Name,
        /// The other.
        other: Name,
    },
    /// A time that is none.
    #[error("the departure to {environment} has no moment")]
    Time {
        /// Where to.
        environment: Name,
        /// Why.
        #[source]
        why: Unplaced,
    },
    /// It is there before it left.
    #[error(
        "it leaves for {later} before it leaves for {earlier}: put the departures in order of time"
    )]
    Backwards {
        /// The one that is listed before.
        earlier: Name,
        /// The one that is listed after.
        later: Name,
    },
}

impl TrainPlan {
    /// Whether people can keep to it.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self) -> Result<(), TrainPlanError> {
        self.check_sizes()?;
        once("member", self.members.iter().map(|it| &it.product))?;
        once(
            "departure",
            self.departures.iter().map(|it| &it.environment),
        )?;
        for member in &self.members {
            self.check_member(member)?;
        }
        // What they need of each other is known once their releases are.
        acyclic(self, &Bill::default()).map_err(TrainPlanError::Order)?;
        self.check_times()
    }

    /// A member.
    pub fn member(&self, product: &Name) -> Option<&Member> {
        self.members.iter().find(|it| it.product == *product)
    }

    /// When a member is late, and what becomes of it then.
    pub fn late_rule(&self, member: &Member) -> LateRule {
        member.late.unwrap_or(self.late)
    }

    /// The departure that comes after an environment was reached; the first, if none was.
    pub fn next_departure(&self, reached: Option<&Name>) -> Option<&Departure> {
        let all = &self.departures;
        let place = reached.map(|it| all.iter().position(|one| one.environment == *it));
        let next = place.map_or(Some(0), |place| place.map(|it| it + 1))?;
        all.get(next)
    }

    /// The environment in which all must have run together before a departure, if its barrier says so.
    pub fn tested_in(&self, departure: &Departure) -> Option<&Name> {
        let own = |it: &Departure| it.environment == departure.environment;
        let place = self.departures.iter().position(own)?;
        let before = self.departures.get(place.checked_sub(1)?)?;
        match departure.barrier {
            Barrier::Together => Some(&before.environment),
            Barrier::Open => None,
        }
    }

    /// The moment of a departure.
    ///
    /// # Errors
    /// When the clocks leave that time out.
    pub fn moment(&self, departure: &Departure) -> Result<Zoned, TrainPlanError> {
        let placed = Due::At(departure.at).place(None, &self.time_zone);
        placed.map_err(|why| TrainPlanError::Time {
            environment: departure.environment.clone(),
            why,
        })
    }

    /// The plan without one member; whoever came after it does so no more.
    #[must_use]
    pub fn without(&self, product: &Name) -> Self {
        let mut plan = self.clone();
        plan.members.retain(|it| it.product != *product);
        for member in &mut plan.members {
            member.after.retain(|it| it != product);
            member.not_after.retain(|it| it.product != *product);
        }
        plan
    }

    fn check_sizes(&self) -> Result<(), TrainPlanError> {
        if self.members.len() < MEMBERS_MIN {
            return Err(TrainPlanError::TooFew);
        }
        if self.departures.is_empty() {
            return Err(TrainPlanError::NoDeparture);
        }
        let too_many = |what, max| Err(TrainPlanError::TooMany { what, max });
        if self.members.len() > MEMBERS_MAX {
            return too_many("members", MEMBERS_MAX);
        }
        if self.departures.len() > DEPARTURES_MAX {
            return too_many("departures", DEPARTURES_MAX);
        }
        let too_long = |what, max| Err(TrainPlanError::TooLong { what, max });
        if self.title.chars().count() > TITLE_MAX {
            return too_long("title", "200 characters");
        }
        match self.purpose.len() > TEXT_MAX {
            true => too_long("purpose", "64 KiB"),
            false => Ok(()),
        }
    }

    fn check_member(&self, member: &Member) -> Result<(), TrainPlanError> {
        let freed = || member.not_after.iter().map(|it| &it.product);
        once("after", member.after.iter())?;
        once("not_after", freed())?;
        for other in member.after.iter().chain(freed()) {
            if *other == member.product {
                return Err(TrainPlanError::Itself(other.clone()));
            }
            if self.member(other).is_none() {
                let (member, other) = (member.product.clone(), other.clone());
                return Err(TrainPlanError::Unknown { member, other });
            }
        }
        let (product, both) = (&member.product, |it: &&NotAfter| {
            member.after.contains(&it.product)
        });
        if let Some(both) = member.not_after.iter().find(both) {
            let (member, other) = (product.clone(), both.product.clone());
            return Err(TrainPlanError::Contradiction { member, other });
        }
        let is_long = |it: &NotAfter| it.reason.chars().count() > TITLE_MAX;
        if member.not_after.iter().any(is_long) {
            let (what, max) = ("reason of a `not_after`", "200 characters");
            return Err(TrainPlanError::TooLong { what, max });
        }
        let blank = |it: &&NotAfter| it.reason.trim().is_empty();
        let blank = member.not_after.iter().find(blank);
        blank.map_or(Ok(()), |it| {
            let (member, other) = (product.clone(), it.product.clone());
            Err(TrainPlanError::NoReason { member, other })
        })
    }

    fn check_times(&self) -> Result<(), TrainPlanError> {
        for departure in &self.departures {
            self.moment(departure)?;
        }
        for pair in self.departures.windows(2) {
            let [before, after] = pair else { continue };
            if self.moment(before)? >= self.moment(after)? {
                return Err(TrainPlanError::Backwards {
                    earlier: before.environment.clone(),
                    later: after.environment.clone(),
                });
            }
        }
        Ok(())
    }
}

impl LateRule {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// When a member has to be ready for a departure.
    pub fn deadline(&self, departure: &Zoned) -> Zoned {
        let before = self.before.and_then(|it| it.before(departure));
        before.unwrap_or_else(|| departure.clone())
    }
}

fn once<'a>(
    what: &'static str,
    names: impl Iterator<Item = &'a Name>,
) -> Result<(), TrainPlanError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            let name = name.clone();
            return Err(TrainPlanError::Twice { what, name });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const AUTUMN: &str = r#"{"title":"Autumn","owner":"team:platform","time_zone":"Europe/Amsterdam",
        "departures":[{"environment":"staging","at":"2026-12-01T10:00:00","barrier":"together"},
            {"environment":"live","at":"2026-12-03T20:00:00","barrier":"together"}],
        "late":{"policy":"drop","before":"2d"},
        "members":[{"product":"orders","release":"2.1.0"},
            {"product":"stock","not_after":[{"product":"orders","reason":"both contracts are served"}]},
            {"product":"shop","after":["orders"],"late":{"policy":"stop"}}]}"#;

    /// A train of three products to staging and live.
    pub(in crate::train) fn plan() -> TrainPlan {
        serde_json::from_str(AUTUMN).unwrap()
    }

    #[test]
    fn a_plan_is_written_as_it_is_read() {
        assert_eq!(plan().check(), Ok(()));
        let again = serde_json::to_value(plan()).unwrap();
        let expect: serde_json::Value = serde_json::from_str(AUTUMN).unwrap();
        assert_eq!(again, expect);
    }

    #[test]
    fn what_nobody_could_keep_to_is_refused_by_name() {
        let refused = |change: fn(&mut TrainPlan)| {
            let mut plan = plan();
            change(&mut plan);
            let error = plan.check().unwrap_err();
            let source = std::error::Error::source(&error);
            let source = source.map(|it| format!(": {it}")).unwrap_or_default();
            format!("{error}{source}")
        };
        let expect = [
            refused(|it| it.members.truncate(1)),
            refused(|it| it.departures.clear()),
            refused(|it| it.members[1].product = it.members[0].product.clone()),
            refused(|it| it.departures[1].environment = it.departures[0].environment.clone()),
            refused(|it| it.members[0].after = vec!["bank".parse().unwrap()]),
            refused(|it| it.members[0].after = vec!["orders".parse().unwrap()]),
            refused(|it| it.members[1].after = vec!["orders".parse().unwrap()]),
            refused(|it| it.members[0].after = vec!["shop".parse().unwrap()]),
            refused(|it| it.members[1].not_after[0].reason.clear()),
            refused(|it| it.departures[1].at = "2026-03-29T02:30".parse().unwrap()),
            refused(|it| it.departures[1].at = "2026-11-29T02:30".parse().unwrap()),
            refused(|it| it.title = "long ".repeat(41)),
            refused(|it| it.members = vec![it.members[0].clone(); MEMBERS_MAX + 1]),
        ];
        assert_eq!(
            expect.each_ref().map(String::as_str),
            [
                "a train has at least two members: one release alone is deployed without a train",
                "a train departs at least once: say under `departures` where to and when",
                "member `orders` is there twice: leave one out",
                "departure `staging` is there twice: leave one out",
                "`orders` names `bank`, which is no member: take it aboard, or leave that out",
                "`orders` names itself: leave that out",
                "`stock` is to come after `orders`, and also not: leave one of both out",
                "these come after each other in a circle: orders after shop, because the plan says so; shop after orders, because the plan says so: take one of these out of the plan",
                "say why `stock` need not come after `orders`",
                "the departure to live has no moment: 2026-03-29T02:30:00 does not happen in Europe/Amsterdam: the clocks go forward over it; the next time there is is 2026-03-29T03:00:00",
                "it leaves for live before it leaves for staging: put the departures in order of time",
                "the title is longer than 200 characters",
                "a train has at most 200 members: make two of it",
            ]
        );
    }

    #[test]
    fn departures_come_one_after_the_other() {
        let plan = plan();
        let name = |text: &str| text.parse::<Name>().unwrap();
        let next = |reached: Option<&Name>| {
            let next = plan.next_departure(reached)?;
            Some((
                next.environment.as_str(),
                plan.tested_in(next).map(Name::as_str),
            ))
        };
        assert_eq!(next(None), Some(("staging", None)));
        assert_eq!(
            next(Some(&name("staging"))),
            Some(("live", Some("staging")))
        );
        assert_eq!(next(Some(&name("live"))), None);
        assert_eq!(next(Some(&name("moon"))), None);
    }

    #[test]
    fn a_member_that_leaves_is_named_by_none() {
        let left = plan().without(&"orders".parse().unwrap());
        assert_eq!(left.check(), Ok(()));
        assert_eq!(left.members.len(), 2);
    }
}
