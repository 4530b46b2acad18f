//! What plans and templates name that has to be declared.

use super::{Concerned, PlannedRunbooks, PlannedTask, ReleasePlan, ReleaseTemplate};
use crate::{
    catalog::Kind,
    communication::Schedule,
    name::Name,
    runbook::{Outline, Way},
};

/// A kind of thing that is declared and that a plan may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nameable {
    /// An environment that is booked, deployed to, or awaited.
    Environment,
    /// A control that holds the release up.
    Control,
    /// What a message begins with.
    MessageTemplate,
    /// Whom a message is for.
    Audience,
    /// A supplier who is concerned.
    Supplier,
    /// A stakeholder who is concerned.
    Stakeholder,
}

impl Nameable {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Environment,
        Self::Control,
        Self::MessageTemplate,
        Self::Audience,
        Self::Supplier,
        Self::Stakeholder,
    ];

    /// As files declare it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Environment => Kind::Environment,
            Self::Control => Kind::Control,
            Self::MessageTemplate => Kind::MessageTemplate,
            Self::Audience => Kind::Audience,
            Self::Supplier => Kind::Supplier,
            Self::Stakeholder => Kind::Stakeholder,
        }
    }

    /// As people call it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Control => "control",
            Self::MessageTemplate => "message template",
            Self::Audience => "audience",
            Self::Supplier => "supplier",
            Self::Stakeholder => "stakeholder",
        }
    }
}

impl ReleasePlan {
    /// Everything that it names and that has to be declared, as often as it does. People, teams and procedures are told apart.
    pub fn named(&self) -> impl Iterator<Item = (Nameable, &Name)> {
        let booked = self.bookings.iter().map(|it| &it.environment);
        let deployed = self.runbooks.iter().map(|it| &it.environment);
        let awaited = self.messages.iter().filter_map(|it| match &it.on {
            Some(Schedule::Deployment(_, environment)) => Some(environment),
            Some(Schedule::ByHand | Schedule::Milestone(_) | Schedule::At(_)) | None => None,
        });
        let environments = booked.chain(deployed).chain(awaited);
        let templates = self.messages.iter().map(|it| &it.template);
        let audiences = self.messages.iter().flat_map(|it| &it.audiences);
        let concerned = self.involved.others().filter_map(|it| match it {
            Concerned::Party(_) => None,
            Concerned::Supplier(name) => Some((Nameable::Supplier, name)),
            Concerned::Stakeholder(name) => Some((Nameable::Stakeholder, name)),
        });
        let of = |what: Nameable| move |name| (what, name);
        environments
            .map(of(Nameable::Environment))
            .chain(self.controls.iter().map(of(Nameable::Control)))
            .chain(templates.map(of(Nameable::MessageTemplate)))
            .chain(audiences.map(of(Nameable::Audience)))
            .chain(concerned)
    }
}

impl ReleaseTemplate {
    /// The procedures that its tasks and the steps of its runbooks name, with which of them does.
    pub fn procedures(&self) -> impl Iterator<Item = (String, &Name)> {
        let tasks = self.tasks.iter().filter_map(of_task);
        tasks.chain(self.runbooks.iter().flat_map(of_runbooks))
    }
}

fn of_task(task: &PlannedTask) -> Option<(String, &Name)> {
    let named = task.procedure.as_ref()?;
    Some((format!("task `{}`", task.name), named))
}

fn of_runbooks<'a>(runbooks: &'a PlannedRunbooks) -> impl Iterator<Item = (String, &'a Name)> {
    let to = &runbooks.environment;
    let of_way = move |(way, outline): (Way, &'a Outline)| {
        let steps = outline.steps.iter().filter_map(move |step| {
            let named = step.procedure.as_ref()?;
            let what = format!("step `{}` of the {} to {to}", step.name, way.title());
            Some((what, named))
        });
        steps.collect::<Vec<_>>()
    };
    runbooks.outlines().flat_map(of_way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_that_has_to_be_declared_is_named() {
        let plan: ReleasePlan = serde_json::from_value(json!({
            "involved": {"accountable": "ada", "responsible": ["supplier:acme"], "informed": ["team:a", "stakeholder:press"]},
            "bookings": [{"environment": "staging", "from": "-3d", "until": "-1d"}],
            "controls": ["approved"],
            "messages": [{"name": "a", "template": "there", "on": "deployment began in live", "audiences": ["staff"]},
                {"name": "b", "template": "here"}],
            "runbooks": [{"environment": "testing"}],
        }))
        .unwrap();
        let named = plan.named();
        let named: Vec<String> = named
            .map(|(it, name)| format!("{} {name}", it.noun()))
            .collect();
        assert_eq!(
            named,
            [
                "environment staging",
                "environment testing",
                "environment live",
                "control approved",
                "message template there",
                "message template here",
                "audience staff",
                "supplier acme",
                "stakeholder press",
            ]
        );
    }

    #[test]
    fn procedures_are_named_with_what_is_done_by_them() {
        let template: ReleaseTemplate = serde_json::from_value(json!({"name": "night",
            "tasks": [{"name": "pack", "owner": "ben", "procedure": "packing"}, {"name": "go", "owner": "ben"}],
            "runbooks": [{"environment": "live",
                "forward": {"steps": [{"name": "call", "owner": "ben", "takes": "5m", "procedure": "calling"}]},
                "back": {"steps": [{"name": "look", "owner": "ben", "takes": "5m", "procedure": "looking"}]}}],
        }))
        .unwrap();
        let named: Vec<String> = template
            .procedures()
            .map(|(what, name)| format!("{what}: {name}"))
            .collect();
        assert_eq!(
            named,
            [
                "task `pack`: packing",
                "step `call` of the deployment plan to live: calling",
                "step `look` of the backout plan to live: looking",
            ]
        );
    }
}
