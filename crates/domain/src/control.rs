//! Release controls: documented rules that a release, its artifacts and its deployment satisfy before anything begins.
//!
//! A [`Control`] is a document with a policy. What it looks at are [`ControlFacts`], collected at that moment and kept, so
//! that a new control can be tried on what went before. What it says is a [`Finding`]; what all of them, the approvals
//! and the change request come to is a [`Clearance`], which is all that a deployment's decisions see of it.
//! Policies themselves are another crate's.

mod approval;
mod change;
mod clearance;
mod document;
mod facts;
mod finding;
mod record;
mod returned;
mod waiver;

pub use approval::{Approval, ApprovalRule, Unmet, Verdict, Voter, approved_before, quorum};
pub use change::{Change, ChangeKind, ChangeState, ChangeTemplate, Risk, Unfit as ChangeUnfit};
pub use clearance::{Clearance, Stop, StopKind};
pub use document::{Control, Mode, Severity, SeverityError};
pub use facts::{ArtifactFacts, ControlFacts, DeploymentFacts, ReleaseFacts, Vulnerabilities};
pub use finding::{Finding, Lack};
pub use record::{Evidence, Judgement};
pub use returned::{ReturnJudgement, Returned, unanswered};
pub use waiver::{Waiver, WaiverScope};
