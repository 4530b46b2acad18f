//! What happens to the checks of a deployment, noted down in its record.

use super::{
    CheckRun, Deployment, Outcome, Status, Word,
    transition::{Illegal, illegal},
};
use crate::{name::Name, plan::Check};
use jiff::Timestamp;

type Which<'a> = (u32, &'a Name);

fn begun((wave, check): Which<'_>, since: Timestamp) -> CheckRun {
    CheckRun {
        wave,
        check: check.clone(),
        since,
        ended: None,
        accepted: None,
    }
}

impl Deployment {
    pub(super) fn begin_check(&mut self, which: Which<'_>, now: Timestamp) -> Result<(), Illegal> {
        let illegal = illegal("check_started");
        self.is_the_present_wave(which).map_err(&illegal)?;
        if self.check_run(which.0, which.1).is_some() {
            return Err(illegal("it began already"));
        }
        // Whoever is compared was there before, whatever another server's clock says.
        let compared = self.targets.iter().flat_map(|run| {
            let passed = run.stage.judged_at();
            [passed, run.is_fresh_for(which.0)].into_iter().flatten()
        });
        let since = compared.chain([now]).max().unwrap_or(now);
        self.checks.push(begun(which, since));
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
        // What has nothing to compare with never began.
        let never = matches!(outcome, Outcome::NoData { .. });
        if never && self.check_run(which.0, which.1).is_none() {
            self.checks.push(begun(which, now));
        }
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
        if (self.plan.check(which.1)).is_some_and(Check::wants_fresh_baseline) {
            // It begins once its baseline stands.
            self.checks.retain(|run| (run.wave, &run.check) != which);
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
