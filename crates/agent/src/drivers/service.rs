//! The `service` driver: a process beside the agent, run under a keeper.
//!
//! It may not decide what should run. Start at [`supervise`], one task per component and slot: it tells the keeper
//! what to run, looks at what happens and probes, and reports the verdict of the domain's judge. [`specify`] turns a
//! component's settings into what a keeper runs. [`work`] is one task per job, which runs once.

mod files;
mod job;
mod probe;
mod report;
mod secrets;
mod specification;
mod stop;
mod supervisor;
mod watch;

pub(crate) use files::write_files;
pub(crate) use job::{Try, Work, Worked, abandon, specify_job, work};
pub(crate) use report::{Key, Memory, Report};
pub(crate) use secrets::Secrets;
pub(crate) use specification::{Surroundings, Task, specify};
pub(crate) use stop::stop_others;
pub use stop::stop_workloads;
pub(crate) use supervisor::{Order, Place, supervise};
