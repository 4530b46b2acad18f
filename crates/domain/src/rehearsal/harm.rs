//! What a fault does to a run: which lines break, and what checks find.

use super::{Fault, host::Host};
use crate::{
    deployment::{Deployment, Reading},
    duration::Millis,
    random::Random,
};

/// What every measurement comes to.
pub(super) fn reading(fault: Option<Fault>) -> Reading {
    let answer = |good, detail: &str| Reading::Answer {
        good,
        detail: detail.to_owned(),
    };
    match fault {
        Some(Fault::BadMetric) => answer(false, "rehearsed as bad"),
        Some(Fault::NoData) => Reading::NoData {
            why: "rehearsed without data".to_owned(),
        },
        Some(
            Fault::BadRelease
            | Fault::BadReleaseLate(_)
            | Fault::Slow(_)
            | Fault::LostTargets(_)
            | Fault::Partition(..),
        )
        | None => answer(true, "rehearsed as good"),
    }
}

/// So many of a hundred hosts are out of touch: from the first, or from a wave on that is drawn.
pub(super) fn break_lines(
    hosts: &mut [Host],
    deployment: &Deployment,
    fault: Option<Fault>,
    random: &mut Random,
) -> Option<(u32, Vec<usize>, Millis)> {
    let (share, length) = match fault {
        Some(Fault::LostTargets(share)) => (share, None),
        Some(Fault::Partition(share, length)) => (share, Some(length)),
        Some(
            Fault::BadRelease
            | Fault::BadReleaseLate(_)
            | Fault::Slow(_)
            | Fault::BadMetric
            | Fault::NoData,
        )
        | None => return None,
    };
    let many = (hosts.len() * usize::from(share)).div_ceil(100);
    let mut places: Vec<usize> = (0..hosts.len()).collect();
    for i in 0..many {
        let other = i + usize::try_from(random.below((places.len() - i) as u64)).unwrap_or(0);
        places.swap(i, other);
    }
    places.truncate(many);
    let wave = random.below(deployment.plan.waves.len() as u64);
    if let Some(length) = length {
        return Some((u32::try_from(wave).unwrap_or(0), places, length));
    }
    for place in places {
        hosts[place].connected = false;
    }
    None
}
