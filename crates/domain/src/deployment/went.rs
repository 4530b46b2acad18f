//! What went to one place, one after the other: how it ended, what stood there before, and whether it was taken back.

use super::{Deployment, Purpose, Status};
use crate::{id::DeploymentId, version::Version};
use jiff::Timestamp;

/// A promotion that ended well or badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Went {
    /// Its number.
    pub id: DeploymentId,
    /// The release that went there.
    pub release: Version,
    /// When it ended.
    pub ended: Timestamp,
    /// When it failed or went back, or when somebody took it back later; none while it holds.
    pub failed: Option<Timestamp>,
    /// The release that stood there before.
    pub before: Option<Version>,
}

impl Went {
    /// Whether it had ended badly, or was taken back, by then.
    pub fn had_failed(&self, at: Timestamp) -> bool {
        self.failed.is_some_and(|failed| failed <= at)
    }
}

/// The promotions that ended well or badly, among all deployments of a product to an environment in the order of their numbers.
///
/// A rollback that succeeded takes back what it says and whatever came after that.
pub fn went(all: &[Deployment]) -> Vec<Went> {
    let (mut went, mut standing): (Vec<Went>, Vec<usize>) = (Vec::new(), Vec::new());
    for deployment in all {
        let (ended, is_well) = match &deployment.status {
            Status::Succeeded { at } => (*at, true),
            Status::RolledBack { at, .. } | Status::Failed { at, .. } => (*at, false),
            Status::Requested
            | Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::RollingBack { .. }
            | Status::Cancelling { .. }
            | Status::Cancelled { .. }
            | Status::Superseded { .. } => continue,
        };
        match deployment.purpose {
            Purpose::Promotion => {
                let before = standing.last().and_then(|place| went.get(*place));
                let before = before.map(|it: &Went| it.release.clone());
                if is_well {
                    standing.push(went.len());
                }
                went.push(Went {
                    id: deployment.id,
                    release: deployment.release.clone(),
                    ended,
                    failed: (!is_well).then_some(ended),
                    before,
                });
            }
            Purpose::Rollback { of } if is_well => {
                let back =
                    standing.extract_if(.., |place| went.get(*place).is_some_and(|it| it.id >= of));
                let back: Vec<usize> = back.collect();
                for place in back {
                    if let Some(it) = went.get_mut(place) {
                        it.failed = Some(ended);
                    }
                }
            }
            Purpose::Rollback { .. } => {}
        }
    }
    went
}

/// The release that stood there at a moment.
pub fn stood(went: &[Went], at: Timestamp) -> Option<&Version> {
    let mut holding = went.iter().rev();
    let last = holding.find(|it| it.ended <= at && !it.had_failed(at));
    last.map(|it| &it.release)
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};
    use crate::{deployment::Cause, name::Name};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// `1.0 1.1! <2 1.2`: promotions that ended well, or badly with `!`, and rollbacks of a number, or `<2!` that failed. Each ends as
    /// many seconds after the epoch as its number says.
    fn told(text: &str) -> Vec<Deployment> {
        let one = |(number, word): (u64, &str)| {
            let (word, is_bad) = word
                .strip_suffix('!')
                .map_or((word, false), |it| (it, true));
            let second = i64::try_from(number).unwrap();
            let mut it = sample::requested(sample::plan(1, 1, &[]));
            it.id = DeploymentId(number);
            match word.strip_prefix('<') {
                Some(of) => {
                    let of = DeploymentId(of.parse().unwrap());
                    it.purpose = Purpose::Rollback { of };
                }
                None => it.release = word.parse().unwrap(),
            }
            let cause = Cause::Person {
                by: "ada".parse::<Name>().unwrap(),
                reason: String::new(),
            };
            it.status = match is_bad {
                true => Status::Failed {
                    cause,
                    at: at(second),
                },
                false => Status::Succeeded { at: at(second) },
            };
            it
        };
        (1..).zip(text.split_whitespace()).map(one).collect()
    }

    #[test]
    fn what_is_taken_back_failed_then_and_stands_no_more() {
        for (text, expect, stands) in [
            ("1.0 1.1", "1.0 1.1>1.0", "- 1.0 1.1"),
            ("1.0 1.1! 1.2", "1.0 1.1x2>1.0 1.2>1.0", "- 1.0 1.0 1.2"),
            (
                "1.0 1.1 <2 1.2",
                "1.0 1.1x3>1.0 1.2>1.0",
                "- 1.0 1.1 1.0 1.2",
            ),
            // What went there twice is taken back at once, and a way back that failed takes nothing back.
            (
                "1.0 1.1 1.1 <2",
                "1.0 1.1x4>1.0 1.1x4>1.1",
                "- 1.0 1.1 1.1 1.0",
            ),
            ("1.0 1.1 <2!", "1.0 1.1>1.0", "- 1.0 1.1 1.1"),
            ("1.0 <1", "1.0x2", "- 1.0 -"),
        ] {
            let all = told(text);
            let went = went(&all);
            let line = |it: &Went| {
                let failed = it.failed.map(|at| format!("x{}", at.as_second()));
                let before = it.before.as_ref().map(|it| format!(">{it}"));
                format!(
                    "{}{}{}",
                    it.release,
                    failed.unwrap_or_default(),
                    before.unwrap_or_default()
                )
            };
            let lines: Vec<String> = went.iter().map(line).collect();
            assert_eq!(lines.join(" "), expect, "{text}");
            let end = i64::try_from(all.len()).unwrap();
            let there = (0..=end).map(|second| {
                stood(&went, at(second)).map_or_else(|| "-".to_owned(), ToString::to_string)
            });
            assert_eq!(there.collect::<Vec<_>>().join(" "), stands, "{text}");
        }
    }
}
