//! Deployments.

use super::CheckView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A deployment to start.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentRequest {
    /// The product.
    pub product: String,
    /// The version of a sealed release.
    pub release: String,
    /// Where to.
    pub environment: String,
    /// `all-at-once`, `rolling`, or the name of a declared strategy. That of the product there or of the environment
    /// unless set, else rolling by 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Targets of a wave: a number or a share such as `25%`. 1 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// How long each wave is watched before the next, such as `30s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bake: Option<String>,
    /// How many targets may be down at once; as many as a wave has unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<u32>,
    /// How many failed targets are borne; 0 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures_max: Option<u32>,
    /// How long a target must stay healthy, such as `3s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_healthy: Option<String>,
    /// How long a target may take to become healthy, such as `5m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_deadline: Option<String>,
    /// `roll-back` (the default) or `hold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// Whether it takes the place of the deployment that runs there, if one does.
    #[serde(default)]
    pub supersede: bool,
    /// After a backup was put back: whether targets of which it is not known what they run are left as they are. The others are
    /// deployed to.
    #[serde(default)]
    pub leave_behind: bool,
    /// The number of the change request that it runs under; any that covers it unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<u64>,
}

/// What a deployment would do: its strategy compiled to waves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// In words.
    pub strategy: String,
    /// The hash of the compiled plan.
    pub plan_hash: String,
    /// How many targets may be down at once.
    pub max_unavailable: u32,
    /// How many failed targets are borne.
    pub failures_max: u32,
    /// How long a target must stay healthy.
    pub minimum_healthy: String,
    /// How long a target may take to become healthy, and stay so.
    pub progress_deadline: String,
    /// `roll-back` or `hold`.
    pub on_failure: String,
    /// What a check without data leads to: `hold` or `roll-back`.
    pub on_no_data: String,
    /// What may be asked after a wave.
    pub checks: Vec<PlannedCheckView>,
    /// What runs once on the way, in this order.
    pub jobs: Vec<PlannedJobView>,
    /// In order.
    pub waves: Vec<PlannedWaveView>,
}

/// A check of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedCheckView {
    /// Unique within the plan.
    pub name: String,
    /// What it asks, in words.
    pub question: String,
    /// From one measurement to the next.
    pub interval: String,
    /// So many good measurements, and it passes.
    pub count: u32,
    /// Not passed within this time, it has no data.
    pub deadline: String,
    /// Whether it changes nothing.
    pub dry_run: bool,
}

/// A job of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedJobView {
    /// `COMPONENT/JOB`.
    pub job: String,
    /// `before` the first target changes, or `after` the last wave.
    pub when: String,
    /// Whether what ran before still runs after it: `yes`, `no`, or `until` so long after its end.
    pub reversible: String,
    /// It is stopped after this.
    pub deadline: String,
}

/// One wave of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedWaveView {
    /// `wave 1`, `ring early`, `canary 10%`…
    pub title: String,
    /// In order.
    pub targets: Vec<String>,
    /// How long it is watched.
    pub bake: String,
    /// When so many have passed, the next wave may begin; all, unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passes_min: Option<u32>,
    /// More than this may not fail; the plan's limit holds unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures_max: Option<u32>,
    /// Whether a person has to sign it off before the next.
    pub sign_off: bool,
    /// The part of all requests that the changed targets receive once it passed, such as `20%`; as before unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<String>,
    /// The share of each component's instances that run the new revision after it, such as `25%`; all unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<String>,
    /// The checks asked after it.
    pub checks: Vec<String>,
}

/// A person's word that the waves of a deployment up to one are good.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOffRequest {
    /// The last of these waves, counted from 1.
    pub wave: u32,
}

/// A request to take back what runs in an environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackRequest {
    /// The product.
    pub product: String,
    /// Where.
    pub environment: String,
    /// Why; kept in the journal.
    #[serde(default)]
    pub reason: String,
    /// Whether the asker signs that going back is right although something was done that cannot be undone. It takes a reason.
    #[serde(default)]
    pub past_no_return: bool,
}

/// A request to take one deployment back that runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRequest {
    /// Why; kept in the journal.
    #[serde(default)]
    pub reason: String,
    /// Whether the asker signs that going back is right although something was done that cannot be undone. It takes a reason.
    #[serde(default)]
    pub past_no_return: bool,
}

/// Why a person steers a deployment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SteerRequest {
    /// Kept in the journal.
    #[serde(default)]
    pub reason: String,
}

/// What a person says of a failed target, or of a check or a job that did not succeed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordRequest {
    /// Why; kept in the journal. Needed to ignore, exclude or accept it.
    #[serde(default)]
    pub reason: String,
}

