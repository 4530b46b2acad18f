//! What earlier deployments tell of their targets: read out of their entries in the journal.

use crate::{deployment::Deployment, duration::Millis, journal::Entry, name::Name};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A part of a target's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// From being told to prepare to lying ready.
    Prepare,
    /// From being told to run the new revision to being healthy on it, or failed.
    Start,
    /// From being told to go back to being back.
    Restore,
}

/// How one target once did on one part of its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Which target.
    pub target: Name,
    /// Which part.
    pub part: Part,
    /// How long it took.
    pub took: Millis,
    /// Whether it failed.
    pub failed: bool,
    /// Whether at least half of the targets failed that were told to run the same: that tells of the release, and not of
    /// targets.
    pub release_is_bad: bool,
}

/// What the entries of one deployment, oldest first, tell of its targets.
///
/// A target passes when it was healthy for as long as the plan asks; that is no part of how long it took to become healthy.
/// One that ran the same already tells nothing.
pub fn observations(deployment: &Deployment, entries: &[Entry]) -> Vec<Observation> {
    let minimum_healthy = deployment.plan.limits.minimum_healthy;
    let runs = deployment.targets.iter();
    let changed: BTreeSet<&str> = runs
        .filter(|run| run.before != Some(run.after))
        .map(|run| run.target.as_str())
        .collect();
    let mut begun: BTreeMap<&str, (Part, Timestamp)> = BTreeMap::new();
    let mut seen = Vec::new();
    for entry in entries {
        let target = entry.detail.get("target").and_then(|name| name.as_str());
        let Some(target) = target.filter(|target| changed.contains(target)) else {
            continue;
        };
        let begins = match entry.action.as_str() {
            "deployment.target_preparing" => Some(Part::Prepare),
            "deployment.target_activated" => Some(Part::Start),
            "deployment.target_restoring" => Some(Part::Restore),
            _ => None,
        };
        if let Some(part) = begins {
            begun.insert(target, (part, entry.time));
        } else if let Some(failed) = ends(&entry.action)
            && let Some((part, since)) = begun.remove(target)
            && let Ok(target) = target.parse()
        {
            let watched = match part {
                Part::Start if !failed => minimum_healthy.0,
                Part::Start | Part::Prepare | Part::Restore => 0,
            };
            seen.push(Observation {
                target,
                part,
                took: Millis(elapsed(since, entry.time).saturating_sub(watched)),
                failed,
                release_is_bad: false,
            });
        }
    }
    judge(&mut seen);
    seen
}

/// Whether an entry ends a part of a target's way, and if so, whether badly.
fn ends(action: &str) -> Option<bool> {
    match action {
        "deployment.target_prepared"
        | "deployment.target_passed"
        | "deployment.target_restored" => Some(false),
        "deployment.target_failed" | "deployment.target_stuck" => Some(true),
        _ => None,
    }
}

fn elapsed(since: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(until.duration_since(since).as_millis()).unwrap_or(0)
}

fn judge(seen: &mut [Observation]) {
    let started = seen.iter().filter(|one| one.part == Part::Start);
    let failed = started.clone().filter(|one| one.failed).count();
    let is_bad = failed > 0 && failed * 2 >= started.count();
    for one in seen {
        one.release_is_bad = is_bad;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::sample::{plan, requested};

    /// Entries in short: `SECOND WORD TARGET`.
    fn entries(lines: &[&str]) -> Vec<Entry> {
        let entry = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            Entry {
                v: 1,
                time: Timestamp::from_second(words[0].parse().unwrap()).unwrap(),
                actor: "tidegate".into(),
                action: format!("deployment.{}", words[1]),
                subject: "deployment/1".into(),
                detail: serde_json::json!({ "target": words[2] }),
                request: None,
            }
        };
        lines.iter().map(entry).collect()
    }

    #[test]
    fn what_a_target_took_lies_between_two_entries() {
        let seen = observations(
            &requested(plan(3, 1, &[])),
            &entries(&[
                "10 target_preparing t0",
                "10 target_preparing t1",
                "12 target_prepared t0",
                "15 target_prepared t1",
                "20 target_activated t0",
                "28 target_passed t0",
                "30 target_activated t1",
                "50 target_failed t1",
                "51 target_restoring t1",
                "54 target_restored t1",
            ]),
        );
        let told: Vec<_> = seen
            .iter()
            .map(|one| (one.part, one.took.0 / 1000, one.failed))
            .collect();
        let expect = [
            (Part::Prepare, 2, false),
            (Part::Prepare, 5, false),
            (Part::Start, 5, false),
            (Part::Start, 20, true),
            (Part::Restore, 3, false),
        ];
        assert_eq!(told, expect);
        assert!(seen.iter().all(|one| one.release_is_bad), "1 of 2 failed");
    }

    #[test]
    fn one_failure_of_many_tells_of_a_target() {
        let seen = observations(
            &requested(plan(3, 1, &[])),
            &entries(&[
                "1 target_activated t0",
                "1 target_activated t1",
                "1 target_activated t2",
                "2 target_passed t0",
                "2 target_passed t1",
                "9 target_failed t2",
            ]),
        );
        assert!(seen.iter().all(|one| !one.release_is_bad));
    }

    #[test]
    fn what_ran_there_already_tells_nothing() {
        let mut same = requested(plan(2, 1, &[]));
        same.targets[0].before = Some(same.targets[0].after);
        let lines = ["1 target_activated t0", "1 target_passed t0"];
        assert_eq!(observations(&same, &entries(&lines)), []);
    }
}
