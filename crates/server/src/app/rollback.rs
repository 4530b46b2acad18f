//! Going back to what ran before: by the deployment in progress, or by one of its own.

use super::{
    App, Error, Kind, Request,
    clearance::returning,
    deploy::{Leave, Start, begin, supervised},
    field,
    guide::reason_missing,
    plans, present, releases, returns,
    steer::{self, read_reason},
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::Action,
    catalog::NamedLimits,
    control::unanswered,
    deployment::{AskedReturn, Cause, Deployment, Event, NoReturn, Purpose, Status, Word},
    group::GroupStatus,
    id::DeploymentId,
    name::Name,
    plan::{Share, Strategy},
};
use tidegate_protocol::api::{ReturnRequest, RollbackRequest};
use tidegate_store::Tx;

impl App {
    /// Takes back what runs in an environment: the deployment in progress, or else the last one that succeeded. Whose level is too
    /// low for that asks for it; then the answer is which deployment somebody else is to take back.
    ///
    /// # Errors
    /// When there is nothing to go back to.
    pub async fn roll_back(
        &self,
        request: Request,
        wanted: &RollbackRequest,
    ) -> Result<DeploymentId, Error> {
        let place: (Name, Name) = (
            field("product", &wanted.product)?,
            field("environment", &wanted.environment)?,
        );
        let why = Why::read(&wanted.reason, wanted.past_no_return)?;
        let id = self
            .store
            .write((request, place, why), |tx, (request, place, why)| {
                async move {
                    let of = (&place.0, &place.1);
                    match supervised(tx, request, (Action::RollBack, of)).await? {
                        Some(_) if !why.signs => returns::ask(tx, request, of, why).await,
                        Some(_) | None => take_back(tx, request, place, why).await,
                    }
                }
                .boxed()
            })
            .await?;
        self.bus.wake_engine();
        self.bus.announce();
        Ok(id)
    }

    /// Takes one deployment back that runs, or asks for it.
    ///
    /// # Errors
    /// When there is none, it has ended, or something cannot be undone and nobody signs.
    pub async fn roll_back_running(
        &self,
        request: Request,
        id: DeploymentId,
        wanted: &ReturnRequest,
    ) -> Result<(), Error> {
        let why = Why::read(&wanted.reason, wanted.past_no_return)?;
        self.store
            .write((request, id, why), |tx, (request, id, why)| {
                take_one_back(tx, request, *id, why).boxed()
            })
            .await?;
        self.bus.wake_engine();
        self.bus.announce();
        Ok(())
    }
}

/// Why a person wants to go back.
#[derive(Debug, Clone)]
pub(super) struct Why {
    /// In their own words: what they answer for, they answer for by these alone.
    pub(super) reason: String,
    /// What somebody else asked for, and they let go.
    pub(super) asked: Option<AskedReturn>,
    /// Whether they sign that it is right although something cannot be undone.
    pub(super) signs: bool,
}

impl Why {
    /// A signature takes a reason.
    pub(super) fn read(reason: &str, signs: bool) -> Result<Self, Error> {
        let reason = read_reason(reason)?;
        if signs && reason.is_empty() {
            return Err(reason_missing());
        }
        Ok(Self {
            reason,
            asked: None,
            signs,
        })
    }

    fn cause(&self, request: &Request) -> Cause {
        let by = request.actor.name.clone();
        let reason = match &self.asked {
            Some(asked) => asked.told(&by, &self.reason),
            None => self.reason.clone(),
        };
        Cause::Person { by, reason }
    }

    /// How to say why going back is right.
    fn remedy(&self, (product, place): (&Name, &Name)) -> String {
        match &self.asked {
            Some(asked) => format!(
                "in words of your own, with `--note WHY` (`tidegate supervise {} --note WHY`)",
                asked.deployment
            ),
            None => format!(
                "with `--reason WHY` (`tidegate rollback {product} --in {place} --reason WHY`)"
            ),
        }
    }
}

async fn take_one_back(
    tx: &mut Tx,
    request: &Request,
    id: DeploymentId,
    why: &Why,
) -> Result<(), Error> {
    let deployment = steer::found(tx, request, (Action::Read, id)).await?;
    let place = (&deployment.product, &deployment.environment);
    let asks = supervised(tx, request, (Action::RollBack, place)).await?;
    if asks.is_none() || why.signs {
        let deployment = steer::found(tx, request, (Action::RollBack, id)).await?;
        return go_back(tx, request, &deployment, why).await;
    }
    let asked = returns::ask(tx, request, place, why).await?;
    if asked == id {
        return Ok(());
    }
    let detail = format!("deployment {id} is not what would go back now: that is {asked}");
    Err(Error::refused(Kind::Conflict, "deployment-state", detail))
}

