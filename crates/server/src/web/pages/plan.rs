//! The plan that a deployment would have, drawn before anything begins: its waves, what they ask for, and how far the new
//! revision reaches after each.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::{Fingerprint, counted},
    visitor::{Path, Query, Visitor},
};
use super::release::form::Wanted;
use crate::http::access::State;
use askama::Template;
use axum::response::Response;
use tidegate_protocol::api::{
    DeploymentRequest, PlanView, PlannedCheckView, PlannedJobView, PlannedWaveView,
};

/// So many targets of a wave are named.
const NAMED: usize = 12;
/// The picture's size in units of its own.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 120.0;

#[derive(Template)]
#[template(path = "plan.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    sentence: String,
    reach: Reach,
    waves: Vec<Wave>,
    checks: Vec<PlannedCheckView>,
    jobs: Vec<PlannedJobView>,
    plan: PlanView,
    hash: Fingerprint,
}

/// How many targets, and how many requests, the new revision has after each wave.
struct Reach {
    /// What the solid line counts.
    counts: &'static str,
    targets: String,
    traffic: Option<String>,
    marks: Vec<Mark>,
    words: String,
}

/// Where a wave ends in the picture.
struct Mark {
    x: String,
    label: String,
}

/// One wave.
struct Wave {
    title: String,
    count: String,
    named: Vec<String>,
    unnamed: usize,
    /// What happens after it, in words.
    then: Vec<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
    Query(form): Query<Wanted>,
) -> Result<Response, Fault> {
    let here = format!("/products/{product}/releases/{version}");
    let back = |error| Fault::back(error, &here);
    let wanted = form.read(product, version).map_err(back)?;
    let plan = app.plan(request.clone(), &wanted).await.map_err(back)?;
    let command = command(&wanted);
    let (product, version, place) = (wanted.product, wanted.release, wanted.environment);
    let title = format!("Plan of {product} {version} to {place}");
    answer(&Page {
        frame: Frame::new(&title, Section::Elsewhere, &request)
            .twins("POST /api/v1/plans", command),
        sentence: sentence((&product, &version, &place), &plan),
        reach: reach(&plan.waves),
        waves: plan.waves.iter().map(wave).collect(),
        checks: plan.checks.clone(),
        jobs: plan.jobs.clone(),
        hash: Fingerprint::of(&plan.plan_hash),
        product,
        version,
        plan,
    })
}

/// The command that shows the same plan.
fn command(wanted: &DeploymentRequest) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let flags = [
        ("to", Some(wanted.environment.clone())),
        ("strategy", wanted.strategy.clone()),
        ("batch", wanted.batch.clone()),
        ("bake", wanted.bake.clone()),
        ("max-unavailable", number(wanted.max_unavailable)),
        ("failures-max", number(wanted.failures_max)),
        ("minimum-healthy", wanted.minimum_healthy.clone()),
        ("progress-deadline", wanted.progress_deadline.clone()),
        ("on-failure", wanted.on_failure.clone()),
        ("supersede", wanted.supersede.then(String::new)),
    ];
    let flags = flags.into_iter().filter_map(|(name, value)| {
        let value = value?;
        Some(match value.as_str() {
            "" => format!(" --{name}"),
            value if value.contains(' ') => format!(" --{name} '{value}'"),
            value => format!(" --{name} {value}"),
        })
    });
    let flags: String = flags.collect();
    format!(
        "tidegate plan compile {} {}{flags}",
        wanted.product, wanted.release
    )
}

fn sentence((product, version, place): (&str, &str, &str), plan: &PlanView) -> String {
    let total: usize = plan.waves.iter().map(|wave| wave.targets.len()).sum();
    let (targets, waves) = (counted(total, "target"), counted(plan.waves.len(), "wave"));
    format!(
        "{product} {version} would go to {targets} in {place} in {waves}, at most {} down at once.",
        plan.max_unavailable
    )
}

fn wave(wave: &PlannedWaveView) -> Wave {
    let bake = (wave.bake != "0 s").then(|| format!("watched for {}", wave.bake));
    let passes = wave
        .passes_min
        .map(|min| format!("goes on when {min} have passed"));
    let failures = wave.failures_max.map(|max| format!("bears {max} failed"));
    let traffic = wave
        .traffic
        .as_ref()
        .map(|share| format!("{share} of requests"));
    let checks = (!wave.checks.is_empty()).then(|| format!("asks {}", wave.checks.join(", ")));
    let sign_off = wave.sign_off.then(|| "waits for a person".to_owned());
    Wave {
        title: wave.title.clone(),
        count: match wave.targets.len() {
            0 => "the same targets".to_owned(),
            count => counted(count, "target"),
        },
        named: wave.targets.iter().take(NAMED).cloned().collect(),
        unnamed: wave.targets.len().saturating_sub(NAMED),
        then: [passes, failures, traffic, bake, checks, sign_off]
            .into_iter()
            .flatten()
            .collect(),
    }
}

