//! What makes a release plan one that can be worked by.

use super::{ReleasePlan, Unplaced};
use crate::{
    communication::Schedule,
    name::Name,
    runbook::{OutlineError, Way},
};
use std::collections::{BTreeMap, BTreeSet};

/// The most tasks of one plan.
pub const TASKS_MAX: usize = 1_000;
/// The most of anything else in one plan.
const OTHERS_MAX: usize = 200;
/// The longest title, in characters.
const TITLE_MAX: usize = 200;
/// The longest text, in bytes.
const TEXT_MAX: usize = 64 * 1024;

/// Why nobody could work by a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two of one name.
    #[error("{what} `{name}` is there twice")]
    Twice {
        /// What.
        what: &'static str,
        /// Which.
        name: Name,
    },
    /// A name that stands for nothing here.
    #[error("task `{task}` names {what} `{name}`, which the plan does not have")]
    Unknown {
        /// Where.
        task: Name,
        /// What is missing.
        what: &'static str,
        /// Its name.
        name: Name,
    },
    /// Tasks that wait for each other.
    #[error("these tasks need each other in a circle: {}", names(.0))]
    Circle(Vec<Name>),
    /// More than anybody reads.
    #[error("it has more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// A text without end.
    #[error("the {what} of `{of}` is longer than {max}")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Whose.
        of: String,
        /// How long it may be.
        max: &'static str,
    },
    /// A time that is none.
    #[error("the time of {what}: {why}")]
    Time {
        /// Of what.
        what: String,
        /// Why.
        #[source]
        why: Unplaced,
    },
    /// No runbook could begin with that.
    #[error("the {} to {environment}: {why}", way.title())]
    Runbook {
        /// Where to.
        environment: Name,
        /// Which of both.
        way: Way,
        /// Why not.
        #[source]
        why: Box<OutlineError>,
    },
    /// A message that waits for what never comes.
    #[error("message `{message}` waits for milestone `{milestone}`, which the plan does not have")]
    NeverComes {
        /// Which.
        message: Name,
        /// What it waits for.
        milestone: Name,
    },
    /// It ends before it begins.
    #[error("the booking of {0} ends before it begins")]
    Backwards(Name),
}

