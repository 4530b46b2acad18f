//! What stops the next deployment of a member.

use super::super::{
    super::{Error, Gate, Request, clearance, deploy, plans::Wanted},
    subject,
};
use futures::FutureExt;
use jiff::Timestamp;
use std::sync::Arc;
use tidegate_domain::{
    control::{Clearance, Stop, StopKind},
    name::Name,
    train::Train,
    version::Version,
};
use tidegate_protocol::api::DeploymentRequest;
use tidegate_store::Tx;

/// What stops a member.
#[derive(Debug, Default)]
pub(super) struct Stops {
    /// What it lacks itself; none when that cannot be told.
    pub(super) own: Option<Clearance>,
    /// What stands in the way where it goes, or keeps it from going in the name in which the train goes.
    pub(super) whole: Option<Stop>,
}

impl Stops {
    fn own(clearance: Clearance) -> Self {
        Self {
            own: Some(clearance),
            whole: None,
        }
    }

    fn whole(stop: Stop) -> Self {
        Self {
            own: Some(Clearance::default()),
            whole: Some(stop),
        }
    }
}

/// What stops the next deployment of a member. What people say of it is asked for when the train has begun it, and not before.
pub(super) async fn of(
    tx: &mut Tx,
    gate: &Arc<Gate>,
    (train, product, release): (&Train, &Name, &Version),
) -> Stops {
    let Some(way) = train.way() else {
        return Stops::own(Clearance::default());
    };
    let input = (gate, train, (product, release, way.to));
    let found = tx
        .attempt(&input, |tx, (gate, train, place)| {
            would(tx, gate, (train, *place)).boxed()
        })
        .await;
    let refused = |what: String, remedy: String| Stop {
        kind: StopKind::Refused,
        name: product.to_string(),
        what,
        remedy,
    };
    let mended = || {
        let to = way.to;
        format!("`tidegate plan compile {product} {release} --to {to}` says when that is mended")
    };
    match found {
        Ok(clearance) => Stops::own(clearance),
        Err(Error::Refused {
            code, detail, hint, ..
        }) => match code {
            // That it ran in the environment before is what the barrier asks for.
            "promotion-order" if way.tested_in.is_some() => Stops::own(Clearance::default()),
            // Only once boarding is closed does it go in somebody's name.
            "person-not-found" | "not-allowed" if train.goes_for.is_none() => {
                Stops::own(Clearance::default())
            }
            "person-not-found" => {
                let what = format!("{product}: nobody is there any more in whose name it goes");
                let name = &train.name;
                let remedy = format!(
                    "let it go on in another name: `tidegate train hold {name} --reason WHY`, then `tidegate train resume {name}`"
                );
                Stops::whole(refused(what, remedy))
            }
            "in-quarantine" => Stops::own(Clearance {
                stops: vec![refused(detail, hint.unwrap_or_else(mended))],
                ..Clearance::default()
            }),
            _ => {
                let what = format!("{product}: {detail}");
                Stops::whole(refused(what, hint.unwrap_or_else(mended)))
            }
        },
        Err(why) => {
            let error = &why as &dyn std::error::Error;
            tracing::error!(train = train.name.as_str(), error, "train.unjudged");
            Stops::default()
        }
    }
}

/// What controls say of the deployment that would begin, at the moment of the departure.
async fn would(
    tx: &mut Tx,
    gate: &Arc<Gate>,
    (train, (product, release, environment)): (&Train, (&Name, &Version, &Name)),
) -> Result<Clearance, Error> {
    let by = train.goes_for.as_ref().unwrap_or(&train.created_by);
    let who = (by, subject(&train.name));
    let request = Request::on_behalf(tx, gate, who).await?;
    let wanted = wanted((product, release, environment))?;
    let deployment = deploy::would_begin(tx, &request, &wanted).await?;
    let at = departs(train).map_or(tx.now(), |at| at.max(tx.now()));
    Box::pin(clearance::ahead(tx, gate, (&deployment, at))).await
}

/// The moment of the next departure.
fn departs(train: &Train) -> Option<Timestamp> {
    let departure = train.plan.next_departure(train.status.reached())?;
    Some(train.plan.moment(departure).ok()?.timestamp())
}

/// A deployment as a train asks for it.
pub(in super::super) fn wanted(
    (product, release, environment): (&Name, &Version, &Name),
) -> Result<Wanted, Error> {
    Wanted::read(&DeploymentRequest {
        product: product.to_string(),
        release: release.to_string(),
        environment: environment.to_string(),
        ..DeploymentRequest::default()
    })
}
