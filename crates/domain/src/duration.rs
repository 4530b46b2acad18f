//! Lengths of time as people write them in files.

use serde::{Deserialize, Deserializer, Serialize, de};
use std::{fmt, str::FromStr, time::Duration};

/// A length of time in whole milliseconds. Read from `500ms`, `10s`, `2m 30s` or a number of milliseconds;
/// written as a number of milliseconds, so that a hash does not depend on the spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Millis(pub u64);

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time up to a year: write for instance 500ms, 10s or 2m")]
pub struct MillisError(String);

impl Millis {
    /// The longest, a leap year: far beyond every wait, and no sum with a time of this age overflows.
    pub const MAX: Self = Self(366 * 86_400_000);

    /// A whole number of seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1000)
    }

    /// As the standard library counts time.
    pub const fn as_duration(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// As jiff adds to a timestamp; at most [`Self::MAX`].
    pub fn as_signed(self) -> jiff::SignedDuration {
        let millis = self.0.min(Self::MAX.0);
        jiff::SignedDuration::from_millis(i64::try_from(millis).unwrap_or_default())
    }

    /// For people who only want to know about how long: `1.5 s`, `40 s`, `14 min`, `3 h 20 min`.
    pub fn rough(self) -> String {
        let seconds = (self.0 + 500) / 1000;
        let minutes = (self.0 + 30_000) / 60_000;
        match seconds {
            0..10 if self.0 < 1000 => format!("{} ms", self.0),
            0..10 => format!("{:.1} s", (self.0 as f64) / 1000.0),
            10..120 => format!("{seconds} s"),
            120..7_200 => format!("{minutes} min"),
            _ => format!("{} h {} min", minutes / 60, minutes % 60),
        }
    }

    /// The length, unless it is beyond [`Self::MAX`].
    fn checked(millis: u64) -> Option<Self> {
        (millis <= Self::MAX.0).then_some(Self(millis))
    }
}

impl FromStr for Millis {
    type Err = MillisError;

    fn from_str(text: &str) -> Result<Self, MillisError> {
        let wrong = || MillisError(text.chars().take(40).collect());
        let signed: jiff::SignedDuration = text.trim().parse().map_err(|_| wrong())?;
        let millis = u64::try_from(signed.as_millis()).ok();
        millis.and_then(Self::checked).ok_or_else(wrong)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0 s"),
            n if n % 1000 != 0 => write!(f, "{n} ms"),
            n if n % 60_000 != 0 => write!(f, "{} s", n / 1000),
            n => write!(f, "{} min", n / 60_000),
        }
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Millis;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as 500ms, 10s or 2m")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Millis, E> {
                let wrong = || E::custom(MillisError(format!("{value} ms")));
                Millis::checked(value).ok_or_else(wrong)
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Millis, E> {
                u64::try_from(value)
                    .map_err(E::custom)
                    .and_then(|value| self.visit_u64(value))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Millis, E> {
                value.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_write_them() {
        for (text, ms) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("2m", 120_000),
            ("2m 30s", 150_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(text.parse(), Ok(Millis(ms)), "{text}");
        }
        for (ms, rough) in [
            (0, "0 ms"),
            (40, "40 ms"),
            (1_540, "1.5 s"),
            (40_400, "40 s"),
            (840_000, "14 min"),
            (12_000_000, "3 h 20 min"),
        ] {
            assert_eq!(Millis(ms).rough(), rough);
        }
        for bad in ["", "ten", "-5s", "5 parsecs", "100000000h"] {
            assert!(bad.parse::<Millis>().is_err(), "{bad}");
        }
    }
}
