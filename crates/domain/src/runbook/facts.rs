//! What a runbook is told of its deployment.

use super::{Gate, Phase};
use crate::{
    deployment::{Deployment, Purpose, Stage, Status},
    name::Name,
    plan::JobName,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, fmt};

/// What is known of a deployment at the moment of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How far each piece of the engine's work is. What is missing has not begun.
    pub phases: BTreeMap<Phase, Progress>,
    /// Where it goes.
    pub course: Course,
    /// The gate at which it stands with nothing else to wait for, if it stands at one: all before it is over.
    pub stands_at: Option<Gate>,
    /// Whether nothing but people keeps it there: while controls or the calendar do, nobody's time to decide runs out.
    pub is_free: bool,
}

/// How far a piece of the engine's work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// It has not begun.
    Ahead,
    /// It has begun.
    UnderWay,
    /// It is over.
    Over,
}

/// Where a deployment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// To what is new.
    Forward,
    /// To what ran before.
    Back {
        /// Since when.
        since: Timestamp,
    },
    /// To an end where it is, because it is being cancelled. It may still go back.
    Stopping,
    /// Nowhere any more.
    Ended {
        /// Since when.
        at: Timestamp,
        /// How.
        ending: Ending,
    },
}

/// How a deployment ended, as far as its runbooks are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What is new runs.
    Succeeded,
    /// It went back, whether or not everything is back.
    Returned,
    /// It was cancelled, or another took its place.
    Stopped,
}

impl Facts {
    /// What a runbook is told of a deployment that stands at a gate, or at none.
    pub fn of(deployment: &Deployment, (stands_at, is_free): (Option<Gate>, bool)) -> Self {
        let course = course(deployment);
        let mut phases = BTreeMap::new();
        for phase in forward(deployment) {
            let progress = match course {
                Course::Ended {
                    ending: Ending::Succeeded,
                    ..
                } => Progress::Over,
                Course::Forward | Course::Back { .. } | Course::Stopping | Course::Ended { .. } => {
                    progress(deployment, &phase)
                }
            };
            phases.insert(phase, progress);
        }
        for wave in 0..waves(deployment) {
            phases.insert(Phase::WaveBack(wave), wave_back(deployment, wave));
        }
        phases.insert(Phase::TrafficBack, traffic_back(deployment, course));
        Self {
            phases,
            course,
            stands_at,
            is_free,
        }
    }

    /// How far a piece of the engine's work is.
    pub(super) fn progress(&self, phase: &Phase) -> Progress {
        self.phases.get(phase).copied().unwrap_or(Progress::Ahead)
    }
}

fn course(deployment: &Deployment) -> Course {
    let ended = |at, ending| Course::Ended { at, ending };
    match &deployment.status {
        Status::Requested | Status::Preparing { .. } | Status::Rolling { .. } => Course::Forward,
        Status::RollingBack { since, .. } => Course::Back { since: *since },
        Status::Cancelling { .. } => Course::Stopping,
        Status::Succeeded { at } => match deployment.purpose {
            Purpose::Promotion => ended(*at, Ending::Succeeded),
            Purpose::Rollback { .. } => ended(*at, Ending::Returned),
        },
        Status::RolledBack { at, .. } | Status::Failed { at, .. } => ended(*at, Ending::Returned),
        Status::Cancelled { at, .. } | Status::Superseded { at, .. } => ended(*at, Ending::Stopped),
    }
}

fn waves(deployment: &Deployment) -> u32 {
    u32::try_from(deployment.plan.waves.len()).unwrap_or(u32::MAX)
}

fn forward(deployment: &Deployment) -> Vec<Phase> {
    let mut phases = vec![Phase::Prepare, Phase::Success];
    let jobs = deployment.plan.jobs.iter();
    phases.extend(jobs.map(|job| Phase::Job(job.job.clone())));
    for (wave, planned) in (0..).zip(&deployment.plan.waves) {
        phases.extend([Phase::Wave(wave), Phase::Bake(wave), Phase::SignOff(wave)]);
        let checks = planned.checks.iter();
        phases.extend(checks.map(|check| Phase::Check(wave, check.clone())));
    }
    phases
}

