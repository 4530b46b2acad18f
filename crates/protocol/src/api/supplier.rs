//! Suppliers: what they promise and run, what they are asked for, and how they keep to it.

use super::supplier_change::{ObservationView, ResponseView, SupplierNoticeView};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A supplier in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierLineView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Who of us deals with it.
    pub owner: Option<String>,
    /// How many components it has.
    pub components: u64,
    /// How many of its notices may still come true.
    pub awaited: u64,
    /// How many of its components of late say nothing of their version.
    pub silent: u64,
    /// What is best looked at first, if anything is.
    pub waits_for: Option<String>,
}

/// A supplier, with the newest of everything.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierView {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Who of us deals with it.
    pub owner: Option<String>,
    /// Who of them is asked and told.
    pub contacts: Vec<SupplierContactView>,
    /// What it makes or deploys, in each environment that uses it.
    pub places: Vec<SupplierPlaceView>,
    /// What it promised, in words.
    pub obligations: Vec<String>,
    /// How long it takes to get something from it, by what people call that.
    pub lead_times: BTreeMap<String, String>,
    /// What is to be done about its changes, what is due first first; without what is for products that the asker does not see.
    #[serde(default)]
    pub responses: Vec<ResponseView>,
    /// What it announced, the newest first.
    pub notices: Vec<SupplierNoticeView>,
    /// What it was seen to deploy, the newest first.
    pub observations: Vec<ObservationView>,
    /// What it was asked to do, the newest first.
    pub tasks: Vec<SupplierTaskView>,
    /// What went wrong because of it, those written down last first.
    pub incidents: Vec<IncidentView>,
}

/// Somebody who works for a supplier.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierContactView {
    /// For people.
    pub name: String,
    /// Where they are reached.
    pub mail: String,
    /// What they are there for; for everything when nothing is named.
    pub matters: Vec<String>,
}

/// A component of a supplier in an environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierPlaceView {
    /// Which.
    pub component: String,
    /// Where.
    pub environment: String,
    /// How its version is found out, in words; by nothing when there is no probe.
    pub asked: Option<String>,
    /// What it is believed to run.
    pub runs: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// What it answers of late that says nothing, in words.
    pub silence: Option<String>,
}

/// What a person says of a notice, a response or a task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierDeedRequest {
    /// What: of a notice `acknowledge`, `happened`, `close` or `withdraw`; of a response `done`, `drop` or `reopen`; of a task
    /// `reopen` or `withdraw`.
    pub deed: String,
    /// Why, or what came of it.
    #[serde(default)]
    pub note: String,
}

/// Something that a supplier is asked to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierTaskRequest {
    /// In a line; they read it.
    pub title: String,
    /// How, and what for; they read it.
    #[serde(default)]
    pub description: String,
    /// The notice that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<u64>,
    /// By when; when the lead time is over, unless given.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Which of the supplier's lead times it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<String>,
}

/// Something that a supplier was asked to do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierTaskView {
    /// Its number.
    pub id: u64,
    /// Who was asked.
    pub supplier: String,
    /// In a line.
    pub title: String,
    /// How, and what for.
    pub description: String,
    /// The notice that it is about.
    pub notice: Option<u64>,
    /// By when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// Who of us asked.
    pub by: String,
    /// `asked`, `acknowledged`, `finished` or `withdrawn`.
    pub status: String,
    /// What they answered.
    pub answer: Option<String>,
    /// That it was asked for too late to be there when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<String>,
}

/// Something that went wrong because of a supplier.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentRequest {
    /// In a line.
    pub title: String,
    /// Which of the supplier's components, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// When it began; now unless given.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
}

/// Something that went wrong because of a supplier.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IncidentView {
    /// Its number.
    pub id: u64,
    /// In a line.
    pub title: String,
    /// Which of the supplier's components.
    pub component: Option<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub began: Timestamp,
    /// Who wrote it down.
    pub by: String,
}

/// A link for a contact of a supplier.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierLinkRequest {
    /// The contact's address.
    pub contact: String,
    /// What they may do: `see-tasks`, `acknowledge`, `finish`, `see-notices`, `announce`.
    pub rights: Vec<String>,
    /// Which tasks they see; all of the supplier's when none is named.
    #[serde(default)]
    pub tasks: Vec<u64>,
    /// For how many days it is good.
    pub days: u32,
}

/// A link that was given to a contact of a supplier.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierLinkView {
    /// What it is taken back by.
    pub nonce: String,
    /// The link itself: told once, and kept by nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// To whom.
    pub contact: String,
    /// What they may do.
    pub rights: Vec<String>,
    /// Which tasks they see; all of the supplier's when none is named.
    pub tasks: Vec<u64>,
    /// The first moment at which it is not good any more.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Who gave it.
    pub by: String,
    /// Whether it lets somebody in now.
    pub good: bool,
}

/// How a supplier kept to what it promised.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierScorecardView {
    /// Whose.
    pub supplier: String,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Its numbers.
    pub rows: Vec<ScoreView>,
}

/// One number of a scorecard.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScoreView {
    /// What is counted.
    pub what: String,
    /// The number in words; `no data` where there is nothing to count.
    pub told: String,
    /// How it is counted.
    pub counted: String,
}

/// What came of a signed request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierToldView {
    /// In words.
    pub told: String,
}
