//! Templates of release plans: what every release of a kind has, written once.

use super::{
    Booking, Involved, Milestone, Phase, PlannedMessage, PlannedReview, PlannedRunbooks,
    PlannedTask, ReleasePlan,
};
use crate::{calendar::Zone, name::Name, review::Objective};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// What release plans begin with. Times count from the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseTemplate {
    /// Its name.
    pub name: Name,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The products that it is good for; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// Templates whose parts it has, too, before its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<Name>,
    /// What such a release is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// What it is to achieve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
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

/// What a plan began from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The template.
    pub template: Name,
    /// What it was then, by the hash of its canonical form.
    pub hash: crate::digest::Digest,
}

/// Why nothing can begin from a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It comes back to itself.
    #[error("these templates include each other in a circle: {}", names(.0))]
    Circle(Vec<Name>),
    /// One that is not declared.
    #[error("template `{of}` includes `{name}`, which is not declared")]
    Unknown {
        /// Which one says so.
        of: Name,
        /// What is missing.
        name: Name,
    },
    /// What comes together is no plan.
    #[error(transparent)]
    Plan(#[from] super::PlanError),
}

impl ReleaseTemplate {
    /// Whether it is good for a product.
    pub fn is_good_for(&self, product: &Name) -> bool {
        self.products.is_empty() || self.products.contains(product)
    }

    /// The plan that begins from it, for a target. `known` are all templates that are declared. Where two say the same thing, the
    /// one that includes the other has the last word.
    ///
    /// # Errors
    /// When templates include each other in a circle, one is not declared, or what comes together is no plan.
    pub fn begin(
        &self,
        target: Option<DateTime>,
        time_zone: Zone,
        known: &[Self],
    ) -> Result<ReleasePlan, TemplateError> {
        let mut plan = ReleasePlan {
            target,
            time_zone,
            ..ReleasePlan::default()
        };
        let mut taken = Vec::new();
        self.add(&mut plan, (&mut Vec::new(), &mut taken), known)?;
        plan.check()?;
        Ok(plan)
    }

    /// Adds what it includes, then its own. `way` leads here; `taken` was added before.
    fn add<'a>(
        &'a self,
        plan: &mut ReleasePlan,
        (way, taken): (&mut Vec<&'a Name>, &mut Vec<&'a Name>),
        known: &'a [Self],
    ) -> Result<(), TemplateError> {
        if let Some(begin) = way.iter().position(|name| **name == self.name) {
            let circle = way[begin..].iter().map(|name| (*name).clone());
            return Err(TemplateError::Circle(circle.collect()));
        }
        if taken.contains(&&self.name) {
            return Ok(());
        }
        way.push(&self.name);
        for name in &self.includes {
            let found = known.iter().find(|it| it.name == *name);
            let found = found.ok_or_else(|| TemplateError::Unknown {
                of: self.name.clone(),
                name: name.clone(),
            })?;
            found.add(plan, (way, taken), known)?;
        }
        way.pop();
        taken.push(&self.name);
        self.add_own(plan);
        Ok(())
    }

    fn add_own(&self, plan: &mut ReleasePlan) {
        if !self.purpose.is_empty() {
            plan.purpose.clone_from(&self.purpose);
        }
        join(&mut plan.objectives, &self.objectives, |a, b| {
            a.name == b.name
        });
        let own = &self.involved;
        if own.accountable.is_some() {
            plan.involved.accountable.clone_from(&own.accountable);
        }
        join(
            &mut plan.involved.responsible,
            &own.responsible,
            PartialEq::eq,
        );
        join(&mut plan.involved.consulted, &own.consulted, PartialEq::eq);
        join(&mut plan.involved.informed, &own.informed, PartialEq::eq);
        join(&mut plan.phases, &self.phases, |a, b| a.name == b.name);
        join(&mut plan.milestones, &self.milestones, |a, b| {
            a.name == b.name
        });
        join(&mut plan.tasks, &self.tasks, |a, b| a.name == b.name);
        join(&mut plan.bookings, &self.bookings, PartialEq::eq);
        self.add_prepared(plan);
    }

    fn add_prepared(&self, plan: &mut ReleasePlan) {
        join(&mut plan.controls, &self.controls, PartialEq::eq);
        for own in &self.runbooks {
            let mut known = plan.runbooks.iter_mut();
            match known.find(|it| it.environment == own.environment) {
                Some(known) => known.take_over(own),
                None => plan.runbooks.push(own.clone()),
            }
        }
        join(&mut plan.messages, &self.messages, |a, b| a.name == b.name);
        if self.review.is_some() {
            plan.review.clone_from(&self.review);
        }
    }
}

