//! Deployment plans and backout plans: documents that execute.
//!
//! A [`Runbook`] is either of both: steps of people and of the engine on one timeline. What the engine does is generated from the
//! compiled [`crate::plan::Plan`] ([`deployment_plan`], [`backout_plan`]) and follows it when it changes ([`renew`]); people add
//! what they do, decide and tell. [`Runbook::check`] says whether it can be run, [`differences`] what became of it, [`Timeline`]
//! when what happens. A [`Run`] is what has become of its steps. Nothing here is about targets, and nothing here decides for the engine.

mod check;
mod deadline;
mod difference;
mod document;
mod generate;
mod order;
mod phase;
mod renew;
mod run;
#[cfg(test)]
mod sample;
mod status;
mod step;
mod timeline;

pub use check::{Finding, RunbookError, STEPS_MAX};
pub use deadline::{Deadline, DeadlineError};
pub use difference::{Change, Difference, differences};
pub use document::{Contact, Deviations, Impact, Likelihood, Risk, Runbook, Way};
pub use generate::{Heading, backout_plan, deployment_plan};
pub use phase::{Gate, Phase, PhaseError};
pub use renew::{Lost, Renewed, renew};
pub use run::{Happened, Run, RunError};
pub use status::{StepEvent, StepStatus};
pub use step::{Automatic, Before, DecisionPoint, Kind, Manual, Otherwise, Step, StepError};
pub use timeline::{Span, Timeline};