/// A deployment against the calendar: one person asks with a reason, another confirms.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideRequest {
    /// Why; kept in the journal. None from the second person, who confirms what the first has asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentView {
    /// Its number.
    pub id: u64,
    /// Of which product.
    pub product: String,
    /// Where to.
    pub environment: String,
    /// Which release.
    pub release: String,
    /// With which configuration snapshot.
    pub snapshot: u64,
    /// `promotion` or `rollback`.
    pub purpose: String,
    /// `requested`, `preparing`, `rolling`, `rolling_back`, `cancelling`, `succeeded`, `rolled_back`, `failed`,
    /// `cancelled` or `superseded`.
    pub status: String,
    /// One sentence about how far it is.
    pub summary: String,
    /// In words.
    pub strategy: String,
    /// The hash of the compiled plan.
    pub plan_hash: String,
    /// What it waits for; empty once it has ended.
    pub waiting_on: Vec<WaitingView>,
    /// The present wave, counted from 1, while waves are activated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<u32>,
    /// Why it stands still for a person, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// Why it goes or went back, or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: jiff::Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<jiff::Timestamp>,
    /// Targets that did not answer a cancellation in time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreached: Vec<String>,
    /// The checks that began, in that order; empty in lists.
    pub checks: Vec<CheckView>,
    /// The jobs of its plan, in order; empty in lists.
    pub jobs: Vec<JobView>,
    /// What it did that cannot be undone, in words: it does not go back by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_return: Option<String>,
    /// That somebody of level 2 asks to roll it back, while that waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_rollback: Option<AskedRollbackView>,
    /// What enforced controls objected to in what it went back to, when it did. They kept it from nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<String>,
    /// The group run that it is a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_run: Option<u64>,
    /// Whether no check is asked, because what it brings proved itself there a short time ago.
    pub fast_track: bool,
    /// In order; empty in lists.
    pub waves: Vec<WaveView>,
}

/// That somebody of level 2 asks to roll a deployment back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedRollbackView {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
}

/// What is said to a rollback that is let go.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuperviseRequest {
    /// Why it is right. It takes one where enforced controls object to what it goes back to.
    #[serde(default)]
    pub note: String,
}

/// Why something that was asked for does not happen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineRequest {
    /// Why; whoever asked reads that.
    pub note: String,
}

/// A job of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// `COMPONENT/JOB`.
    pub job: String,
    /// `before` the first target changes, or `after` the last wave.
    pub when: String,
    /// Whether what ran before still runs after it: `yes`, `no`, or `until` so long after its end.
    pub reversible: String,
    /// `planned`, `running`, `done`, `failed`, `unknown`, `accepted` or `again`.
    pub state: String,
    /// Why it did not succeed, or why somebody accepted that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it runs or ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which try, counted from 1; 0 before it began.
    pub tries: u64,
}

/// One event of a deployment's stream, as `text/event-stream` frames it.
#[derive(Debug, ToSchema)]
pub struct DeploymentEvent {
    /// `deployment`.
    pub event: String,
    /// A `DeploymentView` as JSON.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}

/// One thing a deployment waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingView {
    /// `prepare`, `agent`, `health`, `minimum_healthy`, `bake`, `traffic`, `check`, `job`, `group`, `sign_off`, `calendar`, `override`, `restore`, `settling` or `person`.
    pub kind: String,
    /// In words.
    pub sentence: String,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<jiff::Timestamp>,
    /// What would end it sooner.
    pub remedy: String,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaveView {
    /// `wave 1`…
    pub title: String,
    /// The part of all requests that the changed targets receive once it passed; as before unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<String>,
    /// The share of each component's instances that run the new revision after it; all unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<String>,
    /// In order.
    pub targets: Vec<TargetRunView>,
}

/// One target's part in a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetRunView {
    /// The target.
    pub target: String,
    /// `waiting`, `preparing`, `prepared`, `activating`, `passed`, `failed`, `excluded`, `restoring`, `restored` or `stuck`.
    pub stage: String,
    /// Why it failed, is stuck or excluded; else what it last said.
    pub detail: String,
    /// Whether its agent is in touch.
    pub connected: bool,
    /// Why its failure does not count, if somebody wants it ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<String>,
}

impl DeploymentView {
    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// Whether a target is where the deployment takes it.
    pub fn has_arrived(&self, run: &TargetRunView) -> bool {
        match self.purpose.as_str() {
            "rollback" => run.stage == "restored",
            _ => run.stage == "passed",
        }
    }
}
