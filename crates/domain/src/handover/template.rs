//! Templates of handovers: what is handed over with every release, written once; and those that come with the program.

use super::{
    Fact, HandoverKind, Item, Wants,
    text::{LIST_MAX, line_fault, text_fault},
};
use crate::{access::Level, name::Name, planning::Party};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What handovers of a kind begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverTemplate {
    /// Its name.
    pub name: Name,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Which of both handovers.
    pub handover: HandoverKind,
    /// Who gives; the team that owns the product unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<Party>,
    /// Who takes; whoever begins says so unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Party>,
    /// Who of those accepts; any of them unless set.
    #[serde(default, skip_serializing_if = "TakenBy::is_anybody")]
    pub accepts: TakenBy,
    /// What is handed over, in order.
    pub items: Vec<TemplateItem>,
}

/// Who of those who take accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenBy {
    /// Only who has this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// Only members of this team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Name>,
    /// Only who answers for the product at this level or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

/// An item, as a template asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateItem {
    /// Its name.
    pub name: Name,
    /// In a sentence; the name unless set.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it takes, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// Who sees to it; who gives unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<Party>,
    /// Who takes it over; who takes unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Party>,
    /// Whether nothing is offered without it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub required: bool,
    /// What shows that it is done.
    #[serde(default)]
    pub wants: Wants,
}

/// A template from which nothing begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It asks for nothing, or too much.
    #[error("a handover has 1 to {LIST_MAX} items")]
    Count,
    /// Two items have one name.
    #[error("two items are called `{0}`: names tell them apart")]
    Twice(Name),
    /// A text is too long, or says nothing.
    #[error("{place} {why}")]
    Text {
        /// Where.
        place: String,
        /// Why.
        why: String,
    },
}

impl TemplateItem {
    /// In a sentence.
    pub fn title(&self) -> &str {
        match self.title.is_empty() {
            true => self.name.as_str(),
            false => &self.title,
        }
    }
}

impl TakenBy {
    /// Whether any of those who take accepts.
    pub fn is_anybody(&self) -> bool {
        *self == Self::default()
    }
}

impl HandoverTemplate {
    /// # Errors
    /// When nothing can begin from it.
    pub fn check(&self) -> Result<(), TemplateError> {
        if self.items.is_empty() || self.items.len() > LIST_MAX {
            return Err(TemplateError::Count);
        }
        let mut known = BTreeSet::new();
        for item in &self.items {
            if !known.insert(&item.name) {
                return Err(TemplateError::Twice(item.name.clone()));
            }
            let title = line_fault(item.title()).map(|why| ("title", why));
            let fault = title.or_else(|| text_fault(&item.document).map(|why| ("document", why)));
            if let Some((part, why)) = fault {
                let place = format!("items.{}.{part}", item.name);
                return Err(TemplateError::Text { place, why });
            }
        }
        Ok(())
    }

    /// What comes with the program, for where no template is named.
    pub fn shipped(kind: HandoverKind) -> Self {
        let (own, items): (_, &[Shipped]) = match kind {
            HandoverKind::GeneralAvailability => ("shipped-general-availability", &MARKETING),
            HandoverKind::Operations => ("shipped-operations", &OPERATIONS),
        };
        let name = |text: &str| -> Name { text.parse().expect("what is shipped is a name") };
        let item = |(word, title, document, wants): &Shipped| TemplateItem {
            name: name(word),
            title: (*title).to_owned(),
            document: (*document).to_owned(),
            gives: None,
            takes: None,
            required: true,
            wants: wants.clone(),
        };
        Self {
            title: kind.title().to_owned(),
            handover: kind,
            gives: None,
            takes: None,
            accepts: TakenBy::default(),
            items: items.iter().map(item).collect(),
            name: name(own),
        }
    }

    /// The items that a handover from and to these parties begins with.
    pub(super) fn begin(&self, parties: (&Party, &Party)) -> Vec<Item> {
        let begun = self.items.iter().map(|it| Item::begin(it, parties));
        begun.collect()
    }
}

/// Name, title, document and what it wants.
type Shipped = (&'static str, &'static str, &'static str, Wants);

static MARKETING: [Shipped; 5] = [
    (
        "announcement",
        "It is known when it is announced",
        "The moment from which on customers may be told that it is there: `announced` in the sheet. It is not when it is deployed.",
        Wants::Fact(Fact::Announcement),
    ),
    (
        "embargo",
        "It is settled until when customers are told nothing",
        "Say whether there is an embargo, and who knows of it. `embargo` in the sheet holds messages back and keeps the release off the status page.",
        Wants::Text,
    ),
    (
        "assets",
        "What is shown and handed out is there",
        "Texts, pictures and films, each with where it is: `assets` in the sheet.",
        Wants::Fact(Fact::Assets),
    ),
    (
        "visible",
        "It is written down what customers may see",
        "What may be said and shown, and what not: `visible` in the sheet. The release's notes for customers are the place to begin.",
        Wants::Fact(Fact::Visible),
    ),
    (
        "sign-off",
        "Whoever speaks for the product has signed it off",
        "Who, and what exactly they signed.",
        Wants::Text,
    ),
];

static OPERATIONS: [Shipped; 6] = [
    (
        "deployment-plan",
        "There is a deployment plan",
        "Who does what when, for the last environment of the path.",
        Wants::Fact(Fact::DeploymentPlan),
    ),
    (
        "backout-plan",
        "There is a backout plan",
        "How it is taken back, and until when that can be done.",
        Wants::Fact(Fact::BackoutPlan),
    ),
    (
        "monitors",
        "What watches it is there",
        "Dashboards and alerts, each with where it is: `monitors` in the sheet.",
        Wants::Fact(Fact::Monitors),
    ),
    (
        "contacts",
        "Those who look after it know whom to call",
        "People and teams with their hours: `contacts` in the sheet.",
        Wants::Fact(Fact::Contacts),
    ),
    (
        "known-errors",
        "What goes wrong is written down",
        "Each with what helps and how grave it is: `known_errors` in the sheet. Say so where nothing is known.",
        Wants::Text,
    ),
    (
        "knowledge-transfer",
        "Those who look after it were taught",
        "Who, what and when: `taught` in the sheet.",
        Wants::Fact(Fact::Taught),
    ),
];

const fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
const fn is_yes(flag: &bool) -> bool {
    *flag
}
