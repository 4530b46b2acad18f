//! The release plan as people write it.

use super::{
    Booking, Concerned, Due, Party, PlanError, PlannedMessage, PlannedReview, PlannedRunbooks,
    check::time,
};
use crate::{
    calendar::{Length, Zone},
    name::Name,
    review::Objective,
    runbook::{Outline, Way},
};
use jiff::{Zoned, civil::DateTime};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a release is for, who is involved, and what has to be done by when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasePlan {
    /// What it is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// What it is to achieve; its review says whether it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    /// When it is to be live, in local time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<DateTime>,
    /// Whose local time; UTC unless set.
    #[serde(default)]
    pub time_zone: Zone,
    /// Who has which part in it.
    #[serde(default, skip_serializing_if = "Involved::is_empty")]
    pub involved: Involved,
    /// Its parts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// What is reached on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// What has to be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<PlannedTask>,
    /// The environments that it needs for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookings: Vec<Booking>,
    /// The controls that hold it up, whatever their mode says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Name>,
    /// What people do around its deployments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<PlannedRunbooks>,
    /// What is told about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<PlannedMessage>,
    /// How it is looked back at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<PlannedReview>,
}

/// Who has which part in a release: responsible, accountable, consulted, informed (RACI).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Involved {
    /// The one who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accountable: Option<Party>,
    /// Who do the work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responsible: Vec<Concerned>,
    /// Who are asked before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consulted: Vec<Concerned>,
    /// Who are told after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub informed: Vec<Concerned>,
}

/// A part of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Unique among the plan's phases.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// What is reached once the tasks that lead to it are done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Unique among the plan's milestones.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTask {
    /// Unique among the plan's tasks.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// How it is done, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// The procedure by which it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<Name>,
    /// The part of the plan that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Name>,
    /// The milestone that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Name>,
    /// Whom it falls to.
    pub owner: Party,
    /// The tasks that have to be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Name>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// How long it takes from its start to its end, nights and all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Length>,
}

impl Involved {
    /// Whether nobody is named.
    pub fn is_empty(&self) -> bool {
        self.accountable.is_none() && self.others().next().is_none()
    }

    /// Everybody but who answers for it, as often as they are named.
    pub fn others(&self) -> impl Iterator<Item = &Concerned> {
        let Self {
            accountable: _,
            responsible,
            consulted,
            informed,
        } = self;
        responsible.iter().chain(consulted).chain(informed)
    }

    /// The people and teams who are named, as often as they are.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        let others = self.others().filter_map(Concerned::party);
        self.accountable.iter().chain(others)
    }
}

impl Milestone {
    /// The title, or its name.
    pub fn title(&self) -> &str {
        or_name(&self.title, &self.name)
    }
}

impl PlannedTask {
    /// The title, or its name.
    pub fn title(&self) -> &str {
        or_name(&self.title, &self.name)
    }
}

impl Phase {
    /// The title, or its name.
    pub fn title(&self) -> &str {
        or_name(&self.title, &self.name)
    }
}

fn or_name<'a>(title: &'a str, name: &'a Name) -> &'a str {
    match title.trim() {
        "" => name.as_str(),
        title => title,
    }
}

impl ReleasePlan {
    /// The people and teams whom the plan names.
    pub fn parties(&self) -> BTreeSet<&Party> {
        let owners = self.tasks.iter().map(|task| &task.owner);
        let lead = self.review.iter().map(|it| &it.lead);
        self.involved.parties().chain(owners).chain(lead).collect()
    }

    /// What its runbook to an environment begins with, if it says so.
    pub fn outline(&self, environment: &Name, way: Way) -> Option<&Outline> {
        let mut runbooks = self.runbooks.iter();
        let of_it = runbooks.find(|it| it.environment == *environment);
        of_it.and_then(|it| it.outline(way))
    }

    /// The moment of going live, if it is set.
    ///
    /// # Errors
    /// When the clocks leave that time out.
    pub fn target(&self) -> Result<Option<Zoned>, PlanError> {
        let place = |local| Due::At(local).place(None, &self.time_zone);
        let placed = self.target.map(place).transpose();
        placed.map_err(|why| time("the target", why))
    }

    /// The moment that something of the plan is due at.
    ///
    /// # Errors
    /// When there is none, for `what`.
    pub fn place(&self, due: Due, what: impl FnOnce() -> String) -> Result<Zoned, PlanError> {
        let placed = due.place(self.target()?.as_ref(), &self.time_zone);
        placed.map_err(|why| time(what(), why))
    }

