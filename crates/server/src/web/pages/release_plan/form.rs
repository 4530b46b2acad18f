//! What is typed: a plan to begin, to change, or a task beside it; and what comes of it.

use super::super::super::{offer::typed, parts::Prose};
use crate::app::{Error, Request, SharedApp};
use serde::Deserialize;
use tidegate_domain::calendar::Zone;
use tidegate_protocol::api::{PlanBeginRequest, PlanSavedView, ReleasePlanView, TaskRequest};

/// A plan to begin.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Begin {
    #[serde(default)]
    template: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    time_zone: String,
}

/// A plan to save.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Save {
    pub(super) base: u64,
    pub(super) text: String,
    pub(super) deed: Deed,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Deed {
    /// Show what would change.
    Preview,
    /// Save it.
    Save,
}

/// A task beside the plan.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct NewTask {
    title: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    due: String,
}

/// What the page has to type into.
pub(super) struct Form {
    /// The edition that the text was made from; 0 where nothing is planned yet.
    pub(super) base: u64,
    pub(super) text: String,
    /// Whether the text is the visitor's own.
    pub(super) is_own: bool,
    pub(super) templates: Vec<Template>,
    pub(super) zones: Vec<String>,
}

/// A template that is good for the product.
pub(super) struct Template {
    pub(super) name: String,
    pub(super) title: String,
}

/// Why something is not saved.
pub(super) struct Problem {
    pub(super) sentence: Prose,
    pub(super) hint: Option<Prose>,
}

/// What saving would change.
pub(super) struct Would {
    pub(super) title: String,
    pub(super) edition: u64,
    pub(super) conflicts: Vec<Both>,
    pub(super) changes: Vec<Changed>,
    pub(super) late: String,
}

/// What two people changed in different ways.
pub(super) struct Both {
    pub(super) path: String,
    pub(super) base: String,
    pub(super) theirs: String,
    pub(super) mine: String,
}

/// What is one way and would be another.
pub(super) struct Changed {
    pub(super) path: String,
    pub(super) before: String,
    pub(super) after: String,
}

impl Begin {
    pub(super) fn read(&self) -> PlanBeginRequest {
        PlanBeginRequest {
            template: typed(&self.template),
            target: typed(&self.target),
            time_zone: typed(&self.time_zone),
        }
    }
}

impl NewTask {
    pub(super) fn read(&self, product: String, version: String) -> TaskRequest {
        TaskRequest {
            product,
            version,
            title: self.title.clone(),
            document: String::new(),
            owner: typed(&self.owner),
            // A browser's date and time says no offset: the form says that it means UTC.
            due: typed(&self.due).map(|due| format!("{due}Z")),
        }
    }
}

impl Form {
    pub(super) async fn of(
        app: &SharedApp,
        request: &Request,
        product: &str,
        view: Option<&ReleasePlanView>,
    ) -> Result<Self, Error> {
        let is_new = view.is_none();
        let templates = match is_new {
            true => app.release_templates(request, product).await?,
            false => Vec::new(),
        };
        let template = |(name, title): (String, String)| Template {
            title: match title.is_empty() {
                true => name.clone(),
                false => format!("{name}: {title}"),
            },
            name,
        };
        Ok(Self {
            base: view.map_or(0, |view| view.edition),
            text: view.map_or_else(String::new, |view| view.text.clone()),
            is_own: false,
            templates: templates.into_iter().map(template).collect(),
            zones: if is_new { Zone::names() } else { Vec::new() },
        })
    }
}

impl Problem {
    /// A refusal, to be shown beside what was typed. A failure is a page of its own.
    pub(super) fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Refused { detail, hint, .. } => Ok(Self {
                sentence: Prose::of(&detail),
                hint: hint.map(|hint| Prose::of(&hint)),
            }),
            other @ (Error::Store(_) | Error::Registry(_) | Error::Broken(_)) => Err(other),
        }
    }
}

impl Would {
    pub(super) fn of(view: PlanSavedView) -> Self {
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
        let both = |it: tidegate_protocol::api::PlanConflictView| Both {
            path: it.path,
            base: or_nothing(it.base),
            theirs: or_nothing(it.theirs),
            mine: or_nothing(it.mine),
        };
        let changed = |it: tidegate_protocol::api::Difference| Changed {
            path: it.path,
            before: or_nothing(it.before),
            after: or_nothing(it.after),
        };
        let title = match (
            view.conflicts.is_empty(),
            view.differences.is_empty(),
            view.merged,
        ) {
            (false, _, _) => "Both changed the same",
            (true, true, _) => "Nothing would change",
            (true, false, true) => {
                "Saving would change this, and keep what others saved in between"
            }
            (true, false, false) => "Saving would change this",
        };
        Self {
            title: title.to_owned(),
            edition: view.edition,
            conflicts: view.conflicts.into_iter().map(both).collect(),
            changes: view.differences.into_iter().map(changed).collect(),
            late: view.newly_late.join(", "),
        }
    }
}
