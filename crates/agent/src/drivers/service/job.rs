//! One task per job: has a keeper of its own run it once, and says how that goes.
//!
//! The keeper remembers how it ended, for an agent that was not there. Where the keeper is gone as well, the host died in
//! the middle: nothing runs any more, and the job is begun again.

use super::{
    Secrets, Surroundings,
    specification::{base_environment, fill_all, fill_each},
};
use crate::{
    drivers::teller::Teller,
    keeper::{
        client::{Client, Follower},
        protocol::{Phase, Spec, Status},
    },
    link::Backoff,
};
use std::{io, path::PathBuf};
use tidegate_domain::{
    canonical,
    converge::{Job, JobKey, JobState},
    duration::Millis,
    name::Name,
    revision::{ComponentRevision, StopSettings, StopSignal},
};
use tokio::time::sleep;

/// What has to be stopped gets this long to end by itself.
const GRACE: Millis = Millis(10_000);

/// Which try of which job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) product: Name,
    pub(crate) key: JobKey,
    pub(crate) fence: u64,
}

/// What is to be done once.
#[derive(Debug)]
pub(crate) struct Work {
    /// The keeper's directory.
    pub(crate) directory: PathBuf,
    /// This program, which is also the keeper.
    pub(crate) program: PathBuf,
    /// What to run, or the reference to a secret whose value is not known yet.
    pub(crate) spec: Result<Spec, String>,
    /// By which the keeper knows it.
    pub(crate) start: (tidegate_domain::digest::Digest, u64),
    /// Says what is seen.
    pub(crate) teller: Teller<Try, JobState>,
}

/// What to run for `job` of a component that lies ready; none when the component has no such job.
pub(crate) fn specify_job(
    surroundings: &Surroundings,
    (product, job): (&Name, &Job),
    component: &ComponentRevision,
    secrets: &Secrets,
) -> Option<Result<Spec, String>> {
    let settings = component
        .jobs
        .iter()
        .find(|known| known.name == job.key.job.job)?;
    let workload = component.workload();
    let directory = surroundings
        .layout
        .artifact(product, &component.component, workload);
    let mut environment = base_environment(surroundings, product, component, &directory);
    for (name, value) in [
        ("TIDEGATE_JOB", job.key.job.job.to_string()),
        ("TIDEGATE_DEPLOYMENT", job.key.deployment.to_string()),
        ("TIDEGATE_FENCE", job.fence.to_string()),
    ] {
        environment.insert(name.to_owned(), value);
    }
    let filled = || {
        environment.extend(fill_all(&settings.environment, (product, secrets))?);
        Ok(Spec {
            workload: canonical::hash(&job.key),
            directory,
            command: fill_each(&settings.command, (product, secrets))?,
            environment,
            listen: Vec::new(),
            stop: StopSettings {
                signal: StopSignal::Term,
                grace: GRACE,
            },
            launcher: PathBuf::new(),
            attempt: job.fence,
            once_within: Some(job.deadline),
        })
    };
    Some(filled())
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
                    work.teller.say(state).await;
                    if over {
                        return;
                    }
                    seen = follower.next().await;
                }
            }
            Err(Trouble::Secret(name)) => {
                let why = format!("it waits for the secret {name} from the server");
                return work.teller.say(JobState::Waiting { why }).await;
            }
            Err(Trouble::Keeper(error)) => {
                let why = format!("its keeper cannot be started: {error}");
                work.teller.say(JobState::Waiting { why }).await;
            }
        }
        sleep(backoff.next()).await;
    }
}

/// Ends a job that runs, and its keeper.
pub(crate) async fn abandon(directory: PathBuf) {
    if let Ok(mut client) = Client::connect(&directory).await {
        client.stop().await;
    }
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
        let spec = work
            .spec
            .as_ref()
            .map_err(|name| Trouble::Secret(name.clone()))?;
        status = client.start(spec).await?;
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
