//! Group runs: several deployments asked for at once, to move in lockstep.

use super::{
    App, Error, Kind, Request,
    deploy::promote,
    entry, field,
    plans::Wanted,
    rollback::{Why, check_answered, past_no_return},
    steer,
};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Resource},
    deployment::{Deployment, Event, Word},
    group::{Asked, GroupCause, GroupEvent, GroupRun, GroupStatus, Member, in_order},
    id::{DeploymentId, GroupRunId},
    name::Name,
};
use tidegate_protocol::api::{
    DeploymentRequest, GroupMemberRequest, GroupRunRequest, ReturnRequest,
};
use tidegate_store::Tx;

impl App {
    /// Begins a group run: every member, or none.
    ///
    /// # Errors
    /// When its members have no order, or one of them cannot be deployed.
    pub async fn start_group_run(
        &self,
        request: Request,
        wanted: &GroupRunRequest,
    ) -> Result<GroupRunId, Error> {
        let asked = read(&wanted.members)?;
        let id = self
            .store
            .write((request, asked), |tx, (request, asked)| {
                begin(tx, request, asked).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(id)
    }

    /// Takes a whole group run back, in reverse order.
    ///
    /// # Errors
    /// When it has ended, goes back already, or something cannot be undone and nobody signs.
    pub async fn roll_back_group_run(
        &self,
        request: Request,
        id: GroupRunId,
        wanted: &ReturnRequest,
    ) -> Result<(), Error> {
        let why = Why::read(&wanted.reason, wanted.past_no_return)?;
        self.store
            .write((request, id, why), |tx, (request, id, why)| {
                take_back(tx, request, *id, why).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }

    /// Ends a group run now; targets stay as they are.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn cancel_group_run(&self, request: Request, id: GroupRunId) -> Result<(), Error> {
        self.store
            .write((request, id), |tx, (request, id)| {
                async move {
                    let mut group = find(tx, request, (Action::SteerDeployment, *id)).await?;
                    let by = request.actor.name.clone();
                    happen(tx, request, &mut group, GroupEvent::CancelRequested { by }).await
                }
                .boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }
}

/// The members in the order in which they may change, each with the places of those it comes after.
pub(super) type InOrder = Vec<(Wanted, Vec<u32>)>;

fn read(members: &[GroupMemberRequest]) -> Result<InOrder, Error> {
    let asked = members.iter().map(|member| {
        let after = member.after.iter().map(|name| field::<Name>("after", name));
        Ok((
            field("product", &member.product)?,
            field("environment", &member.environment)?,
            after.collect::<Result<_, Error>>()?,
        ))
    });
    let asked: Vec<Asked> = asked.collect::<Result<_, Error>>()?;
    let order = in_order(&asked).map_err(|why| Error::invalid("members", why))?;
    let member = |(place, after): (usize, Vec<u32>)| {
        let of = &members[place];
        let wanted = Wanted::read(&DeploymentRequest {
            product: of.product.clone(),
            release: of.release.clone(),
            environment: of.environment.clone(),
            strategy: of.strategy.clone(),
            minimum_healthy: of.minimum_healthy.clone(),
            ..DeploymentRequest::default()
        })?;
        Ok((wanted, after))
    };
    order.into_iter().map(member).collect()
}

/// Begins it: every member, or none.
///
/// # Errors
/// When one of them cannot be deployed.
pub(super) async fn begin(
    tx: &mut Tx,
    request: &Request,
    asked: &InOrder,
) -> Result<GroupRunId, Error> {
    let id = tx.next_group_run().await?;
    let mut members = Vec::with_capacity(asked.len());
    for (wanted, after) in asked {
        let member = |deployment| Member {
            deployment,
            product: wanted.product.clone(),
            release: wanted.release.clone(),
            environment: wanted.environment.clone(),
            after: after.clone(),
        };
        let begun = promote(tx, request, wanted, Some(id)).await;
        let begun = begun.map_err(|why| why.of(&member(DeploymentId(0)).place()))?;
        members.push(member(begun));
    }
    let group = GroupRun {
        id,
        members,
        requested_by: request.actor.name.clone(),
        requested_at: tx.now(),
        status: GroupStatus::Preparing { since: tx.now() },
    };
    tx.record_group_run(&group).await?;
    let detail = serde_json::json!({ "members": group.members });
    let subject = subject(id);
    request
        .journal(tx, "group_run.requested", &subject, &detail)
        .await?;
    Ok(id)
}

/// Goes back as a person wants. What cannot be undone is signed in every member that did it.
async fn take_back(tx: &mut Tx, request: &Request, id: GroupRunId, why: &Why) -> Result<(), Error> {
    let mut group = find(tx, request, (Action::RollBack, id)).await?;
    let now = tx.now();
    for member in &group.members {
        let deployment = deployment(tx, member).await?;
        if !deployment.status.goes_forward() {
            continue;
        }
        check_answered(tx, request, (&deployment, why)).await?;
        // Nothing new begins in the meantime that could not be undone.
        if deployment.membership.as_ref().is_some_and(|it| !it.frozen) {
            steer::apply(tx, request, deployment.id, &Event::GroupFroze).await?;
        }
        let unsigned = deployment.return_signed.is_none();
        let Some(past) = deployment.no_return(now).filter(|_| unsigned) else {
            continue;
        };
        if !why.signs {
            let hint = format!(
                "repair that member, and the group goes on; or sign that going back is right: `tidegate group-run rollback {id} --past-no-return --reason WHY`"
            );
            return Err(past_no_return(&deployment, &past).hint(hint));
        }
        request
            .permit_deployment(tx, Action::SignOff, &deployment)
            .await?;
        let word = Word {
            by: request.actor.name.clone(),
            reason: why.reason.clone(),
        };
        let event = Event::ReturnSigned { word };
        steer::apply(tx, request, deployment.id, &event).await?;
    }
    let cause = GroupCause::Person {
        by: request.actor.name.clone(),
        reason: why.reason.clone(),
    };
    let event = GroupEvent::RollbackStarted { cause };
    happen(tx, request, &mut group, event).await
}

/// Makes a person's event happen to a group run.
async fn happen(
    tx: &mut Tx,
    request: &Request,
    group: &mut GroupRun,
    event: GroupEvent,
) -> Result<(), Error> {
    let before = group.status.word().replace('_', " ");
    let changed = matches!(
        group.status,
        GroupStatus::Finishing { .. } | GroupStatus::Succeeded { .. }
    );
    group.apply(&event, tx.now()).map_err(|illegal| {
        let detail = format!("group run {} is {before}: it cannot do that now", group.id);
        let refused = Error::refused(Kind::Conflict, "group-run-state", detail);
        refused.hint(match changed {
            true => one_by_one(group),
            false => illegal.to_string(),
        })
    })?;
    tx.record_group_run(group).await?;
    let name = request.actor.name.clone();
    let mut entry = event_entry(tx, name.as_str(), group, &event);
    entry.request = Some(request.id.clone());
    Ok(tx.record_entry(&entry).await?)
}

/// How to take back what has changed together: product by product, in reverse order.
fn one_by_one(group: &GroupRun) -> String {
    let members = group.members.iter().rev();
    let back =
        members.map(|it| format!("`tidegate rollback {} --in {}`", it.product, it.environment));
    let back: Vec<String> = back.collect();
    format!(
        "all have changed; take them back one by one: {}",
        back.join(", then ")
    )
}

/// The journal's entry about an event of a group run.
pub(crate) fn event_entry(
    tx: &Tx,
    actor: &str,
    group: &GroupRun,
    event: &GroupEvent,
) -> tidegate_domain::journal::Entry {
    let mut detail = serde_json::to_value(event).unwrap_or_default();
    if let Some(fields) = detail.as_object_mut() {
        fields.remove("event");
    }
    let action = format!("group_run.{}", event.word());
    entry(tx, actor, (&action, &subject(group.id)), &detail)
}

/// A group run that there has to be.
pub(crate) async fn existing(tx: &mut Tx, id: GroupRunId) -> Result<GroupRun, Error> {
    let missing = || Error::not_found("group-run-not-found", "group run", id);
    tx.group_run(id).await?.ok_or_else(missing)
}

/// A group run, about every member of which whoever asks may do that. Who may not see one of them sees none.
pub(super) async fn find(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, GroupRunId),
) -> Result<GroupRun, Error> {
    let missing = || Error::not_found("group-run-not-found", "group run", id);
    let found = existing(tx, id).await?;
    for member in &found.members {
        let resource = Resource::place(member.product.clone(), member.environment.clone());
        request.permit(tx, (action, &resource), missing).await?;
    }
    Ok(found)
}

/// The deployment of a member.
pub(crate) async fn deployment(tx: &mut Tx, member: &Member) -> Result<Deployment, Error> {
    let id = member.deployment;
    let found = tx.deployment(id).await?;
    found.ok_or_else(|| Error::Broken(format!("deployment {id} of a group run is gone")))
}

fn subject(id: GroupRunId) -> String {
    format!("group-run/{id}")
}
