//! Deployment plans and backout plans: documents that execute.
//!
//! A [`Runbook`] is either of both: steps of people and of the engine on one timeline. What the engine does is generated from the
//! compiled [`crate::plan::Plan`] ([`deployment_plan`], [`backout_plan`]) and follows it when it changes ([`renew`]); people add
//! what they do, decide and tell. [`Runbook::check`] says whether it can be run, [`differences`] what became of it, [`Timeline`]
//! when what happens. [`decide`] looks at its [`Run`] while a deployment goes on: what people are waited for, and where the engine
//! waits. Nothing here is about targets, and nothing here decides for the engine.

mod at_once;
mod check;
mod deadline;
mod decide;
mod deed;
mod difference;
mod document;
mod facts;
mod generate;
mod order;
mod outline;
mod phase;
mod printed;
mod record;
mod renew;
mod run;
#[cfg(test)]
mod sample;
mod status;
mod step;
mod timeline;
mod wait;
mod warning;

pub use check::{Finding, RunbookError, STEPS_MAX};
pub use deadline::{Deadline, DeadlineError};
pub use decide::{CLOSING, Decision, Held, Verdict, decide};
pub use deed::StepDeed;
pub use difference::{Change, Difference, differences};
pub use document::{Contact, Deviations, Impact, Likelihood, Risk, Runbook, Way};
pub use facts::{Course, Ending, Facts, Progress};
pub use generate::{Heading, backout_plan, deployment_plan};
pub use outline::{Outline, OutlineError};
pub use phase::{Gate, Phase, PhaseError};
pub use record::{Conducted, Errand, RunbookEdition};
pub use renew::{Lost, Renewed, renew};
pub use run::{Happened, Run, RunError};
pub use status::{StepEvent, StepStatus};
pub use step::{Automatic, Before, DecisionPoint, Kind, Manual, Otherwise, Step, StepError};
pub use timeline::{Span, Timeline};
pub use wait::Wait;
pub use warning::{Outlook, Warning};
