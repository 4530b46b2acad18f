//! All runs of all scenarios, summed up to a forecast.

use super::{
    Exposure, Fault, Forecast, Forecasted, Profile, Spread,
    host::JOB_PERCENT,
    queue::Moment,
    run::{Course, run},
};
use crate::{
    calendar::Calendar, deployment::Deployment, duration::Millis, plan::Then, random::Random,
    runbook::Conducted,
};
use std::collections::BTreeMap;

/// Points of a curve.
const POINTS_MAX: u64 = 60;

/// How a deployment is rehearsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What goes wrong, each in a scenario of its own; the one in which nothing does comes first in any case.
    pub faults: Vec<Fault>,
    /// How often each scenario is run.
    pub runs: u32,
    /// What everything that is drawn follows from.
    pub seed: u64,
}

impl Wish {
    /// The faults that tell something of the plan of `deployment`: those about checks only where it asks some.
    pub fn usual_faults(deployment: &Deployment) -> Vec<Fault> {
        let asks = !deployment.fast_track && !deployment.plan.checks.is_empty();
        let usual = Fault::USUAL.into_iter();
        usual
            .filter(|fault| asks || !fault.is_about_checks())
            .collect()
    }

    /// How many lives of targets it takes: what makes a rehearsal long.
    pub fn work(&self, deployment: &Deployment) -> u64 {
        let scenarios = self.faults.len() as u64 + 1;
        deployment.targets.len() as u64 * u64::from(self.runs) * scenarios
    }
}

/// Where a deployment is rehearsed.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// How its targets usually do.
    pub profile: &'a Profile,
    /// When its place allows it.
    pub calendar: &'a Calendar<'a>,
    /// What it runs by.
    pub runbooks: &'a [Conducted],
}

/// Rehearses `deployment`, which was asked for and has not begun.
pub fn rehearse(deployment: &Deployment, setting: Setting<'_>, wish: &Wish) -> Forecast {
    let faults = wish.faults.iter().copied().map(Some);
    let scenario = |fault| {
        // Each scenario draws the same lots, so that what differs is the fault.
        let mut seeds = Random(wish.seed);
        let course = |seed| run(deployment, setting, fault, seed);
        let courses = (0..wish.runs).map(|_| course(seeds.next()));
        forecast(fault, &courses.collect::<Vec<_>>())
    };
    Forecast {
        seed: wish.seed,
        runs: wish.runs,
        targets: u32::try_from(deployment.targets.len()).unwrap_or(u32::MAX),
        basis: basis(deployment, setting),
        scenarios: std::iter::once(None).chain(faults).map(scenario).collect(),
    }
}

