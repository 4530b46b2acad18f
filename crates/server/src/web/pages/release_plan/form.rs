//! What is typed: a plan to begin, to change, or a task beside it.

use super::super::super::offer::typed;
use crate::app::{Error, Request, SharedApp};
use serde::Deserialize;
use tidegate_domain::calendar::Zone;
use tidegate_protocol::api::{PlanBeginRequest, ReleasePlanView, TaskRequest};

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
