//! The invariants, written a second time.
//!
//! This knows nothing of how decisions are made. Tests, the simulator and `tidegate doctor` run [`check`] on every state;
//! what only the moment of an event can show, [`event`](fn@event) looks at, in the simulator.

mod event;
mod job_event;

pub use event::event;

use super::{Deployment, JobOutcome, JobRun, JobStage, Purpose, Stage, Status, TrialStage};
use crate::plan::{PlannedJob, Reversible, Then, When};

/// What is wrong with `deployment`; empty when all invariants that one record can show hold.
pub fn check(deployment: &Deployment) -> Vec<String> {
    let mut faults = Vec::new();
    shape(deployment, &mut faults);
    order_of_waves(deployment, &mut faults);
    room(deployment, &mut faults);
    endings(deployment, &mut faults);
    jobs(deployment, &mut faults);
    no_return(deployment, &mut faults);
    faults
}

/// The list of targets is exactly the plan's.
fn shape(deployment: &Deployment, faults: &mut Vec<String>) {
    let planned = (0u32..)
        .zip(&deployment.plan.waves)
        .flat_map(|(i, w)| w.targets.iter().map(move |t| (i, t)));
    let runs = deployment.targets.iter().map(|run| (run.wave, &run.target));
    if !planned.eq(runs) {
        faults.push("the targets are not those of the plan".into());
    }
}

/// Invariant 4: nothing of a later wave is touched before its turn, nor before all lie ready.
fn order_of_waves(deployment: &Deployment, faults: &mut Vec<String>) {
    let not_begun = matches!(
        deployment.status,
        Status::Requested | Status::Preparing { .. }
    );
    for run in deployment
        .targets
        .iter()
        .filter(|run| run.stage.is_changed())
    {
        let early =
            matches!(deployment.status, Status::Rolling { wave, .. } if run.last_wave() > wave);
        if not_begun || early {
            faults.push(format!(
                "{} runs the new revision before its wave",
                run.target
            ));
        }
    }
    let Status::Rolling { wave, .. } = deployment.status else {
        return;
    };
    for (number, planned) in (0..wave).zip(&deployment.plan.waves) {
        let signed = deployment
            .sign_offs
            .iter()
            .any(|given| given.wave == number);
        if planned.then == Then::SignOff && !signed {
            faults.push(format!("wave {} was not signed off", number + 1));
        }
    }
}

/// Invariant 2. A target that failed after it had passed counts as down but was not taken down, so while going forward
/// only what we are changing now is bounded together with what failed in changing.
fn room(deployment: &Deployment, faults: &mut Vec<String>) {
    let max = deployment.plan.limits.max_unavailable;
    let activating = deployment.count(|stage| matches!(stage, Stage::Activating { .. }));
    let healthy_restoring =
        deployment.count(|stage| matches!(stage, Stage::Restoring { failed: false, .. }));
    if activating > max {
        faults.push(format!("{activating} targets are changing, {max} may"));
    }
    if healthy_restoring > max {
        faults.push(format!(
            "{healthy_restoring} healthy targets are going back, {max} may"
        ));
    }
}

/// Invariants 7 and 8: what an ending promises.
fn endings(deployment: &Deployment, faults: &mut Vec<String>) {
    for run in &deployment.targets {
        let fine = match &deployment.status {
            Status::Succeeded { .. } => match deployment.purpose {
                Purpose::Promotion => {
                    matches!(run.stage, Stage::Passed { .. } | Stage::Excluded { .. })
                }
                Purpose::Rollback { .. } => matches!(run.stage, Stage::Restored { .. }),
            },
            Status::RolledBack { .. } => !run.stage.is_changed() && !run.stage.is_disturbed(),
            Status::Failed { .. } => !matches!(run.stage, Stage::Restoring { .. }),
            Status::Requested
            | Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::RollingBack { .. }
            | Status::Cancelling { .. }
            | Status::Cancelled { .. }
            | Status::Superseded { .. } => true,
        };
        if !fine {
            let (status, stage) = (deployment.status.word(), run.stage.word());
            faults.push(format!(
                "the deployment is {status} and {} is {stage}",
                run.target
            ));
        }
    }
}

/// What is to be done before the change is done before it, what is to be done after it before success, and one at a time.
fn jobs(deployment: &Deployment, faults: &mut Vec<String>) {
    let open = deployment.jobs.iter().filter(|run| !is_through(run));
    if open.count() > 1 {
        faults.push("two jobs are under way at once".to_owned());
    }
    let trials = deployment.trials.iter();
    let trials = trials.filter(|trial| matches!(trial.stage, TrialStage::Running { .. }));
    let trials = trials.count();
    if trials > 1 {
        faults.push("two jobs run for checks at once".to_owned());
    }
    if trials > 0 && deployment.status.is_terminal() && !superseded(deployment) {
        faults.push("a job that was run for a check is left behind".to_owned());
    }
    let forward = deployment.purpose == Purpose::Promotion;
    for planned in &deployment.plan.jobs {
        let due = match (&deployment.status, planned.when) {
            (_, When::Check) => false,
            (Status::Rolling { .. }, When::Before) | (Status::Succeeded { .. }, _) => forward,
            _ => false,
        };
        if due && !run_of(deployment, planned).is_some_and(is_through) {
            faults.push(format!("job {} was passed over", planned.job));
        }
    }
}

const fn superseded(deployment: &Deployment) -> bool {
    matches!(deployment.status, Status::Superseded { .. })
}

/// Invariant 5: past what cannot be undone, going back takes a person's word.
fn no_return(deployment: &Deployment, faults: &mut Vec<String>) {
    let Status::RollingBack { since, .. } = deployment.status else {
        return;
    };
    let past = |planned: &&PlannedJob| {
        let Some(run) = run_of(deployment, planned) else {
            return false;
        };
        match (planned.reversible, &run.stage) {
            (Reversible::No, _) => true,
            (Reversible::Until(length), JobStage::Ended { at, .. }) => {
                since >= run.first_ended.unwrap_or(*at) + length.as_signed()
            }
            (Reversible::Until(length), _) => run
                .first_ended
                .is_some_and(|at| since >= at + length.as_signed()),
            (Reversible::Yes, _) => false,
        }
    };
    let own = deployment.plan.jobs.iter().find(past).map(|job| &job.job);
    let inherited = deployment
        .inherited
        .as_ref()
        .filter(|left| left.from <= since);
    let past = own.or(inherited.map(|left| &left.job));
    if let Some(job) = past.filter(|_| deployment.return_signed.is_none()) {
        faults.push(format!("it goes back although job {job} cannot be undone"));
    }
}

fn run_of<'a>(deployment: &'a Deployment, planned: &PlannedJob) -> Option<&'a JobRun> {
    deployment.jobs.iter().find(|run| run.job == planned.job)
}

const fn is_through(run: &JobRun) -> bool {
    matches!(
        &run.stage,
        JobStage::Ended {
            outcome: JobOutcome::Done,
            ..
        } | JobStage::Ended {
            accepted: Some(_),
            ..
        }
    )
}