fn basis(deployment: &Deployment, setting: Setting<'_>) -> Vec<String> {
    let calendar = setting.calendar;
    let mut basis = setting.profile.basis.clone();
    let (windows, freezes) = (calendar.windows.len(), calendar.freezes.len());
    basis.push(match windows + freezes {
        0 => "no window and no freeze applies there".to_owned(),
        _ => format!(
            "the calendar as it is declared, begun at {}: {}, {}",
            deployment.requested_at,
            counted(windows, "window"),
            counted(freezes, "freeze"),
        ),
    });
    if !deployment.plan.jobs.is_empty() {
        let (least, most) = JOB_PERCENT;
        basis.push(format!(
            "assumed: jobs take between {least} and {most} hundredths of their deadlines, and succeed"
        ));
    }
    let signs = |then: &Then| *then == Then::SignOff;
    if deployment.plan.waves.iter().any(|wave| signs(&wave.then)) {
        basis.push("assumed: whoever is asked to sign off does so at once".to_owned());
    }
    for conducted in setting.runbooks {
        let title = conducted.runbook.way.title();
        let edition = conducted.edition;
        basis.push(format!(
            "the {title}, edition {edition}; assumed: people take as long as it says, and say go"
        ));
    }
    if deployment.fast_track {
        basis.push("it would go by the fast track, so no check is asked".to_owned());
    } else if !deployment.plan.checks.is_empty() {
        basis.push(
            "assumed: every check finds all well, unless the fault says otherwise".to_owned(),
        );
    }
    basis
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn forecast(fault: Option<Fault>, courses: &[Course]) -> Forecasted {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for course in courses {
        *outcomes.entry(course.outcome.to_owned()).or_default() += 1;
    }
    let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
    let mut found = Forecasted {
        fault,
        outcomes,
        took: Spread::default(),
        exposure: exposure(courses),
        exposed_max: courses.iter().map(|c| c.exposed).max().unwrap_or(0),
        unhealthy_max: courses.iter().map(|c| c.unhealthy).max().unwrap_or(0),
        exposed_runs: count(courses.iter().filter(|c| c.exposed > 0).count()),
        restored_runs: count(courses.iter().filter(|c| c.restored.is_some()).count()),
        restored: spread(courses.iter().filter_map(|c| c.restored)),
        rollback: spread(courses.iter().filter_map(|c| c.rollback)),
        waited: waited(courses),
    };
    let usual = found.usual_outcome().0;
    let usual = courses.iter().filter(|course| course.outcome == usual);
    found.took = spread(usual.map(|course| course.took)).unwrap_or_default();
    found
}

/// By nearest rank.
fn spread(lengths: impl Iterator<Item = Moment>) -> Option<Spread> {
    let mut lengths: Vec<Moment> = lengths.collect();
    lengths.sort_unstable();
    let rank = |percent: usize| (lengths.len() * percent).div_ceil(100).max(1) - 1;
    Some(Spread {
        p50: Millis(*lengths.get(rank(50))?),
        p90: Millis(*lengths.get(rank(90))?),
    })
}

/// The curve over the time of the longest run. What comes and goes between two points shows in the later one.
fn exposure(courses: &[Course]) -> Vec<Exposure> {
    let last = |course: &Course| course.exposure.last().map_or(0, |last| last.0);
    let ends = courses.iter().map(|course| course.took.max(last(course)));
    let longest = ends.max().unwrap_or(0);
    let moment = |i: u64| longest * i / (POINTS_MAX - 1);
    let mut by_length: Vec<&Course> = courses.iter().collect();
    by_length.sort_by_key(|course| course.took);
    let middle = by_length.get(by_length.len().saturating_sub(1) / 2);
    let mut points = Vec::new();
    for i in 0..POINTS_MAX {
        let until = moment(i);
        let since = match i {
            0 => 0,
            _ if i + 1 == POINTS_MAX => until,
            _ => moment(i - 1) + 1,
        };
        let there = |course: &Course| exposed_within(course, (since.min(until), until));
        points.push(Exposure {
            at: Millis(until),
            usual: middle.copied().map_or(0, there),
            most: courses.iter().map(there).max().unwrap_or(0),
        });
    }
    points.dedup_by_key(|point| point.at);
    points
}

/// The most that ran it from one moment to another.
fn exposed_within(course: &Course, (since, until): (Moment, Moment)) -> u32 {
    let later = |moment: Moment| course.exposure.partition_point(|(at, _)| *at <= moment);
    let from = later(since).saturating_sub(1);
    let within = course.exposure.get(from..later(until)).unwrap_or_default();
    within
        .iter()
        .map(|(_, exposed)| *exposed)
        .max()
        .unwrap_or(0)
}

fn waited(courses: &[Course]) -> Vec<(String, Millis)> {
    let mut sums: BTreeMap<&str, Moment> = BTreeMap::new();
    for (word, length) in courses.iter().flat_map(|course| &course.waited) {
        *sums.entry(word).or_default() += length;
    }
    let runs = courses.len().max(1) as u64;
    let mean = |(word, sum): (&str, Moment)| (word.to_owned(), Millis(sum / runs));
    let mut waited: Vec<_> = sums.into_iter().map(mean).collect();
    waited.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
    waited
}
