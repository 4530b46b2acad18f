//! Whether deployment is allowed now, and when that changes.

use super::{Freeze, InFlight, Window, cover::Cover};
use crate::name::Name;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The windows and freezes that apply to one deployment.
#[derive(Debug, Clone, Default)]
pub struct Calendar<'a> {
    /// Deployment is allowed in any of them; always when there are none.
    pub windows: Vec<&'a Window>,
    /// Deployment is forbidden in any of them.
    pub freezes: Vec<&'a Freeze>,
}

/// What the calendar says at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// Deployment is allowed.
    Open {
        /// When it no longer is.
        until: Edge,
    },
    /// Deployment is forbidden.
    Closed {
        /// Why; never empty.
        reasons: Vec<Closed>,
        /// When it is allowed again.
        opens: Edge,
    },
}

/// When something changes. A question looks [`Calendar::AHEAD`] into the future and at a limited number of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// At that moment.
    At(Timestamp),
    /// Not before that moment; nobody looked further.
    NotBefore(Timestamp),
    /// Never, unless somebody changes the calendar.
    Never,
}

/// A reason why deployment is forbidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// A freeze is in force.
    Frozen {
        /// Which.
        freeze: Name,
        /// For people.
        title: String,
        /// Why there is a freeze.
        reason: String,
        /// When this one ends.
        until: Edge,
        /// What becomes of what is under way.
        in_flight: InFlight,
    },
    /// There are windows, and none of them is open.
    OutsideWindows {
        /// Which would have allowed it.
        windows: Vec<Name>,
        /// When the first of them opens.
        until: Edge,
        /// What becomes of what is under way: the strictest of what the windows declare.
        in_flight: InFlight,
    },
}

impl<'a> Calendar<'a> {
    /// How far a question looks into the future: ten years.
    pub const AHEAD: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

    /// Of all windows and freezes those that apply to a deployment of `product` to `environment`.
    pub fn of(
        product: &Name,
        environment: &Name,
        windows: &'a [Window],
        freezes: &'a [Freeze],
    ) -> Self {
        let windows = windows
            .iter()
            .filter(|w| w.scope.applies(product, environment));
        let freezes = freezes
            .iter()
            .filter(|f| f.scope.applies(product, environment));
        Self {
            windows: windows.collect(),
            freezes: freezes.collect(),
        }
    }

    /// What the calendar says at `now`.
    pub fn judge(&self, now: Timestamp) -> Opening {
        let horizon = now.saturating_add(Self::AHEAD).unwrap_or(Timestamp::MAX);
        let mut open = Cover::new(self.windows.iter().map(|w| &w.when), now, horizon);
        let mut frozen = Cover::new(self.freezes.iter().map(|f| &f.when), now, horizon);
        let (is_frozen, freeze_edge) = frozen.at(now);
        let (is_open, window_edge) = self.allowed(&mut open, now);
        if is_open && !is_frozen {
            return Opening::Open {
                until: window_edge.earlier(freeze_edge),
            };
        }
        let mut reasons = self.freezes_at(now, horizon);
        if !is_open {
            let windows = self.windows.iter();
            reasons.push(Closed::OutsideWindows {
                windows: windows.clone().map(|w| w.name.clone()).collect(),
                until: window_edge,
                in_flight: windows.map(|w| w.in_flight).max().unwrap_or_default(),
            });
        }
        Opening::Closed {
            reasons,
            opens: self.opens(&mut open, &mut frozen, now),
        }
    }

    /// The freezes in force.
    fn freezes_at(&self, now: Timestamp, horizon: Timestamp) -> Vec<Closed> {
        let mut reasons = Vec::new();
        for freeze in &self.freezes {
            let (true, until) = Cover::new([&freeze.when].into_iter(), now, horizon).at(now) else {
                continue;
            };
            reasons.push(Closed::Frozen {
                freeze: freeze.name.clone(),
                title: freeze.title.clone(),
                reason: freeze.reason.clone(),
                until,
                in_flight: freeze.in_flight,
            });
        }
        reasons
    }

    /// The first moment from `at` on that is in a window and in no freeze.
    fn opens(&self, open: &mut Cover<'_>, frozen: &mut Cover<'_>, mut at: Timestamp) -> Edge {
        loop {
            let waits = match frozen.at(at) {
                (true, thaws) => thaws,
                (false, unknown @ Edge::NotBefore(_)) if frozen.is_spent() => unknown,
                (false, _) => match self.allowed(open, at) {
                    (true, _) => return Edge::At(at),
                    (false, opens) => opens,
                },
            };
            match waits {
                Edge::At(later) => at = later,
                Edge::NotBefore(_) | Edge::Never => return waits,
            }
        }
    }

    /// No windows at all is always open.
    fn allowed(&self, open: &mut Cover<'_>, at: Timestamp) -> (bool, Edge) {
        match self.windows.is_empty() {
            true => (true, Edge::Never),
            false => open.at(at),
        }
    }
}

impl Closed {
    /// When this reason is one no longer.
    pub const fn until(&self) -> Edge {
        match self {
            Self::Frozen { until, .. } | Self::OutsideWindows { until, .. } => *until,
        }
    }

    /// What becomes of what is under way.
    pub const fn in_flight(&self) -> InFlight {
        match self {
            Self::Frozen { in_flight, .. } | Self::OutsideWindows { in_flight, .. } => *in_flight,
        }
    }
}

impl Edge {
    /// What comes last of two.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        match (self.known(), other.known()) {
            (Some(a), Some(b)) if b > a => other,
            (Some(_), None) => other,
            (Some(_) | None, _) => self,
        }
    }

    /// What comes first of two, as far as that is known.
    fn earlier(self, other: Self) -> Self {
        match (self.known(), other.known()) {
            (Some(a), Some(b)) if b < a => other,
            (Some(_), _) => self,
            (None, _) => other,
        }
    }

    /// The moment, as far as there is one.
    pub(crate) fn known(self) -> Option<Timestamp> {
        match self {
            Self::At(at) | Self::NotBefore(at) => Some(at),
            Self::Never => None,
        }
    }
}

#[cfg(test)]
mod tests;
