//! Which jobs were taken, what was made of them, and who sees to those that run.
//!
//! A job is taken durably before it begins, so that a lower fence is refused for ever after.

use super::agent::Agent;
use crate::{
    drivers::{
        service::{Try, Work, abandon, specify_job, work},
        teller::Teller,
    },
    state::{ProductState, TakenJob},
};
use tidegate_domain::{
    converge::{Job, JobKey, JobReport, JobState, JobStep, PrepareState, job_steps},
    name::Name,
};
use tokio::task::JoinHandle;

/// The task that sees to a job; ends when dropped. What runs keeps running, under its keeper.
pub(super) struct Working {
    of: Try,
    state: JobState,
    task: JoinHandle<()>,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Agent {
    /// Takes what is to be done once, begins what can begin, and ends what nobody wants any more.
    pub(super) fn work(&mut self, product: &Name) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        for step in job_steps(&state.desired, &state.local_jobs()) {
            match step {
                JobStep::Run(job) => self.take_job(product, job),
                JobStep::Forget(key) => self.forget_job(product, &key),
            }
        }
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let open: Vec<Job> = state
            .jobs
            .iter()
            .filter(|job| job.ended.is_none())
            .map(|taken| taken.job.clone())
            .collect();
        for job in open {
            let seen_to = self.working.iter().any(|working| {
                working.of.product == *product
                    && working.of.key == job.key
                    && !working.task.is_finished()
            });
            if !seen_to {
                self.begin_job(product, &job);
            }
        }
    }

    /// Takes in what is said of a job, unless it is about an earlier try.
    pub(super) fn worked(&mut self, of: &Try, state: JobState) {
        let is_it = |working: &&mut Working| working.of == *of;
        let Some(working) = self.working.iter_mut().find(is_it) else {
            return;
        };
        tracing::info!(agent.product = %of.product, agent.job = %of.key.job, ?state, "job");
        let ended = state.has_ended().then(|| state.clone());
        working.state = state;
        let product = self.state.products.get_mut(&of.product);
        let taken = product.and_then(|p| p.jobs.iter_mut().find(|taken| taken.job.key == of.key));
        if let (Some(taken), Some(_)) = (taken, &ended) {
            taken.ended = ended;
            self.working.retain(|working| working.of != *of);
            self.save();
        }
    }

    /// One entry per job that was taken.
    pub(super) fn job_reports(&self, product: &Name, state: &ProductState) -> Vec<JobReport> {
        let report = |taken: &TakenJob| {
            let mut working = self.working.iter();
            let working = working.find(|w| w.of.product == *product && w.of.key == taken.job.key);
            let seen = working.map(|working| working.state.clone());
            JobReport {
                key: taken.job.key.clone(),
                fence: taken.job.fence,
                state: taken.ended.clone().or(seen).unwrap_or_else(preparing),
            }
        };
        state.jobs.iter().map(report).collect()
    }

    fn take_job(&mut self, product: &Name, job: Job) {
        self.working
            .retain(|working| working.of.product != *product || working.of.key != job.key);
        if let Some(state) = self.state.products.get_mut(product) {
            state.jobs.retain(|taken| taken.job.key != job.key);
            state.jobs.push(TakenJob { job, ended: None });
        }
        self.save();
    }

    fn forget_job(&mut self, product: &Name, key: &JobKey) {
        self.working
            .retain(|working| working.of.product != *product || working.of.key != *key);
        if let Some(state) = self.state.products.get_mut(product) {
            state.jobs.retain(|taken| taken.job.key != *key);
        }
        self.save();
        let directory = self.surroundings.layout.job(product, &key.job);
        tokio::spawn(abandon(directory));
    }

    /// Begins a job, or sees to one that runs, once its revision lies ready.
    fn begin_job(&mut self, product: &Name, job: &Job) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let known = state.revisions.get(&job.revision);
        let Some(known) = known.filter(|known| known.state == Some(PrepareState::Ready)) else {
            return;
        };
        let of = Try {
            product: product.clone(),
            key: job.key.clone(),
            fence: job.fence,
        };
        let component = known.revision.component(&job.key.job.component);
        let spec = component.and_then(|component| {
            specify_job(&self.surroundings, (product, job), component, &self.secrets)
        });
        let Some(spec) = spec else {
            return self.cannot(&of);
        };
        let place = Work {
            directory: self.surroundings.layout.job(product, &job.key.job),
            program: self.surroundings.program.clone(),
            start: (tidegate_domain::canonical::hash(&job.key), job.fence),
            spec,
            teller: Teller::new(of.clone(), self.worked.clone()),
        };
        self.working.retain(|working| working.of != of);
        self.working.push(Working {
            of,
            state: JobState::Running,
            task: tokio::spawn(work(place)),
        });
    }

    /// The revision has no such job.
    fn cannot(&mut self, of: &Try) {
        let product = self.state.products.get_mut(&of.product);
        let taken = product.and_then(|p| p.jobs.iter_mut().find(|taken| taken.job.key == of.key));
        if let Some(taken) = taken {
            let reason = "the revision has no such job".to_owned();
            taken.ended = Some(JobState::Failed { reason });
            self.save();
        }
    }
}

fn preparing() -> JobState {
    JobState::Waiting {
        why: "the revision is being prepared".to_owned(),
    }
}
