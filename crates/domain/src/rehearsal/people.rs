//! People in a rehearsal: each does what falls to them as soon as its turn comes, takes as long as their step says, and says go.

use crate::{
    deployment::{Deployment, Facts, Steps},
    runbook::{Conducted, Happened, StepEvent},
};
use jiff::Timestamp;

/// More than this does not happen at one moment: it would be a circle.
const HAPPENED_MAX: u32 = 1000;

/// The runbooks of a deployment, and people who follow them.
pub(super) struct People {
    conducted: Vec<Conducted>,
}

impl People {
    /// They begin with the deployment, whenever that is.
    pub(super) fn new(conducted: &[Conducted], begins: Timestamp) -> Self {
        let mut conducted = conducted.to_vec();
        for it in &mut conducted {
            it.run.began = begins;
        }
        Self { conducted }
    }

    /// Does what there was time for, and answers what the runbooks say to the engine then.
    pub(super) fn follow(
        &mut self,
        deployment: &Deployment,
        facts: &Facts,
        now: Timestamp,
    ) -> Steps {
        let mut steps = Steps::default();
        for _ in 0..HAPPENED_MAX {
            steps = Steps::of(deployment, facts, &self.conducted, now);
            let by_itself = std::mem::take(&mut steps.happens);
            for conducted in &mut self.conducted {
                conducted.run = conducted.run_of(deployment);
                let way = conducted.runbook.way;
                let mine = by_itself.iter().filter(|(of, _)| *of == way);
                for (_, happened) in mine {
                    // What is decided can happen.
                    let by = (None, now);
                    drop(conducted.run.apply(&conducted.runbook, happened, by));
                }
            }
            if !self.work(deployment, now) && by_itself.is_empty() {
                break;
            }
        }
        let next = self
            .conducted
            .iter()
            .flat_map(|it| it.due())
            .map(|(_, at)| at);
        let next = next.filter(|at| *at > now).min();
        steps.wake_at = [steps.wake_at, next].into_iter().flatten().min();
        steps
    }

    /// Whether somebody finishes something.
    fn work(&mut self, deployment: &Deployment, now: Timestamp) -> bool {
        let who = &deployment.requested_by;
        let mut worked = false;
        for conducted in &mut self.conducted {
            for (happened, _) in conducted.due().into_iter().filter(|(_, at)| *at <= now) {
                let by = (Some(who), now);
                let runbook = &conducted.runbook;
                worked |= conducted.run.apply(runbook, &happened, by).is_ok();
            }
        }
        worked
    }
}

impl Conducted {
    /// The steps of people that are up, each as it is finished, and when there was time for it.
    fn due(&self) -> Vec<(Happened, Timestamp)> {
        let steps = self.runbook.steps.iter();
        let of_people = steps.filter(|step| step.phase().is_none());
        let due = of_people.filter_map(|step| {
            let status = self.run.status(&step.name);
            let since = status.since().filter(|_| status.is_pending())?;
            let at = since.checked_add(step.takes.as_signed()).ok()?;
            let note = "rehearsed".to_owned();
            let event = StepEvent::Finished { note };
            let step = step.name.clone();
            Some((Happened { step, event }, at))
        });
        due.collect()
    }
}
