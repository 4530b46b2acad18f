//! Collecting what a report is compiled from.

use super::{
    super::{Error, dossier, handovers, releases},
    together::{self, suppliers},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::path,
    communication::message::{Message, Tally},
    deployment::{Deployment, Purpose, went},
    id::{DeploymentId, Edition, MessageId},
    name::Name,
    release::Release,
    review::{Past, Ride, RideEnd},
    version::Version,
};
use tidegate_store::Tx;

/// The most editions of a plan, messages, and what suppliers did, each.
pub(super) const MOST: u64 = 1_000;
/// The most deployments of the product that are looked through, the newest.
const DEPLOYMENTS_MAX: usize = 5_000;
/// From the end of what can be counted on.
pub(super) const END: u64 = u64::MAX >> 1;

/// Everything that is on record of a release, as far as a report tells of it.
pub(super) async fn past(tx: &mut Tx, release: Release) -> Result<Past, Error> {
    let (product, version) = (release.product.clone(), release.version.clone());
    let of = (&product, &version);
    let records = dossier::deployments(tx, &release).await?;
    let changes = dossier::changes(tx, &release, &records).await?;
    let waivers = dossier::waivers(tx, &release, &records).await?;
    let (mut deployments, mut approvals, mut conducted) = (Vec::new(), Vec::new(), Vec::new());
    let mut counted = BTreeSet::new();
    for record in records {
        // Going back to this release is another one's story.
        if record.deployment.purpose != Purpose::Promotion {
            continue;
        }
        conducted.extend(tx.conducted(record.deployment.id).await?);
        let own = record.approvals.into_iter();
        approvals.extend(own.filter(|it| counted.insert(it.id)));
        deployments.push(record.deployment);
    }
    let all = newest(tx, &product).await?;
    let own: BTreeSet<DeploymentId> = deployments.iter().map(|it| it.id).collect();
    let takes_back = |it: &&Deployment| match it.purpose {
        Purpose::Rollback { of } => own.contains(&of),
        Purpose::Promotion => false,
    };
    deployments.extend(all.iter().filter(takes_back).cloned());
    deployments.sort_by_key(|it| it.id);
    deployments.dedup_by_key(|it| it.id);
    let mut plans = tx.plan_editions_before(of, Edition(END), MOST).await?;
    plans.reverse();
    let mut tasks = tx.tasks_of(of).await?;
    tasks.retain(|task| task.is_for_release());
    let mut issues = tx.issues_of(of, MOST).await?;
    issues.reverse();
    let declared = releases::find_product(tx, &product).await?;
    let environments = tx.environments().await?;
    let path = path::of(&declared, &environments).unwrap_or_default();
    let live = path.last().cloned();
    let rides = rides(tx, &all, live.as_ref()).await?;
    let supplied = suppliers(tx, &release, &path).await?;
    let handovers = handovers::past(tx, of).await?;
    let trains = together::trains(tx, of).await?;
    Ok(Past {
        messages: messages(tx, of).await?,
        release,
        plans,
        tasks,
        issues,
        deployments,
        approvals,
        changes,
        waivers,
        conducted,
        notices: supplied.notices,
        observations: supplied.observations,
        further: supplied.further,
        handovers,
        trains,
        live,
        rides,
    })
}

async fn messages(
    tx: &mut Tx,
    (product, version): (&Name, &Version),
) -> Result<Vec<(Message, Tally)>, Error> {
    let part = (MessageId(END), MOST);
    let all = tx.messages_about((product, Some(version)), part).await?;
    let mut messages = Vec::with_capacity(all.len());
    for message in all.into_iter().rev() {
        let tally = tx.tally_of(message.id).await?;
        messages.push((message, tally));
    }
    Ok(messages)
}

/// The deployments of a product, the newest of them, wherever they went.
async fn newest(tx: &mut Tx, product: &Name) -> Result<Vec<Deployment>, Error> {
    let (mut all, mut before) = (Vec::new(), DeploymentId(END));
    while all.len() < DEPLOYMENTS_MAX {
        let some = tx
            .deployments_before(before, MOST, (Some(product), None))
            .await?;
        let Some(last) = some.last() else { break };
        before = last.id;
        all.extend(some);
    }
    Ok(all)
}

/// The promotions to live, as far as they are measured. What was taken back later did not end well.
async fn rides(tx: &mut Tx, all: &[Deployment], live: Option<&Name>) -> Result<Vec<Ride>, Error> {
    let there = all.iter().filter(|it| Some(&it.environment) == live);
    let mut there: Vec<Deployment> = there.cloned().collect();
    there.reverse();
    let asked: BTreeMap<DeploymentId, (&Name, Timestamp)> = there
        .iter()
        .map(|it| (it.id, (&it.product, it.requested_at)))
        .collect();
    let mut drafted: BTreeMap<Version, Timestamp> = BTreeMap::new();
    let mut rides = Vec::new();
    for it in went(&there) {
        let Some((product, asked)) = asked.get(&it.id) else {
            continue;
        };
        let at = match drafted.get(&it.release) {
            Some(at) => *at,
            None => {
                let release = tx.release(product, &it.release).await?;
                release.map_or(*asked, |it| it.created_at)
            }
        };
        drafted.insert(it.release.clone(), at);
        rides.push(Ride {
            drafted: at,
            asked: *asked,
            end: it.failed.map_or(RideEnd::Well(it.ended), RideEnd::Badly),
        });
    }
    Ok(rides)
}
