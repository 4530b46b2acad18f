//! Reminding people of what falls to them: tasks, procedures to look at again, reviews to lead.

use super::{
    super::{App, Error, Gate, planning, procedures, reviews},
    about::sees,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Actor, ActorKind, Resource},
    name::Name,
    planning::{Party, Schedule, Slack, Task},
    talk::{Nearness, News, Reminder, Subject, Why, people_of},
    text::Line,
    version::Version,
};
use tidegate_store::Tx;

/// How many tasks are looked through.
const TASKS: u64 = 10_000;
/// How long a server that reminds keeps others from it.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Who reminds, as the record names them.
const WHO: &str = "tidegate";

/// Something that is due, and whom it falls to.
#[derive(Debug, Clone)]
struct Due {
    reminder: Reminder,
    what: String,
    /// What of; nothing, where everybody who belongs here sees it.
    of: Option<Name>,
    falls_to: Party,
}

impl App {
    /// Tells people once what is due within a day, and once more when it is over; which releases are to be looked back at only if that
    /// is asked for, because it reads much.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn remind(&self, holder: &str, with_reviews: bool) -> Result<(), Error> {
        let due = self
            .store
            .read(with_reviews, |tx, with_reviews| {
                fresh(tx, *with_reviews).boxed()
            })
            .await?;
        if due.is_empty() {
            return Ok(());
        }
        let input = (due, holder.to_owned(), self.gate.clone());
        self.store
            .write(input, |tx, (due, holder, gate)| {
                tell_all(tx, gate, (due, holder)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

/// What is due and nobody was reminded of yet.
async fn fresh(tx: &mut Tx, with_reviews: bool) -> Result<Vec<Due>, Error> {
    let now = tx.now();
    let mut all = tasks(tx, now).await?;
    all.extend(of_procedures(tx, now).await?);
    if with_reviews {
        all.extend(of_reviews(tx, now).await?);
    }
    let mut fresh = Vec::new();
    for due in all {
        if !tx.is_reminded(&due.reminder).await? {
            fresh.push(due);
        }
    }
    Ok(fresh)
}

/// Something, if it is near enough.
fn near(
    (subject, of, what, falls_to): (Subject, Option<Name>, String, Party),
    (due, now): (Timestamp, Timestamp),
) -> Option<Due> {
    let nearness = Nearness::of(due, now)?;
    Some(Due {
        reminder: Reminder {
            subject,
            due,
            nearness,
        },
        what,
        of,
        falls_to,
    })
}

async fn tasks(tx: &mut Tx, now: Timestamp) -> Result<Vec<Due>, Error> {
    let mut schedules: BTreeMap<(Name, Version), Option<Schedule>> = BTreeMap::new();
    let mut all = Vec::new();
    for task in tx.pending_tasks(TASKS).await? {
        let of = (task.product.clone(), task.version.clone());
        if !schedules.contains_key(&of) {
            let (plan, _) = planning::around(tx, (&of.0, &of.1)).await?;
            schedules.insert(of.clone(), plan.map(|(_, schedule)| schedule));
        }
        let schedule = schedules.get(&of).and_then(Option::as_ref);
        if let Some(due) = due_of(&task, schedule) {
            let what = format!("{} ({} {})", task.title, task.product, task.version);
            let subject = Subject::Task(task.id);
            let falls_to = task.assignee.map_or(task.owner, Party::Person);
            let of = Some(task.product);
            all.extend(near((subject, of, what, falls_to), (due, now)));
        }
    }
    Ok(all)
}

/// When a task is due: by its own word, else by its milestone's, else by the target.
fn due_of(task: &Task, schedule: Option<&Schedule>) -> Option<Timestamp> {
    let same = |it: &&Slack| task.name.as_ref() == Some(&it.name);
    let slack = schedule.and_then(|it| it.tasks.iter().find(same));
    slack.map_or(task.due, |it| it.due)
}

/// A day is over when it is over everywhere in UTC.
async fn of_procedures(tx: &mut Tx, now: Timestamp) -> Result<Vec<Due>, Error> {
    let all = procedures::to_review(tx).await?;
    let near = all.into_iter().filter_map(|(name, owner, day)| {
        let over = day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
        let what = format!("to look at procedure {name} again");
        let subject = Subject::Procedure(name);
        near((subject, None, what, owner), (over.timestamp(), now))
    });
    Ok(near.collect())
}

async fn of_reviews(tx: &mut Tx, now: Timestamp) -> Result<Vec<Due>, Error> {
    let all = reviews::to_lead(tx).await?;
    let near = all
        .into_iter()
        .filter_map(|((product, version), lead, due)| {
            let what = format!("to look back at {product} {version}");
            let of = Some(product.clone());
            near(
                (Subject::Release(product, version), of, what, lead),
                (due, now),
            )
        });
    Ok(near.collect())
}

async fn tell_all(tx: &mut Tx, gate: &Gate, (due, holder): (&[Due], &str)) -> Result<(), Error> {
    if tx.take_lease("reminders", holder, LEASE).await?.is_none() {
        return Ok(());
    }
    let authorizer = gate.authorizer(tx).await?;
    let people = tx.people().await?.into_iter();
    let people = people.filter(|it| it.kind == ActorKind::Person);
    let people: Vec<Actor> = people.map(tidegate_store::PersonRow::actor).collect();
    for it in due {
        // Another server may have been quicker.
        if !tx.note_reminded(&it.reminder).await? {
            continue;
        }
        let members = |team: &Name| -> BTreeSet<Name> {
            let is_of = |actor: &&Actor| {
                let mut teams = authorizer.directory().teams_of(actor);
                teams.any(|it| it == team)
            };
            people
                .iter()
                .filter(is_of)
                .map(|it| it.name.clone())
                .collect()
        };
        let of: Vec<Resource> = it.of.iter().cloned().map(Resource::product).collect();
        for name in people_of(&it.falls_to, members) {
            let person = people.iter().find(|it| it.name == name);
            if person.is_some_and(|person| sees(&authorizer, person, &of)) {
                tell(tx, it, name).await?;
            }
        }
    }
    Ok(())
}

async fn tell(tx: &mut Tx, due: &Due, to: Name) -> Result<(), Error> {
    let Reminder {
        subject,
        due: at,
        nearness,
    } = &due.reminder;
    let at = at.strftime("%Y-%m-%d %H:%M UTC");
    let news = News {
        id: tx.next_news().await?,
        to,
        subject: subject.clone(),
        why: Why::Due,
        by: WHO.parse().map_err(|why| Error::Broken(format!("{why}")))?,
        at: tx.now(),
        line: Line::of(&format!("reminds you: {} {nearness} {at}", due.what)),
    };
    Ok(tx.record_news(&news).await?)
}
