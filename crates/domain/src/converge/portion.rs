//! How many instances of a component run one of two revisions.

use crate::plan::Percent;

/// A portion of the instances of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portion {
    /// All of them.
    All,
    /// This share, rounded up: of the new revision, while the old one runs beside it.
    Share(Percent),
    /// What this share leaves: of the old revision.
    Rest(Percent),
}

impl Portion {
    /// How many of `total`. A share and its rest together are the total.
    pub fn of(self, total: u32) -> u32 {
        match self {
            Self::All => total,
            Self::Share(percent) => share(total, percent),
            Self::Rest(percent) => total - share(total, percent),
        }
    }
}

/// At most `total`, as a percentage is at most 100.
fn share(total: u32, percent: Percent) -> u32 {
    let exact = (u64::from(total) * u64::from(percent.get())).div_ceil(100);
    u32::try_from(exact).unwrap_or(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_and_its_rest_are_all() {
        for total in [1, 2, 3, 4, 7, 8, 100, u32::MAX] {
            for part in 0..=100 {
                let percent = Percent::of(part, 100);
                let (new, old) = (Portion::Share(percent), Portion::Rest(percent));
                assert_eq!(new.of(total) + old.of(total), total, "{part} of {total}");
                assert_eq!(new.of(total) == 0, part == 0);
                assert_eq!(old.of(total) == 0, part == 100 || new.of(total) == total);
            }
        }
        let of = |part, total| Portion::Share(Percent::of(part, 100)).of(total);
        assert_eq!((of(25, 4), of(25, 8), of(10, 2), of(30, 4)), (1, 2, 1, 2));
    }
}
