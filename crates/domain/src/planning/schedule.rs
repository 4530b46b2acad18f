//! What the tasks of a plan come to: when each can begin, when it has to be over, and which of them decide when all is done.
//!
//! The method of the critical path: forward from now along what is needed, backward from what is due (Kelley and Walker,
//! *Critical-path planning and scheduling*, 1959). A task takes as long as the plan says, nights and all; one without a length
//! takes no time. Start at [`Schedule::of`].

use super::{PlanError, PlannedTask, ReleasePlan, TaskState};
use crate::name::Name;
use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};
use std::collections::BTreeMap;

/// What the tasks of a plan come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Of each task, in the order of the plan.
    pub tasks: Vec<Slack>,
    /// Of each milestone, in the order of the plan.
    pub milestones: Vec<Reached>,
    /// When the release is to be live.
    pub target: Option<Timestamp>,
    /// When the last task that is still to be done ends; none when nothing is.
    pub ends: Option<Timestamp>,
}

/// How much room one task has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slack {
    /// Which.
    pub name: Name,
    /// When it begins at the earliest, or began.
    pub starts: Timestamp,
    /// When it ends at the earliest, or ended.
    pub ends: Timestamp,
    /// When it is due by the plan's word: its own, its milestone's, or the target.
    pub due: Option<Timestamp>,
    /// When it has to be over, so that nothing that needs it is late.
    pub latest: Option<Timestamp>,
    /// Whether it is still to be done.
    pub is_pending: bool,
    /// Whether no other task has less room.
    pub is_critical: bool,
}

/// When a milestone is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Which.
    pub name: Name,
    /// By when it is to be.
    pub due: Option<Timestamp>,
    /// When the last of its tasks ends; none when no task leads to it.
    pub ends: Option<Timestamp>,
    /// Whether nothing is left to be done for it.
    pub is_reached: bool,
}

impl Slack {
    /// The room that is left, negative when it is too late already; none when nothing is due after it.
    pub fn float(&self) -> Option<SignedDuration> {
        self.latest.map(|latest| latest.duration_since(self.ends))
    }

    /// Whether it ends too late, as things are.
    pub fn is_late(&self) -> bool {
        self.is_pending && self.float().is_some_and(|room| room.is_negative())
    }
}

impl Reached {
    /// Whether it will not be reached in time, as things are.
    pub fn is_late(&self) -> bool {
        !self.is_reached
            && self
                .due
                .zip(self.ends)
                .is_some_and(|(due, ends)| ends > due)
    }
}

impl Schedule {
    /// What the tasks come to at `now`. Those that `states` does not name are open.
    ///
    /// # Errors
    /// When the plan is none that people can work by.
    pub fn of(
        plan: &ReleasePlan,
        states: &BTreeMap<&Name, &TaskState>,
        now: Timestamp,
    ) -> Result<Self, PlanError> {
        let walk = Walk {
            plan,
            states,
            order: plan.order()?,
            zone: plan.time_zone.time_zone().clone(),
        };
        let spans = walk.forward(now);
        let (dues, latest) = walk.backward()?;
        let slack = |place: usize| Slack {
            name: plan.tasks[place].name.clone(),
            starts: spans[place].0.timestamp(),
            ends: spans[place].1.timestamp(),
            due: dues[place].as_ref().map(Zoned::timestamp),
            latest: latest[place].as_ref().map(Zoned::timestamp),
            is_pending: walk.is_pending(place),
            is_critical: false,
        };
        let mut tasks: Vec<Slack> = (0..plan.tasks.len()).map(slack).collect();
        mark_critical(&mut tasks);
        let pending = tasks.iter().filter(|task| task.is_pending);
        Ok(Self {
            ends: pending.map(|task| task.ends).max(),
            milestones: milestones(plan, &tasks)?,
            target: plan.target()?.map(|target| target.timestamp()),
            tasks,
        })
    }

    /// The tasks that decide when all is done, in the order in which they come.
    pub fn critical_path(&self) -> Vec<&Slack> {
        let mut path: Vec<&Slack> = self.tasks.iter().filter(|it| it.is_critical).collect();
        path.sort_by_key(|it| (it.starts, it.ends));
        path
    }

    /// The tasks that end too late, as things are.
    pub fn late(&self) -> impl Iterator<Item = &Slack> {
        self.tasks.iter().filter(|task| task.is_late())
    }
}

/// Those with the least room, if anything is due.
fn mark_critical(tasks: &mut [Slack]) {
    let pending = tasks.iter().filter(|task| task.is_pending);
    let least = pending.filter_map(Slack::float).min();
    for task in tasks.iter_mut() {
        task.is_critical = task.is_pending && least.is_some() && task.float() == least;
    }
}

