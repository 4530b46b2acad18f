//! Which checks each wave of a plan asks.

use super::{Check, CompileError, Strategy, Wave};
use crate::{name::Name, plan::Baseline};
use std::collections::BTreeSet;

/// Each makes sense, and no two have one name.
pub(super) fn examine(checks: &[Check]) -> Result<(), CompileError> {
    let mut names = BTreeSet::new();
    for check in checks {
        check.examine()?;
        if !names.insert(&check.name) {
            return Err(refused(check, "there are two of that name"));
        }
    }
    Ok(())
}

/// Says which checks each wave asks: those that the strategy names for it, or all, as far as they can be asked then.
pub(super) fn assign(
    waves: &mut [Wave],
    strategy: &Strategy,
    checks: &[Check],
) -> Result<(), CompileError> {
    let said = said(strategy);
    let known = |name: &Name| checks.iter().any(|check| check.name == *name);
    let mut named = said.iter().copied().flatten().flatten();
    if let Some(name) = named.find(|name| !known(name)) {
        return Err(CompileError::Check {
            check: name.clone(),
            why: "the strategy has no such check".to_owned(),
        });
    }
    let judges = |check: &&Check| check.judge.is_some();
    if let (Some(why), Some(check)) = (without_baseline(strategy), checks.iter().find(judges)) {
        let why = format!("the judge compares new targets with old ones, and {why}");
        return Err(refused(check, &why));
    }
    let total: usize = waves.iter().map(|wave| wave.targets.len()).sum();
    let mut left = Left {
        changed: 0,
        total,
        shares_traffic: waves.iter().any(|wave| wave.traffic.is_some()),
    };
    for (i, wave) in waves.iter_mut().enumerate() {
        left.changed += wave.targets.len();
        let said = said.get(i).copied().flatten();
        let is_meant = |check: &&Check| said.is_none_or(|said| said.contains(&check.name));
        let asked = checks.iter().filter(is_meant);
        let asked = asked.filter(|check| left.suffices(check));
        wave.checks = asked.map(|check| check.name.clone()).collect();
    }
    let never = |check: &&Check| {
        let asked = waves.iter().any(|wave| wave.checks.contains(&check.name));
        check.wants_fresh_baseline() && !asked
    };
    match checks.iter().find(never) {
        Some(check) => Err(refused(
            check,
            "no wave that asks it leaves as many targets as have changed, to be started anew and compared with",
        )),
        None => Ok(()),
    }
}

fn refused(check: &Check, why: &str) -> CompileError {
    CompileError::Check {
        check: check.name.clone(),
        why: why.to_owned(),
    }
}

/// What a strategy says of each of its first waves; nothing, where it leaves that open.
fn said(strategy: &Strategy) -> Vec<Option<&Vec<Name>>> {
    match strategy {
        Strategy::Phased(phased) => phased.rings.iter().map(|it| it.checks.as_ref()).collect(),
        Strategy::Canary(canary) => canary.steps.iter().map(|it| it.checks.as_ref()).collect(),
        Strategy::WorkerCanary(canary) => {
            canary.steps.iter().map(|it| it.checks.as_ref()).collect()
        }
        Strategy::AllAtOnce
        | Strategy::Rolling(_)
        | Strategy::Pilot(_)
        | Strategy::BlueGreen(_) => Vec::new(),
    }
}

/// Why no target of the old revision is left beside those of the new one.
const fn without_baseline(strategy: &Strategy) -> Option<&'static str> {
    match strategy {
        Strategy::BlueGreen(_) => Some("blue/green changes all at once"),
        Strategy::WorkerCanary(_) => Some("a worker canary changes a part of each"),
        Strategy::AllAtOnce
        | Strategy::Rolling(_)
        | Strategy::Phased(_)
        | Strategy::Canary(_)
        | Strategy::Pilot(_) => None,
    }
}

/// What has changed after a wave, and what is left to compare with.
struct Left {
    changed: usize,
    total: usize,
    shares_traffic: bool,
}

impl Left {
    /// After the last target there is no baseline any more. A fresh one takes as many as have changed; where requests are
    /// shared out, one more goes on serving meanwhile.
    fn suffices(&self, check: &Check) -> bool {
        let old = self.total - self.changed;
        match check.judge.as_ref().map(|judge| judge.baseline) {
            None => true,
            Some(Baseline::Standing) => old > 0,
            Some(Baseline::Fresh) => old >= self.changed + usize::from(self.shares_traffic),
        }
    }
}