/// Two stairs from nothing to everything, a step for each wave.
fn reach(waves: &[PlannedWaveView]) -> Reach {
    let total: usize = waves.iter().map(|wave| wave.targets.len()).sum();
    let step = WIDTH / waves.len().max(1) as f64;
    let x = |i: usize| format!("{:.1}", step * i as f64);
    let y = |share: f64| format!("{:.1}", HEIGHT - 4.0 - (HEIGHT - 8.0) * share);
    let (mut changed, mut share) = (0, 0.0);
    let mut targets = vec![format!("0,{}", y(0.0))];
    let mut traffic = vec![format!("0,{}", y(0.0))];
    let mut marks = Vec::new();
    for (i, wave) in waves.iter().enumerate() {
        changed += wave.targets.len();
        let part = percent(wave.instances.as_deref()).unwrap_or(1.0);
        let reached = part * changed as f64 / total.max(1) as f64;
        share = percent(wave.traffic.as_deref()).unwrap_or(share);
        for (line, height) in [(&mut targets, reached), (&mut traffic, share)] {
            line.push(format!("{},{}", x(i), y(height)));
            line.push(format!("{},{}", x(i + 1), y(height)));
        }
        marks.push(Mark {
            x: x(i + 1),
            label: format!("after {}: {changed} of {total} targets", wave.title),
        });
    }
    let words: Vec<&str> = marks.iter().map(|mark| mark.label.as_str()).collect();
    let shares = waves.iter().any(|wave| wave.traffic.is_some());
    let in_steps = waves.iter().any(|wave| wave.instances.is_some());
    Reach {
        counts: if in_steps { "instances" } else { "targets" },
        targets: targets.join(" "),
        traffic: shares.then(|| traffic.join(" ")),
        words: words.join("; "),
        marks,
    }
}

/// `20%` as 0.2.
fn percent(text: Option<&str>) -> Option<f64> {
    let number: f64 = text?.strip_suffix('%')?.parse().ok()?;
    Some(number / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(targets: usize, traffic: Option<&str>) -> PlannedWaveView {
        PlannedWaveView {
            title: format!("wave of {targets}"),
            targets: (0..targets).map(|i| format!("t{i}")).collect(),
            bake: "0 s".into(),
            passes_min: None,
            failures_max: None,
            sign_off: false,
            traffic: traffic.map(str::to_owned),
            instances: None,
            checks: Vec::new(),
        }
    }

    #[test]
    fn the_picture_climbs_by_targets_and_by_traffic() {
        let reach = reach(&[planned(1, Some("20%")), planned(3, Some("100%"))]);
        assert_eq!(
            reach.targets,
            "0,116.0 0.0,88.0 300.0,88.0 300.0,4.0 600.0,4.0"
        );
        let traffic = "0,116.0 0.0,93.6 300.0,93.6 300.0,4.0 600.0,4.0";
        assert_eq!(reach.traffic.as_deref(), Some(traffic));
        assert_eq!(
            reach.words,
            "after wave of 1: 1 of 4 targets; after wave of 3: 4 of 4 targets"
        );
    }

    #[test]
    fn the_picture_climbs_by_instances_where_targets_change_in_steps() {
        let step = |targets, instances: Option<&str>| PlannedWaveView {
            instances: instances.map(str::to_owned),
            ..planned(targets, None)
        };
        let reach = reach(&[step(2, Some("25%")), step(0, None)]);
        let targets = "0,116.0 0.0,88.0 300.0,88.0 300.0,4.0 600.0,4.0";
        assert_eq!(
            (reach.counts, reach.targets.as_str()),
            ("instances", targets)
        );
    }

    #[test]
    fn the_command_repeats_all_that_was_chosen() {
        let wanted = DeploymentRequest {
            product: "shop".into(),
            release: "1.1.0".into(),
            environment: "live".into(),
            strategy: Some("rolling".into()),
            batch: Some("25%".into()),
            bake: Some("1m 30s".into()),
            failures_max: Some(2),
            supersede: true,
            ..DeploymentRequest::default()
        };
        assert_eq!(
            command(&wanted),
            "tidegate plan compile shop 1.1.0 --to live --strategy rolling --batch 25% --bake '1m 30s' --failures-max 2 --supersede"
        );
    }

    #[test]
    fn a_large_wave_names_some_of_its_targets() {
        let large = wave(&planned(40, None));
        assert_eq!((large.named.len(), large.unnamed), (12, 28));
        assert!(large.then.is_empty());
    }
}
