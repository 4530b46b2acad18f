//! Preflights: every target is asked how fit it is for a deployment before that begins, and what was found is kept as evidence
//! about its plan. [`duty`] is who has said that they are there meanwhile.
//!
//! Neither a promotion path nor an agent is asked for beforehand: what is missing is what is to be found. Start at
//! [`App::preflight`]; [`gather`] collects what the record knows, [`ask`] asks agents, [`drift`] compares what a target does with what it was told,
//! [`seen`] is how it looks, and [`due`] says when one is made that nobody asked for.

mod ask;
mod drift;
mod due;
mod duty;
mod gather;
mod seen;

pub(crate) use due::due as due_preflight;

use super::{App, Error, Request, plans::Wanted, talk};
use futures::FutureExt;
use gather::{Stage, staged, staged_again};
use jiff::Timestamp;
use std::collections::BTreeSet;
use tidegate_domain::{
    id::{DeploymentId, PreflightId},
    preflight::{Aspect, Call, Finding, Fleet, Preflight, Verdict, judge},
    talk::Subject,
};
use tidegate_protocol::api::DeploymentRequest;
use tidegate_store::{AboutPlan, Tx};

impl App {
    /// Asks every target of a deployment that has not begun, judges what they say, and keeps it.
    ///
    /// # Errors
    /// When whoever asks may not, the release is a draft, or no deployment can be planned.
    pub async fn preflight(
        &self,
        request: Request,
        wanted: &DeploymentRequest,
    ) -> Result<PreflightId, Error> {
        let input = (request.clone(), Wanted::read(wanted)?);
        let stage = self
            .store
            .read(input, |tx, (request, wanted)| {
                staged(tx, request, wanted).boxed()
            })
            .await?;
        self.look(request, stage).await
    }

    /// The same of a deployment that waits or goes on: of just its plan and configuration.
    ///
    /// # Errors
    /// When whoever asks may not, or it has ended.
    pub async fn preflight_of(
        &self,
        request: Request,
        id: DeploymentId,
    ) -> Result<PreflightId, Error> {
        let input = (request.clone(), id);
        let stage = self
            .store
            .read(input, |tx, (request, id)| {
                staged_again(tx, request, *id).boxed()
            })
            .await?;
        self.look(request, stage).await
    }

    async fn look(&self, request: Request, stage: Stage) -> Result<PreflightId, Error> {
        let turn = self.inspecting.acquire().await;
        let _turn = turn.map_err(|why| Error::Broken(why.to_string()))?;
        let targets = self.inspect(&stage.targets).await?;
        let fleet = Fleet {
            targets,
            ..stage.fleet.clone()
        };
        let findings = judge(&fleet, Timestamp::now());
        let id = self
            .store
            .write((request, stage, findings), |tx, input| {
                keep(tx, input).boxed()
            })
            .await?;
        self.bus.wake_engine();
        self.bus.announce();
        Ok(id)
    }
}

async fn keep(
    tx: &mut Tx,
    (request, stage, findings): &(Request, Stage, Vec<Finding>),
) -> Result<PreflightId, Error> {
    let deployment = &stage.deployment;
    let of = AboutPlan {
        product: Some(deployment.product.clone()),
        release: Some(deployment.release.clone()),
        environment: Some(deployment.environment.clone()),
        plan: None,
    };
    let before = tx
        .preflights_before(PreflightId(u64::MAX >> 1), 1, &of)
        .await?
        .pop();
    let preflight = Preflight {
        id: tx.next_preflight().await?,
        product: deployment.product.clone(),
        release: deployment.release.clone(),
        snapshot: deployment.snapshot,
        environment: deployment.environment.clone(),
        plan: deployment.plan.hash(),
        targets: u32::try_from(stage.targets.len()).unwrap_or(u32::MAX),
        requested_by: request.actor.name.clone(),
        requested_at: tx.now(),
        findings: findings.clone(),
    };
    tx.record_preflight(&preflight).await?;
    let detail = serde_json::json!({
        "product": preflight.product, "release": preflight.release, "environment": preflight.environment,
        "plan": preflight.plan, "verdict": preflight.verdict(), "found": preflight.sentence(),
    });
    let subject = format!("preflight/{}", preflight.id);
    request
        .journal(tx, "preflight.made", &subject, &detail)
        .await?;
    call(tx, request, (&preflight, before.as_ref()), &stage.fleet).await?;
    Ok(preflight.id)
}

/// Tells everybody who is counted on and has said nothing that they are; not again, if the preflight before found the same.
async fn call(
    tx: &mut Tx,
    request: &Request,
    (found, before): (&Preflight, Option<&Preflight>),
    fleet: &Fleet,
) -> Result<(), Error> {
    let lacks = |of: &Preflight| {
        let lacking = of.findings.iter();
        let lacking =
            lacking.filter(|it| (it.aspect, it.verdict) == (Aspect::Duty, Verdict::Failed));
        lacking.map(|it| it.what.clone()).collect::<BTreeSet<_>>()
    };
    let (now, known) = (lacks(found), before.map(lacks).unwrap_or_default());
    if now.is_subset(&known) {
        return Ok(());
    }
    let is_there = |call: &&Call| {
        let until = call.there_until(&fleet.duties);
        until.is_some_and(|until| until > found.requested_at)
    };
    let called = fleet.calls.iter().filter(|call| !is_there(call));
    let people: BTreeSet<_> = called.flat_map(|call| call.people.clone()).collect();
    let (version, environment) = (&found.release, &found.environment);
    let subject = Subject::Release(found.product.clone(), version.clone());
    let line = format!(
        "counts on you while it goes to {environment}: {}",
        fleet.confirm
    );
    let told = talk::Told {
        subject: &subject,
        line: &line,
        given: &people,
        text: "",
    };
    talk::tell(tx, request, &told).await.map(drop)
}
