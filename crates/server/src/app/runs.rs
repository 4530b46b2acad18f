//! The targets of a deployment: what each is to run, where, and what it goes back to.

use super::{Error, Kind, deploy::Start, leftovers::Serving, rollback::standing};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::Target,
    converge::{ObservedState, Slot},
    deployment::{Stage, TargetRun},
    name::Name,
    plan::{Check, Plan},
    release::{apart, render},
    revision::{Revision, RevisionId},
};
use tidegate_store::Tx;

/// One for each target of the plan, in its order, and the revisions they are to run. Nothing is written.
pub(super) async fn of(
    tx: &mut Tx,
    start: &Start<'_>,
    plan: &Plan,
    (targets, serving): (&[Target], &BTreeMap<Name, Serving>),
) -> Result<(Vec<TargetRun>, Vec<Revision>), Error> {
    let product = &start.release.product;
    let secrets = tx.newest_secrets(product).await?;
    let source = render::Source {
        product,
        release: &start.release.version,
        contents: &start.release.contents,
        snapshot: start.snapshot.0,
        number: start.snapshot.1,
        secrets: &secrets,
    };
    let proved = tx.proved_in(start.environment, product).await?;
    let mut proved: BTreeMap<Name, RevisionId> = proved.into_iter().collect();
    if let Some(brought) = behind_no_return(tx, start).await? {
        proved.retain(|name, revision| brought.contains(&(name.clone(), *revision)));
    }
    if plan.side_by_side {
        let knows = ObservedState::knows_slots;
        agents_know(
            tx,
            start,
            (knows, "to run two slots", "use another strategy"),
        )
        .await?;
    }
    if plan.checks.iter().any(Check::wants_fresh_baseline) {
        let knows = ObservedState::knows_slots;
        let otherwise = "compare with a standing baseline";
        agents_know(tx, start, (knows, "to start a process anew", otherwise)).await?;
    }
    let mut runs = Vec::with_capacity(targets.len());
    let mut revisions = Vec::with_capacity(targets.len());
    for (wave, planned) in (0..).zip(&plan.waves) {
        for name in &planned.targets {
            let Some(target) = targets.iter().find(|target| target.name == *name) else {
                continue;
            };
            let present = serving.get(name);
            let slots = slots(present.map(|it| it.slot), plan.side_by_side);
            let (rendered, mut run) = run(&source, target, slots)?;
            let before = present.map(|it| it.revision);
            if let Some(before) = before.filter(|_| plan.side_by_side) {
                keep_apart(tx, target, (before, slots.before), &rendered).await?;
            }
            if plan.shares_instances() {
                has_instances(target, &rendered)?;
            }
            revisions.push(rendered);
            run.wave = wave;
            run.before = before;
            // What the record says was proved is older than what the target came to run since.
            let is_known = !present.is_some_and(|it| it.is_attested);
            let proved = proved.get(name).copied().filter(|_| is_known);
            run.proved = proved.filter(|it| Some(*it) != before);
            runs.push(run);
        }
    }
    let mut parts = revisions.iter().flat_map(|it: &Revision| &it.components);
    if parts.any(|part| !part.jobs.is_empty()) {
        let knows = ObservedState::knows_jobs;
        agents_know(tx, start, (knows, "to run jobs", "deploy without jobs")).await?;
    }
    let mut parts = revisions.iter().flat_map(|it: &Revision| &it.components);
    if parts.any(|part| part.instances > 1) {
        let knows = ObservedState::knows_instances;
        let otherwise = "run one instance of each component";
        agents_know(tx, start, (knows, "to run several instances", otherwise)).await?;
    }
    Ok((runs, revisions))
}

/// A share of one instance is none or all of it.
fn has_instances(target: &Target, revision: &Revision) -> Result<(), Error> {
    let single = revision.components.iter().find(|part| part.instances < 2);
    let Some(single) = single else { return Ok(()) };
    let detail = format!(
        "component `{}` runs one instance on target `{}`: a worker canary changes a share of the instances",
        single.component, target.name
    );
    Err(
        Error::refused(Kind::BadRequest, "too-few-instances", detail)
            .hint("set `instances` of its service to two or more, or use a canary of targets"),
    )
}