/// Adds what is new and takes the place of what is the same.
fn join<T: Clone>(all: &mut Vec<T>, own: &[T], is_same: impl Fn(&T, &T) -> bool) {
    for it in own {
        match all.iter_mut().find(|known| is_same(known, it)) {
            Some(known) => *known = it.clone(),
            None => all.push(it.clone()),
        }
    }
}

fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(text: serde_json::Value) -> ReleaseTemplate {
        serde_json::from_value(text).unwrap()
    }

    fn named<'a>(of: &str, all: &'a [ReleaseTemplate]) -> &'a ReleaseTemplate {
        all.iter().find(|it| it.name.as_str() == of).unwrap()
    }

    fn begun(of: &str, all: &[ReleaseTemplate]) -> Result<ReleasePlan, String> {
        let target = "2026-12-10T20:00".parse().ok();
        let template = named(of, all);
        let plan = template.begin(target, Zone::default(), all);
        plan.map_err(|why| why.to_string())
    }

    #[test]
    fn a_plan_has_what_its_template_and_those_it_includes_say() {
        let all = [
            template(
                json!({"name": "base", "purpose": "To be told.", "involved": {"informed": ["team:support"]},
                "tasks": [{"name": "notes", "owner": "team:shop", "due": "-5d"}, {"name": "go", "owner": "ada", "needs": ["notes"]}]}),
            ),
            template(
                json!({"name": "large", "includes": ["base"], "involved": {"informed": ["ben"]},
                "tasks": [{"name": "film", "owner": "ben", "due": "-3d"}, {"name": "notes", "owner": "ben", "due": "-9d"}]}),
            ),
            template(json!({"name": "huge", "includes": ["large", "base"]})),
        ];
        for name in ["large", "huge"] {
            let plan = begun(name, &all).unwrap();
            let tasks: Vec<String> = plan
                .tasks
                .iter()
                .map(|it| {
                    format!(
                        "{} {} {:?}",
                        it.name,
                        it.owner,
                        it.due.map(|due| due.to_string())
                    )
                })
                .collect();
            assert_eq!(
                tasks,
                [
                    "notes ben Some(\"-9d\")",
                    "go ada None",
                    "film ben Some(\"-3d\")"
                ],
                "{name}"
            );
            assert_eq!(plan.involved.informed.len(), 2);
            assert_eq!(plan.purpose, "To be told.");
        }
    }

    #[test]
    fn what_is_ready_ahead_comes_together_and_the_last_word_is_kept() {
        let all = [
            template(
                json!({"name": "base", "controls": ["a", "b"], "review": {"lead": "ada", "due": "+7d"},
                "messages": [{"name": "soon", "template": "x"}],
                "runbooks": [{"environment": "live", "forward": {"deviations": {"text": "Stop."}}, "back": {}}]}),
            ),
            template(
                json!({"name": "night", "includes": ["base"], "controls": ["b", "c"],
                "messages": [{"name": "soon", "template": "y"}, {"name": "late", "template": "y"}],
                "review": {"lead": "ben", "due": "+9d"},
                "runbooks": [{"environment": "live", "back": {"deviations": {"text": "Call."}}}]}),
            ),
        ];
        let plan = begun("night", &all).unwrap();
        let ready = json!({"controls": plan.controls, "messages": plan.messages, "review": plan.review, "runbooks": plan.runbooks});
        assert_eq!(
            ready,
            json!({"controls": ["a", "b", "c"], "review": {"lead": "ben", "due": "+9d"},
                "messages": [{"name": "soon", "template": "y"}, {"name": "late", "template": "y"}],
                "runbooks": [{"environment": "live", "forward": {"deviations": {"text": "Stop."}},
                    "back": {"deviations": {"text": "Call."}}}]})
        );
    }

    #[test]
    fn a_circle_of_templates_and_one_that_is_missing_are_named() {
        let all = [
            template(json!({"name": "into", "includes": ["a"]})),
            template(json!({"name": "a", "includes": ["b"]})),
            template(json!({"name": "b", "includes": ["a"]})),
            template(json!({"name": "lost", "includes": ["nowhere"]})),
            template(
                json!({"name": "bad", "tasks": [{"name": "x", "owner": "ada", "needs": ["y"]}]}),
            ),
        ];
        for (name, why) in [
            (
                "into",
                "these templates include each other in a circle: a, b",
            ),
            (
                "lost",
                "template `lost` includes `nowhere`, which is not declared",
            ),
            (
                "bad",
                "task `x` names task `y`, which the plan does not have",
            ),
        ] {
            assert_eq!(begun(name, &all).unwrap_err(), why);
        }
    }
}
