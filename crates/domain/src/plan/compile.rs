//! The compiler: strategy and targets in, waves out.

use super::{Limits, Plan, Strategy, Wave};
use crate::{duration::Millis, name::Name};

/// Why a strategy gives no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Nothing to deploy to.
    #[error("the environment has no targets")]
    NoTargets,
    /// The limit forbids every wave.
    #[error("max unavailable is 0, so no target may ever change")]
    NothingMayChange,
    /// No target could ever pass.
    #[error(
        "a target has to be healthy for {minimum_healthy} within its progress deadline of {progress_deadline}"
    )]
    NeverPasses {
        /// How long it must be healthy.
        minimum_healthy: Millis,
        /// How long it may take.
        progress_deadline: Millis,
    },
}

/// Compiles `strategy` over `targets`, which are taken in the given order. Without a limit of its own
/// (`max_unavailable` none), as many targets may be down as the largest wave has.
///
/// # Errors
/// When there is no target, or the limits forbid every change or every success.
pub fn compile(
    strategy: Strategy,
    targets: &[Name],
    limits: &Limits,
    max_unavailable: Option<u32>,
) -> Result<Plan, CompileError> {
    let total = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    if total == 0 {
        return Err(CompileError::NoTargets);
    }
    let (size, bake) = match strategy {
        Strategy::AllAtOnce => (total, Millis(0)),
        Strategy::Rolling { batch, bake } => (batch.of(total), bake),
    };
    let max_unavailable = max_unavailable.unwrap_or(size);
    if max_unavailable == 0 {
        return Err(CompileError::NothingMayChange);
    }
    if limits.minimum_healthy >= limits.progress_deadline {
        return Err(CompileError::NeverPasses {
            minimum_healthy: limits.minimum_healthy,
            progress_deadline: limits.progress_deadline,
        });
    }
    let waves = targets
        .chunks(size as usize)
        .enumerate()
        .map(|(i, targets)| wave(i, targets, bake));
    Ok(Plan {
        strategy,
        limits: Limits {
            max_unavailable,
            ..limits.clone()
        },
        waves: waves.collect(),
    })
}

fn wave(i: usize, targets: &[Name], bake: Millis) -> Wave {
    Wave {
        title: format!("wave {}", i + 1),
        targets: targets.to_vec(),
        bake,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Share, *};

    fn sizes(strategy: Strategy, total: u32) -> Vec<usize> {
        let targets: Vec<Name> = (0..total)
            .map(|i| format!("t{i}").parse().unwrap())
            .collect();
        let plan = compile(strategy, &targets, &Limits::default(), None).unwrap();
        plan.waves.iter().map(|w| w.targets.len()).collect()
    }

    #[test]
    fn strategies_compile_to_waves() {
        let rolling = |batch| Strategy::Rolling {
            batch,
            bake: Millis(0),
        };
        assert_eq!(sizes(Strategy::AllAtOnce, 6), [6]);
        assert_eq!(sizes(rolling(Share::Count(2)), 6), [2, 2, 2]);
        assert_eq!(sizes(rolling(Share::Count(4)), 6), [4, 2]);
        assert_eq!(sizes(rolling(Share::Count(50)), 6), [6]);
        assert_eq!(sizes(rolling(Share::Percent(25)), 6), [2, 2, 2]);
        assert_eq!(sizes(rolling(Share::Percent(1)), 3), [1, 1, 1]);
        assert_eq!(sizes(rolling(Share::Percent(100)), 3), [3]);
    }

    #[test]
    fn the_same_inputs_give_the_same_hash() {
        let targets = ["a".parse().unwrap(), "b".parse().unwrap()];
        let plan = || compile(Strategy::AllAtOnce, &targets, &Limits::default(), None).unwrap();
        assert_eq!(plan().hash(), plan().hash());
        let other = compile(Strategy::AllAtOnce, &targets[..1], &Limits::default(), None).unwrap();
        assert_ne!(plan().hash(), other.hash());
    }
}
