//! What an invariant asks of the moment of an event: the state just before it, and the facts it rests on.

use super::job_event;
use crate::{
    analysis::Verdict,
    calendar::{Closed, Edge, InFlight, Opening},
    deployment::{
        Against, Barrier, Deployment, Event, Facts, FreshStage, Outcome, Position, Reading, Stage,
        Status, TargetRun, facts::Proof,
    },
    name::Name,
    plan::{Baseline, Check, JobName, When},
    runbook::{self, Gate},
};

/// What is wrong with `event` happening to `before`; empty when the invariants that it can break hold.
pub fn event(before: &Deployment, event: &Event, facts: &Facts) -> Vec<String> {
    let mut faults = Vec::new();
    if let Event::WaveStarted { wave } = event {
        wave_before(before, *wave, &mut faults);
        checks_before(before, *wave, &mut faults);
        calendar(before, *wave == 0, InFlight::Finish, facts, &mut faults);
        if !facts.clearance.stops.is_empty() {
            faults.push("a wave started that controls or people did not clear".to_owned());
        }
    }
    steps(before, event, facts, &mut faults);
    lockstep(before, event, &mut faults);
    if let Event::TargetActivated { target } = event {
        room(before, *target, &mut faults);
        let least = InFlight::FinishWaveThenHold;
        calendar(before, false, least, facts, &mut faults);
        if before.status.hold().is_some() || facts.blocked.is_some() {
            faults.push("a target was activated during a stop".to_owned());
        }
    }
    if let Event::BaselineStarted { target } = event {
        let run = &before.targets[target.0 as usize];
        if !matches!(
            run.stage,
            Stage::Waiting | Stage::Preparing { .. } | Stage::Prepared
        ) {
            faults.push(format!("{} is no target of the old revision", run.target));
        }
        bounded(before, *target, &mut faults);
        if before.status.hold().is_some() || facts.blocked.is_some() {
            faults.push("a baseline was started during a stop".to_owned());
        }
    }
    job_event::event(before, event, facts, &mut faults);
    if matches!(event, Event::Succeeded) && before.status.goes_forward() {
        checks_before(
            before,
            u32::try_from(before.plan.waves.len()).unwrap_or(0),
            &mut faults,
        );
    }
    if let Event::CheckStarted { wave, check } = event {
        compared(before, (*wave, check), &mut faults);
    }
    if let Event::CheckEnded {
        check,
        outcome: Outcome::Passed,
        ..
    } = event
    {
        data(before, check, facts, &mut faults);
    }
    if let Event::TargetPassed { target } = event {
        proof(before, *target, facts, &mut faults);
    }
    if let Event::TargetRestoring {
        failed: false,
        target,
    } = event
    {
        healthy_left_alone(before, *target, &mut faults);
    }
    faults
}

/// What people have to do first comes first, and nothing begins against their no.
fn steps(before: &Deployment, event: &Event, facts: &Facts, faults: &mut Vec<String>) {
    let is_begun_by = |gate: Gate| match gate {
        Gate::Start => matches!(event, Event::Started),
        Gate::Change => matches!(event, Event::WaveStarted { wave: 0 }),
        Gate::Wave(wave) => matches!(event, Event::WaveStarted { wave: it } if *it == wave),
        Gate::Finish => matches!(event, Event::Succeeded) && before.status.goes_forward(),
        Gate::Return => false,
    };
    let mut holds = facts.steps.holds.iter();
    if let Some(held) = holds.find(|held| is_begun_by(held.gate)) {
        faults.push(format!("it did not wait for people {}", held.gate));
    }
    let is_wave = matches!(event, Event::WaveStarted { .. });
    if is_wave && facts.steps.verdict != runbook::Verdict::Go {
        faults.push("a wave started against people's no".to_owned());
    }
}

/// A member of a group run keeps its barriers, and leaves going back to its group.
fn lockstep(before: &Deployment, event: &Event, faults: &mut Vec<String>) {
    let Some(membership) = &before.membership else {
        return;
    };
    let changes = matches!(
        event,
        Event::WaveStarted { .. } | Event::JobStarted { .. } | Event::TargetActivated { .. }
    );
    let early = changes && membership.opened < Barrier::Change;
    let last = |job: &JobName| {
        let mut planned = before.plan.jobs.iter();
        planned.any(|planned| planned.job == *job && planned.when == When::After)
    };
    let succeeds = matches!(event, Event::Succeeded)
        || matches!(event, Event::JobStarted { job, .. } if last(job));
    if early || (succeeds && membership.opened < Barrier::Succeed) {
        let what = event.word();
        faults.push(format!("a member of a group did not wait: {what}"));
    }
    if membership.frozen && changes {
        faults.push("something began in a group that stands still".to_owned());
    }
    if matches!(event, Event::RollbackStarted { .. }) {
        faults.push("a member of a group goes back by itself".to_owned());
    }
}