    /// The places of the tasks by their names.
    pub(super) fn places(&self) -> BTreeMap<&Name, usize> {
        let named = self.tasks.iter().enumerate();
        named.map(|(place, task)| (&task.name, place)).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{super::TASKS_MAX, *};

    /// A plan of tasks by name, what they need, and how long they take.
    pub(in crate::planning) fn plan(tasks: &[(&str, &[&str], &str)]) -> ReleasePlan {
        let task = |(name, needs, takes): &(&str, &[&str], &str)| PlannedTask {
            name: name.parse().unwrap(),
            title: String::new(),
            document: String::new(),
            procedure: None,
            phase: None,
            milestone: None,
            owner: "ada".parse().unwrap(),
            needs: needs.iter().map(|need| need.parse().unwrap()).collect(),
            due: None,
            takes: (!takes.is_empty()).then(|| takes.parse().unwrap()),
        };
        ReleasePlan {
            target: Some("2026-12-10T20:00".parse().unwrap()),
            tasks: tasks.iter().map(task).collect(),
            ..ReleasePlan::default()
        }
    }

    fn refused(change: impl FnOnce(&mut ReleasePlan)) -> String {
        let mut plan = plan(&[("notes", &[], "4h"), ("news", &["notes"], "1d")]);
        assert_eq!(plan.check(), Ok(()));
        change(&mut plan);
        plan.check().unwrap_err().to_string()
    }

    #[test]
    fn what_nobody_could_work_by_is_refused_by_name() {
        let due = |text: &str| Some(text.parse().unwrap());
        assert_eq!(
            refused(|it| it.tasks[1].name = it.tasks[0].name.clone()),
            "task `notes` is there twice"
        );
        assert_eq!(
            refused(|it| it.tasks[1].needs = vec!["news-2".parse().unwrap()]),
            "task `news` names task `news-2`, which the plan does not have"
        );
        assert_eq!(
            refused(|it| it.tasks[0].phase = Some("build".parse().unwrap())),
            "task `notes` names phase `build`, which the plan does not have"
        );
        assert_eq!(
            refused(|it| it.tasks[0].needs = vec!["news".parse().unwrap()]),
            "these tasks need each other in a circle: notes, news"
        );
        assert_eq!(
            refused(|it| (it.target, it.tasks[0].due) = (None, due("-5d"))),
            "the time of task `notes`: `-5d` counts from the target, and the plan has none: set `target`"
        );
        let task = |it: &ReleasePlan| it.tasks[0].clone();
        assert_eq!(
            refused(|it| it.tasks = vec![task(it); TASKS_MAX + 1]),
            "it has more than 1000 tasks"
        );
        assert_eq!(
            refused(|it| it.tasks[0].title = "long ".repeat(41)),
            "the title of `notes` is longer than 200 characters"
        );
        let zone = |it: &mut ReleasePlan| it.time_zone = "Europe/Amsterdam".parse().unwrap();
        assert!(
            refused(|it| {
                zone(it);
                it.target = Some("2026-03-29T02:30".parse().unwrap());
            })
            .starts_with("the time of the target: 2026-03-29T02:30")
        );
    }

    #[test]
    fn a_circle_is_named_without_those_that_only_lead_into_it() {
        let plan = plan(&[
            ("free", &[], ""),
            ("into", &["a"], ""),
            ("a", &["c"], ""),
            ("b", &["a", "free"], ""),
            ("c", &["b"], ""),
        ]);
        let circle = ["a", "c", "b"].map(|it| it.parse().unwrap());
        assert_eq!(plan.order(), Err(PlanError::Circle(circle.to_vec())));
    }

    #[test]
    fn what_is_needed_comes_first_and_else_the_order_of_the_plan() {
        let plan = plan(&[
            ("d", &["c"], ""),
            ("a", &[], ""),
            ("c", &["a"], ""),
            ("b", &[], ""),
        ]);
        assert_eq!(plan.order(), Ok(vec![1, 2, 0, 3]));
    }

    #[test]
    fn a_plan_is_written_as_it_is_read() {
        let text = r#"{"purpose":"Gift cards.","target":"2026-12-10T20:00:00","time_zone":"Europe/Amsterdam",
            "involved":{"accountable":"ada","informed":["team:support"]},
            "phases":[{"name":"build"}],"milestones":[{"name":"ready","due":"-1d 12:00"}],
            "tasks":[{"name":"notes","phase":"build","milestone":"ready","owner":"team:shop","due":"-2d","takes":"4h"}],
            "bookings":[{"environment":"staging","from":"-3d","until":"-1d"}]}"#;
        let plan: ReleasePlan = serde_json::from_str(text).unwrap();
        assert_eq!(plan.check(), Ok(()));
        let again = serde_json::to_value(&plan).unwrap();
        let expect: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(again, expect);
        let unknown = serde_json::from_str::<ReleasePlan>(r#"{"purpos":"x"}"#);
        assert!(unknown.unwrap_err().to_string().contains("purpos"));
    }
}
