//! Group runs as they are shown.

use super::{
    super::{App, Error, Page, Request, group_runs},
    facts,
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    deployment::{Barrier, Decision, decide as decide_member},
    group::{GroupRun, GroupStatus, GroupWait, Member, MemberFacts, decide},
    id::GroupRunId,
};
use tidegate_protocol::api::{GroupMemberView, GroupRunView, WaitingView};
use tidegate_store::Tx;

impl App {
    /// One group run with its members.
    ///
    /// # Errors
    /// When there is none.
    pub async fn group_run_view(
        self: &std::sync::Arc<Self>,
        request: &Request,
        id: GroupRunId,
    ) -> Result<GroupRunView, Error> {
        let input = (self.clone(), request.clone(), id);
        self.store
            .read(input, |tx, (app, request, id)| {
                async move {
                    let group = group_runs::find(tx, request, (Action::Read, *id)).await?;
                    view(tx, app, &group).await
                }
                .boxed()
            })
            .await
    }

    /// At most `limit` group runs below number `before`, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn group_run_list(
        self: &std::sync::Arc<Self>,
        request: &Request,
        before: Option<GroupRunId>,
        limit: u64,
    ) -> Result<Vec<GroupRunView>, Error> {
        let before = before.unwrap_or(GroupRunId(u64::MAX >> 1));
        let input = (self.clone(), request.clone(), before, limit);
        self.store
            .read(input, |tx, (app, request, before, limit)| {
                async move {
                    let mut views = Vec::new();
                    for group in seen(tx, request, *before, *limit).await? {
                        views.push(view(tx, app, &group).await?);
                    }
                    Ok(views)
                }
                .boxed()
            })
            .await
    }
}

/// Those of which whoever asks may see every member.
async fn seen(
    tx: &mut Tx,
    request: &Request,
    before: GroupRunId,
    limit: u64,
) -> Result<Vec<GroupRun>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut page = Page::new(limit);
    let mut before = before;
    loop {
        let found = tx.group_runs_before(before, limit).await?;
        let last = found.last().map(|group| group.id);
        let is_whole = page.take(found, |group: &GroupRun| {
            let mut members = group.members.iter();
            members.all(|member| sight.shows(&member.product))
        });
        match last {
            Some(last) if !is_whole => before = last,
            Some(_) | None => return Ok(page.rows),
        }
    }
}

/// Where the members of a group run stand, in its order.
pub(crate) async fn stands(
    tx: &mut Tx,
    app: &App,
    group: &GroupRun,
) -> Result<Vec<MemberFacts>, Error> {
    let mut stands = Vec::with_capacity(group.members.len());
    for member in &group.members {
        let deployment = group_runs::deployment(tx, member).await?;
        let now = tx.now();
        let decision = if deployment.status.is_terminal() {
            Decision::default()
        } else {
            let facts = facts::collect(tx, app, &deployment).await?;
            decide_member(&deployment, &facts, now)
        };
        stands.push(MemberFacts::of(&deployment, &decision, now));
    }
    Ok(stands)
}

async fn view(tx: &mut Tx, app: &App, group: &GroupRun) -> Result<GroupRunView, Error> {
    let stands = stands(tx, app, group).await?;
    let waits = decide(group, &stands).waiting_on;
    let members = group.members.iter().zip(&stands);
    Ok(GroupRunView {
        id: group.id.0,
        status: group.status.word().to_owned(),
        sentence: sentence(group, &stands),
        cause: group.status.cause().map(ToString::to_string),
        requested_by: group.requested_by.to_string(),
        requested_at: group.requested_at,
        ended_at: group.status.ended_at(),
        no_return: no_return(group, &stands),
        waiting_on: waits.iter().map(waiting).collect(),
        members: members
            .map(|(member, facts)| shown(group, member, facts))
            .collect(),
    })
}

/// What was done that keeps it from going back by itself, while it could.
fn no_return(group: &GroupRun, stands: &[MemberFacts]) -> Option<String> {
    let mut forward = stands.iter().filter(|it| it.status.goes_forward());
    let past = forward.find_map(|it| it.no_return.as_ref());
    let open = !group.status.is_terminal();
    past.filter(|_| open).map(ToString::to_string)
}

fn shown(group: &GroupRun, member: &Member, facts: &MemberFacts) -> GroupMemberView {
    let after = member
        .after
        .iter()
        .filter_map(|place| group.members.get(*place as usize));
    GroupMemberView {
        deployment: member.deployment.0,
        product: member.product.to_string(),
        release: member.release.to_string(),
        environment: member.environment.to_string(),
        after: after.map(Member::place).collect(),
        status: facts.status.word().to_owned(),
        held: facts.status.hold().map(|hold| hold.reason.clone()),
        stands: stand(facts).map(str::to_owned),
    }
}

/// Where a member waits for the others, in words.
const fn stand(facts: &MemberFacts) -> Option<&'static str> {
    match facts.stands_at {
        Some(Barrier::Change) => Some("lies ready"),
        Some(Barrier::Succeed) => Some("has changed"),
        Some(Barrier::Prepare) | None => None,
    }
}

fn waiting(wait: &GroupWait) -> WaitingView {
    WaitingView {
        kind: match wait {
            GroupWait::Members { .. } => "members",
            GroupWait::Asks { .. } | GroupWait::Person { .. } => "person",
        }
        .to_owned(),
        sentence: wait.to_string(),
        until: None,
        remedy: wait.remedy().to_owned(),
    }
}

/// One sentence that a person would say about how far it is.
fn sentence(group: &GroupRun, stands: &[MemberFacts]) -> String {
    let total = stands.len();
    let count = |what: fn(&MemberFacts) -> bool| stands.iter().filter(|it| what(it)).count();
    let named: Vec<String> = group.members.iter().map(said).collect();
    let what = named.join(", ");
    match &group.status {
        GroupStatus::Preparing { .. } => {
            let ready = count(|it| it.stands_at == Some(Barrier::Change));
            format!("{what}: {ready} of {total} lie ready.")
        }
        GroupStatus::Activating { .. } => {
            let changed = count(|it| it.stands_at == Some(Barrier::Succeed));
            format!("{what}: {changed} of {total} have changed.")
        }
        GroupStatus::Finishing { .. } => format!("{what}: all have changed."),
        GroupStatus::Frozen { cause, .. } => format!("{what}: frozen, because {cause}."),
        GroupStatus::RollingBack { cause, .. } => format!("{what} go back: {cause}."),
        GroupStatus::Cancelling { by, .. } => format!("{what} are being cancelled by {by}."),
        GroupStatus::Succeeded { .. } => format!("{what} succeeded together."),
        GroupStatus::RolledBack { cause, .. } => format!("{what} were rolled back: {cause}."),
        GroupStatus::Failed { cause, .. } => format!("{what} failed: {cause}."),
        GroupStatus::Cancelled { by, .. } => {
            format!("{what} were cancelled by {by}; targets stay as they are.")
        }
    }
}

fn said(member: &Member) -> String {
    format!(
        "{} {} to {}",
        member.product, member.release, member.environment
    )
}
