//! A runbook as the page shows it.

use super::{
    super::super::{
        moment::{Moment, length},
        parts::{Fingerprint, NamedProcedure, Prose},
    },
    picture::Picture,
};
use jiff::Timestamp;
use tidegate_protocol::api::{ContactView, RiskView, RunbookView, StepView};

/// A runbook with what it comes to.
pub(super) struct Runbook {
    pub(super) title: String,
    pub(super) edition: u64,
    pub(super) by: String,
    pub(super) at: Moment,
    pub(super) hash: Fingerprint,
    pub(super) begins: Moment,
    pub(super) lasts: String,
    pub(super) no_return: Option<Moment>,
    /// The steps of the engine that are another thing by the usual strategy.
    pub(super) strays: String,
    /// What whoever reviews it should see.
    pub(super) findings: Vec<Prose>,
    pub(super) warnings: Vec<Prose>,
    pub(super) picture: Picture,
    pub(super) steps: Vec<Step>,
    pub(super) contacts: Vec<ContactView>,
    pub(super) risks: Vec<RiskView>,
    pub(super) deviations: String,
    pub(super) decides: Option<String>,
}

/// A step as it is planned.
pub(super) struct Step {
    pub(super) at: String,
    pub(super) title: String,
    pub(super) name: String,
    pub(super) owner: Option<String>,
    pub(super) takes: String,
    pub(super) place: String,
    pub(super) meaning: Option<Prose>,
    pub(super) document: String,
    pub(super) procedure: Option<NamedProcedure>,
}

impl Runbook {
    pub(super) fn of(view: RunbookView, now: Timestamp) -> Self {
        let timeline = &view.timeline;
        let begins = timeline.begins;
        let seconds = timeline.ends.as_second() - begins.as_second();
        Self {
            begins: Moment::seen(begins, now),
            lasts: length(seconds),
            no_return: timeline.no_return.map(|at| Moment::seen(at, now)),
            strays: view.strays.join(", "),
            findings: view.findings.iter().map(|it| Prose::of(it)).collect(),
            warnings: timeline.warnings.iter().map(|it| Prose::of(it)).collect(),
            picture: Picture::of(timeline, None),
            steps: timeline.steps.iter().map(|it| step(it, begins)).collect(),
            hash: Fingerprint::of(&view.hash),
            at: Moment::seen(view.at, now),
            title: view.title,
            edition: view.edition,
            by: view.by,
            contacts: view.contacts,
            risks: view.risks,
            deviations: view.deviations,
            decides: view.decides,
        }
    }
}

fn step(view: &StepView, begins: Timestamp) -> Step {
    Step {
        at: after(begins, view.begins),
        title: view.title.clone(),
        name: view.name.clone(),
        owner: view.owner.clone(),
        takes: view.takes.clone(),
        place: view.place.clone(),
        // What the engine does, its title says.
        meaning: (view.kind != "automatic").then(|| Prose::exactly(&view.meaning)),
        document: view.document.clone(),
        procedure: view.procedure.clone().map(Into::into),
    }
}

/// How long after the beginning: `+0:05`.
fn after(begins: Timestamp, at: Timestamp) -> String {
    let minutes = at.duration_since(begins).as_mins();
    format!("+{}:{:02}", minutes / 60, minutes % 60)
}