fn milestones(plan: &ReleasePlan, tasks: &[Slack]) -> Result<Vec<Reached>, PlanError> {
    let reached = |milestone: &super::Milestone| {
        let all = plan.tasks.iter().zip(tasks);
        let own: Vec<&Slack> = all
            .filter(|(task, _)| task.milestone.as_ref() == Some(&milestone.name))
            .map(|(_, slack)| slack)
            .collect();
        let what = || format!("milestone `{}`", milestone.name);
        let due = milestone.due.map(|due| plan.place(due, what)).transpose()?;
        Ok(Reached {
            name: milestone.name.clone(),
            due: due.map(|due| due.timestamp()),
            ends: own.iter().map(|it| it.ends).max(),
            is_reached: !own.is_empty() && own.iter().all(|it| !it.is_pending),
        })
    };
    plan.milestones.iter().map(reached).collect()
}

/// One for each task, where there is one.
type Moments = Vec<Option<Zoned>>;

struct Walk<'a> {
    plan: &'a ReleasePlan,
    states: &'a BTreeMap<&'a Name, &'a TaskState>,
    /// The places of the tasks, those first that others need.
    order: Vec<usize>,
    zone: TimeZone,
}

impl Walk<'_> {
    fn is_pending(&self, place: usize) -> bool {
        let state = self.states.get(&self.plan.tasks[place].name);
        state.is_none_or(|state| state.is_pending())
    }

    /// When each task begins and ends at the earliest.
    fn forward(&self, now: Timestamp) -> Vec<(Zoned, Zoned)> {
        let now = now.to_zoned(self.zone.clone());
        let places = self.plan.places();
        let mut spans = vec![(now.clone(), now.clone()); self.plan.tasks.len()];
        for place in &self.order {
            let task = &self.plan.tasks[*place];
            let needs = task.needs.iter().filter_map(|need| places.get(need));
            let ready = needs.map(|need| spans[*need].1.clone()).max();
            let ready = ready.map_or_else(|| now.clone(), |ready| ready.max(now.clone()));
            spans[*place] = self.span(task, ready, &now);
        }
        spans
    }

    fn span(&self, task: &PlannedTask, ready: Zoned, now: &Zoned) -> (Zoned, Zoned) {
        let at = |at: Timestamp| at.to_zoned(self.zone.clone());
        match self.states.get(&task.name) {
            None | Some(TaskState::Open) => {
                let ends = ends(task, &ready);
                (ready, ends)
            }
            Some(TaskState::Started { at: since, .. }) => {
                let since = at(*since);
                let ends = ends(task, &since).max(now.clone());
                (since, ends)
            }
            Some(TaskState::Done {
                at: ended, started, ..
            }) => (at(started.unwrap_or(*ended)), at(*ended)),
            Some(TaskState::Skipped { at: ended, .. } | TaskState::Dropped { at: ended }) => {
                (at(*ended), at(*ended))
            }
        }
    }

    /// When each task is due, and when it has to be over for the sake of those that need it.
    fn backward(&self) -> Result<(Moments, Moments), PlanError> {
        let dues: Moments = self
            .plan
            .tasks
            .iter()
            .map(|task| self.due(task))
            .collect::<Result<_, _>>()?;
        let places = self.plan.places();
        let mut latest = dues.clone();
        for place in self.order.iter().rev() {
            let task = &self.plan.tasks[*place];
            let begins = latest[*place].as_ref().map(|latest| begins(task, latest));
            let (Some(begins), true) = (begins, self.is_pending(*place)) else {
                continue;
            };
            for need in task.needs.iter().filter_map(|need| places.get(need)) {
                let sooner = latest[*need].take().map(|it| it.min(begins.clone()));
                latest[*need] = Some(sooner.unwrap_or_else(|| begins.clone()));
            }
        }
        Ok((dues, latest))
    }

    /// Its own word, else its milestone's, else the target.
    fn due(&self, task: &PlannedTask) -> Result<Option<Zoned>, PlanError> {
        let milestone = || {
            let name = task.milestone.as_ref()?;
            let all = self.plan.milestones.iter();
            all.filter(|it| it.name == *name).find_map(|it| it.due)
        };
        match task.due.or_else(milestone) {
            Some(due) => {
                let what = || format!("task `{}`", task.name);
                self.plan.place(due, what).map(Some)
            }
            None => self.plan.target(),
        }
    }
}

/// When a task that begins then is over. At the end of the calendar it takes no time.
fn ends(task: &PlannedTask, begins: &Zoned) -> Zoned {
    let ends = task.takes.and_then(|takes| takes.after(begins));
    ends.unwrap_or_else(|| begins.clone())
}