fn progress(deployment: &Deployment, phase: &Phase) -> Progress {
    match phase {
        Phase::Prepare => match deployment.status {
            Status::Requested => Progress::Ahead,
            Status::Preparing { .. } if !deployment.may_begin_next() => Progress::UnderWay,
            Status::Preparing { .. }
            | Status::Rolling { .. }
            | Status::RollingBack { .. }
            | Status::Cancelling { .. }
            | Status::Succeeded { .. }
            | Status::RolledBack { .. }
            | Status::Failed { .. }
            | Status::Cancelled { .. }
            | Status::Superseded { .. } => Progress::Over,
        },
        Phase::Job(job) => job_progress(deployment, job),
        Phase::Wave(wave) => match deployment.status.wave() {
            Some(present) if present == *wave && !deployment.wave_is_over(present) => {
                Progress::UnderWay
            }
            present => within(present, *wave, Progress::Over),
        },
        // When watching is over only the next thing shows, or the gate at which it stands.
        Phase::Bake(wave) => watched(deployment, *wave),
        Phase::SignOff(wave) => {
            let progress = watched(deployment, *wave);
            let is_given = progress == Progress::UnderWay && !deployment.lacks_sign_off(*wave);
            if is_given { Progress::Over } else { progress }
        }
        Phase::Check(wave, check) => check_progress(deployment, (*wave, check)),
        Phase::Success | Phase::TrafficBack | Phase::WaveBack(_) => Progress::Ahead,
    }
}

/// How far something of `wave` is, while the deployment is at `present`.
fn within(present: Option<u32>, wave: u32, now: Progress) -> Progress {
    match present {
        Some(present) if present > wave => Progress::Over,
        Some(present) if present == wave => now,
        Some(_) | None => Progress::Ahead,
    }
}

/// How far the watching after a wave is.
fn watched(deployment: &Deployment, wave: u32) -> Progress {
    let now = match deployment.wave_is_over(wave) {
        true => Progress::UnderWay,
        false => Progress::Ahead,
    };
    within(deployment.status.wave(), wave, now)
}

fn check_progress(deployment: &Deployment, (wave, check): (u32, &Name)) -> Progress {
    let mut runs = deployment.checks.iter();
    match runs.find(|run| run.wave == wave && run.check == *check) {
        Some(run) if run.ended.is_some() || run.accepted.is_some() => Progress::Over,
        Some(_) => Progress::UnderWay,
        // It is not asked on a fast track.
        None => within(deployment.status.wave(), wave, Progress::Ahead),
    }
}

fn job_progress(deployment: &Deployment, job: &JobName) -> Progress {
    match deployment.job_run(job) {
        None => Progress::Ahead,
        Some(run) if run.stage.is_through() => Progress::Over,
        Some(_) => Progress::UnderWay,
    }
}

/// How far the targets of a wave are on the way back: over, too, where none of them ever changed.
fn wave_back(deployment: &Deployment, wave: u32) -> Progress {
    let on_way = matches!(deployment.status, Status::RollingBack { .. });
    if !on_way {
        let is_over = deployment.status.is_terminal();
        return if is_over {
            Progress::Over
        } else {
            Progress::Ahead
        };
    }
    let runs = || deployment.wave(wave).map(|(_, run)| run);
    let moves = runs().any(|run| matches!(run.stage, Stage::Restoring { .. }));
    let left = runs().any(|run| deployment.must_go_back(run));
    let moved = runs().any(|run| matches!(run.stage, Stage::Restored { .. } | Stage::Stuck { .. }));
    match (moves || (left && moved), left) {
        (true, _) => Progress::UnderWay,
        (false, true) => Progress::Ahead,
        (false, false) => Progress::Over,
    }
}

/// Requests are out of the way once the first target goes back.
fn traffic_back(deployment: &Deployment, course: Course) -> Progress {
    let goes = |stage: &Stage| {
        matches!(
            stage,
            Stage::Restoring { .. } | Stage::Restored { .. } | Stage::Stuck { .. }
        )
    };
    match course {
        Course::Forward | Course::Stopping => Progress::Ahead,
        Course::Back { .. } if deployment.count(goes) == 0 => Progress::UnderWay,
        Course::Back { .. } | Course::Ended { .. } => Progress::Over,
    }
}