/// Where the new revision is to run, and where the old one does.
#[derive(Debug, Clone, Copy)]
struct Slots {
    new: Slot,
    before: Slot,
}

/// In place, unless both are to run side by side.
fn slots(present: Option<Slot>, side_by_side: bool) -> Slots {
    let present_or_blue = present.unwrap_or_default();
    match (present, side_by_side) {
        (Some(present), true) => Slots {
            new: present.other(),
            before: present,
        },
        (None, true) => Slots {
            new: present_or_blue,
            before: present_or_blue.other(),
        },
        (_, false) => Slots {
            new: present_or_blue,
            before: present_or_blue,
        },
    }
}

/// What a target is to run, and its part in the deployment as far as that says.
fn run(
    source: &render::Source<'_>,
    target: &Target,
    slots: Slots,
) -> Result<(Revision, TargetRun), Error> {
    let fault = |why: render::RenderError| {
        Error::refused(Kind::BadRequest, "configuration-invalid", why.to_string())
    };
    let revision = render::revision(source, target, slots.new).map_err(fault)?;
    let addresses_before = match slots.new == slots.before {
        true => BTreeMap::new(),
        false => render::routes(source, target, slots.before).map_err(fault)?,
    };
    let run = TargetRun {
        target: target.name.clone(),
        wave: 0,
        grown: 0,
        fresh: None,
        before: None,
        proved: None,
        after: revision.id(),
        slot: slots.new,
        slot_before: slots.before,
        addresses: render::routes(source, target, slots.new).map_err(fault)?,
        addresses_before,
        stage: Stage::Waiting,
    };
    Ok((revision, run))
}

/// Two revisions that would lay claim to the same address cannot run side by side.
async fn keep_apart(
    tx: &mut Tx,
    target: &Target,
    (before, slot): (RevisionId, Slot),
    after: &Revision,
) -> Result<(), Error> {
    let Some(before) = tx.revision(before).await? else {
        return Ok(());
    };
    let checked = match slot {
        Slot::Blue => apart::check(&before, after),
        Slot::Green => apart::check(after, &before),
    };
    checked.map_err(|clash| {
        let detail = format!("target `{}`: {clash}", target.name);
        Error::refused(Kind::BadRequest, "slots-clash", detail)
    })
}

/// What was brought there since something was done that cannot be undone, by target; none where nothing was. What proved
/// itself before that is nothing to go back to.
async fn behind_no_return(
    tx: &mut Tx,
    start: &Start<'_>,
) -> Result<Option<BTreeSet<(Name, RevisionId)>>, Error> {
    let standing = standing(tx, &start.release.product, start.environment).await?;
    let now = tx.now();
    let last = standing.iter().rposition(|it| it.no_return(now).is_some());
    let Some(last) = last else { return Ok(None) };
    let mut brought = BTreeSet::new();
    for stands in &standing[last..] {
        let whole = tx.deployment(stands.id).await?;
        let runs = whole.into_iter().flat_map(|whole| whole.targets);
        brought.extend(runs.map(|run| (run.target, run.after)));
    }
    Ok(Some(brought))
}

/// Refuses where an agent is too old for `what`; such a one would misunderstand, or not read what it is told.
async fn agents_know(
    tx: &mut Tx,
    start: &Start<'_>,
    (knows, what, otherwise): (fn(&ObservedState) -> bool, &str, &str),
) -> Result<(), Error> {
    let reports = tx
        .reports_in(start.environment, &start.release.product)
        .await?;
    let old = reports.iter().find(|(_, report)| !knows(&report.observed));
    let Some((target, _)) = old else {
        return Ok(());
    };
    let detail = format!("the agent of target `{target}` is too old {what}");
    Err(Error::refused(Kind::NotReady, "agent-too-old", detail)
        .hint(format!("update that agent, or {otherwise}")))
}