impl ReleasePlan {
    /// Whether people can work by it.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self) -> Result<(), PlanError> {
        self.check_sizes()?;
        self.check_names()?;
        self.check_references()?;
        self.check_times()?;
        self.check_prepared()?;
        self.order().map(drop)
    }

    /// The places of the tasks, those first that others need. Where nothing else decides, the order is the plan's.
    ///
    /// # Errors
    /// When tasks need each other in a circle, which is named.
    pub fn order(&self) -> Result<Vec<usize>, PlanError> {
        let places: BTreeMap<&Name, usize> = self.places();
        let mut left: Vec<usize> = self.tasks.iter().map(|task| task.needs.len()).collect();
        let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); self.tasks.len()];
        for (place, task) in self.tasks.iter().enumerate() {
            for need in task.needs.iter().filter_map(|need| places.get(need)) {
                waiting[*need].push(place);
            }
        }
        let mut ready: BTreeSet<usize> =
            (0..left.len()).filter(|place| left[*place] == 0).collect();
        let mut order = Vec::with_capacity(left.len());
        while let Some(place) = ready.pop_first() {
            order.push(place);
            for next in &waiting[place] {
                left[*next] -= 1;
                if left[*next] == 0 {
                    ready.insert(*next);
                }
            }
        }
        match order.len() == self.tasks.len() {
            true => Ok(order),
            false => Err(PlanError::Circle(self.circle(&order))),
        }
    }

    /// One circle among those that have no place in an order: whoever follows needs comes back to where they were.
    fn circle(&self, ordered: &[usize]) -> Vec<Name> {
        let places = self.places();
        let stuck = |place: &usize| !ordered.contains(place);
        let mut way: Vec<usize> = (0..self.tasks.len()).find(stuck).into_iter().collect();
        while let Some(last) = way.last() {
            let needs = self.tasks[*last].needs.iter();
            let Some(next) = needs.filter_map(|it| places.get(it)).copied().find(stuck) else {
                break;
            };
            if let Some(begin) = way.iter().position(|place| *place == next) {
                way.drain(..begin);
                break;
            }
            way.push(next);
        }
        way.iter().map(|it| self.tasks[*it].name.clone()).collect()
    }

    fn check_sizes(&self) -> Result<(), PlanError> {
        let counts = [
            ("tasks", self.tasks.len(), TASKS_MAX),
            ("phases", self.phases.len(), OTHERS_MAX),
            ("milestones", self.milestones.len(), OTHERS_MAX),
            ("objectives", self.objectives.len(), OTHERS_MAX),
            ("bookings", self.bookings.len(), OTHERS_MAX),
            (
                "people and teams",
                self.involved.others().count(),
                OTHERS_MAX,
            ),
            ("controls", self.controls.len(), OTHERS_MAX),
            ("runbooks", self.runbooks.len(), OTHERS_MAX),
            ("messages", self.messages.len(), OTHERS_MAX),
        ];
        if let Some((what, _, max)) = counts.into_iter().find(|(_, count, max)| count > max) {
            return Err(PlanError::TooMany { what, max });
        }
        let titles = self.phases.iter().map(|it| (&it.title, &it.name));
        let titles = titles.chain(self.milestones.iter().map(|it| (&it.title, &it.name)));
        let titles = titles.chain(self.objectives.iter().map(|it| (&it.title, &it.name)));
        let titles = titles.chain(self.objectives.iter().map(|it| (&it.measure, &it.name)));
        let mut titles = titles.chain(self.tasks.iter().map(|it| (&it.title, &it.name)));
        if let Some((_, name)) = titles.find(|(title, _)| title.chars().count() > TITLE_MAX) {
            return Err(too_long("title", name.as_str(), "200 characters"));
        }
        let mut texts = self.tasks.iter().map(|it| (&it.document, &it.name));
        if let Some((_, name)) = texts.find(|(text, _)| text.len() > TEXT_MAX) {
            return Err(too_long("document", name.as_str(), "64 KiB"));
        }
        match self.purpose.len() > TEXT_MAX {
            true => Err(too_long("purpose", "the plan", "64 KiB")),
            false => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), PlanError> {
        once("phase", self.phases.iter().map(|it| &it.name))?;
        once("milestone", self.milestones.iter().map(|it| &it.name))?;
        once("objective", self.objectives.iter().map(|it| &it.name))?;
        once("task", self.tasks.iter().map(|it| &it.name))?;
        once("control", self.controls.iter())?;
        once("message", self.messages.iter().map(|it| &it.name))?;
        once("runbook", self.runbooks.iter().map(|it| &it.environment))?;
        for task in &self.tasks {
            once("need", task.needs.iter())?;
        }
        Ok(())
    }

    fn check_references(&self) -> Result<(), PlanError> {
        let phases: BTreeSet<&Name> = self.phases.iter().map(|it| &it.name).collect();
        let milestones: BTreeSet<&Name> = self.milestones.iter().map(|it| &it.name).collect();
        let tasks = self.places();
        for task in &self.tasks {
            let phase = task.phase.iter().find(|it| !phases.contains(it));
            let milestone = task.milestone.iter().find(|it| !milestones.contains(it));
            let need = task.needs.iter().find(|it| !tasks.contains_key(it));
            let missing = phase.map(|it| ("phase", it));
            let missing = missing.or_else(|| milestone.map(|it| ("milestone", it)));
            if let Some((what, name)) = missing.or_else(|| need.map(|it| ("task", it))) {
                return Err(PlanError::Unknown {
                    task: task.name.clone(),
                    what,
                    name: name.clone(),
                });
            }
        }
        Ok(())
    }

    /// What is ready before it is needed has to be fit for it.
    fn check_prepared(&self) -> Result<(), PlanError> {
        for runbooks in &self.runbooks {
            for (way, outline) in runbooks.outlines() {
                outline.check(way).map_err(|why| PlanError::Runbook {
                    environment: runbooks.environment.clone(),
                    way,
                    why: Box::new(why),
                })?;
            }
        }
        let has = |name: &Name| self.milestones.iter().any(|it| it.name == *name);
        let mut messages = self.messages.iter().filter_map(|it| match &it.on {
            Some(Schedule::Milestone(milestone)) => Some((&it.name, milestone)),
            Some(Schedule::ByHand | Schedule::Deployment(..) | Schedule::At(_)) | None => None,
        });
        match messages.find(|(_, milestone)| !has(milestone)) {
            Some((message, milestone)) => Err(PlanError::NeverComes {
                message: message.clone(),
                milestone: milestone.clone(),
            }),
            None => Ok(()),
        }
    }

    fn check_times(&self) -> Result<(), PlanError> {
        self.target()?;
        for milestone in &self.milestones {
            if let Some(due) = milestone.due {
                self.place(due, || format!("milestone `{}`", milestone.name))?;
            }
        }
        for task in &self.tasks {
            if let Some(due) = task.due {
                self.place(due, || format!("task `{}`", task.name))?;
            }
        }
        if let Some(review) = &self.review {
            self.place(review.due, || "the review".to_owned())?;
        }
        for booking in &self.bookings {
            let (from, until) = booking.span(self)?;
            if from >= until {
                return Err(PlanError::Backwards(booking.environment.clone()));
            }
        }
        Ok(())
    }
}

fn once<'a>(what: &'static str, names: impl Iterator<Item = &'a Name>) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            let name = name.clone();
            return Err(PlanError::Twice { what, name });
        }
    }
    Ok(())
}

fn too_long(what: &'static str, of: &str, max: &'static str) -> PlanError {
    let of = of.to_owned();
    PlanError::TooLong { what, of, max }
}

pub(super) fn time(what: impl Into<String>, why: Unplaced) -> PlanError {
    let what = what.into();
    PlanError::Time { what, why }
}

fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(", ")
}