/// As the middle of `it was left out because the deployment …`.
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::Returned => "went back",
            Self::Stopped => "was cancelled or superseded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, migrating};
    use super::*;
    use crate::{
        deployment::{Cause, CheckRun, JobOutcome, JobRun, JobStage, Outcome, Position, sample},
        id::DeploymentId,
        plan::Then,
    };

    fn deployment() -> Deployment {
        let mut plan = migrating();
        plan.waves[0].then = Then::SignOff;
        sample::requested(plan)
    }

    fn rolling(wave: u32) -> Status {
        Status::Rolling {
            wave,
            since: at(0),
            hold: None,
        }
    }

    fn back() -> Status {
        let by: Name = "ada".parse().unwrap();
        let cause = Cause::Person {
            by,
            reason: String::new(),
        };
        Status::RollingBack {
            cause,
            since: at(7),
        }
    }

    /// What is over, and what is under way.
    fn told(deployment: &Deployment) -> (String, String) {
        let facts = Facts::of(deployment, (None, false));
        let of = |progress| {
            let all = facts.phases.iter().filter(|(_, it)| **it == progress);
            let words: Vec<String> = all.map(|(phase, _)| phase.to_string()).collect();
            words.join(", ")
        };
        (of(Progress::Over), of(Progress::UnderWay))
    }

    fn check(deployment: &Deployment, over: &str, under_way: &str) {
        assert_eq!(told(deployment), (over.to_owned(), under_way.to_owned()));
    }

    #[test]
    fn a_deployment_tells_how_far_it_is() {
        let mut it = deployment();
        let stage = |it: &mut Deployment, targets: std::ops::Range<usize>, stage: Stage| {
            it.targets[targets]
                .iter_mut()
                .for_each(|run| run.stage = stage.clone());
        };
        check(&it, "", "");
        it.status = Status::Preparing {
            since: at(0),
            hold: None,
        };
        stage(&mut it, 0..4, Stage::Preparing { since: at(0) });
        check(&it, "", "prepare");
        stage(&mut it, 0..4, Stage::Prepared);
        check(&it, "prepare", "");
        it.jobs.push(JobRun {
            job: "web/migrate".parse().unwrap(),
            fence: 1,
            target: Position(0),
            stage: JobStage::Running { since: at(0) },
            first_ended: None,
        });
        check(&it, "prepare", "job web/migrate");
        it.jobs[0].stage = JobStage::Ended {
            at: at(1),
            outcome: JobOutcome::Done,
            accepted: None,
        };
        it.status = rolling(0);
        check(&it, "prepare, job web/migrate", "wave 1");
        stage(&mut it, 0..2, Stage::Passed { at: at(2) });
        it.checks.push(CheckRun {
            wave: 0,
            check: "errors".parse().unwrap(),
            since: at(2),
            ended: None,
            accepted: None,
        });
        check(
            &it,
            "prepare, job web/migrate, wave 1",
            "check errors after wave 1, bake after wave 1, sign-off after wave 1",
        );
        it.checks[0].ended = Some((at(3), Outcome::Passed));
        it.status = rolling(1);
        let first = "prepare, job web/migrate, wave 1, check errors after wave 1, bake after wave 1, sign-off after wave 1";
        check(&it, first, "wave 2");
        assert_eq!(Facts::of(&it, (None, false)).course, Course::Forward);
        // One target of the second wave is under way when it goes back; the last never changed.
        stage(&mut it, 2..3, Stage::Activating { since: at(4) });
        it.status = back();
        let (_, under_way) = told(&it);
        assert_eq!(under_way, "requests back");
        stage(
            &mut it,
            2..3,
            Stage::Restoring {
                since: at(8),
                failed: false,
            },
        );
        assert_eq!(told(&it).1, "wave 2 back");
        stage(&mut it, 2..3, Stage::Restored { at: at(9) });
        stage(&mut it, 0..1, Stage::Restored { at: at(9) });
        let (over, under_way) = told(&it);
        assert!(over.ends_with("requests back, wave 2 back"), "{over}");
        assert_eq!(under_way, "wave 1 back");
        assert_eq!(
            Facts::of(&it, (None, false)).course,
            Course::Back { since: at(7) }
        );
    }

    #[test]
    fn how_it_ended_is_where_it_went() {
        let mut it = deployment();
        let by: Name = "ada".parse().unwrap();
        let cause = Cause::Person {
            by: by.clone(),
            reason: String::new(),
        };
        let time = at(9);
        for (status, expect) in [
            (Status::Succeeded { at: time }, Ending::Succeeded),
            (
                Status::RolledBack {
                    cause: cause.clone(),
                    at: time,
                },
                Ending::Returned,
            ),
            (Status::Failed { cause, at: time }, Ending::Returned),
            (
                Status::Cancelled {
                    by,
                    at: time,
                    unreached: Vec::new(),
                },
                Ending::Stopped,
            ),
            (
                Status::Superseded {
                    by: DeploymentId(2),
                    at: time,
                },
                Ending::Stopped,
            ),
        ] {
            it.status = status;
            let expect = Course::Ended {
                at: time,
                ending: expect,
            };
            assert_eq!(Facts::of(&it, (None, false)).course, expect);
        }
        it.status = Status::Cancelling {
            by: "ada".parse().unwrap(),
            since: time,
        };
        assert_eq!(Facts::of(&it, (None, false)).course, Course::Stopping);
        it.purpose = Purpose::Rollback {
            of: DeploymentId(1),
        };
        it.status = Status::Succeeded { at: time };
        let expect = Course::Ended {
            at: time,
            ending: Ending::Returned,
        };
        assert_eq!(Facts::of(&it, (None, false)).course, expect);
    }
}
