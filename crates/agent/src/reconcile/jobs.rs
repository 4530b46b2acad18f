//! Which jobs were taken, what was made of them, and who sees to those that run.
//!
//! A job is taken durably before it begins, so that a lower fence is refused for ever after; and it is forgotten only when
//! nothing of it runs any more. Until then no other begins in its place.

use super::agent::Agent;
use crate::{
    drivers::{
        service::{Try, Work, Worked, abandon, specify_job, work},
        teller::Teller,
    },
    state::{ProductState, TakenJob},
};
use std::path::PathBuf;
use tidegate_domain::{
    converge::{Job, JobKey, JobReport, JobState, JobStep, PrepareState, job_steps},
    name::Name,
};
use tokio::task::JoinHandle;

/// The task that sees to a job; ends when dropped. What runs keeps running, under its keeper.
pub(super) struct Working {
    of: Try,
    /// Whether it sees to its end.
    ends: bool,
    state: JobState,
    task: JoinHandle<()>,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Agent {
    /// Takes what is to be done once, ends what nobody wants any more, and begins what can begin.
    pub(super) fn work(&mut self, product: &Name) {
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let held_back = self.is_held_back(product);
        let steps = job_steps(&state.desired, &state.local_jobs()).into_iter();
        for step in steps.filter(|_| !held_back) {
            match step {
                JobStep::Run(job) => self.take_job(product, job),
                JobStep::Forget(key) => self.forget_job(product, &key),
            }
        }
        let Some(state) = self.state.products.get(product) else {
            return;
        };
        let open = state.jobs.iter();
        let open = open.filter(|taken| taken.unwanted || taken.ended.is_none());
        let open: Vec<TakenJob> = open.cloned().collect();
        for taken in open.iter().filter(|taken| taken.unwanted) {
            self.end_job(product, taken);
        }
        let in_the_way = |job: &Job| {
            let mut ending = open.iter().filter(|taken| taken.unwanted);
            ending.any(|taken| taken.job.key.job == job.key.job)
        };
        // What was begun is seen to its end.
        let may = |taken: &&TakenJob| !taken.unwanted && (taken.begun || !held_back);
        for taken in open.iter().filter(may) {
            if !in_the_way(&taken.job) {
                self.begin_job(product, taken);
            }
        }
    }

    /// Where the keepers live of all jobs that were taken.
    pub(super) fn job_keepers(&self) -> Vec<PathBuf> {
        let layout = &self.surroundings.layout;
        let of = |(product, state): (&Name, &ProductState)| -> Vec<PathBuf> {
            let jobs = state.jobs.iter().map(|taken| &taken.job.key.job);
            jobs.map(|job| layout.job(product, job)).collect()
        };
        self.state.products.iter().flat_map(of).collect()
    }

    /// Another history begins: what was taken in the last one says nothing about jobs of this one.
    pub(super) fn disown_jobs(&mut self, product: &Name) {
        let Some(state) = self.state.products.get_mut(product) else {
            return;
        };
        let now = state.desired.instruction.incarnation;
        let old = state.jobs.iter_mut();
        old.filter(|taken| taken.incarnation != now)
            .for_each(|taken| taken.unwanted = true);
    }

    /// Takes in what is said of a job, unless it is about an earlier try.
    pub(super) fn worked(&mut self, of: &Try, said: Worked) {
        let Some(place) = self.working.iter().position(|working| working.of == *of) else {
            return;
        };
        let product = &of.product;
        match said {
            Worked::Gone => {
                self.working.remove(place);
                if let Some(state) = self.state.products.get_mut(product) {
                    let is_it = |taken: &TakenJob| taken.unwanted && of.is(product, taken);
                    state.jobs.retain(|taken| !is_it(taken));
                }
                self.save();
                self.work(product);
            }
            Worked::Seen(state) => {
                tracing::info!(agent.product = %product, agent.job = %of.key.job, ?state, "job");
                if state.has_ended() {
                    self.working.remove(place);
                    self.note_end(of, state);
                } else {
                    self.working[place].state = state;
                }
            }
        }
    }

    /// One entry per job that was taken, and one per job that still runs though nobody wants it.
    pub(super) fn job_reports(&self, product: &Name, state: &ProductState) -> Vec<JobReport> {
        let report = |taken: &TakenJob| {
            let mut working = self.working.iter();
            let working = working.find(|w| w.of.is(product, taken) && w.ends == taken.unwanted);
            let seen = working.map(|working| working.state.clone());
            JobReport {
                key: taken.job.key.clone(),
                fence: taken.job.fence,
                state: match taken.unwanted {
                    true => JobState::Running,
                    false => taken.ended.clone().or(seen).unwrap_or_else(waiting),
                },
            }
        };
        state.jobs.iter().map(report).collect()
    }

    fn take_job(&mut self, product: &Name, job: Job) {
        let key = job.key.clone();
        self.leave(product, &key);
        if let Some(state) = self.state.products.get_mut(product) {
            let incarnation = state.desired.instruction.incarnation;
            let same = |taken: &TakenJob| taken.job.key == key && taken.incarnation == incarnation;
            state.jobs.retain(|taken| !same(taken));
            state.jobs.push(TakenJob {
                job,
                incarnation,
                ended: None,
                begun: false,
                unwanted: false,
            });
        }
        self.save();
    }

    fn forget_job(&mut self, product: &Name, key: &JobKey) {
        self.leave(product, key);
        if let Some(state) = self.state.products.get_mut(product) {
            let of = state.jobs.iter_mut().filter(|taken| taken.job.key == *key);
            of.for_each(|taken| taken.unwanted = true);
        }
        self.save();
    }

    /// Whoever sees to a job lets it be.
    fn leave(&mut self, product: &Name, key: &JobKey) {
        self.working
            .retain(|working| working.of.product != *product || working.of.key != *key);
    }

    /// Has the keeper of a job end it, unless somebody sees to that already.
    fn end_job(&mut self, product: &Name, taken: &TakenJob) {
        let of = Try::of(product, taken);
        if self
            .working
            .iter()
            .any(|working| working.of == of && working.ends)
        {
            return;
        }
        self.working.retain(|working| working.of != of);
        let directory = self.surroundings.layout.job(product, &of.key.job);
        let program = self.surroundings.program.clone();
        let teller = Teller::new(of.clone(), self.worked.clone());
        self.working.push(Working {
            of,
            ends: true,
            state: JobState::Running,
            task: tokio::spawn(abandon(directory, program, teller)),
        });
    }

    /// Begins a job, or sees to one that runs, once its revision lies ready.
    fn begin_job(&mut self, product: &Name, taken: &TakenJob) {
        let of = Try::of(product, taken);
        let seen_to = |working: &Working| working.of == of && !working.task.is_finished();
        if self.working.iter().any(seen_to) {
            return;
        }
        let job = &taken.job;
        let state = self.state.products.get(product);
        let known = state.and_then(|state| state.revisions.get(&job.revision));
        let Some(known) = known.filter(|known| known.state == Some(PrepareState::Ready)) else {
            return;
        };
        let component = known.revision.component(&job.key.job.component);
        let task = component.and_then(|component| {
            specify_job(
                &self.surroundings,
                (product, taken),
                component,
                &self.secrets,
            )
        });
        let Some(task) = task else {
            let reason = "the revision has no such job".to_owned();
            return self.note_end(&of, JobState::Failed { reason });
        };
        let place = Work {
            directory: self.surroundings.layout.job(product, &job.key.job),
            program: self.surroundings.program.clone(),
            start: taken.start(),
            task,
            teller: Teller::new(of.clone(), self.worked.clone()),
        };
        self.note_begin(&of);
        self.working.retain(|working| working.of != of);
        self.working.push(Working {
            of,
            ends: false,
            state: JobState::Running,
            task: tokio::spawn(work(place)),
        });
    }

    fn note_begin(&mut self, of: &Try) {
        let product = self.state.products.get_mut(&of.product);
        let mut jobs = product.into_iter().flat_map(|product| &mut product.jobs);
        let taken = jobs.find(|taken| of.is(&of.product, taken));
        if let Some(taken) = taken.filter(|taken| !taken.begun) {
            taken.begun = true;
            self.save();
        }
    }

    fn note_end(&mut self, of: &Try, state: JobState) {
        let product = self.state.products.get_mut(&of.product);
        let mut jobs = product.into_iter().flat_map(|product| &mut product.jobs);
        if let Some(taken) = jobs.find(|taken| of.is(&of.product, taken)) {
            taken.ended = Some(state);
            self.save();
        }
    }
}

fn waiting() -> JobState {
    JobState::Waiting {
        why: "what it needs is not ready yet".to_owned(),
    }
}
