//! Changes of suppliers: what they announce, what is seen of them, what either means, and what is done about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a supplier plans, as one of us writes it down.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierNoticeRequest {
    /// The supplier's own number of it; one that is known makes another edition. Made up when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// `change`, `maintenance` or `end-of-life`.
    pub kind: String,
    /// In a line.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// Which components; all of them when none is named.
    #[serde(default)]
    pub components: Vec<String>,
    /// Where; everywhere when no environment is named.
    #[serde(default)]
    pub environments: Vec<String>,
    /// When it begins: `2026-12-01T22:00` in the time zone, or a moment such as `2026-12-01T21:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When it is over; at once when only its beginning is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Of both times; the supplier's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The version that is to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The contracts that are to be provided, with their versions; as before when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provides: Option<BTreeMap<String, String>>,
}

/// Something that a supplier sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierImportRequest {
    /// What it is: `calendar` (iCalendar) or `mail` (as it was sent, with its headers).
    pub form: String,
    /// Its bytes in base64.
    pub content: String,
}

/// What came of something that a supplier sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierImportView {
    /// What was found in it.
    pub received: Vec<ReceivedNoticeView>,
    /// What was not understood, with the reason.
    pub refused: Vec<String>,
}

/// What came of a notice that came in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceivedNoticeView {
    /// As it is kept now.
    pub notice: SupplierNoticeView,
    /// What became of it, in words.
    pub told: String,
    /// What is better looked at.
    pub doubts: Vec<String>,
}

/// A notice of a supplier.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupplierNoticeView {
    /// Our number.
    pub id: u64,
    /// Whose.
    pub supplier: String,
    /// Their number.
    pub number: String,
    /// `change`, `maintenance` or `end of life`.
    pub kind: String,
    /// In a line.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Which components; all of them when none is named.
    pub components: Vec<String>,
    /// Where; everywhere when no environment is named.
    pub environments: Vec<String>,
    /// The version that is to run.
    pub version: Option<String>,
    /// When, in words.
    pub times: Option<String>,
    /// When it begins.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub begins: Option<Timestamp>,
    /// When it is over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// `announced`, `acknowledged`, `overdue`, `happened`, `closed`, `cancelled` or `withdrawn`.
    pub status: String,
    /// The same in a sentence.
    pub told: String,
    /// Where it was seen to come true: `gateway in live`.
    #[serde(default)]
    pub seen: Vec<String>,
    /// Where that is still awaited.
    #[serde(default)]
    pub left: Vec<String>,
    /// Where it came from, in words.
    pub source: String,
    /// How many editions there are.
    pub edition: u64,
    /// When this edition came.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// By when it should have been announced, by what was promised.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// Whether a stranger sent it and nobody looked at it.
    pub doubtful: bool,
}

/// A deployment of a supplier, as it was observed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObservationView {
    /// Its number.
    pub id: u64,
    /// Whose.
    pub supplier: String,
    /// Of which component.
    pub component: String,
    /// Where.
    pub environment: String,
    /// What ran before.
    pub from: String,
    /// What runs now.
    pub to: String,
    /// When it was there at the latest.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In a sentence.
    pub told: String,
    /// Which notice it belongs to, in words.
    pub matched: String,
    /// Whether no notice spoke of it.
    pub surprise: bool,
}

/// What a change of a supplier means for us. Products that the asker may not see are counted and not named.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImpactView {
    /// About what: `notice 1` or `observation 1`.
    pub about: String,
    /// The products that are touched in each environment, the worst first.
    pub products: Vec<AffectedView>,
    /// The plans of ours that it meets, the worst first.
    pub plans: Vec<ConcernView>,
    /// What was decided for products that it does not touch now.
    pub responses: Vec<ResponseView>,
    /// Where nobody can say whether something is touched, in words.
    pub unknown: Vec<String>,
    /// How many products are touched that the asker does not see.
    pub hidden: u64,
}

/// A product that is touched in an environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AffectedView {
    /// Which.
    pub product: String,
    /// Where.
    pub environment: String,
    /// `fits`, `does without`, `not known`, `interrupted` or `breaks`.
    pub harm: String,
    /// The same in words.
    pub told: String,
    /// Through whom, in words.
    pub through: String,
    /// How many of its components are touched.
    pub components: u64,
    /// What is usually done.
    pub suggested: Vec<SuggestedView>,
    /// What was decided.
    pub responses: Vec<ResponseView>,
}

/// Something that is usually done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuggestedView {
    /// In words.
    pub what: String,
    /// Why.
    pub reason: String,
    /// By when.
    #[schema(value_type = String, format = DateTime)]
    pub due: Timestamp,
}

/// A plan of ours that a change meets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConcernView {
    /// In words.
    pub plan: String,
    /// How badly, in words.
    pub harm: String,
    /// Whether both are at the same time.
    pub at_that_time: bool,
}

/// What somebody decided to do about a change.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseRequest {
    /// The notice that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<u64>,
    /// Or the observed deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation: Option<u64>,
    /// The edition of the notice that was looked at: when it means something else by now, nothing is decided. The newest one when it
    /// is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<u64>,
    /// For which product.
    pub product: String,
    /// Where.
    pub environment: String,
    /// `hold`, `reverify`, `inform` or `accept`.
    pub what: String,
    /// Until when a hold lasts; until it is done when this is left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The environment to verify it in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_in: Option<String>,
    /// The audience to inform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// By when it is to be done.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// What is done about a change for one product in one environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ResponseView {
    /// Its number.
    pub id: u64,
    /// About what: `notice 1` or `observation 1`.
    pub about: String,
    /// The edition of the notice that it was decided about.
    #[serde(default)]
    pub edition: Option<u64>,
    /// For which product.
    pub product: String,
    /// Where.
    pub environment: String,
    /// What is done, in words.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who decided that.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// By when it is to be done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// The message that was begun to inform people.
    #[serde(default)]
    pub message: Option<u64>,
    /// `open`, `done` or `dropped`.
    pub status: String,
    /// Whether it is still to be done: a hold whose time is over is not, nor what an acceptance set aside.
    pub stands: bool,
    /// Whether it should be done by now.
    #[serde(default)]
    pub overdue: bool,
    /// Whether it accepted what means something else by now.
    #[serde(default)]
    pub outdated: bool,
    /// Who ended it, and what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}
