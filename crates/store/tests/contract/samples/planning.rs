//! Release plans, what they book, and tasks.

use super::{name, time};
use tidegate_domain::{
    canonical,
    id::{Edition, TaskId},
    planning::{Begun, Booked, PlanEdition, ReleasePlan, ReleaseTemplate, Task, TaskState},
    procedure::MadeWith,
};

/// What release plans begin with, with every optional part.
pub(crate) fn release_template() -> ReleaseTemplate {
    let plans = r#"{"name": "large", "title": "A large release", "products": ["storefront"], "includes": ["base"],
        "purpose": "To be told.", "involved": {"accountable": "ada", "responsible": ["ben"], "consulted": ["cy"],
        "informed": ["team:shop"]}, "phases": [{"name": "build", "title": "Build"}],
        "milestones": [{"name": "ready", "title": "Ready", "due": "-1d 12:00"}], "tasks": [{"name": "notes",
        "title": "Write the notes", "document": "In short.", "phase": "build", "milestone": "ready", "owner": "team:shop",
        "needs": ["news"], "due": "2026-12-03T12:00", "takes": "4h"}], "bookings": [{"environment": "staging", "from": "-3d",
        "until": "-1d", "shared": true, "reason": "The dress rehearsal"}]}"#;
    serde_json::from_str(plans).unwrap()
}

/// An edition of a release's plan, with every optional part.
pub(crate) fn plan_edition(number: u64) -> PlanEdition {
    let template = release_template();
    let plan = ReleasePlan {
        purpose: template.purpose.clone(),
        target: Some("2026-12-10T20:00".parse().unwrap()),
        time_zone: "Europe/Amsterdam".parse().unwrap(),
        involved: template.involved.clone(),
        phases: template.phases.clone(),
        milestones: template.milestones.clone(),
        tasks: template.tasks.clone(),
        bookings: template.bookings.clone(),
        objectives: template.objectives.clone(),
        ..ReleasePlan::default()
    };
    PlanEdition {
        product: name("storefront"),
        version: "1.1.0".parse().unwrap(),
        edition: Edition(number),
        plan,
        procedures: MadeWith::default(),
        begun: Some(Begun {
            hash: canonical::hash(&template),
            template: template.name,
        }),
        by: name("ada"),
        at: time(number.try_into().unwrap()),
    }
}

/// The same of a plan that has everything ready before it is needed.
pub(crate) fn plan_with_all_ready() -> PlanEdition {
    let plan = r#"{"involved": {"responsible": ["supplier:acme"], "informed": ["stakeholder:press"]},
        "milestones": [{"name": "ready"}], "controls": ["customer-approval"],
        "messages": [{"name": "soon", "template": "it-is-there", "on": "milestone ready", "audiences": ["staff"]}],
        "runbooks": [{"environment": "live", "forward": {"contacts": [{"name": "Ada", "reached": "extension 7"}],
        "risks": [{"name": "slow", "what": "It takes hours.", "likelihood": "rare", "impact": "major"}],
        "deviations": {"text": "Stop and call.", "decides": "ada"},
        "steps": [{"name": "call", "owner": "ben", "takes": "5m", "before": "wave-1"}]}, "back": {}}],
        "review": {"lead": "ada", "due": "2026-12-17T20:00", "with": ["ben"]}}"#;
    PlanEdition {
        plan: serde_json::from_str(plan).unwrap(),
        begun: None,
        ..plan_edition(1)
    }
}

/// What a release books.
pub(crate) fn booked(product: &str, (from, until): (i64, i64)) -> Booked {
    Booked {
        product: name(product),
        version: "1.1.0".parse().unwrap(),
        environment: name("staging"),
        from: time(from),
        until: time(until),
        shared: true,
        reason: "The dress rehearsal".to_owned(),
    }
}

/// A task that somebody took.
pub(crate) fn task(number: u64, state: TaskState) -> Task {
    Task {
        id: TaskId(number),
        product: name("storefront"),
        version: "1.1.0".parse().unwrap(),
        name: Some(name("notes")),
        title: "Write the notes".to_owned(),
        document: "In short.".to_owned(),
        owner: "team:shop".parse().unwrap(),
        assignee: Some(name("ben")),
        due: Some(time(100)),
        by: name("ada"),
        at: time(0),
        state,
        improvement: None,
    }
}