/// Invariant 4: enough of the wave before passed, or all of it is judged and no more failed than it bears.
fn wave_before(before: &Deployment, wave: u32, faults: &mut Vec<String>) {
    let Some(last) = wave.checked_sub(1) else {
        return;
    };
    let planned = &before.plan.waves[last as usize];
    let stages = || before.wave(last).map(|(_, run)| &run.stage);
    let passed = stages().filter(|s| matches!(s, Stage::Passed { .. }));
    let enough = planned.passes_min.map(|min| min as usize);
    let all_judged = stages().all(|stage| {
        matches!(
            stage,
            Stage::Passed { .. } | Stage::Failed { .. } | Stage::Excluded { .. }
        )
    });
    if !all_judged && enough.is_none_or(|enough| passed.count() < enough) {
        faults.push(format!(
            "wave {} began before wave {wave} was over",
            wave + 1
        ));
    }
    let in_steps = before
        .plan
        .waves
        .iter()
        .any(|wave| wave.instances.is_some());
    let mut passed = before.targets.iter();
    let behind = passed.any(|run| matches!(run.stage, Stage::Passed { .. }) && run.grown < last);
    if in_steps && behind {
        faults.push(format!(
            "wave {} began before all had wave {wave}",
            wave + 1
        ));
    }
    let failed = stages().filter(|s| matches!(s, Stage::Failed { ignored: None, .. }));
    let borne = planned
        .failures_max
        .unwrap_or(before.plan.limits.failures_max);
    if failed.count() > borne as usize {
        faults.push(format!("wave {wave} failed, and wave {} began", wave + 1));
    }
}

/// Invariant 4: every check after the wave before passed, or a person accepted what came of it.
fn checks_before(before: &Deployment, wave: u32, faults: &mut Vec<String>) {
    let Some(last) = wave.checked_sub(1).filter(|_| !before.fast_track) else {
        return;
    };
    for name in &before.plan.waves[last as usize].checks {
        let mut asked = before
            .plan
            .checks
            .iter()
            .filter(|check| check.name == *name);
        let mut runs = before
            .checks
            .iter()
            .filter(|run| run.wave == last && run.check == *name);
        let fine = match (asked.next(), runs.next()) {
            (Some(check), Some(run)) if run.accepted.is_none() => match &run.ended {
                Some((_, outcome)) => *outcome == Outcome::Passed || check.dry_run,
                None => false,
            },
            (_, run) => run.is_some(),
        };
        if !fine {
            faults.push(format!("wave {} ended without check {name}", last + 1));
        }
    }
}

/// Invariant 4: no data is never a pass.
fn data(before: &Deployment, name: &Name, facts: &Facts, faults: &mut Vec<String>) {
    let Some(check) = before.plan.checks.iter().find(|check| check.name == *name) else {
        return faults.push(format!("check {name} is none of the plan's"));
    };
    let measured = facts.measurements.iter().filter(|m| m.check == *name);
    let good = measured.filter(|m| is_good(check, &m.reading));
    if good.count() < check.count.get() as usize {
        faults.push(format!("check {name} passed without data"));
    }
}

fn is_good(check: &Check, reading: &Reading) -> bool {
    match reading {
        Reading::Value { value } => check.metric.as_ref().is_some_and(|metric| {
            let above = metric.passes.above.is_none_or(|bound| *value > bound.get());
            above && metric.passes.below.is_none_or(|bound| *value < bound.get())
        }),
        Reading::Answer { good, .. } => *good,
        Reading::Judged { analysis } => analysis.verdict == Verdict::Pass,
        Reading::NoData { .. } => false,
    }
}

/// Invariant 2: one more target changes, and all that may be down stay within the bound.
fn room(before: &Deployment, target: Position, faults: &mut Vec<String>) {
    let of = before.targets[target.0 as usize].wave;
    if !matches!(before.status, Status::Rolling { wave, .. } if of <= wave) {
        faults.push("a target was activated before its wave".to_owned());
    }
    bounded(before, target, faults);
}

