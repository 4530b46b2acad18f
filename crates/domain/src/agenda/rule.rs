//! The rules by which two entries are in each other's way.

use std::fmt;

/// Why two entries are in each other's way; what stops a deployment comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Something goes out in a freeze.
    Freeze,
    /// Something goes out where windows say when, and in none of them.
    OutsideWindow,
    /// One comes before what has to come before it.
    Order,
    /// A supplier changes what somebody needs who goes out.
    SupplierChange,
    /// Two want one environment at once.
    SameEnvironment,
    /// One needs what another changes at the same time.
    SharedComponent,
    /// Two need the same people at once.
    SharedPeople,
}

impl Rule {
    /// All of them, what stops a deployment first.
    pub const ALL: [Self; 7] = [
        Self::Freeze,
        Self::OutsideWindow,
        Self::Order,
        Self::SupplierChange,
        Self::SameEnvironment,
        Self::SharedComponent,
        Self::SharedPeople,
    ];

    /// As programs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::OutsideWindow => "outside-window",
            Self::Order => "order",
            Self::SupplierChange => "supplier-change",
            Self::SameEnvironment => "same-environment",
            Self::SharedComponent => "shared-component",
            Self::SharedPeople => "shared-people",
        }
    }

    /// What it says, in a sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Freeze => "Nothing goes out in a freeze.",
            Self::OutsideWindow => "Where there are windows, things go out in one of them.",
            Self::Order => "What comes first in a plan comes first in time.",
            Self::SupplierChange => "Nobody goes out while a supplier changes what they need.",
            Self::SameEnvironment => {
                "A product has one deployment at a time in an environment, and what is booked has it alone."
            }
            Self::SharedComponent => "Nobody goes out while another changes what they need.",
            Self::SharedPeople => "People are in one place at a time.",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
