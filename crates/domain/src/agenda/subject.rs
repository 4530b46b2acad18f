//! What an entry is about.

use super::Lane;
use crate::{
    calendar::Scope,
    id::{DeploymentId, NoticeId, TaskId},
    name::Name,
    version::Version,
};
use jiff::Timestamp;
use std::fmt;

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A release is to be live.
    Release(Carried),
    /// A train leaves for an environment.
    Departure {
        /// Which train.
        train: Name,
        /// Where to.
        environment: Name,
        /// Which of its departures it is, counted from 0.
        place: usize,
        /// What it carries, by product.
        carries: Vec<Carried>,
    },
    /// A deployment.
    Deployment {
        /// Which.
        id: DeploymentId,
        /// Where to.
        environment: Name,
        /// What goes there.
        carries: Carried,
    },
    /// A release needs an environment.
    Booking {
        /// For which release.
        carries: Carried,
        /// Which.
        environment: Name,
        /// Its place in the release's plan, counted from 1.
        number: usize,
        /// Whether others may be there at the same time.
        shared: bool,
    },
    /// A window is open.
    Window {
        /// Which.
        name: Name,
        /// What it applies to.
        scope: Scope,
        /// When it opens this time; it is no other one when something else moves.
        since: Timestamp,
    },
    /// A freeze is in force.
    Freeze {
        /// Which.
        name: Name,
        /// What it applies to.
        scope: Scope,
        /// When it begins this time.
        since: Timestamp,
    },
    /// A supplier changes something.
    Notice {
        /// By which notice.
        id: NoticeId,
        /// Who.
        supplier: Name,
        /// Which of the times that it names, counted from 1.
        number: usize,
    },
    /// A task is due.
    Task {
        /// Which.
        id: TaskId,
        /// For which release.
        carries: Carried,
    },
}

/// A release of a product, or one that is not made yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carried {
    /// The product.
    pub product: Name,
    /// Its release; none while that is not made.
    pub version: Option<Version>,
}

impl Carried {
    /// A release of a product.
    pub const fn release(product: Name, version: Version) -> Self {
        Self {
            product,
            version: Some(version),
        }
    }

    /// Whether both are, or may become, the same release.
    fn is_same(&self, other: &Self) -> bool {
        let versions = self.version.as_ref().zip(other.version.as_ref());
        self.product == other.product && versions.is_none_or(|(one, other)| one == other)
    }
}

/// As people say it: `shop 1.1.0`.
impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{} {version}", self.product),
            None => write!(f, "{}", self.product),
        }
    }
}

impl Subject {
    /// In which lane it stands.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Release(_) => Lane::Releases,
            Self::Departure { .. } => Lane::Trains,
            Self::Deployment { environment, .. } | Self::Booking { environment, .. } => {
                Lane::Environment(environment.clone())
            }
            Self::Window { .. } | Self::Freeze { .. } => Lane::Windows,
            Self::Notice { .. } => Lane::Suppliers,
            Self::Task { .. } => Lane::Tasks,
        }
    }

    /// What kind of thing it is, in a word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Release(_) => "release",
            Self::Departure { .. } => "train",
            Self::Deployment { .. } => "deployment",
            Self::Booking { .. } => "booking",
            Self::Window { .. } => "window",
            Self::Freeze { .. } => "freeze",
            Self::Notice { .. } => "notice",
            Self::Task { .. } => "task",
        }
    }

    /// The releases that are concerned, by product.
    pub fn carries(&self) -> &[Carried] {
        match self {
            Self::Release(one)
            | Self::Deployment { carries: one, .. }
            | Self::Booking { carries: one, .. }
            | Self::Task { carries: one, .. } => std::slice::from_ref(one),
            Self::Departure { carries, .. } => carries,
            Self::Window { .. } | Self::Freeze { .. } | Self::Notice { .. } => &[],
        }
    }

    /// Whether something goes out: what windows, freezes and people are asked about.
    pub const fn goes_out(&self) -> bool {
        match self {
            Self::Release(_) | Self::Departure { .. } | Self::Deployment { .. } => true,
            Self::Booking { .. }
            | Self::Window { .. }
            | Self::Freeze { .. }
            | Self::Notice { .. }
            | Self::Task { .. } => false,
        }
    }

    /// Whether both belong to one undertaking: a release, its bookings and deployments, and the train that carries it. Two trains
    /// are two, whatever they carry.
    pub fn is_of_one(&self, other: &Self) -> bool {
        if let (Self::Departure { train, .. }, Self::Departure { train: another, .. }) =
            (self, other)
        {
            return train == another;
        }
        let (few, many) = match self.carries().len() <= other.carries().len() {
            true => (self.carries(), other.carries()),
            false => (other.carries(), self.carries()),
        };
        few.iter().any(|one| {
            let at = many.partition_point(|it| it.product < one.product);
            let same = many[at..].iter().take_while(|it| it.product == one.product);
            same.into_iter().any(|it| it.is_same(one))
        })
    }

    /// Whether a product is in both.
    pub fn shares_product(&self, other: &Self) -> bool {
        let (few, many) = match self.carries().len() <= other.carries().len() {
            true => (self.carries(), other.carries()),
            false => (other.carries(), self.carries()),
        };
        let is_in = |one: &Carried| {
            let found = many.binary_search_by(|it| it.product.cmp(&one.product));
            found.is_ok()
        };
        few.iter().any(is_in)
    }

    /// As people say it: `the booking of staging for shop 1.1.0`.
    pub fn said(&self) -> String {
        match self {
            Self::Release(carried) => carried.to_string(),
            Self::Departure {
                train, environment, ..
            } => format!("train {train} to {environment}"),
            Self::Deployment {
                id,
                environment,
                carries,
            } => format!("deployment {id} of {carries} to {environment}"),
            Self::Booking {
                carries,
                environment,
                ..
            } => format!("the booking of {environment} for {carries}"),
            Self::Window { name, .. } => format!("window {name}"),
            Self::Freeze { name, .. } => format!("freeze {name}"),
            Self::Notice { id, supplier, .. } => format!("notice {id} of {supplier}"),
            Self::Task { id, carries } => format!("task {id} for {carries}"),
        }
    }
}

/// What tells one from another, as long as there is one: `release/shop/1.1.0`. It stays the same when the entry moves.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.word();
        match self {
            Self::Release(carried) => write!(f, "{word}/{}", path(carried)),
            Self::Departure {
                train, environment, ..
            } => write!(f, "{word}/{train}/{environment}"),
            Self::Deployment { id, .. } => write!(f, "{word}/{id}"),
            Self::Booking {
                carries, number, ..
            } => write!(f, "{word}/{}/{number}", path(carries)),
            Self::Window { name, since, .. } | Self::Freeze { name, since, .. } => {
                write!(f, "{word}/{name}/{since}")
            }
            Self::Notice { id, number, .. } => write!(f, "{word}/{id}/{number}"),
            Self::Task { id, .. } => write!(f, "{word}/{id}"),
        }
    }
}

fn path(carried: &Carried) -> String {
    match &carried.version {
        Some(version) => format!("{}/{version}", carried.product),
        None => carried.product.to_string(),
    }
}
