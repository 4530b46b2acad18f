//! Room on a host, in bytes.

use serde::{Deserialize, Serialize};

/// How much of something is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// Bytes that may still be used.
    pub free: u64,
    /// Bytes in all.
    pub total: u64,
}

impl Space {
    /// Whether less than so many percent would be left if `taken` bytes were used.
    pub fn leaves_less_than(self, percent: u64, taken: u64) -> bool {
        let left = u128::from(self.free.saturating_sub(taken));
        left * 100 < u128::from(self.total) * u128::from(percent)
    }
}

/// Bytes as people read them: `512 B`, `4.2 MB`, `120 GB`; thousands, as disks are sold.
pub(super) fn rough(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        // What would be rounded to 1000 is one of the next.
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    match value < 9.95 {
        true => format!("{value:.1} {unit}"),
        false => format!("{value:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_the_unit_that_fits() {
        for (bytes, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (9_960, "10 kB"),
            (999_499, "999 kB"),
            (999_999, "1.0 MB"),
            (4_200_000, "4.2 MB"),
            (120_000_000_000, "120 GB"),
            (u64::MAX, "18447 PB"),
        ] {
            assert_eq!(rough(bytes), said);
        }
    }

    #[test]
    fn what_is_left_is_compared_with_all_of_it() {
        let space = Space {
            free: 20,
            total: 100,
        };
        assert!(!space.leaves_less_than(10, 10));
        assert!(space.leaves_less_than(10, 11));
        assert!(space.leaves_less_than(1, 1_000));
        let vast = Space {
            free: u64::MAX,
            total: u64::MAX,
        };
        assert!(!vast.leaves_less_than(100, 0));
    }
}