/// Takes a deployment back from here on, because a person wants it.
///
/// # Errors
/// When something that it did cannot be undone, and nobody signs.
pub(super) async fn go_back(
    tx: &mut Tx,
    request: &Request,
    deployment: &Deployment,
    why: &Why,
) -> Result<(), Error> {
    check_not_in_step(tx, deployment).await?;
    Box::pin(check_answered(tx, request, (deployment, why))).await?;
    if let Some(past) = deployment.no_return(tx.now()) {
        if !why.signs {
            return Err(past_no_return(deployment, &past));
        }
        request
            .permit_deployment(tx, Action::SignOff, deployment)
            .await?;
        let word = Word {
            by: request.actor.name.clone(),
            reason: why.reason.clone(),
        };
        steer::apply(tx, request, deployment.id, &Event::ReturnSigned { word }).await?;
    }
    let cause = why.cause(request);
    steer::apply(
        tx,
        request,
        deployment.id,
        &Event::RollbackStarted { cause },
    )
    .await?;
    let place = (&deployment.product, &deployment.environment);
    Box::pin(returns::overtake(tx, request, place)).await
}

/// Going back to what is blocked is asked for by nobody. To what enforced controls object to, whoever says why.
///
/// # Errors
/// When it leads to what is blocked, or to what is objected to and no reason is given.
pub(super) async fn check_answered(
    tx: &mut Tx,
    request: &Request,
    (deployment, why): (&Deployment, &Why),
) -> Result<(), Error> {
    let (product, place) = (&deployment.product, &deployment.environment);
    let returned = returning::of(tx, &request.gate, deployment).await;
    for it in &returned {
        if let Some(release) = tx.release(product, &it.kept.release).await? {
            releases::check_not_blocked(&release)?;
        }
    }
    let unanswered = unanswered(&returned, &why.reason);
    let Some((release, _)) = unanswered.first() else {
        return Ok(());
    };
    let all: Vec<String> = unanswered.iter().map(|(_, it)| it.to_string()).collect();
    let detail = format!(
        "{product} would go back to {release} in {place}, and that is not sound: {}",
        all.join("; ")
    );
    Err(
        Error::refused(Kind::Conflict, "return-unsound", detail).hint(format!(
            "nothing of it keeps you from going back: say why it is right, {}",
            why.remedy((product, place))
        )),
    )
}

/// A member of a group run that moves goes back with its group, in its order.
pub(super) async fn check_not_in_step(tx: &mut Tx, deployment: &Deployment) -> Result<(), Error> {
    let Some(membership) = &deployment.membership else {
        return Ok(());
    };
    let group = tx.group_run(membership.group).await?;
    let moves = group.is_some_and(|group| {
        !group.status.is_terminal() && !matches!(group.status, GroupStatus::Finishing { .. })
    });
    if !moves || !deployment.status.goes_forward() {
        return Ok(());
    }
    let (id, group) = (deployment.id, membership.group);
    let detail = format!("deployment {id} goes back only together with group run {group}");
    Err(Error::refused(Kind::Conflict, "in-lockstep", detail)
        .hint(format!("`tidegate group-run rollback {group}`")))
}

pub(super) fn past_no_return(deployment: &Deployment, past: &NoReturn) -> Error {
    let (product, place) = (&deployment.product, &deployment.environment);
    let detail = format!("{product} does not go back in {place} just so: {past}");
    Error::refused(Kind::Conflict, "past-no-return", detail).hint(format!(
        "repair it with a newer release (`tidegate deploy {product} VERSION --to {place} --supersede`), or sign that going back is right: `tidegate rollback {product} --in {place} --past-no-return --reason WHY`"
    ))
}