/// When a task that is over then begins.
fn begins(task: &PlannedTask, ends: &Zoned) -> Zoned {
    let begins = task.takes.and_then(|takes| takes.before(ends));
    begins.unwrap_or_else(|| ends.clone())
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::plan;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// `NAME starts-ends room`, in hours from noon of the first of December; `!` marks the critical, `.` what is over.
    fn told(plan: &ReleasePlan, states: &BTreeMap<&Name, &TaskState>, now: &str) -> Vec<String> {
        let noon = at("2026-12-01T12:00:00Z");
        let schedule = Schedule::of(plan, states, at(now)).unwrap();
        let hours = |at: Timestamp| at.duration_since(noon).as_hours();
        let line = |it: &Slack| {
            let mark = match (it.is_critical, it.is_pending) {
                (true, _) => "!",
                (false, true) => "",
                (false, false) => ".",
            };
            let room = it.float().map(|room| room.as_hours().to_string());
            let room = room.unwrap_or_default();
            format!(
                "{}{mark} {}-{} {room}",
                it.name,
                hours(it.starts),
                hours(it.ends)
            )
        };
        schedule.tasks.iter().map(line).collect()
    }

    #[test]
    fn the_longest_way_is_critical_and_the_others_have_room() {
        let mut plan = plan(&[
            ("build", &[], "6h"),
            ("test", &["build"], "10h"),
            ("notes", &[], "2h"),
            ("go", &["test", "notes"], "1h"),
        ]);
        plan.target = Some("2026-12-02T12:00".parse().unwrap());
        assert_eq!(
            told(&plan, &BTreeMap::new(), "2026-12-01T12:00:00Z"),
            [
                "build! 0-6 7",
                "test! 6-16 7",
                "notes 0-2 21",
                "go! 16-17 7"
            ]
        );
        // What has a word of its own is held to it, and so is what it needs.
        plan.tasks[2].due = Some("2026-12-01T13:00".parse().unwrap());
        let late = told(&plan, &BTreeMap::new(), "2026-12-01T12:00:00Z");
        assert_eq!(late[2], "notes! 0-2 -1");
        assert_eq!(late[0], "build 0-6 7");
    }

    #[test]
    fn what_is_done_or_begun_counts_from_when_it_was() {
        let mut plan = plan(&[
            ("build", &[], "6h"),
            ("test", &["build"], "10h"),
            ("go", &["test"], ""),
        ]);
        plan.target = Some("2026-12-02T12:00".parse().unwrap());
        let (build, test): (Name, Name) = ("build".parse().unwrap(), "test".parse().unwrap());
        let by: Name = "ada".parse().unwrap();
        let done = TaskState::Done {
            by: by.clone(),
            at: at("2026-12-01T14:00:00Z"),
            started: None,
            note: String::new(),
        };
        let started = TaskState::Started {
            by,
            at: at("2026-12-01T15:00:00Z"),
        };
        let states = BTreeMap::from([(&build, &done), (&test, &started)]);
        assert_eq!(
            told(&plan, &states, "2026-12-01T16:00:00Z"),
            ["build. 2-2 12", "test! 3-13 11", "go! 13-13 11"]
        );
        // It takes longer than it should have: it ends now at the earliest.
        assert_eq!(
            told(&plan, &states, "2026-12-02T14:00:00Z"),
            ["build. 2-2 12", "test! 3-26 -2", "go! 26-26 -2"]
        );
    }

    #[test]
    fn a_milestone_is_reached_when_its_tasks_are_and_late_when_they_will_be() {
        let mut plan = plan(&[("build", &[], "6h"), ("after", &[], "1h")]);
        let ready = super::super::Milestone {
            name: "ready".parse().unwrap(),
            title: String::new(),
            due: Some("2026-12-01T17:00".parse().unwrap()),
        };
        plan.tasks[0].milestone = Some(ready.name.clone());
        plan.tasks[1].due = Some("+5d".parse().unwrap());
        plan.milestones = vec![ready];
        let build = plan.tasks[0].name.clone();
        let now = at("2026-12-01T12:00:00Z");
        let schedule = Schedule::of(&plan, &BTreeMap::new(), now).unwrap();
        assert!(schedule.milestones[0].is_late() && !schedule.milestones[0].is_reached);
        assert_eq!(
            schedule.late().map(|it| &it.name).collect::<Vec<_>>(),
            [&build]
        );
        assert_eq!(schedule.critical_path().len(), 1);
        let skipped = TaskState::Skipped {
            by: "ada".parse().unwrap(),
            at: now,
            reason: "built before".to_owned(),
        };
        let states = BTreeMap::from([(&build, &skipped)]);
        let schedule = Schedule::of(&plan, &states, now).unwrap();
        assert!(schedule.milestones[0].is_reached && !schedule.milestones[0].is_late());
        assert_eq!(schedule.late().count(), 0);
    }

    #[test]
    fn a_day_is_a_day_where_the_clocks_change() {
        let mut plan = plan(&[("soak", &[], "1d")]);
        plan.time_zone = "Europe/Amsterdam".parse().unwrap();
        plan.target = Some("2026-03-29T20:00".parse().unwrap());
        let schedule = Schedule::of(&plan, &BTreeMap::new(), at("2026-03-28T19:00:00Z")).unwrap();
        assert_eq!(schedule.tasks[0].ends, at("2026-03-29T18:00:00Z"));
        assert_eq!(schedule.tasks[0].float(), Some(SignedDuration::ZERO));
    }
}
