//! Whether those who work on a release have time for all that falls to them, of this release and of others.

use super::{
    super::{Error, Request, request::Sight},
    upkeep,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Kind, Team},
    name::Name,
    planning::{
        Party, PlanEdition, Schedule, Slack, Task,
        load::{Overload, Stint, overload},
    },
    version::Version,
};
use tidegate_protocol::api::OverloadView;
use tidegate_store::{StoreError, Tx};

/// How many tasks of one party are looked at.
const TASKS: u64 = 500;
/// How many people of one team are.
const PEOPLE: usize = 100;
/// How many tasks are weighed against each other, the most urgent.
const STINTS: usize = 2_000;

/// Those to whom tasks of a release fall, and who have more to do than they have time for.
pub(super) async fn overloads(
    tx: &mut Tx,
    request: &Request,
    (edition, tasks): (&PlanEdition, &[Task]),
) -> Result<Vec<OverloadView>, Error> {
    let pending = tasks.iter().filter(|it| it.state.is_pending());
    let parties: BTreeSet<Party> = pending.map(falls_to).collect();
    let mut plans = Plans::default();
    let mut sight = request.sight(tx).await?;
    let mut views = Vec::new();
    for party in parties {
        let people = people(tx, &party).await?;
        let mut stints = Vec::new();
        for task in falling_to(tx, (&party, &people)).await? {
            stints.extend(plans.stint(tx, &task).await?);
        }
        stints.sort_by_key(|it| it.until);
        stints.truncate(STINTS);
        let count = u32::try_from(people.len().max(1)).unwrap_or(u32::MAX);
        let own = (&edition.product, &edition.version);
        // What is too much elsewhere is told there.
        let found = overload(&stints, count)
            .filter(|it| it.stints.iter().any(|it| (&it.of.0, &it.of.1) == own));
        views.extend(found.map(|it| view((&party, count), &it, &mut sight)));
    }
    Ok(views)
}

/// Who has to do a task: whoever took it, or else whom it falls to.
fn falls_to(task: &Task) -> Party {
    let taken = task.assignee.clone().map(Party::Person);
    taken.unwrap_or_else(|| task.owner.clone())
}

/// The people of a team, or somebody alone.
async fn people(tx: &mut Tx, party: &Party) -> Result<BTreeSet<Name>, StoreError> {
    let team: Option<Team> = match party {
        Party::Person(name) => return Ok(BTreeSet::from([name.clone()])),
        Party::Team(team) => tx.document(Kind::Team, team.as_str()).await?,
    };
    let named = team.into_iter().flat_map(|it| {
        let with_levels = it.levels.into_keys();
        it.members.into_iter().chain(with_levels)
    });
    Ok(named.take(PEOPLE).collect())
}

/// What is still to be done by somebody, or by a team and everybody in it.
async fn falling_to(
    tx: &mut Tx,
    (party, people): (&Party, &BTreeSet<Name>),
) -> Result<Vec<Task>, StoreError> {
    let mut tasks: BTreeMap<_, Task> = BTreeMap::new();
    let mut add = |found: Vec<Task>| tasks.extend(found.into_iter().map(|it| (it.id, it)));
    add(tx.tasks_waiting_for(party, TASKS).await?);
    for name in people {
        add(tx.tasks_taken_by(name, TASKS).await?);
        if matches!(party, Party::Team(_)) {
            add(tx
                .tasks_waiting_for(&Party::Person(name.clone()), TASKS)
                .await?);
        }
    }
    Ok(tasks.into_values().collect())
}

/// What the plans of releases come to, each reckoned once.
#[derive(Default)]
struct Plans(BTreeMap<(Name, Version), Option<Schedule>>);

impl Plans {
    /// A task with its time, if it has a length and has to be over by some time.
    async fn stint(&mut self, tx: &mut Tx, task: &Task) -> Result<Option<Stint>, Error> {
        let of = (task.product.clone(), task.version.clone());
        if !self.0.contains_key(&of) {
            let schedule = schedule(tx, &of).await?;
            self.0.insert(of.clone(), schedule);
        }
        let schedule = self.0.get(&of).and_then(Option::as_ref);
        let slack = schedule.and_then(|it| {
            let mut tasks = it.tasks.iter();
            tasks.find(|slack| task.name.as_ref() == Some(&slack.name))
        });
        Ok(slack.and_then(|slack| stint((of, task), slack, tx.now())))
    }
}

async fn schedule(
    tx: &mut Tx,
    (product, version): &(Name, Version),
) -> Result<Option<Schedule>, Error> {
    let Some(edition) = tx.newest_plan((product, version)).await? else {
        return Ok(None);
    };
    let tasks = tx.tasks_of((product, version)).await?;
    upkeep::schedule(&edition.plan, &tasks, tx.now()).map(Some)
}

fn stint((of, task): ((Name, Version), &Task), slack: &Slack, now: Timestamp) -> Option<Stint> {
    let from = slack.starts.max(now);
    let takes = slack.ends.duration_since(from);
    let until = slack.latest?;
    takes.is_positive().then(|| Stint {
        of,
        title: task.title.clone(),
        from,
        until,
        takes,
    })
}

/// A product that is not seen is not named.
fn view(
    (party, people): (&Party, u32),
    overload: &Overload<'_>,
    sight: &mut Sight,
) -> OverloadView {
    let mut named = |stint: &&Stint| {
        let (product, version) = &stint.of;
        match sight.shows(product) {
            true => format!("{} ({product} {version})", stint.title),
            false => "a task of another team".to_owned(),
        }
    };
    OverloadView {
        party: party.to_string(),
        people,
        from: overload.from,
        until: overload.until,
        takes_minutes: minutes(overload.takes),
        over_minutes: minutes(overload.over),
        tasks: overload.stints.iter().map(&mut named).collect(),
    }
}

/// Whole minutes; a part of one counts.
fn minutes(length: SignedDuration) -> i64 {
    length.as_secs().saturating_add(59) / 60
}