/// The promotions that succeeded in a place and were not taken back by a later rollback, oldest first: the last is what
/// runs, the one before is what going back leads to.
pub(super) async fn standing(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Vec<Deployment>, Error> {
    standing_of(tx, (product, environment), 500).await
}

/// The same, of the newest so many that succeeded.
pub(super) async fn standing_of(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
    newest: u64,
) -> Result<Vec<Deployment>, Error> {
    let newest_first = tx.succeeded_in(product, environment, newest).await?;
    let mut standing: Vec<Deployment> = Vec::new();
    for deployment in newest_first.into_iter().rev() {
        match deployment.purpose {
            Purpose::Promotion => standing.push(deployment),
            Purpose::Rollback { of } => standing.retain(|taken_back| taken_back.id < of),
        }
    }
    Ok(standing)
}

pub(super) async fn take_back(
    tx: &mut Tx,
    request: &Request,
    (product, environment): &(Name, Name),
    why: &Why,
) -> Result<DeploymentId, Error> {
    request
        .permit_place(tx, Action::RollBack, (product, environment))
        .await?;
    if let Some(id) = tx.deployment_running_in(product, environment).await? {
        return take_back_running(tx, request, (id, why)).await;
    }
    present::refuse_left_behind(tx, product, environment).await?;
    let stands = standing_now(tx, product, environment).await?;
    let Stands {
        of,
        crosses,
        previous,
        ..
    } = stands.ok_or_else(|| nothing_to_take_back(product, environment))?;
    let release = releases::find(tx, product, &previous.release).await?;
    releases::check_not_blocked(&release)?;
    let snapshot = releases::snapshot(tx, &release, previous.snapshot).await?;
    let start = Start {
        release: &release,
        snapshot: (&snapshot, previous.snapshot),
        environment,
        purpose: Purpose::Rollback { of },
        crosses,
        group: None,
        supersedes: false,
        leave_behind: false,
        leave: Leave::default(),
        // Going back has an order of its own; as many at a time as when it was brought there.
        way: plans::Way {
            strategy: Strategy::AllAtOnce,
            checks: Vec::new(),
            limits: limits(&previous),
        },
    };
    let id = begin(tx, request, start).await?;
    let deployment = steer::found(tx, request, (Action::RollBack, id)).await?;
    go_back(tx, request, &deployment, why).await?;
    Ok(id)
}

/// What going back takes back where nothing is in progress.
struct Stands {
    current: Deployment,
    /// The oldest of those that brought the same.
    of: DeploymentId,
    /// What was done that cannot be undone.
    crosses: Option<NoReturn>,
    /// What it leads to.
    previous: Deployment,
}

/// None where going back leads nowhere.
async fn standing_now(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Option<Stands>, Error> {
    let mut standing = standing(tx, product, environment).await?;
    let newest = DeploymentId(u64::MAX >> 1);
    let place = (Some(product), Some(environment));
    let newest = tx.deployments_before(newest, 1, place).await?.pop();
    let left_halfway =
        |d: &Deployment| matches!(d.status, Status::Cancelled { .. } | Status::Failed { .. });
    let now = tx.now();
    let (current, (of, crosses)) = match newest.filter(left_halfway) {
        // Some targets may run it: all go back to what stood before.
        Some(halfway) => {
            let what = (halfway.id, halfway.no_return(now));
            (halfway, what)
        }
        None => {
            let Some(current) = standing.pop() else {
                return Ok(None);
            };
            let what = forget_same(&mut standing, &current, now);
            (current, what)
        }
    };
    Ok(standing.pop().map(|previous| Stands {
        current,
        of,
        crosses,
        previous,
    }))
}

/// What going back in a place would take back now: what goes forward there, or else what stands there.
pub(super) async fn to_take_back(
    tx: &mut Tx,
    product: &Name,
    environment: &Name,
) -> Result<Option<Deployment>, Error> {
    if let Some(id) = tx.deployment_running_in(product, environment).await? {
        let running = tx.deployment(id).await?;
        return Ok(running.filter(|it| !goes_back(it)));
    }
    let stands = standing_now(tx, product, environment).await?;
    Ok(stands.map(|it| it.current))
}

fn goes_back(deployment: &Deployment) -> bool {
    matches!(deployment.purpose, Purpose::Rollback { .. })
        || matches!(deployment.status, Status::RollingBack { .. })
}

/// As many at a time as when it was brought there. Side by side all could change at once; going back, a quarter may.
fn limits(previous: &Deployment) -> NamedLimits {
    let limits = NamedLimits::of(&previous.plan.limits);
    if !previous.plan.side_by_side {
        return limits;
    }
    let total: usize = previous
        .plan
        .waves
        .iter()
        .map(|wave| wave.targets.len())
        .sum();
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    NamedLimits {
        max_unavailable: Some(Share::Count(Share::Percent(25).of(total))),
        ..limits
    }
}

/// Takes back the deployment in progress. One that goes back already goes on doing that: asking twice changes nothing.
async fn take_back_running(
    tx: &mut Tx,
    request: &Request,
    (id, why): (DeploymentId, &Why),
) -> Result<DeploymentId, Error> {
    let running = steer::found(tx, request, (Action::RollBack, id)).await?;
    if !goes_back(&running) {
        go_back(tx, request, &running, why).await?;
    }
    Ok(id)
}

/// Leaves out the deployments of the same release and configuration right below `current`; answers the oldest of them, and
/// what they did that cannot be undone.
fn forget_same(
    standing: &mut Vec<Deployment>,
    current: &Deployment,
    now: Timestamp,
) -> (DeploymentId, Option<NoReturn>) {
    let mut past = current.no_return(now);
    let mut oldest = current.id;
    let same = |d: &mut Deployment| d.release == current.release && d.snapshot == current.snapshot;
    while let Some(repeated) = standing.pop_if(same) {
        oldest = repeated.id;
        past = past.or_else(|| repeated.no_return(now));
    }
    (oldest, past)
}

pub(super) fn nothing_to_take_back(product: &Name, environment: &Name) -> Error {
    let detail = format!("{product} has nothing in {environment} to go back to");
    Error::refused(Kind::NotReady, "nothing-to-roll-back", detail)
        .hint("a rollback needs two different deployments that succeeded there")
}