/// Invariant 2: a target may be down, beside the others that are, because of us.
fn bounded(before: &Deployment, target: Position, faults: &mut Vec<String>) {
    let is_down = |stage: &Stage| {
        matches!(
            stage,
            Stage::Activating { .. }
                | Stage::Failed {
                    activated: true,
                    ..
                }
        )
    };
    let starts_anew = |run: &TargetRun| {
        let fresh = run.fresh.map(|fresh| fresh.stage);
        let unchanged = matches!(
            run.stage,
            Stage::Waiting | Stage::Preparing { .. } | Stage::Prepared
        );
        unchanged && matches!(fresh, Some(FreshStage::Starting { .. }))
    };
    let others = before
        .positioned()
        .filter(|(position, _)| *position != target);
    let down = others.filter(|(_, run)| is_down(&run.stage) || starts_anew(run));
    let (down, max) = (down.count(), before.plan.limits.max_unavailable);
    if down >= max as usize {
        faults.push(format!("{down} targets may be down already, {max} may"));
    }
}

/// What is compared with a fresh baseline has one, as large as the canary.
fn compared(before: &Deployment, (wave, name): (u32, &Name), faults: &mut Vec<String>) {
    let asked = before.plan.checks.iter().find(|check| check.name == *name);
    let judge = asked.and_then(|check| check.judge.as_ref());
    if judge.is_none_or(|judge| judge.baseline == Baseline::Standing) {
        return;
    }
    let stands = |run: &&TargetRun| {
        let fresh = run.fresh.filter(|fresh| fresh.wave == wave);
        let stands = fresh.is_some_and(|fresh| matches!(fresh.stage, FreshStage::Stands { .. }));
        stands
            && matches!(
                run.stage,
                Stage::Waiting | Stage::Preparing { .. } | Stage::Prepared
            )
    };
    let (fresh, canary) = (
        before.targets.iter().filter(stands).count(),
        before.count(|stage| matches!(stage, Stage::Passed { .. })),
    );
    if fresh < canary as usize {
        faults.push(format!(
            "check {name} compares {canary} new targets with {fresh} fresh ones"
        ));
    }
}

/// Invariant 5: what is closed stays closed, but for two people or what the calendar itself declares.
pub(super) fn calendar(
    before: &Deployment,
    is_change: bool,
    least: InFlight,
    facts: &Facts,
    faults: &mut Vec<String>,
) {
    let Some(Opening::Closed { reasons, .. }) = &facts.calendar else {
        return;
    };
    let mut confirmed = Vec::new();
    for one in &before.overrides {
        if one.confirmed_by.as_ref().is_some_and(|by| *by != one.by) {
            confirmed.push(one.against.as_ref());
        }
    }
    let is_meant = |against: &Against, reason: &Closed| {
        let (meant, ends) = match reason {
            Closed::Frozen { freeze, until, .. } => (against.freezes.get(freeze), until),
            Closed::OutsideWindows { until, .. } => (against.windows.as_ref(), until),
        };
        match (meant, ends) {
            (None, _) => false,
            (Some(Edge::Never), _) => true,
            (
                Some(Edge::At(meant) | Edge::NotBefore(meant)),
                Edge::At(ends) | Edge::NotBefore(ends),
            ) => ends <= meant,
            (Some(_), Edge::Never) => false,
        }
    };
    let stays = |reason: &&Closed| {
        let mut confirmed = confirmed.iter();
        !confirmed.any(|against| against.is_none_or(|against| is_meant(against, reason)))
    };
    let strictest = reasons.iter().filter(stays).map(Closed::in_flight).max();
    let fine = |strictest| !is_change && strictest <= least;
    if !strictest.is_none_or(fine) {
        faults.push("something began while the calendar was closed".to_owned());
    }
}

/// Invariants 1 and 7: the target itself says that it runs the new revision, and for long enough.
fn proof(before: &Deployment, target: Position, facts: &Facts, faults: &mut Vec<String>) {
    let run = &before.targets[target.0 as usize];
    let proved = facts.targets.get(target.0 as usize).is_some_and(|known| {
        known.connected && known.running == Some(run.after) && known.proof == Proof::Proved
    });
    if !proved {
        faults.push(format!("{} passed without proof", run.target));
    }
}

/// Invariant 8: where the old revision fails too, what is healthy stays as it is.
fn healthy_left_alone(before: &Deployment, target: Position, faults: &mut Vec<String>) {
    let old_fails = before.count(|stage| {
        matches!(
            stage,
            Stage::Stuck {
                old_fails: true,
                ..
            }
        )
    });
    if old_fails > 0 {
        let run = &before.targets[target.0 as usize];
        faults.push(format!(
            "{} was taken back although the old revision fails",
            run.target
        ));
    }
}
