//! What happens to the checks of a deployment, noted down in its record.

use super::{
    CheckRun, Deployment, Outcome, Status, Word,
    transition::{Illegal, illegal},
};
use crate::{name::Name, plan::Check};
use jiff::Timestamp;

type Which<'a> = (u32, &'a Name);

impl Deployment {
    pub(super) fn begin_check(&mut self, which: Which<'_>, now: Timestamp) -> Result<(), Illegal> {
        let illegal = illegal("check_started");
        self.is_the_present_wave(which).map_err(&illegal)?;
        if self.check_run(which.0, which.1).is_some() {
            return Err(illegal("it began already"));
        }
        self.checks.push(CheckRun {
            wave: which.0,
            check: which.1.clone(),
            since: now,
            ended: None,
            accepted: None,
        });
        Ok(())
    }

    pub(super) fn end_check(
        &mut self,
        which: Which<'_>,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<(), Illegal> {
        let illegal = illegal("check_ended");
        self.is_the_present_wave(which).map_err(&illegal)?;
        let run = self.check_run_mut(which).map_err(&illegal)?;
        if run.ended.is_some() {
            return Err(illegal("it has ended already"));
        }
        run.ended = Some((now, outcome.clone()));
        Ok(())
    }

    pub(super) fn retry_check(&mut self, which: Which<'_>, now: Timestamp) -> Result<(), Illegal> {
        let illegal = illegal("check_retried");
        self.is_the_present_wave(which).map_err(&illegal)?;
        let run = self.check_run_mut(which).map_err(&illegal)?;
        if run.ended.is_none() {
            return Err(illegal("it is being asked"));
        }
        (run.since, run.ended, run.accepted) = (now, None, None);
        let (wave, name) = which;
        if (self.plan.check(name)).is_some_and(Check::wants_fresh_baseline) {
            // It begins once its baseline stands.
            self.checks.retain(|run| (run.wave, &run.check) != which);
            self.forget_late_baseline(wave);
        }
        self.go_on();
        Ok(())
    }

    pub(super) fn accept_check(&mut self, which: Which<'_>, word: &Word) -> Result<(), Illegal> {
        let illegal = illegal("check_accepted");
        self.is_the_present_wave(which).map_err(&illegal)?;
        let run = self.check_run_mut(which).map_err(&illegal)?;
        if matches!(run.ended, Some((_, Outcome::Passed))) || run.accepted.is_some() {
            return Err(illegal("it has passed"));
        }
        run.accepted = Some(word.clone());
        self.go_on();
        Ok(())
    }

    fn is_the_present_wave(&self, (wave, _): Which<'_>) -> Result<(), &'static str> {
        let Status::Rolling { wave: present, .. } = self.status else {
            return Err(self.status.word());
        };
        match present == wave {
            true => Ok(()),
            false => Err("another wave is present"),
        }
    }

    fn check_run_mut(&mut self, (wave, check): Which<'_>) -> Result<&mut CheckRun, &'static str> {
        let mut runs = self.checks.iter_mut();
        let run = runs.find(|run| run.wave == wave && run.check == *check);
        run.ok_or("there is no such check")
    }
}
