//! Bookings of environments, and who is in whose way.

use super::{Due, PlanError, ReleasePlan};
use crate::{name::Name, version::Version};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// The time for which a release needs an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// Which.
    pub environment: Name,
    /// From when.
    pub from: Due,
    /// Until when.
    pub until: Due,
    /// Whether others may be there at the same time, if they say so, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shared: bool,
    /// What for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A booking with the moments it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// Whose.
    pub product: Name,
    /// Which release of it.
    pub version: Version,
    /// What is booked.
    pub environment: Name,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether others may be there.
    pub shared: bool,
    /// What for.
    pub reason: String,
}

/// Two that want one environment for themselves at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash<'a> {
    /// One.
    pub one: &'a Booked,
    /// The other.
    pub other: &'a Booked,
    /// The time that both want.
    pub span: (Timestamp, Timestamp),
}

impl Booking {
    /// From when until when, in the plan's time zone.
    ///
    /// # Errors
    /// When one of them has no moment.
    pub fn span(&self, plan: &ReleasePlan) -> Result<(Zoned, Zoned), PlanError> {
        let what = || format!("the booking of {}", self.environment);
        Ok((plan.place(self.from, what)?, plan.place(self.until, what)?))
    }
}

impl Booked {
    /// The bookings of a release's plan.
    ///
    /// # Errors
    /// When one has no moment.
    pub fn of(
        plan: &ReleasePlan,
        (product, version): (&Name, &Version),
    ) -> Result<Vec<Self>, PlanError> {
        let booked = |booking: &Booking| {
            let (from, until) = booking.span(plan)?;
            Ok(Self {
                product: product.clone(),
                version: version.clone(),
                environment: booking.environment.clone(),
                from: from.timestamp(),
                until: until.timestamp(),
                shared: booking.shared,
                reason: booking.reason.clone(),
            })
        };
        plan.bookings.iter().map(booked).collect()
    }

    /// Where two are in each other's way. What ends as the other begins is not.
    pub fn clash<'a>(&'a self, other: &'a Self) -> Option<Clash<'a>> {
        let span = (self.from.max(other.from), self.until.min(other.until));
        let is_same = (&self.product, &self.version) == (&other.product, &other.version);
        let is_apart = self.environment != other.environment || span.0 >= span.1;
        let is_free = is_same || is_apart || (self.shared && other.shared);
        (!is_free).then_some(Clash {
            one: self,
            other,
            span,
        })
    }
}

const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booked(product: &str, (from, until): (i64, i64), shared: bool) -> Booked {
        Booked {
            product: product.parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            environment: "staging".parse().unwrap(),
            from: Timestamp::from_second(from).unwrap(),
            until: Timestamp::from_second(until).unwrap(),
            shared,
            reason: String::new(),
        }
    }

    #[test]
    fn who_wants_one_environment_at_once_clashes_unless_both_share_it() {
        let shop = booked("shop", (10, 20), false);
        for (other, clashes) in [
            (booked("bank", (15, 25), false), true),
            (booked("bank", (0, 30), true), true),
            (booked("bank", (20, 25), false), false),
            (booked("bank", (0, 10), false), false),
            (booked("shop", (15, 25), false), false),
        ] {
            assert_eq!(shop.clash(&other).is_some(), clashes, "{other:?}");
            assert_eq!(other.clash(&shop).is_some(), clashes, "{other:?}");
        }
        let (one, other) = (
            booked("shop", (10, 20), true),
            booked("bank", (15, 25), true),
        );
        assert_eq!(one.clash(&other), None);
        let other = booked("bank", (15, 25), false);
        let span = shop.clash(&other).unwrap().span;
        assert_eq!(span, (other.from, shop.until));
    }
}
