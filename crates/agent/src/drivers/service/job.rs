//! One task per job: has a keeper of its own run it once, and says how that goes.
//!
//! The keeper remembers how it ended, for an agent that was not there. Where the keeper is gone as well, the host died in
//! the middle: nothing runs any more, and the job is begun again.

use super::{
    Secrets, Surroundings,
    specification::{Specified, base_environment, fill_all, fill_each},
    write_files,
};
use crate::{
    drivers::teller::Teller,
    keeper::{
        client::{Client, Follower},
        protocol::{Phase, Spec, Status},
    },
    link::Backoff,
    state::TakenJob,
};
use std::{io, path::PathBuf};
use tidegate_domain::{
    converge::{JobKey, JobState},
    digest::Digest,
    duration::Millis,
    generation::Incarnation,
    name::Name,
    revision::{ComponentRevision, DriverSettings, StopSettings, StopSignal},
};
use tokio::time::sleep;

/// What has to be stopped gets this long to end by itself.
const GRACE: Millis = Millis(10_000);

/// Which try of which job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) product: Name,
    pub(crate) key: JobKey,
    incarnation: Incarnation,
    fence: u64,
}

impl Try {
    pub(crate) fn of(product: &Name, taken: &TakenJob) -> Self {
        Self {
            product: product.clone(),
            key: taken.job.key.clone(),
            incarnation: taken.incarnation,
            fence: taken.job.fence,
        }
    }

    /// Whether it is the try of this taken job.
    pub(crate) fn is(&self, product: &Name, taken: &TakenJob) -> bool {
        let same = (&self.key, self.fence) == (&taken.job.key, taken.job.fence);
        same && self.product == *product && self.incarnation == taken.incarnation
    }
}

/// What is said of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Worked {
    /// How far it is.
    Seen(JobState),
    /// Nothing of it runs, and its keeper has gone.
    Gone,
}

/// What is to be done once.
#[derive(Debug)]
pub(crate) struct Work {
    /// The keeper's directory.
    pub(crate) directory: PathBuf,
    /// This program, which is also the keeper.
    pub(crate) program: PathBuf,
    /// By which the keeper knows it.
    pub(crate) start: (Digest, u64),
    pub(crate) task: JobTask,
    /// Says what is seen.
    pub(crate) teller: Teller<Try, Worked>,
}

/// How a job is run.
#[derive(Debug)]
pub(crate) struct JobTask {
    /// Where the artifact lies.
    directory: PathBuf,
    /// What to run, with the files of its component beside it, or the reference to a secret whose value is not known yet.
    specified: Result<Specified, String>,
}

/// How to run a job of a component that lies ready; none when the component has no such job.
pub(crate) fn specify_job(
    surroundings: &Surroundings,
    (product, taken): (&Name, &TakenJob),
    component: &ComponentRevision,
    secrets: &Secrets,
) -> Option<JobTask> {
    let job = &taken.job;
    let mut declared = component.jobs.iter();
    let settings = declared.find(|known| known.name == job.key.job.job)?;
    let layout = &surroundings.layout;
    let directory = layout.artifact(product, &component.component, component.workload());
    let mut environment = base_environment(surroundings, product, component, &directory);
    for (name, value) in [
        ("TIDEGATE_JOB", job.key.job.job.to_string()),
        ("TIDEGATE_DEPLOYMENT", job.key.deployment.to_string()),
        ("TIDEGATE_FENCE", job.fence.to_string()),
    ] {
        environment.insert(name.to_owned(), value);
    }
    let DriverSettings::Service(service) = &component.driver;
    let values = (product, secrets);
    let (workload, attempt) = taken.start();
    let specified = || {
        environment.extend(fill_all(&settings.environment, values)?);
        let spec = Spec {
            workload,
            directory: directory.clone(),
            command: fill_each(&settings.command, values)?,
            environment,
            listen: Vec::new(),
            stop: StopSettings {
                signal: StopSignal::Term,
                grace: GRACE,
            },
            launcher: PathBuf::new(),
            attempt,
            once_within: Some(job.deadline),
        };
        let files = fill_all(&service.files, values)?;
        Ok(Specified { spec, files })
    };
    let specified = specified();
    Some(JobTask {
        directory,
        specified,
    })
}

/// Has the job run to its end. Returns early only where a secret is missing; whoever has it then asks again.
pub(crate) async fn work(mut work: Work) {
    let mut backoff = Backoff::default();
    loop {
        match begin(&work).await {
            Ok((status, mut follower)) => {
                backoff.reset();
                let mut seen = Some(status);
                while let Some(status) = seen {
                    let (state, over) = state_of(&status);
                    work.teller.say(Worked::Seen(state)).await;
                    if over {
                        return;
                    }
                    seen = follower.next().await;
                }
            }
            Err(Trouble::Secret(name)) => {
                let why = format!("it waits for the secret {name} from the server");
                let waiting = JobState::Waiting { why };
                return work.teller.say(Worked::Seen(waiting)).await;
            }
            Err(Trouble::Keeper(error)) => {
                let why = format!("its keeper cannot be started: {error}");
                let waiting = JobState::Waiting { why };
                work.teller.say(Worked::Seen(waiting)).await;
            }
        }
        sleep(backoff.next()).await;
    }
}

/// Ends a job, and its keeper. Where that died, another one first clears what it left.
pub(crate) async fn abandon(directory: PathBuf, program: PathBuf, mut teller: Teller<Try, Worked>) {
    let mut backoff = Backoff::default();
    while directory.exists() {
        match Client::attach(&directory, &program).await {
            Ok(mut client) => {
                client.stop().await;
                break;
            }
            Err(error) => {
                tracing::warn!(%error, "the keeper of a job cannot be reached");
                sleep(backoff.next()).await;
            }
        }
    }
    teller.say(Worked::Gone).await;
}

/// Why a job does not run.
enum Trouble {
    Keeper(io::Error),
    Secret(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Keeper(error)
    }
}

async fn begin(work: &Work) -> Result<(Status, Follower), Trouble> {
    let mut client = Client::attach(&work.directory, &work.program).await?;
    let mut status = client.status().await?;
    if (status.workload, status.attempt) != (Some(work.start.0), work.start.1) {
        let specified = work.task.specified.as_ref();
        let specified = specified.map_err(|name| Trouble::Secret(name.clone()))?;
        write_files(&work.task.directory, &specified.files)?;
        status = client.start(&specified.spec).await?;
    }
    let follower = client.follow(status.sequence);
    Ok((status, follower))
}

fn state_of(status: &Status) -> (JobState, bool) {
    match &status.phase {
        Phase::Ended { failure: None } => (JobState::Done, true),
        Phase::Ended {
            failure: Some(reason),
        } => {
            let reason = reason.clone();
            (JobState::Failed { reason }, true)
        }
        Phase::Idle | Phase::Running { .. } | Phase::BackingOff | Phase::Refused { .. } => {
            (JobState::Running, false)
        }
    }
}
